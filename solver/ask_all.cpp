// Questions that differ in nothing but their packets, as they come with the rows of a table, are computed and proven as one. Proofs run beside the computing of what
// follows, where the session has a thread for them.
#include <algorithm>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>

#include "solver/ask.h"
#include "solver/ask_piece.h"
#include "solver/mix.h"

namespace fwproof::solver {

namespace {

// Which packets are in question does not matter, and examples do not either.
bool is_alike(const AskedWalk& one, const AskedWalk& other) {
  const Walk &a = *one.walk, &b = *other.walk;
  return one.wanted == other.wanted && a.family == b.family && a.not_in_question == b.not_in_question && a.legs == b.legs && a.elsewhere_passes == b.elsewhere_passes &&
         a.same_packet == b.same_packet && a.must_return == b.must_return && a.leads == b.leads;
}

// Those that are alike have the same key; few others have. A device of many interfaces is met on thousands of ways.
uint64_t key_of(const AskedWalk& asked) {
  uint64_t key = 0;
  const auto add = [&](uint64_t value) { key = mix(key, value); };
  const auto add_set = [&](const std::optional<model::IntervalSet>& set) {
    add(set ? 1 + set->intervals().size() : 0);
    if (set && !set->empty()) add(static_cast<uint64_t>(set->min())), add(static_cast<uint64_t>(set->max()));
  };
  add(static_cast<uint64_t>(asked.wanted));
  add(static_cast<uint64_t>(asked.walk->family));
  add(asked.walk->not_in_question.size());
  for (const WalkLeg& leg : asked.walk->legs) {
    add(leg.hops.size());
    for (const WalkHop& hop : leg.hops) {
      add(static_cast<uint64_t>(hop.hook));
      for (const void* place : {static_cast<const void*>(hop.policy), static_cast<const void*>(hop.local), static_cast<const void*>(hop.onward)}) add(reinterpret_cast<uintptr_t>(place));
      for (const auto* set : {&hop.in, &hop.out, &hop.state}) add_set(*set);
    }
  }
  return key;
}

using Group = std::vector<size_t>;   // places in the list of questions

// A question, or several that are asked as one, whose proof may be under way.
struct Computed {
  Group group;
  Piece piece;
  std::vector<Answer> answers;   // of the group
  std::vector<Claim> claims;
  Share share;                   // what the regions left of it
  std::optional<Confirmed> confirmed;   // once the proof is done
};

class Together {
 public:
  Together(const std::vector<AskedWalk>& asked, const Limits& limits, ProofSession* proofs)
      : asked_(asked), limits_(limits), proofs_(proofs), answers_(asked.size()) {
    begin_proofs();
  }
  ~Together() {
    if (proofs_) proofs_->drop();
  }
  Together(const Together&) = delete;
  Together& operator=(const Together&) = delete;

  std::vector<Answer> run() {
    for (const Group& group : groups())
      if (group.size() > 1 || !ask_led(group[0])) ask(group, piece_of(group, nullptr));
    settle();
    return std::move(answers_);
  }

 private:
  // In the order of their first questions.
  std::vector<Group> groups() const {
    std::vector<Group> groups;
    std::unordered_map<uint64_t, std::vector<size_t>> by_key;   // places in `groups`
    for (size_t i = 0; i < asked_.size(); ++i) {
      std::vector<size_t>& candidates = by_key[key_of(asked_[i])];
      const auto alike = std::find_if(candidates.begin(), candidates.end(), [&](size_t group) { return is_alike(asked_[groups[group][0]], asked_[i]); });
      if (alike != candidates.end()) {
        groups[*alike].push_back(i);
        continue;
      }
      candidates.push_back(groups.size());
      groups.push_back({i});
    }
    return groups;
  }

  const Walk& walk(size_t i) const { return *asked_[i].walk; }
  Wanted wanted(const Group& group) const { return asked_[group[0]].wanted; }
  bool may_be_idle(const Group& group) const { return wanted(group) == Wanted::none_pass; }

  Piece piece_of(const Group& group, const Slice* within) const {
    Walk walk = this->walk(group[0]);
    for (size_t i = 1; i < group.size(); ++i) {
      const std::vector<PacketBox>& more = this->walk(group[i]).in_question;
      walk.in_question.insert(walk.in_question.end(), more.begin(), more.end());
    }
    Piece piece{everything(walk.family), std::move(walk), {}};
    piece.slice = slice(piece.walk, within);
    if (may_be_idle(group)) leave_out_idle(piece.walk, piece.slice);
    return piece;
  }

  bool ask_led(size_t i) {
    auto some = asked_[i].wanted == Wanted::none_pass ? led(walk(i), limits_) : std::nullopt;
    if (!some) return false;
    settle();
    answers_[i] = solver::ask_led(std::move(*some), limits_, proofs_, nullptr);
    return true;
  }

  void ask_alone(const Group& group) {
    settle();
    ask_each(group);
  }

  void ask_each(const Group& group) {
    for (const size_t i : group) answers_[i] = solver::ask(walk(i), asked_[i].wanted, limits_, proofs_);
  }

  void ask(const Group& group, Piece piece) {
    const size_t rules = kept_rules(piece.slice);
    if (rules > limits_.rules_at_once && ask_in_halves(group, piece)) return;
    if (group.size() > 1) {
      if (!ask_at_once(group, piece)) ask_alone(group);
    } else if (can_be_halved(piece, limits_)) {
      settle();
      answers_[group[0]] = ask_piecewise(std::move(piece), wanted(group), limits_, proofs_, nullptr);
    } else {
      ask_one(group, std::move(piece));
    }
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

  // false: that was too much. One by one, some questions may be answered.
  bool ask_at_once(const Group& group, Piece& piece) {
    std::vector<const Walk*> walks;
    for (const size_t i : group) walks.push_back(&walk(i));
    Share share(limits_);
    const size_t rules = kept_rules(piece.slice);
    AskedTogether asked = ask_together(piece, walks, wanted(group), share.for_regions(limits_, rules, true));
    share.spend_on_regions(asked.steps, rules);
    if (!asked.too_much) prove({group, std::move(piece), std::move(asked.answers), std::move(asked.claims), share, std::nullopt});
    return !asked.too_much;
  }

  void ask_one(const Group& group, Piece piece) {
    Share share(limits_);
    const size_t rules = kept_rules(piece.slice);
    AskedPiece asked = ask_piece(piece, wanted(group), share.for_regions(limits_, rules), nullptr);
    share.spend_on_regions(asked.steps, rules);
    std::vector<Answer> answers;
    answers.push_back(std::move(asked.answer));
    prove({group, std::move(piece), std::move(answers), std::move(asked.claims), share, std::nullopt});
  }

  // While the regions of what follows are computed.
  void prove(Computed question) {
    Computed& computed = computed_.emplace_back(std::move(question));
    if (proofs_ && std::any_of(computed.answers.begin(), computed.answers.end(), is_to_be_proven)) proofs_->later([this, &computed] { confirm_now(computed); });
  }
  static bool is_to_be_proven(const Answer& answer) { return !answer.empty && answer.limit.empty(); }

  // One after the other, whatever is computed meanwhile.
  void confirm_now(Computed& computed) {
    const uint64_t most = std::min(computed.share.left(), for_proofs_.share());
    computed.confirmed = confirm(computed.piece, computed.claims, may_be_idle(computed.group), limits_, *proofs_, most);
    for_proofs_.spend(computed.confirmed->steps);
    computed.piece = {};
  }

  // What the run has left, of which proofs take a share each. What is computed beside them is not seen here, so that it does not matter which is first.
  void begin_proofs() { for_proofs_ = limits_.budget ? *limits_.budget : Budget(limits_.run_steps); }

  // Takes the answers whose proofs are done.
  void settle() {
    if (proofs_) proofs_->finish();
    std::vector<Group> again;
    for (Computed& computed : computed_) {
      if (computed.confirmed) computed.share.spend(computed.confirmed->steps);
      // Not all of it could be proven; one by one, some may.
      if (computed.group.size() > 1 && computed.confirmed && !computed.confirmed->limit.empty()) again.push_back(computed.group);
      else take_answers(computed);
    }
    computed_.clear();
    for (const Group& group : again) ask_each(group);
    begin_proofs();
  }

  void take_answers(Computed& computed) {
    for (size_t i = 0; i < computed.group.size(); ++i) {
      Answer& answer = answers_[computed.group[i]] = std::move(computed.answers[i]);
      if (proofs_ && is_to_be_proven(answer)) take(computed.confirmed.value(), answer);
    }
  }

  const std::vector<AskedWalk>& asked_;
  const Limits& limits_;
  ProofSession* proofs_;
  std::vector<Answer> answers_;
  std::list<Computed> computed_;
  Budget for_proofs_{0};
};

}  // namespace

std::vector<Answer> ask_all(const std::vector<AskedWalk>& asked, const Limits& limits, ProofSession* proofs) {
  return Together(asked, limits, proofs).run();
}

}  // namespace fwproof::solver
