// Chains out of which nothing comes: the last of their rules takes every packet, and sends it away (solver/leads.h) or blocks it. What the rules before it do to packets does
// not matter then, if it is nothing but that, or marks. The second look (slice_check.cpp) sees that for itself.
#include <algorithm>
#include <map>
#include <optional>

#include "solver/leads.h"
#include "solver/slice.h"
#include "solver/slice_parts.h"

namespace fwproof::solver {

using namespace model;
using namespace slicing;

namespace {

class SendingAway {
 public:
  SendingAway(const Walk& walk, const Policy& policy, bool protocol_stays, KeptRules& kept)
      : walk_(walk), policy_(policy), protocol_stays_(protocol_stays), kept_(kept), known_(policy.chains.size()) {}

  void leave_out() {
    for (uint32_t chain = 0; chain < kept_.size(); ++chain)
      if (const size_t end = end_of(chain, 0); end != kNone) ends_.emplace_back(chain, end);
    // Only now: whether a chain is one hangs on the rules of others.
    for (const auto& [chain, end] : ends_) {
      const std::vector<Rule>& rules = policy_.chains[chain].rules;
      const auto before = kept_[chain].begin() + static_cast<std::ptrdiff_t>(end);
      kept_[chain].erase(std::remove_if(kept_[chain].begin(), before, [&](uint32_t rule) { return rules[rule].assumption < 0; }), before);
    }
  }

 private:
  static constexpr size_t kNone = SIZE_MAX;
  static constexpr uint32_t kDeepest = 64;

  // The place among the kept rules of the one that takes what comes to it, where no packet leaves the chain otherwise.
  size_t end_of(uint32_t chain, uint32_t depth) {
    if (known_[chain]) return *known_[chain];
    known_[chain] = kNone;   // also of a chain that calls itself
    if (depth > kDeepest) return kNone;
    for (size_t at = 0; at < kept_[chain].size(); ++at) {
      const Rule& rule = policy_.chains[chain].rules[kept_[chain][at]];
      if (takes_all(rule) && is_end(rule.action, depth)) {
        known_[chain] = at;
        return at;
      }
      if (!stays(rule.action, depth)) return kNone;
    }
    return kNone;
  }

  bool is_end(const Action& action, uint32_t depth) {
    if (is_call(action)) return end_of(action.index, depth + 1) != kNone;
    return blocks(action.kind) || is_sent_away(action);
  }

  bool is_sent_away(const Action& action) const { return action.kind == ActionKind::rewrite && sends_away(policy_.rewrites[action.index], walk_.leads); }

  // Packets do not pass, or go on with the next rule.
  bool stays(const Action& action, uint32_t depth) {
    if (blocks(action.kind) || action.kind == ActionKind::proceed || is_sent_away(action)) return true;
    if (action.kind == ActionKind::rewrite) return policy_.rewrites[action.index].then == ActionKind::proceed;
    if (action.kind != ActionKind::jump || depth > kDeepest) return false;
    const auto [place, added] = all_stay_.try_emplace(action.index, false);   // also of a chain that calls itself
    if (!added) return place->second;
    const std::vector<uint32_t>& kept = kept_[action.index];
    return place->second = std::all_of(kept.begin(), kept.end(), [&](uint32_t rule) {
             const Action& inner = policy_.chains[action.index].rules[rule].action;
             return inner.kind == ActionKind::return_ || stays(inner, depth + 1);
           });
  }

  // Of the packets in question.
  bool takes_all(const Rule& rule) const {
    return rule.enabled && std::all_of(rule.terms.begin(), rule.terms.end(), [&](const Term& term) {
      const IntervalSet* protocols = plain_set(term, Field::protocol, walk_.family);
      return protocol_stays_ && protocols && std::all_of(walk_.in_question.begin(), walk_.in_question.end(), [&](const PacketBox& box) { return protocols->contains(box.protocol); });
    });
  }

  const Walk& walk_;
  const Policy& policy_;
  bool protocol_stays_;
  KeptRules& kept_;
  std::vector<std::optional<size_t>> known_;   // by chain
  std::map<uint32_t, bool> all_stay_;          // likewise: packets that enter do not pass, or come back
  std::vector<std::pair<uint32_t, size_t>> ends_;
};

}  // namespace

void leave_out_before_away(const Walk& walk, Slice& slice) {
  const Rewritten rewritten = rewritten_by(walk, slice);
  const size_t protocol = static_cast<size_t>(Field::protocol);
  const bool protocol_stays = !rewritten.anything[protocol] && rewritten.values[protocol].empty();
  for (auto& [policy, kept] : slice)
    if (!policy->rewrites.empty()) SendingAway(walk, *policy, protocol_stays, kept).leave_out();
}

}  // namespace fwproof::solver
