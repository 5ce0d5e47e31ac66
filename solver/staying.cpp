// Which destinations a way is about, where that is seen without a question: a device of many interfaces is asked about once for each pair of its networks,
// and most packets between them take other ways.
#include <algorithm>

#include "solver/check_run.h"

namespace fwproof::solver {

using namespace model;

namespace {

// Whether the rule is for packets of other interfaces than this one. Rules do not change what interface a packet came by or leaves by.
bool is_for_others(const Rule& rule, Field field, uint32_t interface) {
  if (!rule.enabled) return true;
  return std::any_of(rule.terms.begin(), rule.terms.end(), [&](const Term& term) {
    const auto* in = std::get_if<In>(&term.what);
    return in != nullptr && in->field == field && in->set.contains(interface) == term.negated;
  });
}

bool accepts_all(const Policy& policy, uint32_t chain, Field field, const InterfaceFact* interface) {
  const Chain& rules = policy.chains[chain];
  if (rules.at_end != ActionKind::accept) return false;
  if (rules.rules.empty()) return true;
  if (interface == nullptr) return false;
  const uint32_t atom = policy.interfaces.atom_of(interface->name);
  return std::all_of(rules.rules.begin(), rules.rules.end(), [&](const Rule& rule) { return is_for_others(rule, field, atom); });
}

}  // namespace

// Whether every packet passes the stage as it is, by what is known of its interfaces.
bool Checking::passes_all(const Stop& stop, const Stage& stage, Family family) {
  if (stage.kind == Stage::Kind::route) return true;
  const Policy* policy = stop.device->policy_for(family);
  const auto by = [&](Field field, const InterfaceFact* interface) {
    const auto [found, added] = meets_nothing_.try_emplace({policy, stage.chain, field, interface});
    if (added) found->second = accepts_all(*policy, stage.chain, field, interface);
    return found->second;
  };
  return by(Field::in, stop.in) || by(Field::out, stop.out);
}

// Where every device sends all packets on as they come. starts: destinations that stay on the way.
std::optional<Checking::Taken> Checking::plainly_taken(const Path& path, Family family, const IntervalSet& src, const IntervalSet& starts) {
  const Stop& last = path.go.back();
  if (last.hook != Hook::input || last.is_device) return std::nullopt;
  const auto passes = [&](const Stop& stop) {
    if (stop.hook != Hook::forward) return false;
    const std::vector<Stage>& stages = stop.device->policy_for(family)->hooks[static_cast<size_t>(stop.hook)];
    return std::all_of(stages.begin(), stages.end(), [&](const Stage& stage) { return passes_all(stop, stage, family); });
  };
  const std::vector<Stage>& arrival = last.device->policy_for(family)->hooks[static_cast<size_t>(last.hook)];
  const auto local = locals_.find(last.device);
  if (arrival.size() != 1 || arrival.front().kind != Stage::Kind::route || local == locals_.end()) return std::nullopt;
  if (!std::all_of(path.go.begin(), path.go.end() - 1, passes)) return std::nullopt;
  const bool arrives = starts.intersects(local->second.in(family));
  return Taken{true, arrives ? src : IntervalSet{}, false};
}

// Of these destinations all that start on the way and may stay on it. The others go another way at a stop that they come to unchanged: nothing before it blocks
// or translates (walk.h, "Other ways"), so that a question about this way says nothing of them.
IntervalSet Checking::staying(const Path& path, Family family, const IntervalSet& dst) {
  std::optional<IntervalSet> here;   // what a network holds comes before all that it does not hold: small sets are cut at once
  const auto cut = [&](const IntervalSet& set) { here = here ? here->intersected(set) : set; };
  for (const Stop& stop : path.go) {
    // In the other hooks it matters what the host's own addresses are.
    const Policy* policy = stop.device->policy_for(family);
    if (stop.hook != Hook::forward || policy == nullptr) break;
    const std::vector<Stage>& stages = policy->hooks[static_cast<size_t>(stop.hook)];
    const auto is_route = [](const Stage& stage) { return stage.kind == Stage::Kind::route; };
    const auto first_route = std::find_if(stages.begin(), stages.end(), is_route);
    // A hook without a place for routing routes before everything else.
    const auto before = first_route == stages.end() ? stages.begin() : first_route;
    const auto passes = [&](const Stage& stage) { return passes_all(stop, stage, family); };
    if (!std::all_of(stages.begin(), before, passes)) break;
    if (stop.onward) cut(stop.onward->in(family));
    if (!std::all_of(before, stages.end(), passes)) break;
  }
  if (path.only_dst) cut(path.only_dst->in(family));
  cut(dst);
  return *here;
}

}  // namespace fwproof::solver
