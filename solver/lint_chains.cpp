#include "solver/lint_chains.h"

#include <algorithm>

namespace fwproof::solver {

using namespace model;

namespace {

constexpr size_t kWaysOfChain = 32;
constexpr size_t kWays = 1'000'000;
constexpr uint32_t kDepth = 200;

LintFields fields_of(const RewriteAction& action) {
  LintFields fields = 0;
  for (const Rewrite& step : action.steps) fields |= bit_of(step.field);
  return fields;
}

}  // namespace

bool is_call(const Action& action) { return action.kind == ActionKind::jump || action.kind == ActionKind::go_to; }

bool decides(ActionKind kind) { return kind == ActionKind::accept || kind == ActionKind::drop || kind == ActionKind::reject; }

LintChains::LintChains(const Policy& p, Family family) : policy(p), space(p, family) {
  for (size_t i = 0; i < policy.chains.size(); ++i) chains.push_back({{}, {}, {}, LintIndex(family), {}, {}, {}, {}, false, 0, false, false});
  add_boxes();
  add_effects();
  for (uint32_t chain = 0; chain < chains.size(); ++chain) index(chain);
  add_ways();
}

void LintChains::add_boxes() {
  for (size_t c = 0; c < chains.size(); ++c) {
    LintChain& chain = chains[c];
    const std::vector<Rule>& rules = policy.chains[c].rules;
    chain.first_box.reserve(rules.size() + 1);
    chain.boxes.reserve(rules.size());
    chain.rule_of.reserve(rules.size());
    for (uint32_t r = 0; r < rules.size(); ++r) {
      chain.first_box.push_back(static_cast<uint32_t>(chain.boxes.size()));
      if (!rules[r].enabled) continue;
      for (LintBox& box : space.boxes_of(rules[r].terms)) {
        box.takes = box.sure && rules[r].assumption < 0;
        chain.boxes.push_back(std::move(box));
        chain.rule_of.push_back(r);
      }
    }
    chain.first_box.push_back(static_cast<uint32_t>(chain.boxes.size()));
  }
}

// Callees first, with an explicit stack: hostile inputs nest chains as deep as they like.
void LintChains::add_effects() {
  std::vector<bool> entered(chains.size(), false);
  for (uint32_t start = 0; start < chains.size(); ++start) {
    if (entered[start]) continue;
    entered[start] = true;
    std::vector<std::pair<uint32_t, uint32_t>> stack = {{start, 0}};
    while (!stack.empty()) {
      auto& [chain, next] = stack.back();
      if (next == policy.chains[chain].rules.size()) {
        add_effect(chain);
        stack.pop_back();
        continue;
      }
      const Action& action = policy.chains[chain].rules[next++].action;
      if (!is_call(action) || entered[action.index]) continue;
      entered[action.index] = true;
      stack.emplace_back(action.index, 0);
    }
  }
}

void LintChains::add_effect(uint32_t number) {
  LintChain& chain = chains[number];
  const std::vector<Rule>& rules = policy.chains[number].rules;
  for (uint32_t r = 0; r < rules.size(); ++r) {
    if (chain.first_box[r] == chain.first_box[r + 1]) continue;
    const Action& action = rules[r].action;
    LintFields writes = 0;
    bool goes_on = true;
    switch (action.kind) {
      case ActionKind::proceed: continue;
      case ActionKind::accept:
      case ActionKind::unknown: chain.accepts = true; break;
      case ActionKind::drop:
      case ActionKind::reject:
      case ActionKind::return_: break;
      case ActionKind::jump:
      case ActionKind::go_to:
        writes = chains[action.index].writes;
        chain.accepts = chain.accepts || chains[action.index].accepts;
        goes_on = action.kind == ActionKind::jump;
        if (goes_on && !chains[action.index].matters) continue;
        break;
      case ActionKind::rewrite:
        writes = fields_of(policy.rewrites[action.index]);
        goes_on = policy.rewrites[action.index].then == ActionKind::proceed;
        chain.accepts = chain.accepts || policy.rewrites[action.index].then == ActionKind::accept;
        break;
      case ActionKind::unknown_rewriting:
        writes = kEveryField;
        chain.accepts = true;
        break;
    }
    chain.matters = true;
    chain.writes |= writes;
    if (goes_on && writes != 0) chain.writing.emplace_back(r, writes);
  }
}

void LintChains::index(uint32_t number) {
  LintChain& chain = chains[number];
  chain.index.reserve(chain.boxes.size());
  for (uint32_t box = 0; box < chain.boxes.size(); ++box) {
    const Action& action = policy.chains[number].rules[chain.rule_of[box]].action;
    const bool calls = is_call(action);
    const bool passes_by = action.kind == ActionKind::proceed || (action.kind == ActionKind::jump && !chains[action.index].matters);
    if (passes_by) continue;
    chain.index.add(chain.boxes[box], box);
    if (action.kind == ActionKind::return_ || action.kind == ActionKind::go_to) chain.leaving.push_back(box);
    const bool accepts = calls ? chains[action.index].accepts || action.kind == ActionKind::go_to
                               : action.kind != ActionKind::drop && action.kind != ActionKind::reject &&
                                     !(action.kind == ActionKind::rewrite && policy.rewrites[action.index].then == ActionKind::proceed);
    if (accepts) chain.accepting.push_back(box);
  }
  chain.index.build();
}

LintFields LintChains::written(uint32_t chain, uint32_t from, uint32_t to) const {
  LintFields fields = 0;
  const auto& writing = chains[chain].writing;
  auto entry = std::lower_bound(writing.begin(), writing.end(), std::pair(from, LintFields{0}));
  for (; entry != writing.end() && entry->first < to && fields != chains[chain].writes; ++entry) fields |= entry->second;
  return fields;
}

void LintChains::add_ways() {
  for (size_t hook = 0; hook < kHooks; ++hook)
    for (uint32_t stage = 0; stage < policy.hooks[hook].size(); ++stage) {
      if (policy.hooks[hook][stage].kind == Stage::Kind::route) continue;
      const uint32_t chain = policy.hooks[hook][stage].chain;
      chains[chain].ways.push_back(static_cast<uint32_t>(ways.size()));
      ways.push_back({static_cast<Hook>(hook), stage, chain, LintWay::kNone, 0, 0});
    }
  for (uint32_t number = 0; number < ways.size(); ++number) {
    const LintWay way = ways[number];
    const std::vector<Rule>& rules = policy.chains[way.chain].rules;
    for (uint32_t r = 0; r < rules.size(); ++r) {
      const LintChain& caller = chains[way.chain];
      if (!is_call(rules[r].action) || caller.first_box[r] == caller.first_box[r + 1]) continue;
      LintChain& called = chains[rules[r].action.index];
      if (called.ways.size() >= kWaysOfChain || ways.size() >= kWays || way.depth >= kDepth) {
        called.more_ways = true;
        continue;
      }
      called.ways.push_back(static_cast<uint32_t>(ways.size()));
      ways.push_back({way.hook, way.stage, rules[r].action.index, number, r, way.depth + 1});
    }
  }
  add_ways_of_other_hooks();
  spread_more_ways();
}

// A base chain that no hook lists belongs to a hook that is not modelled: what it calls is entered from there as well.
void LintChains::add_ways_of_other_hooks() {
  for (uint32_t chain = 0; chain < chains.size(); ++chain)
    if (chains[chain].ways.empty() && policy.chains[chain].at_end != ActionKind::return_)
      for (const Rule& rule : policy.chains[chain].rules)
        if (is_call(rule.action)) chains[rule.action.index].more_ways = true;
}

// What a chain with unlisted ways calls has unlisted ways too.
void LintChains::spread_more_ways() {
  std::vector<uint32_t> todo;
  for (uint32_t chain = 0; chain < chains.size(); ++chain)
    if (chains[chain].more_ways) todo.push_back(chain);
  while (!todo.empty()) {
    const uint32_t chain = todo.back();
    todo.pop_back();
    const std::vector<Rule>& rules = policy.chains[chain].rules;
    for (uint32_t r = 0; r < rules.size(); ++r) {
      if (!is_call(rules[r].action) || chains[chain].first_box[r] == chains[chain].first_box[r + 1]) continue;
      LintChain& called = chains[rules[r].action.index];
      if (!called.more_ways) todo.push_back(rules[r].action.index);
      called.more_ways = true;
    }
  }
}

}  // namespace fwproof::solver
