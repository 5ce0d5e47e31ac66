#include "importers/nftables/merge_nat.h"

#include <algorithm>
#include <map>

namespace fwproof::importers::nftables {
namespace {

using model::Action;
using model::ActionKind;
using model::Field;

constexpr size_t kMaxRules = 200'000;

// Whether an accepting rewrite is a translation, which ends the search, or a mark with an accept behind it.
bool translates(const model::RewriteAction& rewrite) {
  if (rewrite.steps.empty()) return true;  // a translation into what the packet already is
  return std::any_of(rewrite.steps.begin(), rewrite.steps.end(), [](const model::Rewrite& step) {
    return step.field == Field::src || step.field == Field::dst || step.field == Field::src_port || step.field == Field::dst_port || step.field == Field::ct_status;
  });
}

class Merger {
 public:
  explicit Merger(model::Policy& policy) : policy_(policy) {}

  // Backwards: each chain's accept goes to the entry of the next one.
  std::optional<uint32_t> run(const std::vector<uint32_t>& chains) {
    std::optional<uint32_t> next;
    for (auto chain = chains.rbegin(); chain != chains.rend(); ++chain) {
      next_ = next;
      copies_.clear();
      const uint32_t copy = next ? copy_of(*chain) : *chain;
      if (rules_ > kMaxRules) return std::nullopt;
      next = entry(*chain, copy);
    }
    return next;
  }

 private:
  uint32_t add(model::Chain chain) {
    policy_.chains.push_back(std::move(chain));
    return static_cast<uint32_t>(policy_.chains.size() - 1);
  }

  // jump CHAIN; then its policy: accept asks the next chain.
  uint32_t entry(uint32_t original, uint32_t copy) {
    const model::Chain& base = policy_.chains[original];
    model::Chain chain;
    chain.name = base.name + " (one of several)";
    chain.at_end = base.at_end;
    chain.at_end_origin = base.at_end_origin;
    chain.at_end_text = base.at_end_text;
    model::Rule jump, end;
    jump.origin = end.origin = base.at_end_origin;
    jump.action = {ActionKind::jump, copy};
    end.action = {base.at_end, 0};
    if (base.at_end == ActionKind::accept && next_) end.action = {ActionKind::go_to, *next_};
    end.name = base.at_end_text;
    chain.rules = {std::move(jump), std::move(end)};
    return add(std::move(chain));
  }

  // Jumps form no circle, so the copying ends; explicit stack, since inputs nest as deep as they like.
  uint32_t copy_of(uint32_t start) {
    std::vector<uint32_t> todo = {start};
    const auto copy = [&](uint32_t chain) {
      const auto [entry, added] = copies_.try_emplace(chain, 0);
      if (added) {
        model::Chain empty;
        empty.name = policy_.chains[chain].name;
        entry->second = add(std::move(empty));
        if (chain != start) todo.push_back(chain);
      }
      return entry->second;
    };
    const uint32_t result = copy(start);
    while (!todo.empty() && rules_ <= kMaxRules) {
      const uint32_t from = todo.back();
      todo.pop_back();
      std::vector<model::Rule> rules = policy_.chains[from].rules;
      rules_ += rules.size();
      for (model::Rule& rule : rules) {
        if (rule.action.kind == ActionKind::jump || rule.action.kind == ActionKind::go_to) rule.action.index = copy(rule.action.index);
        else if (rule.action.kind == ActionKind::accept) rule.action = {ActionKind::go_to, *next_};
        else if (rule.action.kind == ActionKind::rewrite) rule.action = rewritten(rule);
      }
      policy_.chains[copies_.at(from)].rules = std::move(rules);
    }
    return result;
  }

  Action rewritten(const model::Rule& rule) {
    const model::RewriteAction rewrite = policy_.rewrites[rule.action.index];
    if (rewrite.then != ActionKind::accept || translates(rewrite)) return rule.action;
    policy_.rewrites.push_back({rewrite.steps, ActionKind::proceed});
    model::Chain chain;
    chain.name = "line " + std::to_string(rule.origin.line);
    model::Rule first, second;
    first.origin = second.origin = rule.origin;
    first.action = {ActionKind::rewrite, static_cast<uint32_t>(policy_.rewrites.size() - 1)};
    second.action = {ActionKind::go_to, *next_};
    chain.rules = {std::move(first), std::move(second)};
    return {ActionKind::go_to, add(std::move(chain))};
  }

  model::Policy& policy_;
  std::optional<uint32_t> next_;
  std::map<uint32_t, uint32_t> copies_;
  size_t rules_ = 0;
};

}  // namespace

std::optional<uint32_t> merge_nat(model::Policy& policy, const std::vector<uint32_t>& chains) { return Merger(policy).run(chains); }

}  // namespace fwproof::importers::nftables
