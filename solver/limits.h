// Bounds on everything the solver does. Reaching one means "cannot tell", never a hang and never a guess.
#pragma once

#include <algorithm>
#include <cstdint>

namespace fwproof::solver {

// Work that the questions of one run share, counted in steps so that an answer does not hang on how fast a machine is: a step is an edge that is
// made in a decision diagram, or what costs Z3 about as much. Each question may take a part of what is left, so that none leaves the others without.
// Questions that are asked together (ask_all) pay for their proofs when all of them are computed.
class Budget {
 public:
  explicit Budget(uint64_t steps) : left_(steps) {}
  uint64_t share() const { return std::max(left_ / 4, kLeast); }
  void spend(uint64_t steps) { left_ -= std::min(left_, steps); }

 private:
  // What a question may take when nothing is left: enough for those that take a blink.
  static constexpr uint64_t kLeast = 300'000;
  uint64_t left_;
};

struct Limits {
  uint32_t z3_timeout_ms = 30'000;      // per large query; a last resort, the steps come first
  uint32_t diagram_nodes = 2'000'000;   // per diagram; four times as many edges, of 8 bytes, or 20 where values have more than 32 bits
  uint32_t many_edges = 4096;           // of one node: with more, and few different children, it is kept by a division (diagram.h)
  uint64_t diagram_steps = 50'000'000;  // per diagram: about a second
  uint32_t visits = 200'000;            // chain entries per diagram
  uint32_t regions = 1'000;             // listed per result; beyond: "at least"
  uint32_t pieces = 4'000;              // that a question is cut into when it is too much at once
  uint32_t rules_at_once = 64;          // that Z3 is asked about; with more, its search takes longer than what all pieces have in common
  uint32_t verdicts_at_once = 64;       // neighbouring rules of different verdicts, from which number on their regions are put together first
  uint32_t apart_from = 32;             // variables that must be saved for unknown conditions to share them (solver/apart.h)
  uint32_t leads_from = 256;            // ways of rewriting packets, from which number on it pays to see which of them bear on a question (solver/leads.h)
  uint64_t run_steps = 200'000'000;     // of all questions of a run: about ten seconds
  Budget* budget = nullptr;             // of the run; nullptr: each question has one of its own
};

}  // namespace fwproof::solver
