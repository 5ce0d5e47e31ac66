#include "solver/lint_prove.h"

#include <algorithm>
#include <chrono>

#include "solver/limits.h"
#include "solver/z3_session.h"

namespace fwproof::solver {

using namespace model;

// For one rule: some seconds for the worst that could be made up; real ones take thousands.
constexpr unsigned kMostWork = 5'000'000;

// The variables of a packet, and conditions over them.
class LintProver::Work {
 public:
  explicit Work(const LintChains& chains) : chains_(chains), session_(Limits{}.z3_timeout_ms) {
    session_.count_work_alone(kMostWork);
    for (size_t i = 0; i < kFields; ++i) {
      const auto field = static_cast<Field>(i);
      fields_.push_back(session_.free_number(field_bits(field, chains.space.family()), IntervalSet::range(0, chains.space.max_of(field))));
    }
  }

  z3::check_result some_left(RuleRef rule, const LintFound& found) {
    std::vector<z3::expr> parts = {may(chains_.rule(rule)), any_root(found)};
    for (const LintTaken& taken : found.taken) parts.push_back(session_.negation(taken_by(taken)));
    session_.solver().push();
    session_.solver().add(session_.all_of(parts));
    const z3::check_result result = session_.check({});
    session_.solver().pop();
    session_.forget_sets();
    return result;
  }

 private:
  z3::expr may(const Rule& rule) { return all(rule.terms, true); }

  z3::expr taken_by(const LintTaken& taken) {
    if (taken.whole_box) return all(chains_.rule(taken.by).terms, false);
    return inside(taken.region);
  }

  z3::expr any_root(const LintFound& found) {
    std::vector<z3::expr> parts;
    for (const LintRegion& root : found.roots) parts.push_back(inside(root));
    return session_.any_of(parts);
  }

  z3::expr inside(const LintRegion& region) {
    std::vector<z3::expr> parts;
    for (const auto& [field, set] : region) parts.push_back(in(field, set));
    return session_.all_of(parts);
  }

  z3::expr in(Field field, const IntervalSet& set) { return session_.in_set(fields_[static_cast<size_t>(field)], set); }

  // most: what the terms may match; otherwise what they surely match.
  z3::expr all(const std::vector<Term>& terms, bool most) {
    std::vector<z3::expr> parts;
    for (const Term& term : terms) parts.push_back(term.negated ? session_.negation(one(term, !most)) : one(term, most));
    return session_.all_of(parts);
  }

  z3::expr one(const Term& term, bool most) {
    if (const auto* in_set = std::get_if<In>(&term.what)) return in(in_set->field, in_set->set);
    if (const auto* in_set = std::get_if<InAddresses>(&term.what)) return in(in_set->field, in_set->set.in(chains_.space.family()));
    if (const auto* masked = std::get_if<Masked>(&term.what)) return bits(*masked);
    const auto* any = std::get_if<AnyOf>(&term.what);
    if (!any) return most ? session_.yes() : session_.no();
    std::vector<z3::expr> parts;
    for (const auto& terms : any->alternatives) parts.push_back(all(terms, most));
    return session_.any_of(parts);
  }

  z3::expr bits(const Masked& masked) {
    const unsigned width = field_bits(masked.field, chains_.space.family());
    const u128 mask = masked.mask & max_value(width);
    if ((masked.value & ~mask) != 0) return session_.no();
    return (fields_[static_cast<size_t>(masked.field)] & session_.number(mask, width)) == session_.number(masked.value, width);
  }

  const LintChains& chains_;
  Z3Session session_;
  std::vector<z3::expr> fields_;
};

LintProver::LintProver(const LintChains& chains) : chains_(chains) {}
LintProver::~LintProver() = default;

LintProver::Answer LintProver::all_taken(RuleRef rule, const LintFound& found) {
  const auto start = std::chrono::steady_clock::now();
  Answer answer = Answer::unknown;
  ++queries_;
  try {
    if (!work_) work_ = std::make_unique<Work>(chains_);
    switch (work_->some_left(rule, found)) {
      case z3::unsat: answer = Answer::proven; break;
      case z3::sat: answer = Answer::refuted; break;
      case z3::unknown: break;
    }
  } catch (const z3::exception&) {  // nothing is known about what the solver still assumes
    work_.reset();
  }
  z3_ms_ += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  return answer;
}

bool some_corner_comes(const LintChains& chains, LintReplay& replay, RuleRef rule, uint32_t way, const LintFound& found) {
  if (way == LintWay::kNone) {
    const auto& ways = chains.chains[rule.chain].ways;
    if (ways.empty()) return false;
    way = ways.front();
  }
  const auto corner = [&](const LintRegion& root, bool greatest) {
    LintPoint point{};
    for (const auto& [field, set] : root) point[static_cast<size_t>(field)] = greatest ? set.max() : set.min();
    return point;
  };
  const auto comes = [&](const LintPoint& point) { return is_a_packet(point) && replay.replay(rule, way, point).matched; };
  return std::any_of(found.roots.begin(), found.roots.end(),
                     [&](const LintRegion& root) { return comes(corner(root, false)) || comes(corner(root, true)); });
}

}  // namespace fwproof::solver
