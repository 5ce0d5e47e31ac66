// Which rules decided a part of the question.
#include <algorithm>
#include <array>

#include "solver/flow_run.h"

namespace fwproof::solver {

using namespace model;

namespace {

int32_t assumption_of(const Chain& chain, uint32_t rule) {
  return rule == RuleRef::kAtEnd ? chain.at_end_assumption : chain.rules[rule].assumption;
}

}  // namespace

bool Flow::Run::rests_on_assumption(const Record& record) const {
  if (record.chain == kSentOn) return false;
  const Chain& chain = walk_.legs[record.leg].hops[record.hop].policy->chains[record.chain];
  if (record.first_rule == RuleRef::kAtEnd) return chain.at_end_assumption >= 0;
  for (uint32_t rule = record.first_rule; rule <= record.last_rule; ++rule)
    if (assumption_of(chain, rule) >= 0) return true;
  return false;
}

// Takes a batch apart, in the order in which its rules matched.
bool Flow::Run::resolve(const Record& record, Ref region, size_t most, std::vector<Decision>& into) {
  const WalkHop& hop = walk_.legs[record.leg].hops[record.hop];
  leg_ = record.leg;
  hop_ = record.hop;
  policy_ = hop.policy;
  kept_ = &slice_.at(policy_);
  in_nat_ = record.in_nat;
  const auto add = [&](uint32_t rule, Ref decided) {
    const Decision decision{record.hop, {record.chain, rule}, record.verdict, record.chain == kSentOn, decided};
    const auto same = [&](const Decision& d) { return d.hop == decision.hop && d.rule == decision.rule && d.verdict == decision.verdict; };
    const auto old = std::find_if(into.begin(), into.end(), same);
    if (old == into.end())
      into.push_back(decision);
    else
      old->region = diagrams.either(old->region, decided);
  };
  Ref left = diagrams.both(region, record.packets.region);
  if (record.first_rule == record.last_rule) {
    if (left != Diagrams::kFalse) add(record.first_rule, left);
    return true;
  }
  const size_t end = into.size() + std::min(most, SIZE_MAX - into.size());
  const std::vector<uint32_t>& kept = (*kept_)[record.chain];
  for (auto at = std::lower_bound(kept.begin(), kept.end(), record.first_rule); at != kept.end() && *at <= record.last_rule && left != Diagrams::kFalse && into.size() < end; ++at) {
    const uint32_t rule = *at;
    // What rules of other verdicts in a run took is not in the record.
    const ActionKind kind = policy_->chains[record.chain].rules[rule].action.kind;
    if (kind == ActionKind::return_ || verdict_of(kind) != record.verdict) continue;
    const Ref matching = condition(policy_->chains[record.chain].rules[rule].terms, record.packets, record.chain, rule, record.path);
    const Ref decided = diagrams.both(left, matching);
    if (decided == Diagrams::kFalse) continue;
    add(rule, decided);
    left = diagrams.minus(left, matching);
  }
  in_nat_ = false;
  return left == Diagrams::kFalse || into.size() < end;
}

std::vector<Decision> Flow::Run::deciders(size_t leg, Ref region, bool only_assumed, size_t most, bool* all) {
  std::vector<Decision> found;
  std::array<size_t, 2> many{};   // that block, that accept

  // What leaves this walk is decided elsewhere, whatever let it come so far.
  const Ref within = diagrams.minus(diagrams.both(region, domain_), elsewhere_[leg]);
  // Acceptance is decided where the packet could have been blocked; a policy that never blocks has no such place.
  for (const bool where_it_could_block : {true, false}) {
    bool accepted = false;
    for (size_t i = 0; i < records_.size(); ++i) {
      const Record record = records_[i];
      if (record.leg != leg || (record.verdict == Verdict::accept && record.can_block != where_it_could_block)) continue;
      if (!where_it_could_block && record.verdict != Verdict::accept) continue;
      if (only_assumed && !rests_on_assumption(record)) continue;
      const size_t before = found.size();
      size_t& known = many[record.verdict == Verdict::accept];
      const bool complete = known < most && resolve(record, within, most - known, found);
      known += found.size() - before;
      if (!complete && all) *all = false;
      accepted = accepted || (record.verdict == Verdict::accept && found.size() > before);
    }
    if (accepted || only_assumed) break;
  }
  return found;
}

std::vector<Opened> Flow::opened(size_t leg_index) {
  const LegRegions& regions = leg(leg_index);
  std::vector<Opened> rules;
  for (const Decision& decision : deciders(leg_index, diagrams().either(regions.passes, regions.depends)))
    if (decision.verdict == Verdict::accept) rules.push_back({decision, Diagrams::kFalse, Diagrams::kFalse});
  Ref rest = regions.passes;
  for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
    const Ref reached = some_assignment(rule->by.region);
    rule->surely = diagrams().both(reached, rest);
    rest = diagrams().minus(rest, rule->surely);
    rule->perhaps = diagrams().both(reached, regions.depends);
  }
  return rules;
}

}  // namespace fwproof::solver
