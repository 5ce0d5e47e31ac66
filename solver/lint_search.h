// Whether some packet comes to a rule and matches it: looks for one, and where there is none, collects the earlier rules that take them all.
//
// What an earlier rule takes are packets that surely match it and surely do not come back: by accept, drop, reject, return or goto in the
// same chain, or by what a called chain surely decides. A part that reads fields which something may rewrite on the way from there to the
// rule takes nothing.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "solver/lint_chains.h"
#include "solver/lint_replay.h"

namespace fwproof::solver {

// Packets that surely do not come.
struct LintTaken {
  LintRegion region;
  model::RuleRef by;                            // rule == kAtEnd: the end of an earlier stage's base chain
  std::optional<model::RuleRef> called_by;      // of the chain of the rule, where a call leads there
  bool whole_box = false;                       // the region is the rule's own condition
  friend bool same_rule(const LintTaken& a, const LintTaken& b) { return a.by == b.by && a.called_by == b.called_by; }
};

struct LintFound {
  enum class Kind {
    dead,
    live,    // surely matches `witness`, replayed
    hangs,   // may match, which hangs on unknown conditions
    untold,  // a limit, or rewriting that is not followed
  };
  Kind kind = Kind::untold;
  std::vector<LintRegion> roots;   // what the rule and the calls on the way let through; empty: nothing
  bool contradicts = false;        // the rule alone lets nothing through
  std::vector<LintTaken> taken;    // dead: what takes all of it
  bool each_inside_one = true;     // each root lies inside one of `taken`
  LintPoint witness{};
};

class LintSearch {
 public:
  LintSearch(LintChains& chains, LintReplay& replay) : chains_(chains), replay_(replay) {
    for (auto& undecided : undecided_) undecided.resize(chains.chains.size());
  }

  // way: LintWay::kNone: whoever calls the chain; then nothing is found live.
  LintFound search(model::RuleRef rule, uint32_t way);

 private:
  struct Frame {
    uint32_t chain = 0;
    uint32_t limit = 0;         // rules before it
    LintFields written = 0;     // behind `limit`, on the way to the rule
    bool stage_before = false;  // an earlier stage: only drops take
  };
  struct Asked {
    model::RuleRef rule;
    uint32_t way;
    std::vector<Frame> frames;
    LintFields written = 0;     // on the whole way
  };
  enum class Tried { taken_whole, taken_part, live, hangs, stuck };

  Asked asked(model::RuleRef rule, uint32_t way) const;
  void add_stages_before(Asked& asked, const LintWay& way) const;
  std::vector<LintRegion> roots(const Asked& asked, bool& contradicts) const;
  std::vector<LintRegion> by_protocol(const LintRegion& region) const;
  void limit_by_calls(const Asked& asked, std::vector<LintRegion>& regions) const;
  bool can_be_sure(model::RuleRef rule, uint32_t way) const;
  std::optional<LintPoint> likely(model::RuleRef rule, uint32_t way, uint32_t attempt);
  bool found_at_once(model::RuleRef rule, uint32_t way, LintFound& found);
  bool found_rewritten(const Asked& asked, LintFound& found);
  LintPoint pick(const LintRegion& region, uint32_t attempt);
  LintPoint pick(const LintBox& box, uint32_t attempt);
  void fill(LintPoint& point, LintFields set, uint32_t attempt);
  model::u128 pick_value(model::Field field, const model::IntervalSet& set, uint32_t attempt);
  uint64_t random();
  Tried attempt(const Asked& asked, const LintRegion& region, uint32_t number, LintFound& found, std::optional<LintTaken>& taken);
  bool cover(const Asked& asked, const LintRegion& root, LintFound& found);
  void split(const LintRegion& region, const LintRegion& taken, std::vector<LintRegion>& todo) const;

  std::optional<LintTaken> taken_at(const Asked& asked, const LintPoint& point, const LintRegion& region);
  std::optional<LintTaken> taken_in(const Frame& frame, const LintPoint& point, const LintRegion& region);
  std::optional<LintTaken> taken_by_call(const Frame& frame, uint32_t box, const LintPoint& point);
  std::vector<uint32_t> hits(uint32_t chain, uint32_t limit, const LintPoint& point, size_t most);
  // Cuts `taken.region` down to what the chain surely decides as it decides the point; false: it may come back.
  bool decided_in(uint32_t chain, const LintPoint& point, bool only_drops, uint32_t depth, LintTaken& taken);
  bool decided_by_rules(uint32_t chain, const LintPoint& point, bool only_drops, uint32_t depth, LintTaken& taken);
  bool keep_from(const std::vector<uint32_t>& boxes, const LintChain& chain, uint32_t before, const LintPoint& point, LintRegion& region);
  void drop_needless(LintFound& found) const;

  LintChains& chains_;
  LintReplay& replay_;
  uint64_t random_ = 0x9E3779B97F4A7C15;
  uint64_t steps_ = 0;
  uint32_t calls_left_ = 0;   // chains that may be looked into for the point at hand
  uint64_t points_ = 0;       // looked at so far
  std::array<std::vector<uint64_t>, 2> undecided_;   // by chain: the last point that it did not decide; [1]: did not drop
  uint64_t looked_ = 0;
  uint32_t failed_replays_ = 0;
};

// Whether the regions together hold all of `whole`; gives up, and says no, after `most` steps.
bool covered_by(const LintSpace& space, const LintRegion& whole, const std::vector<const LintRegion*>& regions, uint32_t most);

}  // namespace fwproof::solver
