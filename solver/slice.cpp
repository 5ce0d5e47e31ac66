#include "solver/slice.h"

#include <optional>

namespace fwproof::solver {

using namespace model;

namespace {

constexpr std::array kMirrored = {std::pair{Field::src, Field::dst}, std::pair{Field::src_port, Field::dst_port}};

void unite(std::optional<IntervalSet>& into, const IntervalSet& set) { into = into ? into->united(set) : set; }

// What rewriting may add to the values of a field, in any hop or leg.
struct Rewritten {
  std::array<bool, kFields> anything{};
  std::array<IntervalSet, kFields> values;
  friend bool operator==(const Rewritten&, const Rewritten&) = default;

  void add(const RewriteAction& action) {
    for (const Rewrite& step : action.steps) {
      const size_t field = static_cast<size_t>(step.field);
      if (step.kind == Rewrite::Kind::assign && !step.values.empty())
        values[field] = values[field].united(step.values);
      else
        anything[field] = true;
    }
    // Of a connection with an untracked packet conntrack may think anything later (walk.h, "Hops").
    IntervalSet& states = values[static_cast<size_t>(Field::state)];
    if (states.contains(state_untracked)) states = IntervalSet::range(state_new, state_untracked);
    // An answer carries what the request was translated to, and the other way round.
    for (const auto& [a, b] : kMirrored) {
      const size_t i = static_cast<size_t>(a);
      const size_t j = static_cast<size_t>(b);
      anything[i] = anything[j] = anything[i] || anything[j];
      values[i] = values[j] = values[i].united(values[j]);
    }
  }
};

// By the rules of a slice.
Rewritten rewritten_by(const Slice& slice) {
  Rewritten rewritten;
  for (const auto& [policy, mask] : slice) {
    if (policy->rewrites.empty()) continue;
    for (size_t chain = 0; chain < mask.size(); ++chain)
      for (size_t rule = 0; rule < mask[chain].size(); ++rule) {
        const Action& action = policy->chains[chain].rules[rule].action;
        if (mask[chain][rule] && action.kind == ActionKind::rewrite) rewritten.add(policy->rewrites[action.index]);
      }
  }
  return rewritten;
}

bool may_be_established(const IntervalSet& seen, const Rewritten& rewritten) {
  const size_t state = static_cast<size_t>(Field::state);
  return seen.contains(state_established) || rewritten.anything[state] || rewritten.values[state].contains(state_established);
}

// Bounds of one leg's packet at one hop. Nat stages look at established packets as if they were new, so new and SYN are always possible.
FieldBounds bounds_of(const Walk& walk, const WalkLeg& leg, const WalkHop& hop, const Rewritten& rewritten) {
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
  if (may_be_established(state_at(leg, hop), rewritten)) {
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

void keep_matching(const Policy& policy, const FieldBounds& bounds, Family family, RuleMask& mask) {
  mask.resize(policy.chains.size());
  for (size_t chain = 0; chain < policy.chains.size(); ++chain) {
    const auto& rules = policy.chains[chain].rules;
    mask[chain].resize(rules.size());
    for (size_t rule = 0; rule < rules.size(); ++rule)
      if (!mask[chain][rule]) mask[chain][rule] = may_match(rules[rule], bounds, family);
  }
}

}  // namespace

// What takes another way (walk.h) is not taken out of the bounds: stages before that place see it, and a slice is by policy.
// Rules that rewrite widen the bounds by which rules are kept, so slices grow until they no longer do.
Slice slice(const Walk& walk) {
  Slice slice;
  Rewritten rewritten;
  while (true) {
    for (const WalkLeg& leg : walk.legs)
      for (const WalkHop& hop : leg.hops)
        keep_matching(*hop.policy, bounds_of(walk, leg, hop, rewritten), walk.family, slice[hop.policy]);
    Rewritten next = rewritten_by(slice);
    if (next == rewritten) return slice;
    rewritten = std::move(next);
  }
}

size_t kept_rules(const Slice& slice) {
  size_t kept = 0;
  for (const auto& [policy, mask] : slice)
    for (const auto& chain : mask)
      for (uint8_t keep : chain) kept += keep;
  return kept;
}

namespace {

// Some value of `possible` meets the term; a deliberately different formulation: value ranges are compared one by one.
bool some_value_meets(const IntervalSet& set, bool negated, const IntervalSet& possible) {
  for (const Interval& p : possible.intervals()) {
    if (negated) {
      if (!IntervalSet::range(p.lo, p.hi).minus(set).empty()) return true;
      continue;
    }
    for (const Interval& s : set.intervals())
      if (s.lo <= p.hi && p.lo <= s.hi) return true;
  }
  return false;
}

bool rightly_dropped(const Rule& rule, const Walk& walk, const WalkLeg& leg, const WalkHop& hop, const Rewritten& rewritten) {
  if (!rule.enabled) return true;
  for (const Term& term : rule.terms) {
    const auto* in = std::get_if<In>(&term.what);
    const auto* addresses = std::get_if<InAddresses>(&term.what);
    if (!in && !addresses) continue;
    const Field field = in ? in->field : addresses->field;
    if (rewritten.anything[static_cast<size_t>(field)]) continue;
    const IntervalSet& set = in ? in->set : addresses->set.in(walk.family);
    bool possible = false;
    bool bounded = true;
    const auto look = [&](const IntervalSet& values) { possible = possible || some_value_meets(set, term.negated, values); };
    look(rewritten.values[static_cast<size_t>(field)]);
    for (const PacketBox& box : walk.in_question) {
      switch (field) {
        case Field::src: look(leg.reply ? box.dst : box.src); break;
        case Field::dst: look(leg.reply ? box.src : box.dst); break;
        case Field::src_port: look(leg.reply ? box.dst_port : box.src_port); break;
        case Field::dst_port: look(leg.reply ? box.src_port : box.dst_port); break;
        case Field::protocol: look(box.protocol); break;
        case Field::icmp_code: look(box.icmp_code); break;
        case Field::icmp_type:
          if (leg.reply) bounded = false;
          look(box.icmp_type);
          break;
        case Field::state:
          look(state_at(leg, hop));
          if (may_be_established(state_at(leg, hop), rewritten)) look(IntervalSet::of(state_new));
          break;
        case Field::tcp_flags:
          look(leg.tcp_flags);
          if (may_be_established(state_at(leg, hop), rewritten)) look(IntervalSet::of(tcp_syn));
          break;
        case Field::fragment: look(IntervalSet::of(0)); break;
        case Field::ct_dir:
        case Field::ct_status:
        case Field::in:
        case Field::out:
        case Field::mac:
        case Field::mark:
        case Field::connmark:
        case Field::profile:
        case Field::program:
        case Field::service:
        case Field::rpc_port: bounded = false; break;
      }
    }
    if (bounded && !possible) return true;
  }
  return false;
}

}  // namespace

bool sliced_rightly(const Walk& walk, const Slice& slice) {
  const Rewritten rewritten = rewritten_by(slice);
  for (const WalkLeg& leg : walk.legs)
    for (const WalkHop& hop : leg.hops) {
      const RuleMask& mask = slice.at(hop.policy);
      for (size_t chain = 0; chain < mask.size(); ++chain)
        for (size_t rule = 0; rule < mask[chain].size(); ++rule)
          if (!mask[chain][rule] && !rightly_dropped(hop.policy->chains[chain].rules[rule], walk, leg, hop, rewritten)) return false;
    }
  return true;
}

}  // namespace fwproof::solver
