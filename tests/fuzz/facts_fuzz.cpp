// Any bytes as `ipset save`, `ip addr`, `ipconfig`, dhcpd.conf or Kea's configuration beside a fixed dump that uses them: no crash, well-formed policies, accounts that add up.
#include <cstdlib>

#include "importers/registry.h"

namespace {

constexpr const char* kDump =
    "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
    "-A INPUT -m set --match-set a src -j ACCEPT\n-A INPUT -m set ! --match-set a dst,src -j ACCEPT\n"
    "-A INPUT -m addrtype --dst-type LOCAL -j ACCEPT\nCOMMIT\n";

void import_as(const std::string& text, const std::string& format) {
  fwproof::model::Sources sources;
  sources.files.push_back({"fuzz", text});
  sources.files.push_back({"dump", kDump});
  const auto host = fwproof::importers::import_host(sources, {0, 1}, {format, "iptables-save"});
  for (const auto& input : host.inputs) {
    size_t sum = 0;
    for (size_t i = 0; i < fwproof::model::kLineClasses; ++i) sum += input.account.count(static_cast<fwproof::model::LineClass>(i));
    if (sum != input.account.total()) std::abort();
  }
  for (const auto& policy : host.policies)
    if (!find_flaws(policy).empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  import_as(text, "ipset-save");
  for (const char* format : {"linux-ip", "ipconfig", "isc-dhcpd", "kea"}) import_as(text, format);
  return 0;
}
