// Chains out of which nothing comes: one of their rules takes every packet, and sends it away (solver/leads.h). What the rules before it do to packets does not matter then, if
// all they do is block, send away or mark. The second look (slice_check.cpp) sees that for itself.
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
    std::vector<std::pair<uint32_t, size_t>> ends;
    for (uint32_t chain = 0; chain < kept_.size(); ++chain)
      if (const End end = end_of(chain, 0); end.at != kNone) ends.emplace_back(chain, end.at);
    // Only now: whether a chain is one hangs on the rules of others.
    for (const auto& [chain, at] : ends) kept_[chain].erase(kept_[chain].begin(), kept_[chain].begin() + static_cast<std::ptrdiff_t>(at));
  }

 private:
  static constexpr size_t kNone = SIZE_MAX;
  static constexpr uint32_t kDeepest = 64;   // the second look goes deeper
  // Where among the kept rules of a chain the one is that takes what comes to it, and how deep calls go from there.
  struct End {
    size_t at = kNone;
    uint32_t height = 0;
  };

  // kNone: some packet may leave the chain otherwise.
  End end_of(uint32_t chain, uint32_t depth) {
    if (known_[chain]) return *known_[chain];
    known_[chain] = End{};   // also of a chain that calls itself
    if (depth > kDeepest) return End{};
    for (size_t at = 0; at < kept_[chain].size(); ++at) {
      const Rule& rule = policy_.chains[chain].rules[kept_[chain][at]];
      if (takes_all(rule))
        if (const auto height = height_of_end(rule.action, depth)) {
          known_[chain] = End{at, *height};
          return *known_[chain];
        }
      if (!height_of_staying(rule.action, depth)) return End{};
    }
    return End{};
  }

  // Nothing: packets that match may be somewhere else than away.
  std::optional<uint32_t> height_of_end(const Action& action, uint32_t depth) {
    if (is_sent_away(action)) return 0;
    if (!is_call(action)) return std::nullopt;
    const End end = end_of(action.index, depth + 1);
    if (end.at == kNone || end.height >= kDeepest) return std::nullopt;
    return end.height + 1;
  }

  bool is_sent_away(const Action& action) const { return action.kind == ActionKind::rewrite && sends_away(policy_.rewrites[action.index], walk_.leads); }

  // Of rules whose packets do not pass, or go on with the next rule; nothing: others.
  std::optional<uint32_t> height_of_staying(const Action& action, uint32_t depth) {
    if (blocks(action.kind) || action.kind == ActionKind::proceed || is_sent_away(action)) return 0;
    if (action.kind == ActionKind::rewrite && policy_.rewrites[action.index].then == ActionKind::proceed) return 0;
    if (action.kind != ActionKind::jump || depth > kDeepest) return std::nullopt;
    const auto [place, added] = staying_.try_emplace(action.index);   // also of a chain that calls itself
    if (added) place->second = height_of_staying_in(action.index, depth);
    return place->second;
  }

  // Of chains whose packets do not pass, or come back.
  std::optional<uint32_t> height_of_staying_in(uint32_t chain, uint32_t depth) {
    uint32_t height = 0;
    for (const uint32_t rule : kept_[chain]) {
      const Action& action = policy_.chains[chain].rules[rule].action;
      if (action.kind == ActionKind::return_) continue;
      const auto inner = height_of_staying(action, depth + 1);
      if (!inner || *inner >= kDeepest) return std::nullopt;
      height = std::max(height, *inner + 1);
    }
    return height;
  }

  // Of the packets in question.
  bool takes_all(const Rule& rule) const {
    return rule.enabled && rule.assumption < 0 && std::all_of(rule.terms.begin(), rule.terms.end(), [&](const Term& term) {
      const IntervalSet* protocols = plain_set(term, Field::protocol, walk_.family);
      return protocol_stays_ && protocols && std::all_of(walk_.in_question.begin(), walk_.in_question.end(), [&](const PacketBox& box) { return protocols->contains(box.protocol); });
    });
  }

  const Walk& walk_;
  const Policy& policy_;
  bool protocol_stays_;
  KeptRules& kept_;
  std::vector<std::optional<End>> known_;               // by chain
  std::map<uint32_t, std::optional<uint32_t>> staying_;   // likewise
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
