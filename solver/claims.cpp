#include "solver/claims.h"

#include <fmt/format.h>

#include <utility>

#include "solver/diagram.h"

namespace fwproof::solver {

using namespace model;

namespace {

// What looking at one rule costs: to find a place for a cut, and to tell Z3 of it.
constexpr uint64_t kStepsToCut = 20;
constexpr uint64_t kStepsToEncode = 200;

constexpr const char* kZ3Limit = "Z3 reached its limit of time or memory";

// What the claims say of a piece; those that say nothing of it are left out.
std::vector<Claim> claims_in(const std::vector<Claim>& claims, const PacketBox& frame) {
  std::vector<Claim> here;
  for (const Claim& claim : claims) {
    Claim part{claim.leg, claim.outside, claim.pass, inside(claim.boxes, frame), claim.about};
    if (claim.outside || !part.boxes.empty()) here.push_back(std::move(part));
  }
  return here;
}

// All packets of the piece are among those that are not in question. false where that takes too long to see: then Z3 is asked for the claims.
bool is_granted(const Walk& walk, const Limits& limits) try {
  if (walk.not_in_question.empty()) return false;
  Diagrams diagrams(limits.diagram_nodes, limits.diagram_steps);
  for (const Field field : kClientFields) diagrams.add_variable(max_value(field_bits(field, walk.family)));
  const auto region = [&](const std::vector<PacketBox>& boxes) {
    Ref all = Diagrams::kFalse;
    for (const PacketBox& box : boxes) {
      Ref one = Diagrams::kTrue;
      for (size_t i = kClientFields.size(); i-- > 0;) one = diagrams.both(diagrams.in(static_cast<VarId>(i), set_of(box, kClientFields[i])), one);
      all = diagrams.either(all, one);
    }
    return all;
  };
  return diagrams.minus(region(walk.in_question), region(walk.not_in_question)) == Diagrams::kFalse;
} catch (const LimitReached&) {
  return false;
}

class Confirming {
 public:
  Confirming(const Piece& question, bool idle_blocks, const Limits& limits, ProofSession& proofs, uint64_t most_steps)
      : question_(question), idle_blocks_(idle_blocks), limits_(limits), proofs_(proofs), most_steps_(most_steps) {
    done_.proof.by = "z3";
  }

  Confirmed run(const std::vector<Claim>& all) {
    if (kept_rules(question_.slice) <= limits_.rules_at_once) {
      confirm(question_, all);
      return std::move(done_);
    }
    std::vector<Piece> pieces = {question_};
    for (size_t cuts = 0; !pieces.empty() && done_.proven && done_.fault.empty();) {
      const Piece piece = std::move(pieces.back());
      pieces.pop_back();
      const std::vector<Claim> claims = claims_in(all, piece.frame);
      if (claims.empty() || piece.walk.in_question.empty()) continue;
      done_.steps += kStepsToCut * kept_rules(piece.slice);
      auto halves = kept_rules(piece.slice) > limits_.rules_at_once ? cut(piece) : std::nullopt;
      if (done_.steps > most_steps_ || cuts > limits_.pieces) {
        give_up("the proof takes more work than the question's share of the run's");
      } else if (!halves) {
        confirm(piece, claims);
      } else {
        ++cuts;
        for (Piece& half : *halves) pieces.push_back(std::move(half));
      }
    }
    return std::move(done_);
  }

 private:
  void confirm(const Piece& piece, const std::vector<Claim>& claims) {
    const bool is_part = &piece != &question_;
    if (is_part && !sliced_rightly(piece.walk, piece.slice, idle_blocks_)) done_.fault = "a rule that bears on a piece of the question was left out of its slice";
    Prover prover(piece.walk, &piece.slice, limits_, &proofs_);
    if (is_part && is_granted(piece.walk, limits_)) {
      if (prover.nothing_in_question() != Prover::Answer::proven) give_up(kZ3Limit);
    } else {
      for (const Claim& claim : claims) judge(prover, claim);
    }
    done_.proof.queries += prover.queries();
    done_.proof.z3_ms += prover.z3_ms();
    done_.steps += prover.steps() + kStepsToEncode * (1 + kept_rules(piece.slice));
  }

  void give_up(const char* why) {
    done_.proven = false;
    done_.limit = why;
  }

  void judge(Prover& prover, const Claim& claim) {
    const auto ask = [&] {
      if (claim.outside) return claim.pass ? prover.all_pass_outside(claim.leg, claim.boxes) : prover.none_passes_outside(claim.leg, claim.boxes);
      return claim.pass ? prover.all_pass(claim.leg, claim.boxes) : prover.none_passes(claim.leg, claim.boxes);
    };
    const Prover::Answer said = ask();
    if (said == Prover::Answer::proven) return;
    if (said == Prover::Answer::unknown) return give_up(kZ3Limit);
    done_.proven = false;
    const size_t leg = claim.leg == Prover::kAllLegs ? 0 : claim.leg;
    if (done_.fault.empty())
      done_.fault = fmt::format("Z3 refutes the computed regions on leg {} ({})", question_.walk.legs[leg].name, claim.about) + reproduction(prover.witness());
  }

  const Piece& question_;
  bool idle_blocks_;
  const Limits& limits_;
  ProofSession& proofs_;
  uint64_t most_steps_;
  Confirmed done_;
};

}  // namespace

Confirmed confirm(const Piece& question, const std::vector<Claim>& claims, bool idle_blocks, const Limits& limits, ProofSession& proofs, uint64_t most_steps) {
  return Confirming(question, idle_blocks, limits, proofs, most_steps).run(claims);
}

std::string reproduction(const std::optional<Packet>& packet) {
  if (!packet) return "";
  return fmt::format("; for example {} -> {} protocol {} ports {} -> {}", to_text(Address{packet->family, packet->get(Field::src)}),
                     to_text(Address{packet->family, packet->get(Field::dst)}), static_cast<unsigned>(packet->get(Field::protocol)),
                     static_cast<unsigned>(packet->get(Field::src_port)), static_cast<unsigned>(packet->get(Field::dst_port)));
}

}  // namespace fwproof::solver
