#include "solver/slice.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "model/rule_index.h"
#include "solver/slice_parts.h"

namespace fwproof::solver {

using namespace model;
using namespace slicing;

namespace {

void unite(std::optional<IntervalSet>& into, const IntervalSet& set) { into = into ? into->united(set) : set; }

IntervalSet all_but_lo(const Policy& policy) {
  const uint32_t lo = policy.interfaces.atom_of("lo");
  return policy.interfaces.is_exact(lo) ? policy.interfaces.all().minus(IntervalSet::of(lo)) : policy.interfaces.all();
}

// What the hop settles of its surroundings (walk.h, "Hops").
void bound_surroundings(const WalkHop& hop, FieldBounds& bounds) {
  bounds.of(Field::in) = hop.in.value_or(all_but_lo(*hop.policy));
  bounds.of(Field::out) = hop.out;
  if (!hop.out && hop.hook != Hook::input) bounds.of(Field::out) = all_but_lo(*hop.policy);
  bounds.of(Field::profile) = hop.profile;
  bounds.of(Field::program) = hop.program;
  bounds.of(Field::service) = hop.service;
  bounds.of(Field::rpc_port) = hop.rpc_port;
}

// Bounds of one leg's packet in the stages of a kind of one hop. Those of kind nat look at established packets as if they were new.
FieldBounds bounds_of(const Walk& walk, const WalkLeg& leg, const WalkHop& hop, Stage::Kind kind, const Rewritten& rewritten) {
  FieldBounds bounds;
  const auto at = [&](Field field) -> std::optional<IntervalSet>& { return bounds.sets[static_cast<size_t>(field)]; };
  for (const PacketBox& box : walk.in_question) {
    unite(at(leg.reply ? Field::dst : Field::src), box.src);
    unite(at(leg.reply ? Field::src : Field::dst), box.dst);
    unite(at(Field::protocol), box.protocol);
    unite(at(leg.reply ? Field::dst_port : Field::src_port), box.src_port);
    unite(at(leg.reply ? Field::src_port : Field::dst_port), box.dst_port);
    unite(at(Field::icmp_type), leg.reply ? IntervalSet::all(8) : box.icmp_type);
    unite(at(Field::icmp_code), box.icmp_code);
  }
  at(Field::state) = state_at(leg, hop);
  at(Field::tcp_flags) = leg.tcp_flags;
  if (!walk.same_packet) bound_surroundings(hop, bounds);
  if (is_nat(kind) && may_be_established(state_at(leg, hop), rewritten)) {
    unite(at(Field::state), IntervalSet::of(state_new));
    unite(at(Field::tcp_flags), IntervalSet::of(tcp_syn));
  }
  at(Field::fragment) = IntervalSet::of(0);
  for (size_t i = 0; i < kFields; ++i) {
    if (rewritten.anything[i]) bounds.sets[i].reset();
    if (bounds.sets[i]) bounds.sets[i] = bounds.sets[i]->united(rewritten.values[i]);
  }
  return bounds;
}

bool surely_fails(const IntervalSet& set, bool negated, const std::optional<IntervalSet>& possible) {
  if (!possible) return false;
  return negated ? set.contains(*possible) : !set.intersects(*possible);
}

bool surely_fails(const Term& term, const FieldBounds& bounds, Family family) {
  if (const auto* in = std::get_if<In>(&term.what))
    return surely_fails(in->set, term.negated, bounds.sets[static_cast<size_t>(in->field)]);
  if (const auto* in = std::get_if<InAddresses>(&term.what))
    return surely_fails(in->set.in(family), term.negated, bounds.sets[static_cast<size_t>(in->field)]);
  return false;
}

bool may_match(const Rule& rule, const FieldBounds& bounds, Family family) {
  if (!rule.enabled) return false;
  for (const Term& term : rule.terms)
    if (surely_fails(term, bounds, family)) return false;
  return true;
}

bool surely_holds(const IntervalSet& set, bool negated, const std::optional<IntervalSet>& possible) {
  return possible && (negated ? !set.intersects(*possible) : set.contains(*possible));
}

bool surely_holds(const Term& term, const FieldBounds& bounds, Family family) {
  if (const auto* in = std::get_if<In>(&term.what))
    return surely_holds(in->set, term.negated, bounds.sets[static_cast<size_t>(in->field)]);
  if (const auto* in = std::get_if<InAddresses>(&term.what))
    return surely_holds(in->set.in(family), term.negated, bounds.sets[static_cast<size_t>(in->field)]);
  return false;
}

// Nothing in question comes to a rule behind this one.
bool takes_all(const Rule& rule, const FieldBounds& bounds, Family family) {
  return ends_chain(rule) && std::all_of(rule.terms.begin(), rule.terms.end(), [&](const Term& term) { return surely_holds(term, bounds, family); });
}

bool may_close(const Rule& rule) { return rule.terms.empty() && (blocks(rule.action.kind) || is_call(rule.action)); }

// Rules of a chain that may match, ascending. within: looks at these alone.
std::vector<uint32_t> matching(const Policy& policy, uint32_t chain, const FieldBounds& bounds, Family family, const KeptRules* within) {
  const std::vector<Rule>& rules = policy.chains[chain].rules;
  std::vector<uint32_t> found;
  if (within != nullptr) {
    found = (*within)[chain];
  } else if (const RuleColumns* columns = columns_of(policy, chain, family)) {
    columns->find(bounds, found);
  } else {
    found.resize(rules.size());
    std::iota(found.begin(), found.end(), 0);
  }
  std::erase_if(found, [&](uint32_t rule) { return !may_match(rules[rule], bounds, family); });
  const auto last = std::find_if(found.begin(), found.end(), [&](uint32_t rule) { return takes_all(rules[rule], bounds, family); });
  if (last == found.end()) return found;
  // What closes the chain for all packets stays: rules may have left the slice for it (leave_out_idle).
  const auto closing = blocks(rules[*last].action.kind) ? std::find_if(last + 1, found.end(), [&](uint32_t rule) { return may_close(rules[rule]); }) : found.end();
  if (closing == found.end()) found.erase(last + 1, found.end());
  else found.erase(closing + 1, found.end()), found.erase(last + 1, closing);
  return found;
}

void unite(std::vector<uint32_t>& kept, std::vector<uint32_t> more) {
  if (kept.empty()) return kept.swap(more);
  std::vector<uint32_t> all;
  std::set_union(kept.begin(), kept.end(), more.begin(), more.end(), std::back_inserter(all));
  kept = std::move(all);
}

void keep_matching(const WalkLeg& leg, const WalkHop& hop, Stage::Kind kind, const FieldBounds& bounds, Family family, const KeptRules* within,
                   KeptRules& kept) {
  const Policy& policy = *hop.policy;
  kept.resize(policy.chains.size());
  walk_chains(leg, hop, kind, [&](uint32_t chain, const auto& add) {
    std::vector<uint32_t> found = matching(policy, chain, bounds, family, within);
    for (const uint32_t rule : found)
      if (const Action& action = policy.chains[chain].rules[rule].action; is_call(action)) add(action.index);
    unite(kept[chain], std::move(found));
  });
}

}  // namespace

// What takes another way (walk.h) is not taken out of the bounds: stages before that place see it, and a slice is by policy.
// Rules that rewrite widen the bounds by which rules are kept, so slices grow until they no longer do.
Slice slice(const Walk& walk, const Slice* within) {
  Slice slice;
  Rewritten rewritten;
  while (true) {
    for (const WalkLeg& leg : walk.legs) {
      const Rewritten carried = in_leg(rewritten, leg);
      for (const WalkHop& hop : leg.hops)
        for (const Stage::Kind kind : kKindsWithChains)
          keep_matching(leg, hop, kind, bounds_of(walk, leg, hop, kind, carried), walk.family, within ? &within->at(hop.policy) : nullptr, slice[hop.policy]);
    }
    Rewritten next = rewritten_by(walk, slice);
    if (next == rewritten) return slice;
    rewritten = std::move(next);
  }
}

bool is_idle_call(const Rule& rule, const KeptRules& kept) { return rule.action.kind == ActionKind::jump && kept[rule.action.index].empty(); }

size_t kept_rules(const Slice& slice) {
  size_t rules = 0;
  for (const auto& [policy, kept] : slice)
    for (size_t chain = 0; chain < kept.size(); ++chain)
      for (const uint32_t rule : kept[chain]) rules += !is_idle_call(policy->chains[chain].rules[rule], kept);
  return rules;
}

}  // namespace fwproof::solver
