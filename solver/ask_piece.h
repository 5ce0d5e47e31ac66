// The regions of one question, or of a piece of one, before Z3 was asked. Internal to ask*.cpp.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "solver/ask.h"
#include "solver/claims.h"

namespace fwproof::solver {

// Of Answer::moved_address and the like: named in assumptions, so some are enough.
inline constexpr size_t kMoved = 16;
inline constexpr const char* kBreaks = "a region that breaks it";

struct AskedPiece {
  Answer answer;              // proof: of the slice alone
  std::vector<Claim> claims;
  uint64_t steps = 0;         // of work (solver/limits.h)
  bool too_much = false;      // a limit was reached, which half of the question may not reach
};

AskedPiece ask_piece(const Piece& piece, Wanted wanted, const Limits& limits, std::vector<OpenedBy>* opened);

// The regions of several questions that are computed at once.
struct AskedTogether {
  std::vector<Answer> answers;   // proof: of the slice alone
  std::vector<Claim> claims;     // about all questions
  uint64_t steps = 0;
  bool too_much = false;         // no answers
};

// all: every packet that is in question in one of the walks, and no other; in everything else they are equal.
AskedTogether ask_together(const Piece& all, const std::vector<const Walk*>& walks, Wanted wanted, const Limits& limits);

// With few rules it is not their number that makes a question too much.
inline bool can_be_halved(const Piece& piece, const Limits& limits) { return kept_rules(piece.slice) > limits.rules_at_once / 2; }

// One question: at once, or where that is too much in pieces.
Answer ask_piecewise(Piece whole, Wanted wanted, const Limits& limits, ProofSession* proofs, std::vector<OpenedBy>* opened);

// The packets of a question about what passes that something may lead to the end of the walk (solver/leads.h), as pieces.
struct Led {
  std::vector<Piece> pieces;
  std::string fault;         // not empty: others do
};
// Nothing: that is not to be told, or they are none.
std::optional<Led> led(const Walk& walk, const Limits& limits);
// Asks about these pieces; nothing else passes.
Answer ask_led(Led led, const Limits& limits, ProofSession* proofs, std::vector<OpenedBy>* opened);

// Adds what Z3 said of the claims to the answer.
void take(const Confirmed& confirmed, Answer& answer);

// What a question may still take of the run's work.
class Share {
 public:
  explicit Share(const Limits& limits) : budget_(limits.budget), left_(budget_ ? budget_->share() : limits.run_steps) {}
  uint64_t left() const { return left_; }
  void spend(uint64_t steps) {
    left_ -= std::min(left_, steps);
    if (budget_) budget_->spend(steps);
  }
  // For the regions of so many rules. With many it is soon seen whether regions stay simple; if not, parts of the question are quicker. A few more
  // pay where several questions would take them.
  Limits for_regions(Limits limits, size_t rules, bool several = false) const {
    constexpr size_t kMany = 1'000;
    constexpr uint64_t kTry = 8'000'000;
    limits.diagram_steps = std::min({limits.diagram_steps, left_, rules > kMany ? (several ? 2 * kTry : kTry) : left_});
    return limits;
  }
  void spend_on_regions(uint64_t steps, size_t rules) {
    constexpr uint64_t kStepsToSlice = 20;  // for each rule
    spend(steps + kStepsToSlice * rules);
  }

 private:
  Budget* budget_;
  uint64_t left_;
};

}  // namespace fwproof::solver
