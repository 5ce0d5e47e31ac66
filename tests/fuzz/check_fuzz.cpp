// Any bytes as a host's export, asked one row and the closed world around it: regions and proof never disagree, and every finding has a
// packet. The limits are small, so that reaching them is seen as well.
#include <cstdlib>
#include <iostream>

#include "importers/registry.h"
#include "solver/check.h"

namespace {

using namespace fwproof;

model::Zone zone(const char* name, const char* prefix) { return {name, false, true, model::AddressSet::of(*model::parse_prefix(prefix))}; }

model::Requirements one_row() {
  model::Requirement row;
  row.id = "fuzz/8474-ADM-SERVER";
  row.spec = "fuzz";
  row.from = {"ADM"};
  row.to = {"SERVER"};
  row.ports = model::IntervalSet::of(8474);
  row.src_ports = model::IntervalSet::range(1024, 65535);
  return {{row}, {{"fuzz", model::Strictness::violation, model::Strictness::warning, {}}}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  model::Sources sources;
  sources.files.push_back({"fuzz", std::string(reinterpret_cast<const char*>(data), size)});
  auto host = importers::import_host(sources, {0});
  model::Network network;
  network.zones = {{"ADM", zone("ADM", "192.0.2.0/24")}, {"SERVER", zone("SERVER", "198.51.100.10/32")}};
  model::Device device;
  device.name = device.host = "SERVER";
  // As the command line does it: what is not understood as a whole has no export.
  if (host.understood) device.policies = std::move(host.policies);
  device.has_export = !device.policies.empty();
  device.facts = std::move(host.facts);
  network.devices.push_back(std::move(device));

  solver::CheckOptions options;
  options.limits = {500, 100'000, 5'000, 50};
  for (const solver::Result& result : solver::check(network, one_row(), options).results) {
    if (!result.fault.empty()) {
      std::cerr << result.id << ": " << result.fault << '\n';
      std::abort();
    }
    if (!network.devices[0].has_export && result.truth == solver::Truth::holds) std::abort();
    if (result.truth == solver::Truth::violated && result.counterexamples.empty()) std::abort();
  }
  return 0;
}
