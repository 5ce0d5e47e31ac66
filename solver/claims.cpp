#include "solver/claims.h"

#include <fmt/format.h>

#include <utility>

#include "solver/boxes.h"

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
bool is_granted(const Walk& walk, const Limits& limits) {
  if (walk.not_in_question.empty()) return false;
  const auto rest = difference(walk.family, walk.in_question, walk.not_in_question, 0, limits);
  return rest && rest->empty();
}

// A part of the question, and what is claimed of it.
struct Part {
  Piece piece;
  std::vector<Claim> claims;
  bool narrowed = false;   // the piece is what its claim is about
};

class Confirming {
 public:
  Confirming(const Piece& question, bool idle, const Limits& limits, ProofSession& proofs, uint64_t most_steps)
      : question_(question), idle_(idle), limits_(limits), proofs_(proofs), most_steps_(most_steps) {
    done_.proof.by = "z3";   // also where nothing is left to be asked
  }

  Confirmed run(const std::vector<Claim>& all) {
    if (kept_rules(question_.slice) <= limits_.rules_at_once) {
      confirm(question_, all);
      return std::move(done_);
    }
    std::vector<Part> parts;
    parts.push_back({question_, all, false});
    for (size_t cuts = 0; !parts.empty() && done_.proven && done_.fault.empty();) {
      const Part part = std::move(parts.back());
      parts.pop_back();
      if (part.claims.empty() || part.piece.walk.in_question.empty()) continue;
      const size_t rules = kept_rules(part.piece.slice);
      done_.steps += kStepsToCut * rules;
      if (done_.steps > most_steps_ || cuts > limits_.pieces) {
        give_up("the proof takes more work than the question's share of the run's");
      } else if (rules <= limits_.rules_at_once) {
        confirm(part.piece, part.claims);
      } else if (auto narrow = narrowed(part)) {
        for (Part& each : *narrow) parts.push_back(std::move(each));
      } else if (auto halves = cut(part.piece)) {
        ++cuts;
        for (Piece& half : *halves) {
          std::vector<Claim> claims = claims_in(part.claims, half.frame);
          parts.push_back({std::move(half), std::move(claims), part.narrowed});
        }
      } else {
        confirm(part.piece, part.claims);
      }
    }
    return std::move(done_);
  }

 private:
  void confirm(const Piece& piece, const std::vector<Claim>& claims) {
    const bool is_part = &piece != &question_;
    if (is_part && !sliced_rightly(piece.walk, piece.slice, idle_)) done_.fault = "a rule that bears on a piece of the question was left out of its slice";
    Prover prover(piece.walk, &piece.slice, limits_, &proofs_);
    if (is_part && is_granted(piece.walk, limits_)) {
      if (prover.nothing_in_question() != Prover::Answer::proven) give_up(kZ3Limit);
    } else {
      for (const Claim& claim : claims) judge(prover, claim);
    }
    take_work(prover, kept_rules(piece.slice));
  }

  // Parts for each claim: the packets that it is about. Rules that only bear on others leave the slice. Nothing where that does not pay.
  std::optional<std::vector<Part>> narrowed(const Part& part) {
    if (part.narrowed) return std::nullopt;
    std::vector<Part> narrow;
    std::vector<std::vector<PacketBox>> about;
    size_t rules = 0;
    for (const Claim& claim : part.claims) {
      auto boxes = packets_of(claim, part.piece.walk);
      if (!boxes) return std::nullopt;
      for (Part& each : parts_of(part, claim, *boxes)) {
        rules += kept_rules(each.piece.slice);
        narrow.push_back(std::move(each));
      }
      about.push_back(std::move(*boxes));
    }
    if (rules >= kept_rules(part.piece.slice)) return std::nullopt;
    for (size_t i = 0; i < about.size(); ++i)
      if (part.claims[i].outside && !leaves_nothing(part.piece.walk, part.claims[i].boxes, about[i])) return std::nullopt;
    return narrow;
  }

  // One part for all boxes, or one for each where that is less.
  std::vector<Part> parts_of(const Part& whole, const Claim& claim, const std::vector<PacketBox>& boxes) const {
    std::vector<Part> parts;
    if (boxes.empty()) return parts;
    const Part all = part_of(whole, claim, boxes);
    const size_t most = kept_rules(all.piece.slice);
    if (boxes.size() > 1 && most > limits_.rules_at_once) {
      size_t rules = 0;
      for (const PacketBox& box : boxes) {
        parts.push_back(part_of(all, claim, {box}));
        rules += kept_rules(parts.back().piece.slice);
      }
      if (rules < most) return parts;
    }
    return {all};
  }

  Part part_of(const Part& whole, const Claim& claim, const std::vector<PacketBox>& boxes) const {
    Part part{whole.piece, {claim}, true};
    part.piece.walk.in_question = boxes;
    part.piece.slice = slice(part.piece.walk, &whole.piece.slice);
    if (idle_) leave_out_idle(part.piece.walk, part.piece.slice);
    return part;
  }

  // Nothing where they are many boxes.
  std::optional<std::vector<PacketBox>> packets_of(const Claim& claim, const Walk& walk) const {
    constexpr size_t kMostBoxes = 32;
    if (claim.boxes.size() > kMostBoxes) return std::nullopt;
    if (!claim.outside) return claim.boxes;
    std::vector<PacketBox> others = walk.not_in_question;
    others.insert(others.end(), claim.boxes.begin(), claim.boxes.end());
    return difference(walk.family, walk.in_question, others, kMostBoxes, limits_);
  }

  // Z3 confirms that no packet of the walk is outside the boxes of a claim and of what it is about. It does not always see that of large sets.
  bool leaves_nothing(Walk walk, const std::vector<PacketBox>& claimed, const std::vector<PacketBox>& about) {
    for (const auto* boxes : {&claimed, &about}) walk.not_in_question.insert(walk.not_in_question.end(), boxes->begin(), boxes->end());
    Slice no_rules;
    for (const auto& [policy, kept] : question_.slice) no_rules[policy].resize(kept.size());
    Prover prover(walk, &no_rules, limits_, &proofs_);
    const bool nothing = prover.nothing_in_question() == Prover::Answer::proven;
    take_work(prover, 0);
    return nothing;
  }

  void take_work(const Prover& prover, size_t rules) {
    done_.proof.add(prover.proof());
    done_.steps += prover.steps() + kStepsToEncode * (1 + rules);
  }

  void fail(std::string what) {
    done_.proven = false;
    if (done_.fault.empty()) done_.fault = std::move(what);
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
    const size_t leg = claim.leg == Prover::kAllLegs ? 0 : claim.leg;
    fail(fmt::format("Z3 refutes the computed regions on leg {} ({})", question_.walk.legs[leg].name, claim.about) + reproduction(prover.witness()));
  }

  const Piece& question_;
  bool idle_;
  const Limits& limits_;
  ProofSession& proofs_;
  uint64_t most_steps_;
  Confirmed done_;
};

}  // namespace

Confirmed confirm(const Piece& question, const std::vector<Claim>& claims, bool idle, const Limits& limits, ProofSession& proofs, uint64_t most_steps) {
  return Confirming(question, idle, limits, proofs, most_steps).run(claims);
}

std::string reproduction(const std::optional<Packet>& packet) {
  if (!packet) return "";
  return fmt::format("; for example {} -> {} protocol {} ports {} -> {}", to_text(Address{packet->family, packet->get(Field::src)}),
                     to_text(Address{packet->family, packet->get(Field::dst)}), static_cast<unsigned>(packet->get(Field::protocol)),
                     static_cast<unsigned>(packet->get(Field::src_port)), static_cast<unsigned>(packet->get(Field::dst_port)));
}

}  // namespace fwproof::solver
