#include "model/policy.h"

#include <algorithm>
#include <mutex>

#include "model/in_parts.h"

namespace fwproof::model {
namespace {

// The unknown that stands for "field is one of the addresses called name" beyond what is known.
Term unknown_membership(Policy& policy, const InNamed& named) {
  UnknownCondition unknown;
  unknown.kind = "address-keyword";
  unknown.text = std::string(field_text(named.field)) + " in " + named.name;
  return {Unknown{add_unknown(policy, std::move(unknown))}, false};
}

void bind_term(Policy& policy, const NameBindings& bindings, Term& term) {
  if (auto* any = std::get_if<AnyOf>(&term.what)) {
    for (auto& terms : any->alternatives)
      for (Term& inner : terms) bind_term(policy, bindings, inner);
    return;
  }
  const auto* named = std::get_if<InNamed>(&term.what);
  if (!named) return;
  const InNamed copy = *named;
  const auto bound = bindings.find(copy.name);
  if (bound == bindings.end()) {
    term.what = unknown_membership(policy, copy).what;
    return;
  }
  const Term inside{InAddresses{copy.field, bound->second.inside}, false};
  if (bound->second.complete)
    term.what = inside.what;
  else
    term.what = AnyOf{{{inside}, {unknown_membership(policy, copy)}}};
}

void bind_rewrite(Policy& policy, const NameBindings& bindings, Rewrite& step) {
  if (step.kind != Rewrite::Kind::assign_named) return;
  const Family family = policy.v6 && !policy.v4 ? Family::v6 : Family::v4;
  step.kind = Rewrite::Kind::assign;
  step.values = IntervalSet::all(address_bits(family));
  const auto bound = bindings.find(step.name);
  if (bound == bindings.end() || bound->second.inside.in(family).empty()) return;
  step.values = bound->second.inside.in(family);
  if (bound->second.complete) return;
  const Assumption assumption{"a rewrite to an address of this host itself takes one of the addresses bound to it", {}};
  const auto same = [&](const Assumption& a) { return a.text == assumption.text; };
  auto& general = policy.general_assumptions;
  if (std::none_of(general.begin(), general.end(), same)) general.push_back(assumption);
}

bool can_block(ActionKind kind) {
  return kind == ActionKind::drop || kind == ActionKind::reject || kind == ActionKind::unknown || kind == ActionKind::unknown_rewriting;
}

bool is_call(const Action& action) { return action.kind == ActionKind::jump || action.kind == ActionKind::go_to; }

// Depth-first search with an explicit stack: hostile inputs nest chains as deep as they like.
class LoopFinder {
 public:
  LoopFinder(const Policy& policy, std::vector<Flaw>& flaws) : policy_(policy), flaws_(flaws), color_(policy.chains.size()) {}

  void visit_all() {
    for (uint32_t chain = 0; chain < policy_.chains.size(); ++chain)
      if (color_[chain] == Color::white) visit(chain);
  }

 private:
  enum class Color : uint8_t { white, grey, black };

  void visit(uint32_t start) {
    std::vector<std::pair<uint32_t, uint32_t>> stack = {{start, 0}};
    color_[start] = Color::grey;
    while (!stack.empty()) {
      auto& [chain, next] = stack.back();
      const auto& rules = policy_.chains[chain].rules;
      if (next == rules.size()) {
        color_[chain] = Color::black;
        stack.pop_back();
        continue;
      }
      const uint32_t rule = next++;
      const Action& action = rules[rule].action;
      if (!is_call(action) || action.index >= policy_.chains.size()) continue;
      if (color_[action.index] == Color::grey) flaws_.push_back({Flaw::Kind::loop, chain, rule});
      if (color_[action.index] != Color::white) continue;
      color_[action.index] = Color::grey;
      stack.emplace_back(action.index, 0);
    }
  }

  const Policy& policy_;
  std::vector<Flaw>& flaws_;
  std::vector<Color> color_;
};

// Whether a base chain or anything that it calls can block.
bool can_block(const Policy& policy, uint32_t base_chain) {
  std::vector<bool> seen(policy.chains.size(), false);
  std::vector<uint32_t> todo = {base_chain};
  if (can_block(policy.chains[base_chain].at_end)) return true;
  while (!todo.empty()) {
    const uint32_t chain = todo.back();
    todo.pop_back();
    if (seen[chain]) continue;
    seen[chain] = true;
    for (const Rule& rule : policy.chains[chain].rules) {
      if (!rule.enabled) continue;
      if (can_block(rule.action.kind)) return true;
      if (is_call(rule.action)) todo.push_back(rule.action.index);
    }
  }
  return false;
}

}  // namespace

std::string_view to_text(Hook hook) {
  switch (hook) {
    case Hook::input: return "input";
    case Hook::output: return "output";
    case Hook::forward: return "forward";
  }
  return "";
}

const NameDomain* names_of(const Policy& policy, Field field) {
  if (field == Field::in || field == Field::out) return &policy.interfaces;
  if (field == Field::program) return &policy.programs;
  if (field == Field::service) return &policy.services;
  return nullptr;
}

namespace {

bool may_need_binding(const Rule& rule) {
  return std::any_of(rule.terms.begin(), rule.terms.end(),
                     [](const Term& term) { return std::holds_alternative<InNamed>(term.what) || std::holds_alternative<AnyOf>(term.what); });
}

// Numbers of the rules, ascending.
std::vector<size_t> rules_to_bind(const std::vector<Rule>& rules) {
  constexpr size_t kWorthAThread = 50'000;
  std::vector<size_t> all;
  std::mutex together;
  in_parts(rules.size(), kWorthAThread, [&](size_t begin, size_t end) {
    std::vector<size_t> mine;
    for (size_t i = begin; i < end; ++i)
      if (may_need_binding(rules[i])) mine.push_back(i);
    const std::scoped_lock lock(together);
    all.insert(all.end(), mine.begin(), mine.end());
  });
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

void bind_names(Policy& policy, const NameBindings& bindings) {
  for (Chain& chain : policy.chains)
    for (const size_t rule : rules_to_bind(chain.rules))
      for (Term& term : chain.rules[rule].terms) bind_term(policy, bindings, term);
  for (RewriteAction& action : policy.rewrites)
    for (Rewrite& step : action.steps) bind_rewrite(policy, bindings, step);
  for (auto& stages : policy.hooks)
    for (Stage& stage : stages)
      if (stage.kind != Stage::Kind::route) stage.can_block = can_block(policy, stage.chain);
}

std::optional<IntervalSet> masked_values(unsigned bits, u128 mask, u128 value) {
  const u128 all = max_value(bits);
  mask &= all;
  if ((value & ~mask) != 0) return IntervalSet{};
  // Free bits below the lowest mask bit make one interval; every other free bit doubles the number of intervals.
  unsigned low = 0;
  while (low < bits && ((mask >> low) & 1) == 0) ++low;
  std::vector<unsigned> free_bits;
  for (unsigned bit = low; bit < bits; ++bit)
    if (((mask >> bit) & 1) == 0) free_bits.push_back(bit);
  if (free_bits.size() > 12) return std::nullopt;
  const u128 span = low == 0 ? 0 : max_value(low);
  std::vector<Interval> intervals;
  for (uint32_t choice = 0; choice < (1u << free_bits.size()); ++choice) {
    u128 lo = value;
    for (size_t i = 0; i < free_bits.size(); ++i)
      if ((choice >> i) & 1) lo |= u128{1} << free_bits[i];
    intervals.push_back({lo, lo | span});
  }
  return IntervalSet::from(std::move(intervals));
}

uint32_t add_unknown(Policy& policy, UnknownCondition unknown) {
  if (unknown.sharing == UnknownCondition::Sharing::pure) {
    // Linear from the back: equal conditions tend to stand together. Bounded, because sharing is a matter of precision, not of soundness.
    const size_t size = policy.unknowns.size();
    for (size_t back = 1; back <= std::min<size_t>(size, 4096); ++back) {
      const UnknownCondition& old = policy.unknowns[size - back];
      if (old.sharing == unknown.sharing && old.kind == unknown.kind && old.text == unknown.text)
        return static_cast<uint32_t>(size - back);
    }
  }
  policy.unknowns.push_back(std::move(unknown));
  return static_cast<uint32_t>(policy.unknowns.size() - 1);
}

std::vector<Flaw> find_flaws(const Policy& policy) {
  std::vector<Flaw> flaws;
  for (uint32_t chain = 0; chain < policy.chains.size(); ++chain)
    for (uint32_t rule = 0; rule < policy.chains[chain].rules.size(); ++rule) {
      const Action& action = policy.chains[chain].rules[rule].action;
      if (is_call(action) && action.index >= policy.chains.size()) flaws.push_back({Flaw::Kind::missing_chain, chain, rule});
    }
  LoopFinder(policy, flaws).visit_all();
  return flaws;
}

}  // namespace fwproof::model
