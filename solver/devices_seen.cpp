// What each device on the way does with the packets of a row, from what was found: for tables.
#include <algorithm>

#include "solver/check_run.h"

namespace fwproof::solver {

using namespace model;

namespace {

using Does = DeviceSeen::Does;

void note(Result& result, const Device& device, Does does) {
  const auto same = [&](const DeviceSeen& seen) { return seen.device == device.name; };
  const auto known = std::find_if(result.devices.begin(), result.devices.end(), same);
  if (known == result.devices.end()) result.devices.push_back({device.name, !device.host.empty(), does});
  else known->does = std::max(known->does, does);
}

// Hops at which some of the finding's packets end.
struct Ends {
  size_t leg;
  std::vector<size_t> hops;
};
Ends ends_of(const Finding& finding) {
  Ends ends{finding.leg, {}};
  for (const Decision& decision : finding.decided_by)
    if (decision.verdict != Verdict::accept || decision.sent_on) ends.hops.push_back(decision.hop);
  if (ends.hops.empty() && !finding.replay.foreign_answer) ends = {finding.replay.leg, {finding.replay.hop}};
  return ends;
}

}  // namespace

void Checking::note_devices(Result& result, const Part& part) const {
  if (result.kind != Kind::required) return;
  // Stops that only stand for a place, and a host behind its own address, are no devices of the site.
  const auto device_at = [&](const WalkLeg& leg, size_t hop) -> const Device* {
    const std::vector<Stop>& stops = leg.reply ? part.path.back : part.path.go;
    if (hop < stops.size() && !stops[hop].is_device) return nullptr;
    const auto found = std::find_if(network_.devices.begin(), network_.devices.end(), [&](const Device& device) { return device.name == leg.hops[hop].device; });
    return found == network_.devices.end() ? nullptr : &*found;
  };
  const auto note_all = [&](size_t index, auto does_at) {
    const WalkLeg& leg = part.walk.legs[index];
    for (size_t hop = 0; hop < leg.hops.size(); ++hop)
      if (const Device* device = device_at(leg, hop)) note(result, *device, does_at(hop));
  };
  for (size_t leg = 0; leg < part.walk.legs.size(); ++leg) note_all(leg, [](size_t) { return Does::passes; });
  const auto note_findings = [&](const std::vector<Finding>& findings, Does does) {
    for (const Finding& finding : findings) {
      const auto& [leg, hops] = ends_of(finding);
      if (hops.empty()) continue;
      const size_t first = *std::min_element(hops.begin(), hops.end());
      note_all(leg, [&, &ended = hops](size_t hop) {
        if (std::find(ended.begin(), ended.end(), hop) != ended.end()) return does;
        return hop < first ? Does::passes : Does::not_reached;
      });
    }
  };
  note_findings(part.answer.breaks, Does::stops);
  for (const Finding& finding : part.answer.breaks) {
    if (!finding.replay.moved_by || (finding.replay.outcome.arrives && !finding.replay.foreign_answer)) continue;
    const WalkLeg& leg = part.walk.legs[finding.replay.foreign_answer ? 0 : finding.replay.leg];
    const size_t hop = finding.replay.moved_by->first;
    const Device* device = hop < leg.hops.size() ? device_at(leg, hop) : nullptr;
    if (device) note(result, *device, Does::leads_astray);
  }
  note_findings(part.answer.undecided, Does::depends);
}

}  // namespace fwproof::solver
