#include "solver/lint_replay.h"

#include <algorithm>

namespace fwproof::solver {

using namespace model;

namespace {

constexpr uint64_t kStepsInAll = 1'000'000'000;  // boxes and rules looked at
constexpr uint64_t kStepsOfReplay = 2'000'000;   // the evaluator's: four thousand calls

bool is_unknown(ActionKind kind) { return kind == ActionKind::unknown || kind == ActionKind::unknown_rewriting; }

// The terms with every unknown condition as it suits: true for `most`, false otherwise.
void settle(std::vector<Term>& terms, bool most) {
  for (Term& term : terms) {
    const bool wanted = most != term.negated;
    if (auto* any = std::get_if<AnyOf>(&term.what))
      for (auto& inner : any->alternatives) settle(inner, wanted);
    else if (std::holds_alternative<Unknown>(term.what) || std::holds_alternative<InNamed>(term.what))
      term.what = wanted ? AnyOf{{{}}} : AnyOf{};
  }
}

}  // namespace

Packet packet_of(Family family, const LintPoint& point) {
  Packet packet;
  packet.family = family;
  for (size_t i = 0; i < kFields; ++i) packet.set(static_cast<Field>(i), point[i]);
  return packet;
}

LintReplay::LintReplay(const LintChains& chains) : chains_(chains), number_(chains.chains.size(), 0) {
  const Policy& policy = chains.policy;
  small_.v4 = policy.v4;
  small_.v6 = policy.v6;
  small_.unknowns = policy.unknowns;
  small_.rewrites = policy.rewrites;
  small_.interfaces = policy.interfaces;
  small_.programs = policy.programs;
  small_.services = policy.services;
}

bool LintReplay::is_on_the_way(const Task& task, RuleRef rule) const {
  return rule == task.rule || std::find(task.calls.begin(), task.calls.end(), rule) != task.calls.end();
}

uint32_t LintReplay::number_of(uint32_t chain) {
  if (number_[chain] == 0) {
    added_.push_back(chain);
    number_[chain] = static_cast<uint32_t>(added_.size());
    small_.chains.emplace_back();
  }
  return number_[chain] - 1;
}

// Rules that may match the point, in order, and whether they surely do.
std::vector<std::pair<uint32_t, bool>> LintReplay::matching(const Task& task, uint32_t number) {
  const LintChain& chain = chains_.chains[number];
  std::vector<uint32_t> boxes;
  const auto look = [&](uint32_t box) {
    if (contains(chain.boxes[box], *task.point, task.ignored)) boxes.push_back(box);
    return true;
  };
  // Where a chain is entered once, what stands behind the rule does not matter to it.
  const bool once = number == task.rule.chain && chain.ways.size() == 1 && !chain.more_ways;
  const uint32_t limit = once ? chain.first_box[task.rule.rule + 1] : static_cast<uint32_t>(chain.boxes.size());
  if (task.ignored == 0)
    steps_ += chain.index.visit(*task.point, limit, look);
  else
    for (uint32_t box = 0; box < limit; ++box, ++steps_) look(box);
  std::sort(boxes.begin(), boxes.end());
  std::vector<std::pair<uint32_t, bool>> rules;
  for (const uint32_t box : boxes) {
    const uint32_t rule = chain.rule_of[box];
    const bool sure = chain.boxes[box].sure;
    if (!rules.empty() && rules.back().first == rule)
      rules.back().second = rules.back().second || sure;
    else
      rules.emplace_back(rule, sure);
  }
  return rules;
}

void LintReplay::add_rule(Task& task, uint32_t chain, uint32_t number, bool surely, Chain& to) {
  const Rule& rule = chains_.policy.chains[chain].rules[number];
  const bool wanted = is_on_the_way(task, {chain, number});
  if (!wanted && (!surely || is_unknown(rule.action.kind))) {
    task.unsure = true;
    return;
  }
  if (task.rule == RuleRef{chain, number}) wanted_.rule = static_cast<uint32_t>(to.rules.size());
  to.rules.push_back(rule);
  Rule& added = to.rules.back();
  if (wanted && !surely) {
    settle(added.terms, true);
    task.unsure = true;
  }
}

void LintReplay::add_missing(const Task& task, RuleRef rule, uint32_t chain, std::vector<std::pair<uint32_t, bool>>& rules) const {
  if (rule.chain != chain) return;
  const auto place = std::lower_bound(rules.begin(), rules.end(), std::pair(rule.rule, false));
  if (place != rules.end() && place->first == rule.rule) return;
  const LintChain& own = chains_.chains[chain];
  bool sure = false;
  for (uint32_t box = own.first_box[rule.rule]; box < own.first_box[rule.rule + 1]; ++box)
    sure = sure || (own.boxes[box].sure && contains(own.boxes[box], *task.point, task.ignored));
  rules.insert(place, {rule.rule, sure});
}

void LintReplay::add_chain(Task& task, uint32_t chain) {
  const Chain& from = chains_.policy.chains[chain];
  Chain to;
  to.at_end = from.at_end;
  auto rules = matching(task, chain);
  // The index leaves out rules that decide nothing.
  add_missing(task, task.rule, chain, rules);
  for (const RuleRef& call : task.calls) add_missing(task, call, chain, rules);
  for (const auto& [rule, surely] : rules) add_rule(task, chain, rule, surely, to);
  for (Rule& rule : to.rules)
    if (is_call(rule.action)) rule.action.index = number_of(rule.action.index);
  small_.chains[number_[chain] - 1] = std::move(to);
}

void LintReplay::build(Task& task) {
  small_.chains.clear();
  for (const uint32_t chain : added_) number_[chain] = 0;
  added_.clear();
  for (auto& stages : small_.hooks) stages.clear();
  task.unsure = false;
  const auto hook = static_cast<size_t>(task.way->hook);
  for (uint32_t stage = 0; stage <= task.way->stage; ++stage) {
    Stage copy = chains_.policy.hooks[hook][stage];
    if (copy.kind != Stage::Kind::route) copy.chain = number_of(copy.chain);
    small_.hooks[hook].push_back(copy);
  }
  for (size_t i = 0; i < added_.size(); ++i) add_chain(task, added_[i]);
  wanted_.chain = number_[task.rule.chain] - 1;
}

LintReplay::Seen LintReplay::replay(RuleRef rule, uint32_t way, const LintPoint& point) {
  Task task{rule, &chains_.ways[way], &point, 0, {}, false};
  for (uint32_t w = way; chains_.ways[w].parent != LintWay::kNone; w = chains_.ways[w].parent)
    task.calls.push_back({chains_.ways[chains_.ways[w].parent].chain, chains_.ways[w].call});
  const Packet packet = packet_of(chains_.space.family(), point);
  for (const bool again : {false, true}) {
    if (steps_ > kStepsInAll) return {};
    if (again)
      for (const LintChain& chain : chains_.chains) task.ignored |= chain.writes;
    build(task);
    if (number_[rule.chain] == 0) return {};
    EvaluateOptions options;
    options.max_steps = kStepsOfReplay;
    const Outcome outcome = evaluate(small_, task.way->hook, packet, options);
    steps_ += outcome.limit_reached ? kStepsOfReplay : outcome.trail.size();
    bool rewritten = false;
    for (const Step& step : outcome.trail) {
      if (step.rule == wanted_) {
        if (rewritten && !again) break;
        return {true, task.unsure};
      }
      rewritten = rewritten || step.what.ends_with(" rewritten");
    }
    if (!rewritten || again) break;
  }
  return {};
}

}  // namespace fwproof::solver
