#include "solver/ask.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "solver/ask_piece.h"
#include "solver/dependences.h"

namespace fwproof::solver {

using namespace model;

void take(const Confirmed& confirmed, Answer& answer) {
  answer.proof.add(confirmed.proof);
  answer.proven = answer.proven && confirmed.proven;
  if (answer.limit.empty()) answer.limit = confirmed.limit;
  if (answer.fault.empty()) answer.fault = confirmed.fault;
}

namespace {

// Puts the answers about the pieces of a question together.
class Joining {
 public:
  Joining(const Limits& limits, std::vector<OpenedBy>* opened) : limits_(limits), opened_(opened) {
    whole_.empty = whole_.all_break = whole_.all_staying_break = true;
    whole_.any_stays = false;
  }

  void add(Answer part, std::vector<OpenedBy> opened) {
    whole_.proof.add(part.proof);
    if (!part.fault.empty() && whole_.fault.empty()) whole_.fault = part.fault;
    if (part.empty) return;
    whole_.empty = false;
    if (!part.limit.empty()) return give_up(part.limit);
    whole_.proven = whole_.proven && part.proven;
    whole_.listed_all = whole_.listed_all && part.listed_all;
    whole_.all_break = whole_.all_break && part.all_break;
    whole_.all_staying_break = whole_.all_staying_break && (part.all_staying_break || !part.any_stays);
    whole_.any_stays = whole_.any_stays || part.any_stays;
    whole_.any_breaks = whole_.any_breaks || part.any_breaks;
    whole_.any_undecided = whole_.any_undecided || part.any_undecided;
    append(whole_.breaks, part.breaks);
    append(whole_.undecided, part.undecided);
    append_some(whole_.moved_address, part.moved_address);
    append_some(whole_.moved_port, part.moved_port);
    append_some(whole_.sent_on, part.sent_on);
    add_new(whole_.depends_on, part.depends_on);
    for (const Assumption& assumption : part.assumes) add(assumption);
    for (OpenedBy& by : opened) add(std::move(by));
  }

  // What is listed breaks: the boxes by leg.
  std::vector<Claim> listed(bool pass) const {
    std::map<size_t, std::vector<PacketBox>> boxes;
    for (const Finding& finding : whole_.breaks) boxes[finding.leg].push_back(finding.box);
    std::vector<Claim> claims;
    for (auto& [leg, some] : boxes) claims.push_back({leg, false, pass, std::move(some), kBreaks});
    return claims;
  }

  void add(const Confirmed& confirmed) { take(confirmed, whole_); }

  // Beside the pieces, some of the question does not pass. fault: not empty where that is refuted.
  void rest_is_fine(const std::string& fault) {
    whole_.empty = whole_.all_break = whole_.all_staying_break = false;
    whole_.any_stays = true;   // as below
    whole_.fault = fault;
  }

  // Some of the question has no answer, or is not asked any more.
  void leave_rest() {
    whole_.all_break = whole_.all_staying_break = whole_.listed_all = false;
    whole_.any_stays = true;   // who takes no packet of a question for granted leaves it out (solver/check_site.cpp)
  }
  void give_up(const std::string& why) {
    leave_rest();
    whole_.empty = whole_.proven = false;
    if (whole_.limit.empty()) whole_.limit = why;
  }

  // No list has room for more.
  bool is_full() const { return is_full(whole_.breaks); }
  bool has_fault() const { return !whole_.fault.empty(); }
  bool has_limit() const { return !whole_.proven; }
  Answer result() && {
    whole_.all_staying_break = whole_.all_staying_break && whole_.any_stays;
    whole_.all_break = whole_.all_break && !whole_.empty;
    return std::move(whole_);
  }

 private:
  // Regions of such questions are scattered; a list with more of their parts is not read by anybody, and takes long to prove.
  static constexpr size_t kMostIntervals = 20'000;

  void append(std::vector<Finding>& into, std::vector<Finding>& part) {
    for (Finding& finding : part) {
      if (is_full(into)) return void(whole_.listed_all = false);
      for (const Field field : kClientFields) intervals_ += set_of(finding.box, field).intervals().size();
      into.push_back(std::move(finding));
    }
  }

  bool is_full(const std::vector<Finding>& list) const { return list.size() >= limits_.regions || intervals_ > kMostIntervals; }

  static void append_some(std::vector<Moved>& into, std::vector<Moved>& part) {
    for (Moved& moved : part)
      if (into.size() < kMoved) into.push_back(std::move(moved));
  }

  void add(const Assumption& assumption) {
    const auto same = [&](const Assumption& a) { return a.text == assumption.text && a.origin == assumption.origin; };
    if (std::none_of(whole_.assumes.begin(), whole_.assumes.end(), same)) whole_.assumes.push_back(assumption);
  }

  void add(OpenedBy by) {
    const auto same = [&](const OpenedBy& known) { return known.by.hop == by.by.hop && known.by.rule == by.by.rule && known.by.verdict == by.by.verdict; };
    const auto known = std::find_if(opened_->begin(), opened_->end(), same);
    if (known == opened_->end()) return opened_->push_back(std::move(by));
    known->listed_all = known->listed_all && by.listed_all;
    for (auto boxes : {&OpenedBy::surely, &OpenedBy::perhaps})
      for (PacketBox& box : by.*boxes) {
        if ((*known.*boxes).size() >= limits_.regions) known->listed_all = false;
        else (*known.*boxes).push_back(std::move(box));
      }
  }

  const Limits& limits_;
  std::vector<OpenedBy>* opened_;
  Answer whole_;
  size_t intervals_ = 0;
};

// Asks a question at once; if that is too much, in halves, and these in halves, until each is little enough, the list is full, or the question's
// share of the run's work is used up.
class Question {
 public:
  Question(Wanted wanted, const Limits& limits, ProofSession* proofs, std::vector<OpenedBy>* opened)
      : wanted_(wanted), limits_(limits), proofs_(proofs), opened_(opened), share_(limits), for_proofs_(share_.left() / 2) {}

  Answer run(Piece whole) {
    std::vector<OpenedBy> opened;
    AskedPiece asked = ask(whole, opened);
    auto halves = halves_of(whole, asked);
    if (halves) return run_pieces(*halves, Joining(limits_, opened_));
    if (proofs_ && asked.answer.limit.empty() && !asked.answer.empty) take(confirm(whole, asked.claims), asked.answer);
    if (opened_) *opened_ = std::move(opened);
    return std::move(asked.answer);
  }

  // Nothing but the pieces passes.
  Answer run(Led led) {
    Joining joined(limits_, opened_);
    joined.rest_is_fine(led.fault);
    return run_pieces(led.pieces, std::move(joined));
  }

 private:
  AskedPiece ask(const Piece& piece, std::vector<OpenedBy>& opened) {
    const size_t rules = kept_rules(piece.slice);
    AskedPiece asked = ask_piece(piece, wanted_, share_.for_regions(limits_, rules), opened_ ? &opened : nullptr);
    share_.spend_on_regions(asked.steps, rules);
    return asked;
  }

  std::optional<std::array<Piece, 2>> halves_of(const Piece& piece, const AskedPiece& asked) const {
    if (!asked.too_much || !can_be_halved(piece, limits_)) return std::nullopt;
    auto halves = cut(piece);
    for (size_t i = 0; halves && wanted_ == Wanted::none_pass && i < 2; ++i)
      if (Piece& half = (*halves)[i]; !half.walk.in_question.empty()) leave_out_idle(half.walk, half.slice);
    return halves;
  }

  Confirmed confirm(const Piece& piece, const std::vector<Claim>& claims) {
    Confirmed confirmed = solver::confirm(piece, claims, wanted_ == Wanted::none_pass, limits_, *proofs_, share_.left());
    share_.spend(confirmed.steps);
    return confirmed;
  }

  Answer run_pieces(std::span<Piece> pieces, Joining joined) {
    std::vector<Piece> todo;
    std::vector<std::pair<Piece, std::vector<Claim>>> answered;
    // The first one first.
    const auto add = [&](std::span<Piece> some) {
      for (size_t i = some.size(); i-- > 0;) todo.push_back(std::move(some[i]));
    };
    add(pieces);
    for (size_t asked_pieces = 0; !todo.empty() && !joined.is_full(); ++asked_pieces) {
      if (share_.left() <= for_proofs_ || asked_pieces > limits_.pieces) {
        joined.give_up("the question takes more work than its share of the run's");
        break;
      }
      Piece piece = std::move(todo.back());
      todo.pop_back();
      if (piece.walk.in_question.empty()) continue;
      std::vector<OpenedBy> opened;
      AskedPiece asked = ask(piece, opened);
      if (auto two = halves_of(piece, asked)) {
        add(*two);
        continue;
      }
      joined.add(std::move(asked.answer), std::move(opened));
      if (!asked.claims.empty()) answered.emplace_back(std::move(piece), std::move(asked.claims));
    }
    if (joined.is_full()) joined.leave_rest();
    if (proofs_) confirm_all(answered, joined);
    return std::move(joined).result();
  }

  // A list that is not complete makes no claim about the rest.
  void confirm_all(const std::vector<std::pair<Piece, std::vector<Claim>>>& answered, Joining& joined) {
    const std::vector<Claim> listed = joined.listed(wanted_ == Wanted::none_pass);
    for (const auto& [piece, claims] : answered) {
      if (joined.has_fault() || joined.has_limit()) break;
      joined.add(confirm(piece, joined.is_full() ? listed_in(listed, piece) : claims));
    }
  }

  static std::vector<Claim> listed_in(const std::vector<Claim>& listed, const Piece& piece) {
    std::vector<Claim> here;
    for (const Claim& claim : listed)
      if (auto boxes = inside(claim.boxes, piece.frame); !boxes.empty()) here.push_back({claim.leg, false, claim.pass, std::move(boxes), claim.about});
    return here;
  }

  Wanted wanted_;
  const Limits& limits_;
  ProofSession* proofs_;
  std::vector<OpenedBy>* opened_;
  Share share_;
  uint64_t for_proofs_;   // that much of it is not for regions
};

}  // namespace

Answer ask_piecewise(Piece whole, Wanted wanted, const Limits& limits, ProofSession* proofs, std::vector<OpenedBy>* opened) {
  return Question(wanted, limits, proofs, opened).run(std::move(whole));
}

Answer ask_led(Led led, const Limits& limits, ProofSession* proofs, std::vector<OpenedBy>* opened) {
  return Question(Wanted::none_pass, limits, proofs, opened).run(std::move(led));
}

Answer ask(const Walk& walk, Wanted wanted, const Limits& limits, ProofSession* proofs, std::vector<OpenedBy>* opened) {
  if (wanted == Wanted::none_pass)
    if (auto some = led(walk, limits)) return ask_led(std::move(*some), limits, proofs, opened);
  Piece whole{everything(walk.family), walk, slice(walk)};
  if (wanted == Wanted::none_pass) leave_out_idle(whole.walk, whole.slice);
  return ask_piecewise(std::move(whole), wanted, limits, proofs, opened);
}

}  // namespace fwproof::solver
