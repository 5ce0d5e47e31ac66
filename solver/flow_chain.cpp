// How sets of packets pass the chains and rules of one device: model/evaluate.cpp, for all packets at once.
#include <algorithm>

#include "solver/flow_run.h"
#include "solver/slice_parts.h"

namespace fwproof::solver {

using namespace model;

namespace {

// Places in Taken::by.
constexpr std::array kVerdicts = {ActionKind::accept, ActionKind::drop, ActionKind::reject, ActionKind::return_};

size_t place_of(ActionKind kind) { return static_cast<size_t>(std::find(kVerdicts.begin(), kVerdicts.end(), kind) - kVerdicts.begin()); }

bool terminal(ActionKind kind) { return place_of(kind) < kVerdicts.size(); }

Class part_of(Class packets, Ref region) {
  packets.region = region;
  return packets;
}

bool equal_but_for_region(const Class& a, const Class& b) {
  return a.shape == b.shape && a.before_nat == b.before_nat && a.after_nat == b.after_nat;
}

}  // namespace

void Flow::Run::merge_into(Classes& into, const Class& packets) {
  if (packets.region == Diagrams::kFalse) return;
  for (Class& old : into) {
    if (!equal_but_for_region(old, packets)) continue;
    old.region = diagrams.either(old.region, packets.region);
    if (old.version != packets.version) old.version = ++versions_;
    return;
  }
  // Classes differ by what was rewritten; a policy that makes thousands of different packets out of one question is beyond this engine.
  if (into.size() >= 4096) throw LimitReached{"more than 4,096 different rewritings of the packets in question"};
  into.push_back(packets);
}

uint32_t Flow::Run::path_of(uint32_t parent, uint32_t chain, uint32_t rule) {
  const auto [found, added] = path_ids_.try_emplace({parent, chain, rule}, paths_ + 1);
  if (added) ++paths_;
  return found->second;
}

void Flow::Run::record(uint32_t chain, uint32_t first, uint32_t last, const Class& packets, uint32_t path, Verdict verdict) {
  if (packets.region == Diagrams::kFalse) return;
  records_.push_back({leg_, hop_, chain, first, last, packets, path, verdict, stage_can_block_, in_nat_});
}

// Packets that run off the end or return. `accepted` gains those that are done with the stage.
Classes Flow::Run::run_chain(uint32_t chain, Classes live, uint32_t path, Classes& accepted, uint32_t depth) {
  if (++visits_ > limits_.visits) throw LimitReached{"too many visits of chains"};
  if (depth > 2'000) throw LimitReached{"chains call each other more than 2,000 deep"};
  Classes returning;
  const std::vector<uint32_t>& kept = (*kept_)[chain];
  size_t looked_at = 0;   // whether to take rules of different verdicts at once
  for (size_t at = 0, end = 0; at < kept.size() && !live.empty(); at = end) {
    end = batch_end(chain, at);
    const size_t verdicts = at < looked_at ? at : verdicts_end(chain, at);
    looked_at = std::max(looked_at, verdicts);
    if (verdicts > end && verdicts - at >= limits_.verdicts_at_once && are_scattered(chain, at, verdicts))
      run_verdicts(chain, at, end = verdicts, live, path, accepted, returning);
    else if (end > at + 1)
      run_batch(chain, at, end, live, path, accepted, returning);
    else
      run_rule(chain, kept[at], live, path, accepted, returning, depth);
  }
  for (const Class& packets : live) merge_into(returning, packets);
  return returning;
}

// Enters a chain; what it does to equal packets is computed once where its chains allow that.
void Flow::Run::run_into(uint32_t chain, Classes hit, uint32_t path, Classes& returned, Classes& accepted, uint32_t depth) {
  Classes accepted_here;
  Classes returned_here;
  const bool share = hit.size() == 1 && shareable(chain, 0);
  std::tuple<size_t, size_t, bool, uint32_t, Ref, ShapeId, uint32_t> key;
  if (share) {
    key = {leg_, hop_, in_nat_, chain, hit[0].region, hit[0].shape, hit[0].version};
    if (const auto found = shared_.find(key); found != shared_.end()) {
      for (Class packets : found->second.returned) merge_into(returned, packets);
      for (Class packets : found->second.accepted) merge_into(accepted, packets);
      return;
    }
  }
  returned_here = run_chain(chain, std::move(hit), path, accepted_here, depth);
  for (const Class& packets : returned_here) merge_into(returned, packets);
  for (const Class& packets : accepted_here) merge_into(accepted, packets);
  if (share) shared_[key] = {std::move(returned_here), std::move(accepted_here)};
}

namespace {

bool has_per_visit(const Policy& policy, const std::vector<Term>& terms) {
  for (const Term& term : terms) {
    if (const auto* unknown = std::get_if<Unknown>(&term.what))
      if (policy.unknowns[unknown->index].sharing == UnknownCondition::Sharing::per_visit) return true;
    if (const auto* any = std::get_if<AnyOf>(&term.what))
      for (const auto& inner : any->alternatives)
        if (has_per_visit(policy, inner)) return true;
  }
  return false;
}

}  // namespace

bool Flow::Run::shareable(uint32_t chain, uint32_t depth) {
  if (depth > 2'000) return false;
  auto& known = shareable_[policy_];
  known.resize(policy_->chains.size());
  if (known[chain]) return known[chain] == 1;
  known[chain] = 2;
  bool yes = true;
  for (const uint32_t number : (*kept_)[chain]) {
    const Rule& rule = policy_->chains[chain].rules[number];
    const ActionKind kind = rule.action.kind;
    const bool calls = kind == ActionKind::jump || kind == ActionKind::go_to;
    const bool plain = terminal(kind) || kind == ActionKind::proceed || (calls && shareable(rule.action.index, depth + 1));
    yes = yes && plain && !has_per_visit(*policy_, rule.terms);
    if (!yes) break;
  }
  known[chain] = yes ? 1 : 2;
  return yes;
}

void Flow::Run::run_rule(uint32_t chain, uint32_t index, Classes& live, uint32_t path, Classes& accepted, Classes& returning,
                         uint32_t depth) {
  const Rule& rule = policy_->chains[chain].rules[index];
  if (rule.action.kind == ActionKind::proceed || is_idle_call(rule, *kept_)) return;
  Classes hit;
  Classes next;
  for (const Class& packets : live) {
    const Ref matching = condition(rule.terms, packets, chain, index, path);
    Class matched = packets;
    matched.region = diagrams.both(packets.region, matching);
    Class missed = packets;
    missed.region = diagrams.minus(packets.region, matching);
    merge_into(hit, matched);
    merge_into(next, missed);
  }
  live = std::move(next);
  if (hit.empty()) return;
  const uint32_t here = path_of(path, chain, index);
  const auto decide = [&](const Class& packets, ActionKind kind) {
    record(chain, index, index, packets, path, verdict_of(kind));
    if (kind == ActionKind::accept) merge_into(accepted, packets);
  };
  switch (rule.action.kind) {
    case ActionKind::accept:
    case ActionKind::drop:
    case ActionKind::reject:
      for (const Class& packets : hit) decide(packets, rule.action.kind);
      return;
    case ActionKind::return_:
      for (const Class& packets : hit) merge_into(returning, packets);
      return;
    case ActionKind::jump: run_into(rule.action.index, std::move(hit), here, live, accepted, depth + 1); return;
    case ActionKind::go_to: run_into(rule.action.index, std::move(hit), here, returning, accepted, depth + 1); return;
    case ActionKind::proceed: return;
    case ActionKind::rewrite: {
      const RewriteAction& action = policy_->rewrites[rule.action.index];
      for (const Class& packets : hit) {
        const Class changed = rewritten(packets, action, here);
        if (action.then == ActionKind::accept && rule.assumption < 0 && is_sent_away(changed))
          records_.push_back({leg_, walk_.legs[leg_].hops.size() - 1, kSentOn, RuleRef::kAtEnd, RuleRef::kAtEnd, changed, path, Verdict::drop, true, false});
        else if (action.then == ActionKind::proceed)
          merge_into(live, changed);
        else
          decide(changed, action.then);
      }
      return;
    }
    case ActionKind::unknown:
    case ActionKind::unknown_rewriting: run_unknown(rule, chain, index, hit, path, live, accepted); return;
  }
}

void Flow::Run::run_unknown(const Rule& rule, uint32_t chain, uint32_t index, const Classes& hit, uint32_t path, Classes& live,
                            Classes& accepted) {
  const UnknownCondition& what = policy_->unknowns[rule.action.index];
  const uint32_t here = path_of(path, chain, index);
  const bool rewriting = rule.action.kind == ActionKind::unknown_rewriting;
  for (const Class& packets : hit) {
    const bool shared = !rewriting && is_shared(packets);
    const Ref goes_on = rewriting ? Diagrams::kFalse : boolean(what, {1, rule.action.index, here}, shared);
    const Ref accepts = boolean(what, {2, rule.action.index, here}, shared);
    Class part = packets;
    part.region = diagrams.both(packets.region, goes_on);
    merge_into(live, part);
    const Ref ends = diagrams.minus(packets.region, goes_on);
    part.region = diagrams.both(ends, accepts);
    record(chain, index, index, part, path, Verdict::accept);
    if (rewriting)
      fate_ = diagrams.either(fate_, part.region);
    else
      merge_into(accepted, part);
    part.region = diagrams.minus(ends, accepts);
    record(chain, index, index, part, path, Verdict::drop);
  }
}

// ---- Batches: neighbours that decide alike are one condition, put together pairwise so that long lists stay n log n ----

// `first` and `end`, here and below: places among the kept rules of the chain.
size_t Flow::Run::batch_end(uint32_t chain, size_t first) const {
  const std::vector<Rule>& rules = policy_->chains[chain].rules;
  const std::vector<uint32_t>& kept = (*kept_)[chain];
  const ActionKind kind = rules[kept[first]].action.kind;
  size_t end = first + 1;
  while (terminal(kind) && end < kept.size() && rules[kept[end]].action.kind == kind) ++end;
  return end;
}

Ref Flow::Run::batch_condition(uint32_t chain, size_t first, size_t end, const Class& packets, uint32_t path) {
  if (end - first == 1) {
    const uint32_t rule = (*kept_)[chain][first];
    return condition(policy_->chains[chain].rules[rule].terms, packets, chain, rule, path);
  }
  const size_t middle = first + (end - first) / 2;
  return diagrams.either(batch_condition(chain, first, middle, packets, path), batch_condition(chain, middle, end, packets, path));
}

// ---- Long lists of different verdicts: what each verdict takes, put together pairwise too, and only then taken from the packets ----

size_t Flow::Run::verdicts_end(uint32_t chain, size_t first) const {
  const std::vector<Rule>& rules = policy_->chains[chain].rules;
  const std::vector<uint32_t>& kept = (*kept_)[chain];
  size_t end = first;
  while (end < kept.size() && terminal(rules[kept[end]].action.kind)) ++end;
  return end;
}

bool Flow::Run::are_scattered(uint32_t chain, size_t first, size_t end) const {
  constexpr int kMostAtOnce = 8;
  const auto at_once = [&](Field field) {
    std::vector<std::pair<u128, int>> places;   // where ranges begin (-1) and end (1)
    for (size_t at = first; at < end; ++at) {
      const Interval all{0, max_value(field_bits(field, walk_.family))};
      const Interval range = slicing::range_of(policy_->chains[chain].rules[(*kept_)[chain][at]], field, walk_.family).value_or(all);
      places.emplace_back(range.lo, -1);
      places.emplace_back(range.hi, 1);
    }
    std::sort(places.begin(), places.end());   // at one value, those that begin before those that end
    int now = 0, most = 0;
    for (const auto& [value, ends] : places) most = std::max(most, now -= ends);
    return most;
  };
  return at_once(Field::src) <= kMostAtOnce || at_once(Field::dst) <= kMostAtOnce;
}

// A rule of the second half takes what the first half leaves.
Flow::Run::Taken Flow::Run::taken(uint32_t chain, size_t first, size_t end, const Class& packets, uint32_t path) {
  Taken all;
  if (end - first == 1) {
    const uint32_t rule = (*kept_)[chain][first];
    const Ref matching = condition(policy_->chains[chain].rules[rule].terms, packets, chain, rule, path);
    all.any = all.by[place_of(policy_->chains[chain].rules[rule].action.kind)] = matching;
    return all;
  }
  const size_t middle = first + (end - first) / 2;
  const Taken before = taken(chain, first, middle, packets, path);
  const Taken behind = taken(chain, middle, end, packets, path);
  for (size_t i = 0; i < all.by.size(); ++i) all.by[i] = diagrams.either(before.by[i], diagrams.minus(behind.by[i], before.any));
  all.any = diagrams.either(before.any, behind.any);
  return all;
}

void Flow::Run::run_verdicts(uint32_t chain, size_t first, size_t end, Classes& live, uint32_t path, Classes& accepted, Classes& returning) {
  Classes next;
  for (const Class& packets : live) {
    const Taken took = taken(chain, first, end, packets, path);
    merge_into(next, part_of(packets, diagrams.minus(packets.region, took.any)));
    for (const ActionKind kind : kVerdicts)
      decide_run(chain, first, end, part_of(packets, diagrams.both(packets.region, took.by[place_of(kind)])), kind, path, accepted, returning);
  }
  live = std::move(next);
}

void Flow::Run::run_batch(uint32_t chain, size_t first, size_t end, Classes& live, uint32_t path, Classes& accepted,
                          Classes& returning) {
  const ActionKind kind = policy_->chains[chain].rules[(*kept_)[chain][first]].action.kind;
  Classes next;
  for (const Class& packets : live) {
    const Ref matching = batch_condition(chain, first, end, packets, path);
    merge_into(next, part_of(packets, diagrams.minus(packets.region, matching)));
    decide_run(chain, first, end, part_of(packets, diagrams.both(packets.region, matching)), kind, path, accepted, returning);
  }
  live = std::move(next);
}

// What rules of one verdict took.
void Flow::Run::decide_run(uint32_t chain, size_t first, size_t end, const Class& packets, ActionKind kind, uint32_t path, Classes& accepted, Classes& returning) {
  if (kind == ActionKind::return_) return merge_into(returning, packets);
  const std::vector<uint32_t>& kept = (*kept_)[chain];
  record(chain, kept[first], kept[end - 1], packets, path, verdict_of(kind));
  if (kind == ActionKind::accept) merge_into(accepted, packets);
}

}  // namespace fwproof::solver
