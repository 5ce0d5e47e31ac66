#include "solver/lint_redundant.h"

#include <algorithm>

namespace fwproof::solver {

using namespace model;

namespace {

constexpr uint32_t kMostLooked = 2'000;

bool overlap(const LintBox& a, const LintBox& b) {
  for (const LintSide& left : a.sides)
    for (const LintSide& right : b.sides)
      if (left.field == right.field && !left.set->intersects(*right.set)) return false;
  return true;
}

bool inside(const LintBox& inner, const LintBox& outer) {
  return std::all_of(outer.sides.begin(), outer.sides.end(), [&](const LintSide& side) {
    return std::any_of(inner.sides.begin(), inner.sides.end(),
                       [&](const LintSide& own) { return own.field == side.field && side.set->contains(*own.set); });
  });
}

// Who is the first behind the rule that does the same with the whole box; nothing: something else may happen to some of it.
std::optional<RuleRef> behind(const LintChains& chains, RuleRef rule, const LintBox& box) {
  const LintChain& chain = chains.chains[rule.chain];
  const Chain& rules = chains.policy.chains[rule.chain];
  const ActionKind kind = rules.rules[rule.rule].action.kind;
  const uint32_t first = chain.first_box[rule.rule + 1];
  for (uint32_t later = first; later < chain.boxes.size(); ++later) {
    if (later - first >= kMostLooked) return std::nullopt;
    if (!overlap(box, chain.boxes[later])) continue;
    const RuleRef other{rule.chain, chain.rule_of[later]};
    if (chains.rule(other).action.kind != kind) return std::nullopt;
    if (chain.boxes[later].takes && inside(box, chain.boxes[later])) return other;
  }
  // In another chain the packets would come back to whoever called it.
  const auto& ways = chain.ways;
  const bool only_base = std::all_of(ways.begin(), ways.end(), [&](uint32_t way) { return chains.ways[way].parent == LintWay::kNone; });
  if (!only_base || chain.more_ways || rules.at_end != kind || rules.at_end_assumption >= 0) return std::nullopt;
  return RuleRef{rule.chain, RuleRef::kAtEnd};
}

}  // namespace

std::optional<std::vector<RuleRef>> does_the_same_behind(const LintChains& chains, RuleRef rule) {
  const LintChain& chain = chains.chains[rule.chain];
  const ActionKind kind = chains.rule(rule).action.kind;
  if (kind != ActionKind::accept && kind != ActionKind::drop) return std::nullopt;
  std::vector<RuleRef> found;
  for (uint32_t box = chain.first_box[rule.rule]; box < chain.first_box[rule.rule + 1]; ++box) {
    const auto other = behind(chains, rule, chain.boxes[box]);
    if (!other) return std::nullopt;
    if (std::find(found.begin(), found.end(), *other) == found.end()) found.push_back(*other);
  }
  return found;
}

}  // namespace fwproof::solver
