#include "importers/iptables_save/time_to_live.h"

#include <algorithm>
#include <map>
#include <vector>

namespace fwproof::importers::iptables_save {
namespace {

using model::ActionKind;
using model::Chain;
using model::Hook;
using model::Policy;
using model::Rule;
using model::Stage;

bool may_expire(const Policy& policy, const Rule& rule) {
  const auto* last = rule.terms.empty() ? nullptr : std::get_if<model::Unknown>(&rule.terms.back().what);
  return last != nullptr && policy.unknowns[last->index].kind == kTimeToLive;
}

bool calls(const Rule& rule) { return rule.action.kind == ActionKind::jump || rule.action.kind == ActionKind::go_to; }

// With `start` itself.
std::vector<uint32_t> reached_from(const Policy& policy, uint32_t start) {
  std::vector<uint32_t> reached = {start};
  std::vector<bool> seen(policy.chains.size(), false);
  seen[start] = true;
  for (size_t i = 0; i < reached.size(); ++i)
    for (const Rule& rule : policy.chains[reached[i]].rules) {
      if (!calls(rule) || seen[rule.action.index]) continue;
      seen[rule.action.index] = true;
      reached.push_back(rule.action.index);
    }
  return reached;
}

// Returns the first one's copy.
uint32_t copy_without_expiry(Policy& policy, const std::vector<uint32_t>& reached) {
  const auto first = static_cast<uint32_t>(policy.chains.size());
  std::map<uint32_t, uint32_t> copies;
  for (const uint32_t from : reached) copies.emplace(from, static_cast<uint32_t>(first + copies.size()));
  for (const uint32_t from : reached) {
    Chain copy = policy.chains[from];
    copy.name += " (input)";
    for (Rule& rule : copy.rules) {
      if (calls(rule)) rule.action.index = copies.at(rule.action.index);
      if (!may_expire(policy, rule)) continue;
      rule.terms.pop_back();
      rule.action = {};
    }
    policy.chains.push_back(std::move(copy));
  }
  return first;
}

}  // namespace

void let_deliver(Policy& policy) {
  const auto is_ours = [](const model::UnknownCondition& unknown) { return unknown.kind == kTimeToLive; };
  if (std::none_of(policy.unknowns.begin(), policy.unknowns.end(), is_ours)) return;   // nearly always
  for (Stage& stage : policy.hooks[static_cast<size_t>(Hook::input)]) {
    if (stage.kind == Stage::Kind::route) continue;
    const std::vector<uint32_t> reached = reached_from(policy, stage.chain);
    const bool any = std::any_of(reached.begin(), reached.end(), [&](uint32_t chain) {
      const auto& rules = policy.chains[chain].rules;
      return std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) { return may_expire(policy, rule); });
    });
    if (any) stage.chain = copy_without_expiry(policy, reached);
  }
}

}  // namespace fwproof::importers::iptables_save
