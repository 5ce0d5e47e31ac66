// What both looks at a slice (slice.cpp, slice_check.cpp) take for granted: how a walk goes through chains, and what rewriting may add to a packet.
// Which rules match is not in here: each look decides that for itself.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/policy.h"
#include "solver/slice.h"
#include "solver/walk.h"

namespace fwproof::solver::slicing {

// What rewriting may add to the values of a field, in any hop or leg.
struct Rewritten {
  std::array<bool, model::kFields> anything{};
  std::array<model::IntervalSet, model::kFields> values;
  friend bool operator==(const Rewritten&, const Rewritten&) = default;
};

// What a leg's packets may carry of it. An answer starts as the mirror of how the request arrived, so it carries what that was rewritten to; a
// request starts as it was sent (walk.h, "Legs").
Rewritten in_leg(Rewritten rewritten, const WalkLeg& leg);

// By the rules of a slice; those that send packets away (solver/leads.h) leave nothing behind.
Rewritten rewritten_by(const Walk& walk, const Slice& slice);

// Of packets whose state is `seen` where they come in.
bool may_be_established(const model::IntervalSet& seen, const Rewritten& rewritten);

inline bool is_nat(model::Stage::Kind kind) { return kind == model::Stage::Kind::nat; }

inline constexpr std::array kKindsWithChains = {model::Stage::Kind::filter, model::Stage::Kind::nat};

inline bool is_call(const model::Action& action) { return action.kind == model::ActionKind::jump || action.kind == model::ActionKind::go_to; }

inline bool blocks(model::ActionKind kind) { return kind == model::ActionKind::drop || kind == model::ActionKind::reject; }

// Packets that match do not come to the next rule of its chain.
bool ends_chain(const model::Rule& rule);

// Answers are translated back without entering chains, except at a device that takes them for something else (walk.h, "Translation").
inline bool enters_nat(const WalkLeg& leg, const WalkHop& hop) { return !leg.reply || hop.state; }

// Calls visit(chain, add) for the chains of a hook's stages of that kind, and for those that visit() adds.
template <class Visit>
void walk_chains(const WalkLeg& leg, const WalkHop& hop, model::Stage::Kind kind, const Visit& visit) {
  const model::Policy& policy = *hop.policy;
  std::vector<bool> seen(policy.chains.size(), false);
  std::vector<uint32_t> todo;
  const auto add = [&](uint32_t chain) {
    if (seen[chain]) return;
    seen[chain] = true;
    todo.push_back(chain);
  };
  for (const model::Stage& stage : policy.hooks[static_cast<size_t>(hop.hook)])
    if (stage.kind == kind && (!is_nat(kind) || enters_nat(leg, hop))) add(stage.chain);
  while (!todo.empty()) {
    const uint32_t chain = todo.back();
    todo.pop_back();
    visit(chain, add);
  }
}

// What the term demands of the field; nullptr: it is about another field, or negated.
const model::IntervalSet* plain_set(const model::Term& term, model::Field field, model::Family family);

// From the least to the greatest value that the rule's plain terms leave to the field; nothing: they say nothing about it, or leave none.
std::optional<model::Interval> range_of(const model::Rule& rule, model::Field field, model::Family family);

}  // namespace fwproof::solver::slicing
