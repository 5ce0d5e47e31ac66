// Questions that differ in nothing but their packets, as they come with the rows of a table, are computed and proven as one.
#include <algorithm>
#include <utility>

#include "solver/ask.h"
#include "solver/ask_piece.h"

namespace fwproof::solver {

namespace {

// Which packets are in question does not matter, and examples do not either.
bool is_alike(const Walk& a, const Walk& b) {
  return a.family == b.family && a.not_in_question == b.not_in_question && a.legs == b.legs && a.elsewhere_passes == b.elsewhere_passes &&
         a.same_packet == b.same_packet && a.must_return == b.must_return && a.leads == b.leads;
}

using Group = std::vector<size_t>;   // places in the list of walks

class Together {
 public:
  Together(const std::vector<const Walk*>& walks, Wanted wanted, const Limits& limits, ProofSession* proofs)
      : walks_(walks), wanted_(wanted), limits_(limits), proofs_(proofs), answers_(walks.size()) {}

  std::vector<Answer> run() {
    std::vector<Group> groups;
    for (size_t i = 0; i < walks_.size(); ++i) {
      const auto alike = std::find_if(groups.begin(), groups.end(), [&](const Group& group) { return is_alike(*walks_[group[0]], *walks_[i]); });
      if (alike == groups.end()) groups.push_back({i});
      else alike->push_back(i);
    }
    for (const Group& group : groups) {
      if (group.size() == 1) ask_alone(group);
      else ask(group, piece_of(group, nullptr));
    }
    return std::move(answers_);
  }

 private:
  Piece piece_of(const Group& group, const Slice* within) const {
    Walk walk = *walks_[group[0]];
    for (size_t i = 1; i < group.size(); ++i) {
      const std::vector<PacketBox>& more = walks_[group[i]]->in_question;
      walk.in_question.insert(walk.in_question.end(), more.begin(), more.end());
    }
    Piece piece{everything(walk.family), std::move(walk), {}};
    piece.slice = slice(piece.walk, within);
    if (wanted_ == Wanted::none_pass) leave_out_idle(piece.walk, piece.slice);
    return piece;
  }

  void ask_alone(const Group& group) {
    for (const size_t i : group) answers_[i] = solver::ask(*walks_[i], wanted_, limits_, proofs_);
  }

  void ask(const Group& group, Piece piece) {
    if (kept_rules(piece.slice) > limits_.rules_at_once && ask_in_halves(group, piece)) return;
    if (group.size() == 1) answers_[group[0]] = ask_piecewise(std::move(piece), wanted_, limits_, proofs_, nullptr);
    else if (!ask_at_once(group, piece)) ask_alone(group);
  }

  // Where both have rules of their own, they have little in common.
  bool ask_in_halves(const Group& group, const Piece& whole) {
    if (group.size() == 1) return false;
    const auto middle = group.begin() + static_cast<std::ptrdiff_t>(group.size() / 2);
    const Group first(group.begin(), middle), second(middle, group.end());
    Piece one = piece_of(first, &whole.slice), other = piece_of(second, &whole.slice);
    const size_t rules = kept_rules(whole.slice);
    if (kept_rules(one.slice) + kept_rules(other.slice) > rules + rules / 4) return false;
    ask(first, std::move(one));
    ask(second, std::move(other));
    return true;
  }

  // false: that was too much, or not all of it could be proven. One by one, some questions may be answered.
  bool ask_at_once(const Group& group, const Piece& piece) {
    std::vector<const Walk*> walks;
    for (const size_t i : group) walks.push_back(walks_[i]);
    Share share(limits_);
    const size_t rules = kept_rules(piece.slice);
    AskedTogether asked = ask_together(piece, walks, wanted_, share.for_regions(limits_, rules, true));
    share.spend_on_regions(asked.steps, rules);
    if (asked.too_much) return false;
    const bool all_empty = std::all_of(asked.answers.begin(), asked.answers.end(), [](const Answer& answer) { return answer.empty; });
    Confirmed confirmed;
    if (proofs_ && !all_empty) {
      confirmed = confirm(piece, asked.claims, wanted_ == Wanted::none_pass, limits_, *proofs_, share.left());
      share.spend(confirmed.steps);
      if (!confirmed.limit.empty()) return false;
    }
    for (size_t i = 0; i < group.size(); ++i) {
      Answer& answer = answers_[group[i]] = std::move(asked.answers[i]);
      if (!answer.empty && proofs_) take(confirmed, answer);
    }
    return true;
  }

  const std::vector<const Walk*>& walks_;
  Wanted wanted_;
  const Limits& limits_;
  ProofSession* proofs_;
  std::vector<Answer> answers_;
};

}  // namespace

std::vector<Answer> ask_all(const std::vector<const Walk*>& walks, Wanted wanted, const Limits& limits, ProofSession* proofs) {
  return Together(walks, wanted, limits, proofs).run();
}

}  // namespace fwproof::solver
