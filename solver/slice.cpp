// One file although it is long: the second look at a slice stands below the first, so that a reader sees that they share no test.
#include "solver/slice.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "model/rule_index.h"

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
};

// What a leg's packets may carry of it. An answer starts as the mirror of how the request arrived, so it carries what that was rewritten to; a
// request starts as it was sent (walk.h, "Legs").
Rewritten in_leg(Rewritten rewritten, const WalkLeg& leg) {
  if (!leg.reply) return rewritten;
  for (const auto& [a, b] : kMirrored) {
    const size_t i = static_cast<size_t>(a);
    const size_t j = static_cast<size_t>(b);
    rewritten.anything[i] = rewritten.anything[j] = rewritten.anything[i] || rewritten.anything[j];
    rewritten.values[i] = rewritten.values[j] = rewritten.values[i].united(rewritten.values[j]);
  }
  return rewritten;
}

// The values are gathered first: a node of a cluster rewrites to tens of thousands of addresses.
class RewrittenFrom {
 public:
  void add(const RewriteAction& action) {
    for (const Rewrite& step : action.steps) {
      const size_t field = static_cast<size_t>(step.field);
      if (step.kind != Rewrite::Kind::assign || step.values.empty()) result_.anything[field] = true;
      else for (const Interval& interval : step.values.intervals()) values_[field].push_back(interval);
    }
  }

  Rewritten result() && {
    for (size_t i = 0; i < kFields; ++i) result_.values[i] = IntervalSet::from(std::move(values_[i]));
    // Of a connection with an untracked packet conntrack may think anything later (walk.h, "Hops").
    IntervalSet& states = result_.values[static_cast<size_t>(Field::state)];
    if (states.contains(state_untracked)) states = IntervalSet::range(state_new, state_untracked);
    return std::move(result_);
  }

 private:
  Rewritten result_;
  std::array<std::vector<Interval>, kFields> values_;
};

// By the rules of a slice.
Rewritten rewritten_by(const Slice& slice) {
  RewrittenFrom rewritten;
  for (const auto& [policy, kept] : slice) {
    if (policy->rewrites.empty()) continue;
    for (size_t chain = 0; chain < kept.size(); ++chain)
      for (const uint32_t rule : kept[chain]) {
        const Action& action = policy->chains[chain].rules[rule].action;
        if (action.kind == ActionKind::rewrite) rewritten.add(policy->rewrites[action.index]);
      }
  }
  return std::move(rewritten).result();
}

bool may_be_established(const IntervalSet& seen, const Rewritten& rewritten) {
  const size_t state = static_cast<size_t>(Field::state);
  return seen.contains(state_established) || rewritten.anything[state] || rewritten.values[state].contains(state_established);
}

bool is_nat(Stage::Kind kind) { return kind == Stage::Kind::nat; }

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

// Packets that match do not come to the next rule of its chain.
bool ends_chain(const Rule& rule) {
  switch (rule.action.kind) {
    case ActionKind::accept:
    case ActionKind::drop:
    case ActionKind::reject:
    case ActionKind::return_:
    case ActionKind::go_to: return rule.enabled;
    case ActionKind::jump:
    case ActionKind::rewrite:
    case ActionKind::proceed:
    case ActionKind::unknown:
    case ActionKind::unknown_rewriting: break;
  }
  return false;
}

// Nothing in question comes to a rule behind this one.
bool takes_all(const Rule& rule, const FieldBounds& bounds, Family family) {
  return ends_chain(rule) && std::all_of(rule.terms.begin(), rule.terms.end(), [&](const Term& term) { return surely_holds(term, bounds, family); });
}

bool is_call(const Action& action) { return action.kind == ActionKind::jump || action.kind == ActionKind::go_to; }

// Answers are translated back without entering chains, except at a device that takes them for something else (walk.h, "Translation").
bool enters_nat(const WalkLeg& leg, const WalkHop& hop) { return !leg.reply || hop.state; }

constexpr std::array kKindsWithChains = {Stage::Kind::filter, Stage::Kind::nat};

// Calls visit(chain, add) for the chains of a hook's stages of that kind, and for those that visit() adds.
template <class Visit>
void walk_chains(const WalkLeg& leg, const WalkHop& hop, Stage::Kind kind, const Visit& visit) {
  const Policy& policy = *hop.policy;
  std::vector<bool> seen(policy.chains.size(), false);
  std::vector<uint32_t> todo;
  const auto add = [&](uint32_t chain) {
    if (seen[chain]) return;
    seen[chain] = true;
    todo.push_back(chain);
  };
  for (const Stage& stage : policy.hooks[static_cast<size_t>(hop.hook)])
    if (stage.kind == kind && (!is_nat(kind) || enters_nat(leg, hop))) add(stage.chain);
  while (!todo.empty()) {
    const uint32_t chain = todo.back();
    todo.pop_back();
    visit(chain, add);
  }
}

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
  if (last != found.end()) found.erase(last + 1, found.end());
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
    Rewritten next = rewritten_by(slice);
    if (next == rewritten) return slice;
    rewritten = std::move(next);
  }
}

// ---- idle blocks --------------------------------------------------------------------------------------------------

namespace {

bool blocks(ActionKind kind) { return kind == ActionKind::drop || kind == ActionKind::reject; }

// A filter chain of a hook whose end blocks, with the chains that it alone calls.
struct ClosedTree {
  std::vector<uint32_t> chains;
  std::vector<const Rule*> accepting;
  bool plain = true;   // packets stay as they are, and no decision is unknown
};

// Chains that the base chain reaches by kept rules.
std::vector<uint32_t> reached(const Policy& policy, uint32_t base, const KeptRules& kept) {
  std::vector<bool> seen(policy.chains.size(), false);
  std::vector<uint32_t> chains = {base};
  seen[base] = true;
  for (size_t i = 0; i < chains.size(); ++i)
    for (const uint32_t rule : kept[chains[i]]) {
      const Action& action = policy.chains[chains[i]].rules[rule].action;
      if (!is_call(action) || seen[action.index]) continue;
      seen[action.index] = true;
      chains.push_back(action.index);
    }
  return chains;
}

std::vector<ClosedTree> closed_trees(const Walk& walk, const Policy& policy, const KeptRules& kept) {
  std::map<uint32_t, bool> bases;   // base chain: whether its end blocks in a filter
  for (const WalkLeg& leg : walk.legs)
    for (const WalkHop& hop : leg.hops) {
      if (hop.policy != &policy) continue;
      for (const Stage& stage : policy.hooks[static_cast<size_t>(hop.hook)])
        if (stage.kind != Stage::Kind::route)
          bases[stage.chain] = stage.kind == Stage::Kind::filter && blocks(policy.chains[stage.chain].at_end) && policy.chains[stage.chain].at_end_assumption < 0;
    }
  std::vector<uint32_t> callers(policy.chains.size(), 0);
  std::vector<ClosedTree> trees;
  for (const auto& [base, closed] : bases) {
    ClosedTree tree{reached(policy, base, kept), {}, closed};
    for (const uint32_t chain : tree.chains) {
      ++callers[chain];
      for (const uint32_t rule : kept[chain]) {
        const ActionKind kind = policy.chains[chain].rules[rule].action.kind;
        if (kind == ActionKind::accept) tree.accepting.push_back(&policy.chains[chain].rules[rule]);
        tree.plain = tree.plain && kind != ActionKind::rewrite && kind != ActionKind::unknown && kind != ActionKind::unknown_rewriting;
      }
    }
    trees.push_back(std::move(tree));
  }
  std::erase_if(trees, [](const ClosedTree& tree) { return !tree.plain; });
  for (ClosedTree& tree : trees) std::erase_if(tree.chains, [&](uint32_t chain) { return callers[chain] > 1; });
  return trees;
}

const IntervalSet* plain_set(const Term& term, Field field, Family family) {
  if (term.negated) return nullptr;
  const auto* in = std::get_if<In>(&term.what);
  if (in && in->field == field) return &in->set;
  const auto* addresses = std::get_if<InAddresses>(&term.what);
  return addresses && addresses->field == field ? &addresses->set.in(family) : nullptr;
}

bool are_apart(const Rule& a, const Rule& b, Family family) {
  for (const Term& one : a.terms) {
    const auto* in = std::get_if<In>(&one.what);
    const auto* addresses = std::get_if<InAddresses>(&one.what);
    if (!in && !addresses) continue;
    const Field field = in ? in->field : addresses->field;
    const IntervalSet* mine = plain_set(one, field, family);
    if (!mine) continue;
    for (const Term& other : b.terms)
      if (const IntervalSet* theirs = plain_set(other, field, family); theirs && !mine->intersects(*theirs)) return true;
  }
  return false;
}

bool is_idle(const Rule& rule, const ClosedTree& tree, Family family) {
  if (!blocks(rule.action.kind) || rule.assumption >= 0) return false;
  return std::all_of(tree.accepting.begin(), tree.accepting.end(), [&](const Rule* accepting) { return are_apart(rule, *accepting, family); });
}

}  // namespace

void leave_out_idle_blocks(const Walk& walk, Slice& slice) {
  constexpr size_t kMostPairs = 4'000'000;
  for (auto& [policy, kept] : slice)
    for (const ClosedTree& tree : closed_trees(walk, *policy, kept)) {
      size_t rules = 0;
      for (const uint32_t chain : tree.chains) rules += kept[chain].size();
      if (rules * tree.accepting.size() > kMostPairs) continue;
      for (const uint32_t chain : tree.chains)
        std::erase_if(kept[chain], [&](uint32_t rule) { return is_idle(policy->chains[chain].rules[rule], tree, walk.family); });
    }
}

size_t kept_rules(const Slice& slice) {
  size_t kept = 0;
  for (const auto& [policy, chains] : slice)
    for (const auto& chain : chains) kept += chain.size();
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

// Where a packet is looked at: a leg, a hop, and stages of one kind.
struct Place {
  const Walk& walk;
  const WalkLeg& leg;
  const WalkHop& hop;
  Stage::Kind kind;
  const Rewritten& rewritten;
};

// As look_at_values(), for what the hop settles: interfaces that are not given are any but `lo`, above and below it.
template <class Look>
bool look_at_given(const std::optional<IntervalSet>& given, const NameDomain* never_lo, const Look& look) {
  if (given) {
    look(*given);
    return true;
  }
  if (never_lo == nullptr) return false;
  const uint32_t lo = never_lo->atom_of("lo");
  if (!never_lo->is_exact(lo)) return false;
  if (lo > 0) look(IntervalSet::range(0, lo - 1));
  if (lo + 1 < never_lo->size()) look(IntervalSet::range(lo + 1, never_lo->size() - 1));
  return true;
}

template <class Look>
bool look_at_surroundings(Field field, const WalkHop& hop, const Look& look) {
  const NameDomain& interfaces = hop.policy->interfaces;
  if (field == Field::in) return look_at_given(hop.in, &interfaces, look);
  if (field == Field::out) return look_at_given(hop.out, hop.hook == Hook::input ? nullptr : &interfaces, look);
  if (field == Field::profile) return look_at_given(hop.profile, nullptr, look);
  if (field == Field::program) return look_at_given(hop.program, nullptr, look);
  if (field == Field::service) return look_at_given(hop.service, nullptr, look);
  return look_at_given(hop.rpc_port, nullptr, look);
}

// Calls look(values) for sets that together hold what a field may be there. false: it may be anything.
template <class Look>
bool look_at_values(Field field, const Place& place, const Look& look) {
  const auto& [walk, leg, hop, kind, rewritten] = place;
  if (rewritten.anything[static_cast<size_t>(field)]) return false;
  look(rewritten.values[static_cast<size_t>(field)]);
  const bool as_first = kind == Stage::Kind::nat && may_be_established(state_at(leg, hop), rewritten);
  bool bounded = true;
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
        if (as_first) look(IntervalSet::of(state_new));
        break;
      case Field::tcp_flags:
        look(leg.tcp_flags);
        if (as_first) look(IntervalSet::of(tcp_syn));
        break;
      case Field::fragment: look(IntervalSet::of(0)); break;
      case Field::in:
      case Field::out:
      case Field::profile:
      case Field::program:
      case Field::service:
      case Field::rpc_port: bounded = !walk.same_packet && look_at_surroundings(field, hop, look); break;
      case Field::ct_dir:
      case Field::ct_status:
      case Field::mac:
      case Field::mark:
      case Field::connmark: bounded = false; break;
    }
  }
  return bounded;
}

bool rightly_dropped(const Rule& rule, const Place& place) {
  if (!rule.enabled) return true;
  for (const Term& term : rule.terms) {
    const auto* in = std::get_if<In>(&term.what);
    const auto* addresses = std::get_if<InAddresses>(&term.what);
    if (!in && !addresses) continue;
    const IntervalSet& set = in ? in->set : addresses->set.in(place.walk.family);
    bool possible = false;
    const bool bounded = look_at_values(in ? in->field : addresses->field, place, [&](const IntervalSet& values) {
      possible = possible || some_value_meets(set, term.negated, values);
    });
    if (bounded && !possible) return true;
  }
  return false;
}

// Every packet in question that comes to the rule ends there.
bool is_end(const Rule& rule, const Place& place) {
  if (!ends_chain(rule)) return false;
  for (const Term& term : rule.terms) {
    const auto* in = std::get_if<In>(&term.what);
    const auto* addresses = std::get_if<InAddresses>(&term.what);
    if (!in && !addresses) return false;
    const IntervalSet& set = in ? in->set : addresses->set.in(place.walk.family);
    bool all = true;
    const bool bounded = look_at_values(in ? in->field : addresses->field, place, [&](const IntervalSet& values) {
      all = all && !some_value_meets(set, !term.negated, values);
    });
    if (!bounded || !all) return false;
  }
  return true;
}

// The least and greatest value of a field in the question; nothing: any.
struct Span {
  Field field;
  u128 lo, hi;
};
std::vector<Span> spans_of(const Walk& walk, const WalkLeg& leg, const Rewritten& rewritten) {
  std::vector<Span> spans;
  const auto add = [&](Field field, const IntervalSet PacketBox::*set) {
    if (rewritten.anything[static_cast<size_t>(field)]) return;
    Span span{field, ~u128{0}, 0};
    const auto look = [&](const IntervalSet& values) {
      for (const Interval& part : values.intervals()) span = {field, std::min(span.lo, part.lo), std::max(span.hi, part.hi)};
    };
    look(rewritten.values[static_cast<size_t>(field)]);
    for (const PacketBox& box : walk.in_question) look(box.*set);
    spans.push_back(span);
  };
  add(Field::src, leg.reply ? &PacketBox::dst : &PacketBox::src);
  add(Field::dst, leg.reply ? &PacketBox::src : &PacketBox::dst);
  add(Field::dst_port, leg.reply ? &PacketBox::src_port : &PacketBox::dst_port);
  add(Field::protocol, &PacketBox::protocol);
  return spans;
}

// Some packet may match both: what their plain terms leave to a field, together.
bool may_meet(const Rule& a, const Rule& b, Family family) {
  std::map<Field, IntervalSet> left;
  for (const Rule* rule : {&a, &b})
    for (const Term& term : rule->terms)
      for (size_t i = 0; i < kFields; ++i)
        if (const IntervalSet* set = plain_set(term, static_cast<Field>(i), family)) {
          const auto [known, added] = left.try_emplace(static_cast<Field>(i), *set);
          if (!added) known->second = known->second.intersected(*set);
          if (known->second.empty()) return false;
        }
  return true;
}

class Recheck {
 public:
  Recheck(const Walk& walk, const WalkLeg& leg, const WalkHop& hop, const KeptRules& kept, const Rewritten& rewritten, bool idle_blocks)
      : walk_(walk), leg_(leg), hop_(hop), kept_(kept), rewritten_(rewritten), spans_(spans_of(walk, leg, rewritten)) {
    if (idle_blocks) trees_ = closed_trees(walk, *hop.policy, kept);
  }

  bool is_right() const {
    bool right = true;
    for (const Stage::Kind kind : kKindsWithChains)
      walk_chains(leg_, hop_, kind, [&](uint32_t chain, const auto& add) { right = right && is_right(chain, {walk_, leg_, hop_, kind, rewritten_}, add); });
    return right;
  }

 private:
  // add(chain): this leg comes there too. A call that is kept for another leg leads nowhere here.
  template <class Add>
  bool is_right(uint32_t chain, const Place& place, const Add& add) const {
    const std::vector<Rule>& rules = hop_.policy->chains[chain].rules;
    for (const uint32_t rule : looked_at(chain)) {
      const bool kept = std::binary_search(kept_[chain].begin(), kept_[chain].end(), rule);
      const bool apart = rightly_dropped(rules[rule], place);
      if (!kept && !apart && !is_rightly_idle(chain, rules[rule])) return false;
      if (kept && !apart && is_call(rules[rule].action)) add(rules[rule].action.index);
      // Nothing in question comes to the rules behind it.
      if (is_end(rules[rule], place)) return true;
    }
    return true;
  }

  // All rules, or those that the index does not exclude.
  std::vector<uint32_t> looked_at(uint32_t chain) const {
    std::vector<uint32_t> rules;
    if (const RuleColumns* columns = columns_of(*hop_.policy, chain, walk_.family)) {
      FieldBounds bounds;
      for (const Span& span : spans_) bounds.of(span.field) = IntervalSet::range(span.lo, span.hi);
      columns->find(bounds, rules);
    } else {
      rules.resize(hop_.policy->chains[chain].rules.size());
      std::iota(rules.begin(), rules.end(), 0);
    }
    return rules;
  }

  // Where nothing that accepts meets it, the end of the base chain blocks what it would have blocked.
  bool is_rightly_idle(uint32_t chain, const Rule& rule) const {
    for (const ClosedTree& tree : trees_) {
      if (std::find(tree.chains.begin(), tree.chains.end(), chain) == tree.chains.end()) continue;
      const auto meets = [&](const Rule* accepting) { return may_meet(rule, *accepting, walk_.family); };
      return blocks(rule.action.kind) && std::none_of(tree.accepting.begin(), tree.accepting.end(), meets);
    }
    return false;
  }

  const Walk& walk_;
  const WalkLeg& leg_;
  const WalkHop& hop_;
  const KeptRules& kept_;
  const Rewritten& rewritten_;
  std::vector<Span> spans_;
  std::vector<ClosedTree> trees_;
};

}  // namespace

bool sliced_rightly(const Walk& walk, const Slice& slice, bool idle_blocks) {
  const Rewritten rewritten = rewritten_by(slice);
  for (const WalkLeg& leg : walk.legs) {
    const Rewritten carried = in_leg(rewritten, leg);
    for (const WalkHop& hop : leg.hops)
      if (!Recheck(walk, leg, hop, slice.at(hop.policy), carried, idle_blocks).is_right()) return false;
  }
  return true;
}

}  // namespace fwproof::solver
