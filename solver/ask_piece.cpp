#include "solver/ask_piece.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/beside.h"
#include "solver/dependences.h"

namespace fwproof::solver {

using namespace model;

namespace {

// Explaining each of a thousand regions to the last rule would cost more than finding them.
constexpr size_t kExplained = 64;
// A region that hangs on thousands of rules is explained by some of them.
constexpr size_t kDeciders = 50;

Ref breaking(Wanted wanted, const LegRegions& regions) { return wanted == Wanted::all_pass ? regions.blocked : regions.passes; }

// What a flow says of some of the packets that it is about.
class Reading {
 public:
  // walk: whose packets they are, for examples; it differs from the flow's in nothing but what is in question.
  Reading(Flow& flow, const Walk& walk, Ref question, Wanted wanted, const Limits& limits)
      : flow_(flow), diagrams_(flow.diagrams()), walk_(walk), question_(question), wanted_(wanted), limits_(limits) {}

  Answer answer() {
    answer_.empty = question_ == Diagrams::kFalse;
    if (answer_.empty) return std::move(answer_);
    for (size_t leg = 0; leg < walk_.legs.size(); ++leg) collect(leg);
    for (size_t leg = 0; leg < walk_.legs.size(); ++leg) collect_undecided(leg);
    answer_.any_breaks = reported_ != Diagrams::kFalse;
    answer_.any_undecided = undecided_ != reported_;
    answer_.all_break = reported_ == question_;
    const Ref stays = mine(flow_.stays());
    answer_.any_stays = stays != Diagrams::kFalse;
    answer_.all_staying_break = answer_.any_stays && diagrams_.minus(stays, reported_) == Diagrams::kFalse;
    collect_assumptions();
    collect_moved(flow_.moved(Field::dst), answer_.moved_address);
    collect_moved(flow_.moved(Field::dst_port), answer_.moved_port);
    collect_moved(flow_.sent_on(0), answer_.sent_on);
    replay_corners();
    return std::move(answer_);
  }

 private:
  Ref mine(Ref region) { return question_ == flow_.question() ? region : diagrams_.both(region, question_); }

  void collect(size_t leg) {
    breaks_.push_back(mine(breaking(wanted_, flow_.leg(leg))));
    // A connection that already failed on an earlier leg is reported there.
    const Ref fresh = diagrams_.minus(breaks_.back(), reported_);
    reported_ = diagrams_.either(reported_, breaks_.back());
    // What is blocked and what comes back from elsewhere have different reasons: no box holds both.
    const Ref foreign = flow_.foreign(leg);
    for (const Ref part : {diagrams_.minus(fresh, foreign), diagrams_.both(fresh, foreign)}) {
      bool complete = true;
      for (PacketBox& box : flow_.boxes(part, limits_.regions, complete)) answer_.breaks.push_back(found(leg, std::move(box)));
      answer_.listed_all = answer_.listed_all && complete;
    }
    depends_.push_back(mine(flow_.leg(leg).depends));
    undecided_ = reported_;
  }

  // A connection that breaks on some leg is not undecided because of another.
  void collect_undecided(size_t leg) {
    const Ref depends = depends_[leg];
    if (diagrams_.minus(depends, reported_) == Diagrams::kFalse) return;
    const Ref fresh = diagrams_.minus(depends, undecided_);
    bool complete = true;
    for (PacketBox& box : flow_.boxes(fresh, limits_.regions, complete)) answer_.undecided.push_back(found(leg, std::move(box)));
    undecided_ = diagrams_.either(undecided_, depends);
    add_new(answer_.depends_on, flow_.depends_on(leg, depends));
  }

  Finding found(size_t leg, PacketBox box) {
    Finding finding;
    finding.leg = leg;
    finding.client = client_packet(walk_, box);
    finding.replay = replay(walk_, leg, finding.client);
    if (answer_.breaks.size() + answer_.undecided.size() < kExplained) {
      finding.decided_by = flow_.deciders(leg, flow_.region_of(box), false, kDeciders, &finding.all_deciders);
      const bool passing = finding.replay.verdict == Verdict::accept;
      if (finding.replay.verdict != Verdict::depends && !finding.replay.another_way)
        std::erase_if(finding.decided_by, [&](const Decision& d) { return (d.verdict == Verdict::accept) != passing; });
    }
    finding.box = std::move(box);
    return finding;
  }

  void collect_assumptions() {
    const auto add = [&](const Assumption& assumption) {
      const auto same = [&](const Assumption& a) { return a.text == assumption.text && a.origin == assumption.origin; };
      if (std::none_of(answer_.assumes.begin(), answer_.assumes.end(), same)) answer_.assumes.push_back(assumption);
    };
    for (size_t leg = 0; leg < walk_.legs.size(); ++leg) {
      for (const WalkHop& hop : walk_.legs[leg].hops)
        for (const Assumption& assumption : hop.policy->general_assumptions) add(assumption);
      for (const Decision& decision : flow_.deciders(leg, question_, true)) {
        if (decision.sent_on) continue;
        const Policy& policy = *walk_.legs[leg].hops[decision.hop].policy;
        const Chain& chain = policy.chains[decision.rule.chain];
        const int32_t index = decision.rule.rule == RuleRef::kAtEnd ? chain.at_end_assumption : chain.rules[decision.rule.rule].assumption;
        if (index >= 0) add(policy.assumptions[static_cast<size_t>(index)]);
      }
    }
  }

  void collect_moved(Ref region, std::vector<Moved>& into) {
    bool complete = true;
    for (PacketBox& box : flow_.boxes(mine(region), kMoved, complete)) {
      const Packet client = client_packet(walk_, box);
      into.push_back({std::move(box), client, replay(walk_, 0, client)});
    }
  }

  // The evaluator on the full policies, not the slice: each region's packet, and the corners of what is fine.
  void replay_corners() {
    const bool should_pass = wanted_ == Wanted::all_pass;
    for (const Finding& finding : answer_.breaks) compare(finding.replay, !should_pass, finding.leg);
    for (size_t leg = 0; leg < walk_.legs.size(); ++leg) {
      const Ref fine = diagrams_.minus(diagrams_.minus(question_, breaks_[leg]), depends_[leg]);
      bool complete = true;
      for (const PacketBox& box : flow_.boxes(fine, 4, complete))
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

  Flow& flow_;
  Diagrams& diagrams_;
  const Walk& walk_;
  Ref question_;
  Wanted wanted_;
  const Limits& limits_;
  Answer answer_;
  std::vector<Ref> breaks_;    // by leg
  std::vector<Ref> depends_;   // by leg
  Ref reported_ = Diagrams::kFalse;
  Ref undecided_ = Diagrams::kFalse;  // what breaks, and what has been listed as undecided so far
};

void collect_opened(Flow& flow, const Limits& limits, std::vector<OpenedBy>& opened) {
  for (const Opened& rule : flow.opened(0)) {
    bool all_sure = true, all_perhaps = true;
    OpenedBy by{rule.by, flow.boxes(rule.surely, limits.regions, all_sure), flow.boxes(rule.perhaps, limits.regions, all_perhaps)};
    by.listed_all = all_sure && all_perhaps;
    if (!by.surely.empty() || !by.perhaps.empty()) opened.push_back(std::move(by));
  }
}

// What Z3 is to confirm: what is said to break breaks, and nothing else does.
std::vector<Claim> claims_of(Flow& flow, size_t legs, Wanted wanted, const Limits& limits, bool& complete) {
  const bool wants_pass = wanted == Wanted::all_pass;
  bool all_fine = true;
  for (size_t leg = 0; leg < legs; ++leg)
    all_fine = all_fine && breaking(wanted, flow.leg(leg)) == Diagrams::kFalse && flow.leg(leg).depends == Diagrams::kFalse;
  // What holds is one claim about the whole exchange.
  if (all_fine && wants_pass) return {{Prover::kAllLegs, true, true, {}, "everything"}};
  std::vector<Claim> claims;
  for (size_t leg = 0; leg < legs; ++leg) {
    bool all_boxes = true;
    bool all_open = true;
    const auto breaks = flow.boxes(breaking(wanted, flow.leg(leg)), limits.regions, all_boxes);
    auto rest = flow.boxes(flow.leg(leg).depends, limits.regions, all_open);
    if (!breaks.empty()) claims.push_back({leg, false, !wants_pass, breaks, kBreaks});
    if (!all_boxes || !all_open) {
      complete = false;
      continue;
    }
    rest.insert(rest.end(), breaks.begin(), breaks.end());
    claims.push_back({leg, true, wants_pass, std::move(rest), "everything else"});
  }
  return claims;
}

// The second look at a slice, beside the computing of regions where policies are large. The piece must outlive it.
Beside<bool> look_again(const Piece& piece, Wanted wanted) {
  constexpr size_t kWorthAThread = 2'000;   // rules: about a millisecond
  size_t rules = 0;
  for (const auto& [policy, kept] : piece.slice)
    for (const Chain& chain : policy->chains) rules += chain.rules.size();
  return Beside<bool>([&piece, wanted] { return sliced_rightly(piece.walk, piece.slice, wanted == Wanted::none_pass); }, rules >= kWorthAThread);
}

constexpr const char* kLeftOut = "a rule that bears on the question was left out of the slice";

}  // namespace

AskedPiece ask_piece(const Piece& piece, Wanted wanted, const Limits& limits, std::vector<OpenedBy>* opened) {
  const Walk& walk = piece.walk;
  AskedPiece asked;
  const auto slice = static_cast<uint32_t>(kept_rules(piece.slice));
  Beside<bool> sliced = look_again(piece, wanted);
  try {
    Flow flow(walk, piece.slice, limits);
    asked.answer = Reading(flow, walk, flow.question(), wanted, limits).answer();
    asked.answer.proof.slice = slice;
    if (!asked.answer.empty) {
      if (!sliced.get()) asked.answer.fault = kLeftOut;
      if (opened) collect_opened(flow, limits, *opened);
      bool complete = true;
      asked.claims = claims_of(flow, walk.legs.size(), wanted, limits, complete);
      asked.answer.listed_all = asked.answer.listed_all && complete;
    }
    asked.steps = flow.diagrams().steps();
    return asked;
  } catch (const LimitReached& limit) {
    Answer unknown;
    unknown.proof.slice = slice;
    unknown.proven = false;
    unknown.limit = limit.what;
    return {std::move(unknown), {}, limit.steps, true};
  }
}

AskedTogether ask_together(const Piece& all, const std::vector<const Walk*>& walks, Wanted wanted, const Limits& limits) {
  AskedTogether asked;
  Beside<bool> sliced = look_again(all, wanted);
  try {
    Flow flow(all.walk, all.slice, limits);
    for (const Walk* walk : walks) {
      Ref question = Diagrams::kFalse;
      for (const PacketBox& box : walk->in_question) question = flow.diagrams().either(question, flow.region_of(box));
      asked.answers.push_back(Reading(flow, *walk, flow.diagrams().both(question, flow.question()), wanted, limits).answer());
      asked.answers.back().proof.slice = static_cast<uint32_t>(kept_rules(all.slice));
    }
    if (!sliced.get())
      for (Answer& answer : asked.answers) answer.fault = kLeftOut;
    bool complete = true;
    asked.claims = claims_of(flow, all.walk.legs.size(), wanted, limits, complete);
    asked.steps = flow.diagrams().steps();
    asked.too_much = !complete;
  } catch (const LimitReached& limit) {
    asked.steps = limit.steps;
    asked.too_much = true;
  }
  return asked;
}

}  // namespace fwproof::solver
