// Any bytes as UCI, alone and behind a configuration that uses them: nothing crashes, accounts add up, policies are well formed.
#include <cstdlib>
#include <string>

#include "importers/openwrt/importer.h"

namespace {

using namespace fwproof;

constexpr std::string_view kBefore =
    "config interface lan\n option device br-lan\n option proto static\n option ipaddr 192.0.2.1/24\n"
    "config zone\n option name lan\n option network lan\nconfig zone\n option name wan\n option device eth1\n option masq 1\n"
    "config redirect\n option src wan\n option dest lan\n option dest_ip 192.0.2.9\n option src_dport 80\nconfig rule\n option src wan\n";

importers::Section section_of(std::string_view text) {
  importers::Section section;
  section.encoding = "UTF-8";
  while (!text.empty()) {
    const size_t end = text.find('\n');
    section.lines.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return section;
}

void check(const importers::Section& section) {
  importers::Facts facts;
  const auto result = importers::openwrt::importer().import({&section, 1}, facts);
  for (const auto& [file, account] : result.accounts) {
    size_t sum = 0, blank = 0;
    for (size_t i = 0; i < model::kLineClasses; ++i) sum += account.count(static_cast<model::LineClass>(i));
    for (const std::string_view line : section.lines) blank += line.find_first_not_of(" \t\r\v\f") == std::string_view::npos;
    if (sum != account.total() || sum + blank != section.lines.size()) std::abort();
  }
  for (const model::Policy& policy : result.policies)
    if (!find_flaws(policy).empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const importers::Section alone = section_of(text);
  if (alone.lines.empty()) return 0;
  for (size_t at = 0; at < alone.lines.size(); ++at) importers::openwrt::importer().starts_at(alone.lines, at);
  importers::openwrt::importer().nearly(alone.lines);
  check(alone);
  const std::string behind = std::string(kBefore) + text;
  check(section_of(behind));
  return 0;
}
