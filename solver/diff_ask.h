// One question of a diff: the packets of some boxes, looked at by the policies before and after. Internal to diff*.cpp.
//
//   DiffQuestion question(walk, options, steps);
//   question.compute(room);      // regions, with a packet of each replayed
//   question.confirm(proofs);    // … that Z3 confirms; may run beside the next question's compute()
#pragma once

#include <string>
#include <vector>

#include "solver/diff.h"
#include "solver/encode.h"
#include "solver/flow.h"

namespace fwproof::solver {

class DiffQuestion {
 public:
  // steps: of work that it may take (solver/limits.h). Requires: walk.same_packet; the options and policies outlive it.
  DiffQuestion(Walk walk, const CheckOptions& options, uint64_t steps);

  // At most `room` differences.
  void compute(size_t room);
  void confirm(ProofSession& proofs);

  // Work that was done so far.
  uint64_t steps() const { return steps_; }
  const std::vector<Difference>& found() const { return found_; }
  // Adds what was found and proven, and what not.
  void tell(DiffReport& report) &&;

 private:
  void fault(std::string what);
  void give_up(const std::string& why);
  void collect(Flow& flow, const Differences& differences, size_t room);
  void add(Flow& flow, Becomes becomes, Ref region, Region box);
  Fate fate(size_t leg, const model::Packet& packet) const;
  // The evaluator on the full policies must not say the opposite.
  void compare(const Difference& found);
  // Corners of what is said to be the same.
  void replay_same(Flow& flow, const Differences& differences);
  void judge(const Prover& prover, Prover::Answer answer, const char* about);

  Walk walk_;
  Limits limits_;
  Slice slice_;
  std::vector<Difference> found_;
  Proof proof_;
  std::string fault_, limit_;   // not empty: what went wrong
  bool empty_ = false;          // no packet is in question
  bool complete_ = true;        // found_ is all that differs
  bool wants_proof_;            // and has none yet
  uint64_t steps_ = 0;
};

}  // namespace fwproof::solver
