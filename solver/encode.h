// The second opinion: claims about a walk, proven or refuted by Z3 over an encoding that shares nothing with the computed regions but
// the walk and the slice.
//
//   Prover prover(walk, nullptr, limits);
//   prover.all_pass(0, region) == Prover::Answer::proven;   // every packet of the question in the region passes leg 0
//
// A claim is a question to Z3; equal ones share an answer (question_text.h). Never throws: what Z3 cannot do, and every limit, is Answer::unknown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "solver/limits.h"
#include "solver/proof_session.h"
#include "solver/result.h"
#include "solver/slice.h"
#include "solver/walk.h"

namespace fwproof::solver {

class Prover {
 public:
  enum class Answer { proven, refuted, unknown };
  // In place of a leg: the whole exchange; it passes when every leg does.
  static constexpr size_t kAllLegs = static_cast<size_t>(-1);

  // slice: nullptr keeps every rule. Requires: the policies of the walk outlive the prover; find_flaws() of each is empty.
  // session: nullptr starts a Z3 of its own; else one prover at a time, which must not outlive it.
  Prover(const Walk& walk, const Slice* slice, const Limits& limits, ProofSession* session = nullptr);
  ~Prover();

  // No packet of the region that is in question passes, whatever the unknowns are. An empty region proves everything.
  Answer none_passes(size_t leg, const std::vector<PacketBox>& region);
  // Every packet of the region that is in question passes, whatever the unknowns are.
  Answer all_pass(size_t leg, const std::vector<PacketBox>& region);
  // The same for what is in question and not in the region.
  Answer none_passes_outside(size_t leg, const std::vector<PacketBox>& region);
  Answer all_pass_outside(size_t leg, const std::vector<PacketBox>& region);

  // That there is no packet in question at all. Of such a question nothing else is ever proven.
  Answer nothing_in_question();

  // Of legs that look at the same packet (Walk::same_packet): every packet of the regions that is in question becomes so, whatever the unknowns are.
  enum class Difference { allowed, blocked, translated, any };
  Answer differs_throughout(Difference difference, const std::vector<Region>& regions);
  // No packet in question outside the regions differs, whatever the unknowns are.
  Answer differs_nowhere_outside(const std::vector<Region>& regions);

  // After `refuted`: the client's packet that breaks the claim (with the leg's state and flags, for one leg).
  std::optional<model::Packet> witness() const;
  // What was asked so far; by "z3".
  Proof proof() const;
  uint64_t steps() const;  // of work (solver/limits.h)

 private:
  class Work;
  void spoil();

  std::unique_ptr<ProofSession> own_;
  ProofSession* session_;
  std::unique_ptr<Work> work_;  // after own_: what it asserted is taken back before the session goes
};

}  // namespace fwproof::solver
