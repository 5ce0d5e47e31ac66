#include "solver/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>

#include "solver/explain.h"
#include "solver/lint_prove.h"
#include "solver/lint_redundant.h"
#include "solver/lint_search.h"

namespace fwproof::solver {

using namespace model;

namespace {

constexpr double kProofsMs = 60'000;   // for all rules

constexpr std::string_view kOtherUses = "no packet of this firewall comes to it, but its list may be used for something else";

enum class State { live, untold, hangs, redundant, dead };  // what is said of the whole is the first that some part is

// What is said of one rule of the model.
struct Judged {
  State state = State::untold;
  std::string why;
  LintFinding finding;
};

int rank(LintKind kind) {
  switch (kind) {
    case LintKind::covered: return 0;
    case LintKind::inside_one: return 1;
    case LintKind::callers_exclude: return 2;
    case LintKind::contradicts: return 3;
    case LintKind::never_entered: return 4;
    case LintKind::redundant: return 5;
  }
  return 5;
}

int rank(LintProof proof) { return proof == LintProof::z3 ? 0 : proof == LintProof::containment ? 1 : 2; }

bool same(const Decider& a, const Decider& b) { return a.origin == b.origin && a.rule == b.rule && a.chain == b.chain; }

void add_cover(LintFinding& finding, const LintCover& cover) {
  const auto known = [&](const LintCover& old) { return same(old.rule, cover.rule) && old.called_by.has_value() == cover.called_by.has_value(); };
  if (std::none_of(finding.covered_by.begin(), finding.covered_by.end(), known)) finding.covered_by.push_back(cover);
}

// What is dead in several places is dead for the strongest of their reasons.
void merge(LintFinding& into, const LintFinding& other) {
  if (rank(other.kind) < rank(into.kind)) into.kind = other.kind;
  if (rank(other.proof) < rank(into.proof)) into.proof = other.proof;
  for (const LintCover& cover : other.covered_by) add_cover(into, cover);
  if (into.kind == LintKind::inside_one && into.covered_by.size() > 1) into.kind = LintKind::covered;
}

// One policy in one family.
class FamilyLint {
 public:
  FamilyLint(const std::string& device, const Policy& policy, Family family, const LintOptions& options, LintReport& report)
      : policy_(policy), options_(options), report_(report), chains_(policy, family), replay_(chains_), search_(chains_, replay_), prover_(chains_) {
    hop_.policy = &policy;
    hop_.device = device;
    find_unasked();
  }
  ~FamilyLint() {
    report_.queries += prover_.queries();
    report_.z3_ms += prover_.z3_ms();
  }
  FamilyLint(const FamilyLint&) = delete;
  FamilyLint& operator=(const FamilyLint&) = delete;

  Decider words(RuleRef rule) const { return describe(hop_, rule, verdict_of(rule)); }

  // Nothing where the question is not asked: the chain belongs to a hook that is not modelled.
  std::optional<Judged> judge(RuleRef rule) {
    const LintChain& chain = chains_.chains[rule.chain];
    if (chain.ways.empty() && unasked_[rule.chain]) return std::nullopt;
    // A chain can be reached in more ways than are followed, and in none that is.
    const bool unreached = chain.ways.empty() && !chain.more_ways;
    Judged judged = unreached ? judge_unreached(rule) : judge_reached(rule, chain);
    if (options_.redundant && (judged.state == State::live || judged.state == State::hangs)) look_behind(rule, judged);
    if (judged.state != State::live) judged.finding.rule = words(rule);
    return judged;
  }

 private:
  static Verdict verdict(ActionKind kind) {
    return kind == ActionKind::drop ? Verdict::drop : kind == ActionKind::reject ? Verdict::reject : kind == ActionKind::accept ? Verdict::accept : Verdict::depends;
  }
  Verdict verdict_of(RuleRef rule) const {
    if (rule.rule == RuleRef::kAtEnd) return verdict(policy_.chains[rule.chain].at_end);
    return verdict(policy_.chains[rule.chain].rules[rule.rule].action.kind);
  }

  // Chains of hooks that are not modelled (a base chain that no hook lists), and what they call.
  void find_unasked() {
    unasked_.assign(policy_.chains.size(), false);
    std::vector<uint32_t> todo;
    for (uint32_t chain = 0; chain < policy_.chains.size(); ++chain)
      if (chains_.chains[chain].ways.empty() && policy_.chains[chain].at_end != ActionKind::return_) todo.push_back(chain);
    while (!todo.empty()) {
      const uint32_t chain = todo.back();
      todo.pop_back();
      if (unasked_[chain]) continue;
      unasked_[chain] = true;
      for (const Rule& rule : policy_.chains[chain].rules)
        if (is_call(rule.action)) todo.push_back(rule.action.index);
    }
    for (const Chain& chain : policy_.chains)
      for (const Rule& rule : chain.rules)
        opaque_calls_ = opaque_calls_ || (rule.enabled && rule.action.kind == ActionKind::unknown_rewriting);
  }

  Judged judge_unreached(RuleRef) const {
    Judged judged;
    judged.finding.kind = LintKind::never_entered;
    judged.finding.proof = LintProof::conditions;
    judged.state = opaque_calls_ || options_.lists_have_other_uses ? State::untold : State::dead;
    if (options_.lists_have_other_uses)
      judged.why = std::string(kOtherUses);
    else if (opaque_calls_) judged.why = "no rule calls its chain, but there are rules whose action is not understood";
    return judged;
  }

  Judged judge_reached(RuleRef rule, const LintChain& chain) {
    std::vector<std::pair<uint32_t, LintFound>> dead;
    bool hangs = false;
    for (const uint32_t way : chain.ways) {
      LintFound found = search_.search(rule, way);
      if (found.kind == LintFound::Kind::live) return {State::live, "", {}};
      hangs = hangs || found.kind == LintFound::Kind::hangs;
      if (found.kind == LintFound::Kind::dead) dead.emplace_back(way, std::move(found));
      const bool only_way = chain.ways.size() == 1 && !chain.more_ways;
      const bool other_uses = options_.lists_have_other_uses && chains_.ways[way].parent != LintWay::kNone;
      if (way != chain.ways.front() || (only_way && !other_uses)) continue;
      // Often the chain's own rules settle it, whoever calls it.
      LintFound local = search_.search(rule, LintWay::kNone);
      if (local.kind != LintFound::Kind::dead) continue;
      dead.clear();
      dead.emplace_back(LintWay::kNone, std::move(local));
      return conclude(rule, dead);
    }
    if (hangs) return {State::hangs, "", {}};
    if (chain.more_ways) return {State::untold, "its chain is called from more places, or deeper, than is followed", {}};
    if (dead.size() < chain.ways.size()) return {State::untold, "neither a packet nor all that takes its packets was found within the limits", {}};
    const auto is_called = [&](uint32_t way) { return chains_.ways[way].parent != LintWay::kNone; };
    if (options_.lists_have_other_uses && std::any_of(chain.ways.begin(), chain.ways.end(), is_called)) return {State::untold, std::string(kOtherUses), {}};
    return conclude(rule, dead);
  }

  Judged conclude(RuleRef rule, const std::vector<std::pair<uint32_t, LintFound>>& dead) {
    Judged judged{State::dead, "", {}};
    bool first = true;
    for (const auto& [way, found] : dead) {
      LintFinding finding;
      if (!claim(rule, way, found, finding, judged)) return judged;
      if (first)
        judged.finding = std::move(finding);
      else
        merge(judged.finding, finding);
      first = false;
    }
    return judged;
  }

  // Looks at one claim a second time; false: it does not stand.
  bool claim(RuleRef rule, uint32_t way, const LintFound& found, LintFinding& finding, Judged& judged) {
    if (found.roots.empty()) {
      finding.kind = found.contradicts ? LintKind::contradicts : LintKind::callers_exclude;
      finding.proof = LintProof::conditions;
      return true;
    }
    finding.kind = found.each_inside_one && found.taken.size() == 1 ? LintKind::inside_one : LintKind::covered;
    finding.proof = found.each_inside_one ? LintProof::containment : LintProof::z3;
    for (const LintTaken& taken : found.taken) add_taken(finding, rule, taken);
    const bool comes = some_corner_comes(chains_, replay_, rule, way, found);
    LintProver::Answer answer = LintProver::Answer::proven;
    if (!comes && !found.each_inside_one)
      answer = prover_.z3_ms() > kProofsMs ? LintProver::Answer::unknown : prover_.all_taken(rule, found);
    if (comes || answer == LintProver::Answer::refuted) {
      const Decider words = this->words(rule);
      report_.faults.push_back(fmt::format("the claim that no packet matches line {} of {} ({}) does not stand", words.origin.line, words.chain, words.rule));
      judged = {State::untold, "what was found does not stand a second look", {}};
    } else if (answer == LintProver::Answer::unknown) {
      judged = {State::untold, "it seems to be dead, but the proof reached its limit", {}};
    }
    return judged.state == State::dead;
  }

  void add_taken(LintFinding& finding, RuleRef rule, const LintTaken& taken) {
    LintCover cover{words(taken.by), std::nullopt};
    if (taken.called_by && taken.by.chain != rule.chain) cover.called_by = words(*taken.called_by);
    add_cover(finding, cover);
  }

  void look_behind(RuleRef rule, Judged& judged) {
    const auto behind = does_the_same_behind(chains_, rule);
    if (!behind) return;
    judged.state = State::redundant;
    judged.finding.kind = LintKind::redundant;
    judged.finding.proof = LintProof::containment;
    for (const RuleRef& other : *behind) add_cover(judged.finding, {words(other), std::nullopt});
  }

  const Policy& policy_;
  const LintOptions& options_;
  LintReport& report_;
  LintChains chains_;
  LintReplay replay_;
  LintSearch search_;
  LintProver prover_;
  WalkHop hop_;
  std::vector<bool> unasked_;
  bool opaque_calls_ = false;
};

class Linting {
 public:
  Linting(Device& device, const LintOptions& options) : device_(device), options_(options) { bind_device(device, Network{}); }

  LintReport run() {
    for (const Policy& policy : device_.policies)
      for (const Family family : {Family::v4, Family::v6})
        if (policy.covers(family)) look_at(policy, family);
    keep_what_others_need();
    for (auto& [key, said] : rules_) say(said);
    return std::move(report_);
  }

 private:
  using Key = std::pair<uint32_t, uint32_t>;  // file, line
  // Small for live rules, which most are.
  struct Said {
    State state = State::live;
    std::unique_ptr<Judged> judged;  // of others
  };

  void look_at(const Policy& policy, Family family) {
    FamilyLint lint(device_.name, policy, family, options_, report_);
    for (uint32_t chain = 0; chain < policy.chains.size(); ++chain)
      for (uint32_t number = 0; number < policy.chains[chain].rules.size(); ++number) {
        const Rule& rule = policy.chains[chain].rules[number];
        if (rule.enabled && rule.origin.line != 0) look_at(lint, rule, {chain, number});
      }
  }

  void look_at(FamilyLint& lint, const Rule& rule, RuleRef ref) {
    const Key key{rule.origin.file, rule.origin.line};
    const bool last = rules_.empty() || rules_.rbegin()->first < key;
    const auto known = last ? rules_.end() : rules_.find(key);
    // One live part is enough; whether all of it is redundant hangs on every part.
    if (known != rules_.end() && known->second.state == State::live) return;
    std::optional<Judged> judged = lint.judge(ref);
    if (!judged) return;
    Said said{judged->state, nullptr};
    if (said.state != State::live) said.judged = std::make_unique<Judged>(std::move(*judged));
    if (known == rules_.end())
      rules_.emplace_hint(rules_.end(), key, std::move(said));
    else
      join(known->second, std::move(said));
  }

  static void join(Said& into, Said other) {
    if (other.state < into.state)
      into = std::move(other);
    else if (other.state == into.state)
      merge(into.judged->finding, other.judged->finding);
  }

  // A rule that only a dead one could stand in for is not redundant: both cannot go.
  void keep_what_others_need() {
    const auto is_dead = [&](const LintCover& cover) {
      const auto found = rules_.find({cover.rule.origin.file, cover.rule.origin.line});
      return found != rules_.end() && found->second.state == State::dead;
    };
    for (auto& [key, said] : rules_) {
      if (said.state != State::redundant) continue;
      const auto& others = said.judged->finding.covered_by;
      if (std::any_of(others.begin(), others.end(), is_dead)) said.state = State::live;
    }
  }

  void say(Said& said) {
    ++report_.rules;
    switch (said.state) {
      case State::live: ++report_.live; break;
      case State::untold: report_.untold.push_back({said.judged->finding.rule, said.judged->why}); break;
      case State::hangs: report_.hanging.push_back({said.judged->finding.rule, "whether a packet comes hangs on conditions that are not modelled"}); break;
      case State::redundant: ++report_.live; [[fallthrough]];
      case State::dead: add_finding(std::move(said.judged->finding)); break;
    }
  }

  void add_finding(LintFinding finding) {
    const auto place = [](const LintCover& cover) { return std::pair(cover.rule.origin.file, cover.rule.origin.line); };
    std::stable_sort(finding.covered_by.begin(), finding.covered_by.end(), [&](const LintCover& a, const LintCover& b) { return place(a) < place(b); });
    report_.findings.push_back(std::move(finding));
  }

  const Device& device_;
  const LintOptions& options_;
  std::map<Key, Said> rules_;
  LintReport report_;
};

}  // namespace

LintReport lint(Device& device, const LintOptions& options) { return Linting(device, options).run(); }

}  // namespace fwproof::solver
