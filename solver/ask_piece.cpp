#include "solver/ask_piece.h"

#include <fmt/format.h>

#include <algorithm>

namespace fwproof::solver {

using namespace model;

namespace {

// Explaining each of a thousand regions to the last rule would cost more than finding them.
constexpr size_t kExplained = 64;

class Asking {
 public:
  Asking(const Piece& piece, Wanted wanted, const Limits& limits, std::vector<OpenedBy>* opened)
      : walk_(piece.walk), slice_(piece.slice), wanted_(wanted), limits_(limits), opened_(opened) {}

  AskedPiece run() {
    answer_.proof.slice = static_cast<uint32_t>(kept_rules(slice_));
    try {
      Flow flow(walk_, slice_, limits_);
      answer_.empty = flow.question() == Diagrams::kFalse;
      if (answer_.empty) return {std::move(answer_), {}, flow.diagrams().steps(), false};
      if (!sliced_rightly(walk_, slice_, wanted_ == Wanted::none_pass)) answer_.fault = "a rule that bears on the question was left out of the slice";
      for (size_t leg = 0; leg < walk_.legs.size(); ++leg) collect(flow, leg);
      for (size_t leg = 0; leg < walk_.legs.size(); ++leg) collect_undecided(flow, leg);
      answer_.any_breaks = reported_ != Diagrams::kFalse;
      answer_.any_undecided = undecided_ != reported_;
      answer_.all_break = reported_ == flow.question();
      answer_.any_stays = flow.stays() != Diagrams::kFalse;
      answer_.all_staying_break = answer_.any_stays && flow.diagrams().minus(flow.stays(), reported_) == Diagrams::kFalse;
      collect_assumptions(flow);
      collect_moved(flow, flow.moved(Field::dst), answer_.moved_address);
      collect_moved(flow, flow.moved(Field::dst_port), answer_.moved_port);
      collect_moved(flow, flow.sent_on(0), answer_.sent_on);
      if (opened_) collect_opened(flow);
      replay_corners(flow);
      std::vector<Claim> claims = claims_of(flow);
      return {std::move(answer_), std::move(claims), flow.diagrams().steps(), false};
    } catch (const LimitReached& limit) {
      return {Answer{.proof = answer_.proof, .proven = false, .limit = limit.what}, {}, limit.steps, true};
    }
  }

 private:
  Ref breaking(const LegRegions& regions) const { return wanted_ == Wanted::all_pass ? regions.blocked : regions.passes; }

  void collect_opened(Flow& flow) {
    for (const Opened& rule : flow.opened(0)) {
      bool all_sure = true, all_perhaps = true;
      OpenedBy by{rule.by, flow.boxes(rule.surely, limits_.regions, all_sure), flow.boxes(rule.perhaps, limits_.regions, all_perhaps)};
      by.listed_all = all_sure && all_perhaps;
      if (!by.surely.empty() || !by.perhaps.empty()) opened_->push_back(std::move(by));
    }
  }

  void collect(Flow& flow, size_t leg) {
    Diagrams& diagrams = flow.diagrams();
    const LegRegions& regions = flow.leg(leg);
    breaks_.push_back(breaking(regions));
    // A connection that already failed on an earlier leg is reported there.
    const Ref fresh = diagrams.minus(breaks_.back(), reported_);
    reported_ = diagrams.either(reported_, breaks_.back());
    // What is blocked and what comes back from elsewhere have different reasons: no box holds both.
    const Ref foreign = flow.foreign(leg);
    for (const Ref part : {diagrams.minus(fresh, foreign), diagrams.both(fresh, foreign)}) {
      bool complete = true;
      for (PacketBox& box : flow.boxes(part, limits_.regions, complete)) answer_.breaks.push_back(found(flow, leg, std::move(box)));
      answer_.listed_all = answer_.listed_all && complete;
    }
    depends_.push_back(regions.depends);
    undecided_ = reported_;
  }

  // A connection that breaks on some leg is not undecided because of another.
  void collect_undecided(Flow& flow, size_t leg) {
    Diagrams& diagrams = flow.diagrams();
    const LegRegions& regions = flow.leg(leg);
    if (diagrams.minus(regions.depends, reported_) == Diagrams::kFalse) return;
    const Ref fresh = diagrams.minus(regions.depends, undecided_);
    bool complete = true;
    for (PacketBox& box : flow.boxes(fresh, limits_.regions, complete)) answer_.undecided.push_back(found(flow, leg, std::move(box)));
    undecided_ = diagrams.either(undecided_, regions.depends);
    for (Dependence& what : flow.depends_on(leg, regions.depends))
      if (std::find(answer_.depends_on.begin(), answer_.depends_on.end(), what) == answer_.depends_on.end())
        answer_.depends_on.push_back(std::move(what));
  }

  Finding found(Flow& flow, size_t leg, PacketBox box) {
    Finding finding;
    finding.leg = leg;
    finding.client = client_packet(walk_, box);
    finding.replay = replay(walk_, leg, finding.client);
    if (answer_.breaks.size() + answer_.undecided.size() < kExplained) {
      finding.decided_by = flow.deciders(leg, flow.region_of(box));
      const bool passing = finding.replay.verdict == Verdict::accept;
      if (finding.replay.verdict != Verdict::depends && !finding.replay.another_way)
        std::erase_if(finding.decided_by, [&](const Decision& d) { return (d.verdict == Verdict::accept) != passing; });
    }
    finding.box = std::move(box);
    return finding;
  }

  void collect_assumptions(Flow& flow) {
    const auto add = [&](const Assumption& assumption) {
      const auto same = [&](const Assumption& a) { return a.text == assumption.text && a.origin == assumption.origin; };
      if (std::none_of(answer_.assumes.begin(), answer_.assumes.end(), same)) answer_.assumes.push_back(assumption);
    };
    for (size_t leg = 0; leg < walk_.legs.size(); ++leg) {
      for (const WalkHop& hop : walk_.legs[leg].hops)
        for (const Assumption& assumption : hop.policy->general_assumptions) add(assumption);
      for (const Decision& decision : flow.deciders(leg, flow.question(), true)) {
        if (decision.sent_on) continue;
        const Policy& policy = *walk_.legs[leg].hops[decision.hop].policy;
        const Chain& chain = policy.chains[decision.rule.chain];
        const int32_t index = decision.rule.rule == RuleRef::kAtEnd ? chain.at_end_assumption : chain.rules[decision.rule.rule].assumption;
        if (index >= 0) add(policy.assumptions[static_cast<size_t>(index)]);
      }
    }
  }

  void collect_moved(Flow& flow, Ref region, std::vector<Moved>& into) {
    bool complete = true;
    for (PacketBox& box : flow.boxes(region, kMoved, complete)) {
      const Packet client = client_packet(walk_, box);
      into.push_back({std::move(box), client, replay(walk_, 0, client)});
    }
  }

  // What Z3 is to confirm: what is said to break breaks, and nothing else does.
  std::vector<Claim> claims_of(Flow& flow) {
    const bool wants_pass = wanted_ == Wanted::all_pass;
    // What holds is one claim about the whole exchange.
    if (!answer_.any_breaks && !answer_.any_undecided && wants_pass) return {{Prover::kAllLegs, true, true, {}, "everything"}};
    std::vector<Claim> claims;
    for (size_t leg = 0; leg < walk_.legs.size(); ++leg) {
      bool all_boxes = true;
      bool all_open = true;
      const auto breaks = flow.boxes(breaks_[leg], limits_.regions, all_boxes);
      auto rest = flow.boxes(depends_[leg], limits_.regions, all_open);
      if (!breaks.empty()) claims.push_back({leg, false, !wants_pass, breaks, kBreaks});
      if (!all_boxes || !all_open) {
        answer_.listed_all = false;
        continue;
      }
      rest.insert(rest.end(), breaks.begin(), breaks.end());
      claims.push_back({leg, true, wants_pass, std::move(rest), "everything else"});
    }
    return claims;
  }

  // The evaluator on the full policies, not the slice: each region's packet, and the corners of what is fine.
  void replay_corners(Flow& flow) {
    const bool should_pass = wanted_ == Wanted::all_pass;
    for (const Finding& finding : answer_.breaks) compare(finding.replay, !should_pass, finding.leg);
    for (size_t leg = 0; leg < walk_.legs.size(); ++leg) {
      Diagrams& diagrams = flow.diagrams();
      const Ref fine = diagrams.minus(diagrams.minus(flow.question(), breaks_[leg]), depends_[leg]);
      bool complete = true;
      for (const PacketBox& box : flow.boxes(fine, 4, complete))
        for (const bool greatest : {false, true}) compare(replay(walk_, leg, client_packet(walk_, box, greatest)), should_pass, leg);
    }
  }

  void compare(const Replay& replayed, bool should_pass, size_t leg) {
    if (replayed.verdict == Verdict::depends) return;
    const bool passed = replayed.verdict == Verdict::accept;
    if (passed == should_pass || !answer_.fault.empty()) return;
    answer_.fault = fmt::format("the evaluator says {} on leg {} where the regions say {}", passed ? "accept" : "drop",
                                walk_.legs[leg].name, should_pass ? "accept" : "drop") +
                    reproduction(replayed.seen);
  }

  const Walk& walk_;
  const Slice& slice_;
  Wanted wanted_;
  const Limits& limits_;
  std::vector<OpenedBy>* opened_;
  Answer answer_;
  std::vector<Ref> breaks_;    // by leg
  std::vector<Ref> depends_;   // by leg
  Ref reported_ = Diagrams::kFalse;
  Ref undecided_ = Diagrams::kFalse;  // what breaks, and what has been listed as undecided so far
};

}  // namespace

AskedPiece ask_piece(const Piece& piece, Wanted wanted, const Limits& limits, std::vector<OpenedBy>* opened) {
  return Asking(piece, wanted, limits, opened).run();
}

}  // namespace fwproof::solver
