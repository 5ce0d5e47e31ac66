// Equal texts mean equal answers: on random formulas, whose answers are found by trying all values, and on policies that differ in one thing.
#include "solver/question_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <random>

#include "solver/encode.h"
#include "solver/z3_formulas.h"
#include "tests/support/random_policy.h"

namespace fwproof {
namespace {

using namespace model;
using solver::Formula;
using solver::Formulas;
using solver::PacketBox;
using solver::Prover;
using Answer = Prover::Answer;
using Kind = Formulas::Kind;

// ---- random formulas ----------------------------------------------------------------------------------------------

constexpr unsigned kBits = 2;
constexpr u128 kValues = 4;

// What two numbers and a condition are.
using Given = std::array<u128, 3>;

// Two numbers and a condition that are free, or given, and what is made of them.
class RandomFormula {
 public:
  explicit RandomFormula(uint64_t seed, const std::optional<Given>& given = std::nullopt) : random_(seed) {
    for (size_t i = 0; i < 2; ++i) {
      domains_.push_back(some_set());
      numbers_.push_back(given ? formulas.number((*given)[i], kBits) : formulas.free_number(kBits, domains_[i]));
    }
    conditions_.push_back(!given ? formulas.free_bool() : (*given)[2] != 0 ? formulas.yes() : formulas.no());
    free_ = {numbers_[0], numbers_[1], conditions_[0]};
    for (unsigned steps = below(8) + 2; steps-- > 0;) add_step();
    if (below(3) == 0) formulas.promise(condition());
    claim = condition();
  }

  Formulas formulas;
  Formula claim;

  // Of those that the domains allow.
  template <typename Visit>
  void for_each_given(const Visit& visit) const {
    for (u128 a = 0; a < kValues; ++a)
      for (u128 b = 0; b < kValues; ++b)
        for (u128 c = 0; c < 2; ++c)
          if (domains_[0].contains(a) && domains_[1].contains(b)) visit(Given{a, b, c});
  }
  bool is_satisfiable() const {
    bool satisfiable = false;
    for_each_given([&](const Given& given) { satisfiable = satisfiable || holds(given); });
    return satisfiable;
  }
  // With all that is promised.
  bool holds(const Given& given) const {
    std::vector<u128> value(formulas.size());
    for (uint32_t id = 0; id < formulas.size(); ++id) value[id] = value_of({id}, value, given);
    for (const Formula promise : formulas.promises())
      if (value[promise.id] == 0) return false;
    return value[claim.id] != 0;
  }

 private:
  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
  IntervalSet some_set() {
    std::vector<Interval> members;
    for (u128 value = 0; value < kValues; ++value)
      if (below(2) == 0) members.push_back({value, value});
    return members.empty() ? IntervalSet::of(below(kValues)) : IntervalSet::from(std::move(members));
  }
  Formula number() { return numbers_[below(static_cast<unsigned>(numbers_.size()))]; }
  Formula condition() { return conditions_[below(static_cast<unsigned>(conditions_.size()))]; }

  // Mostly comparisons with sets, sometimes numbers that meet.
  void add_step() {
    switch (below(12)) {
      case 0: numbers_.push_back(formulas.choice(condition(), number(), number())); break;
      case 1: numbers_.push_back(formulas.bits_xor(number(), formulas.number(below(kValues), kBits))); break;
      case 2: numbers_.push_back(formulas.bits_and(number(), number())); break;
      case 3: conditions_.push_back(formulas.equal(number(), number())); break;
      case 4: conditions_.push_back(formulas.negation(condition())); break;
      case 5: conditions_.push_back(formulas.any_of({condition(), condition()})); break;
      case 6: conditions_.push_back(formulas.named(formulas.all_of({condition(), formulas.negation(condition())}))); break;
      case 7: conditions_.push_back(formulas.masked_is(number(), below(kValues), below(kValues))); break;
      case 8: numbers_.push_back(formulas.resized(formulas.resized(formulas.bits_or(number(), number()), kBits + below(2)), kBits)); break;
      default: conditions_.push_back(formulas.in_set(number(), some_set()));
    }
  }

  u128 value_of(Formula formula, const std::vector<u128>& value, const Given& given) const {
    const Formulas::Node& node = formulas.node(formula);
    const auto part = [&](size_t i) { return value[formulas.part(formula, i).id]; };
    bool all = true, any = false;
    for (size_t i = 0; i < node.count; ++i) all = all && part(i) != 0, any = any || part(i) != 0;
    switch (node.kind) {
      case Kind::no: return 0;
      case Kind::yes: return 1;
      case Kind::free_bool:
      case Kind::free_number: return given[static_cast<size_t>(std::find(free_.begin(), free_.end(), formula) - free_.begin())];
      case Kind::number: return formulas.value(formula);
      case Kind::negation: return part(0) == 0;
      case Kind::all_of: return all;
      case Kind::any_of: return any;
      case Kind::in_set: return formulas.set(formula).contains(part(0));
      case Kind::equal: return part(0) == part(1);
      case Kind::choice: return part(0) != 0 ? part(1) : part(2);
      case Kind::bits_and: return part(0) & part(1);
      case Kind::bits_or: return part(0) | part(1);
      case Kind::bits_xor: return part(0) ^ part(1);
      case Kind::resized: return part(0) & max_value(node.bits);
    }
    return 0;
  }

  std::mt19937_64 random_;
  std::vector<IntervalSet> domains_;
  std::vector<Formula> numbers_, conditions_, free_;
};

// What is free when it is said means the same as what is known then: nothing is folded that may be otherwise.
TEST(Formulas, MeanWhatTheySay) {
  size_t true_ones = 0;
  for (uint64_t seed = 0; seed < 5'000; ++seed) {
    const RandomFormula random(seed);
    random.for_each_given([&](const Given& given) {
      const RandomFormula known(seed, given);
      const bool kept = std::all_of(known.formulas.promises().begin(), known.formulas.promises().end(), [](Formula promise) { return promise.is_true(); });
      ASSERT_TRUE(known.claim.is_true() || known.claim.is_false()) << "seed " << seed;
      ASSERT_EQ(random.holds(given), kept && known.claim.is_true()) << "seed " << seed;
      true_ones += random.holds(given);
    });
  }
  EXPECT_GT(true_ones, 5'000u);
}

TEST(QuestionText, EqualTextsHaveEqualAnswers) {
  std::map<std::string, bool> answers;
  size_t equal = 0, satisfiable = 0;
  constexpr uint64_t kFormulas = 100'000;
  for (uint64_t seed = 0; seed < kFormulas; ++seed) {
    const RandomFormula random(seed);
    const auto text = question_text(random.formulas, random.claim);
    ASSERT_TRUE(text);
    const auto [known, is_new] = answers.emplace(*text, random.is_satisfiable());
    ASSERT_EQ(known->second, random.is_satisfiable()) << "seed " << seed;
    equal += !is_new;
    satisfiable += known->second;
  }
  EXPECT_GT(equal, kFormulas / 4);   // else nothing was compared
  EXPECT_GT(satisfiable, kFormulas / 4);
  EXPECT_LT(satisfiable, kFormulas * 3 / 4);
}

TEST(QuestionText, Z3SaysTheSameOfTheFormulas) {
  solver::Z3Session session(30'000);
  for (uint64_t seed = 0; seed < 2'000; ++seed) {
    RandomFormula random(seed);
    session.begin(false, false);
    solver::Z3Formulas z3(session, random.formulas);
    z3.tell_promises();
    EXPECT_EQ(session.check({session.named(z3.of(random.claim))}) == z3::sat, random.is_satisfiable()) << "seed " << seed;
    session.end();
  }
}

// ---- what makes a difference --------------------------------------------------------------------------------------

struct Compared {
  IntervalSet domain;
  std::vector<IntervalSet> sets;
};

// One number that is in the first set and in none of the others, each unless something else holds: tests that stand side by side would become one.
std::string text_of(const Compared& compared) {
  Formulas formulas;
  const Formula number = formulas.free_number(32, compared.domain);
  std::vector<Formula> parts;
  for (const IntervalSet& set : compared.sets) {
    const Formula inside = formulas.in_set(number, set);
    parts.push_back(formulas.any_of({formulas.free_bool(), parts.empty() ? inside : formulas.negation(inside)}));
  }
  return question_text(formulas, formulas.all_of(parts)).value();
}

TEST(QuestionText, OnlyHowSetsOverlapCounts) {
  const auto range = [](u128 lo, u128 hi) { return IntervalSet::range(lo, hi); };
  const std::string apart = text_of({range(0, 1000), {range(10, 19), range(20, 29)}});
  EXPECT_EQ(text_of({range(0, 1000), {range(700, 700), range(3, 500)}}), apart);              // elsewhere, and in another order
  EXPECT_EQ(text_of({IntervalSet::all(32), {range(1, 2), range(7, 9).united(IntervalSet::of(70))}}), apart);
  EXPECT_NE(text_of({range(0, 1000), {range(10, 19), range(19, 29)}}), apart);                // one value in both
  EXPECT_NE(text_of({range(0, 1000), {range(10, 19), range(12, 13)}}), apart);                // one inside the other
  EXPECT_NE(text_of({range(10, 29), {range(10, 19), range(20, 29)}}), apart);                 // nothing outside both
  EXPECT_NE(text_of({range(0, 1000), {range(10, 19), range(20, 29), range(30, 39)}}), apart); // one more
}

// Every way of putting two tests of one number together, on every value.
TEST(Formulas, TestsOfOneNumberBecomeOne) {
  const IntervalSet sets[] = {IntervalSet::range(0, 3), IntervalSet::range(2, 9), IntervalSet::of(5), IntervalSet::range(10, 15), IntervalSet::of(0).united(IntervalSet::of(15))};
  for (const IntervalSet& domain : {IntervalSet::all(4), IntervalSet::range(1, 12)})
    for (const IntervalSet& one : sets)
      for (const IntervalSet& two : sets)
        for (unsigned how = 0; how < 8; ++how) {
          Formulas formulas;
          const Formula number = formulas.free_number(4, domain);
          const auto test = [&](const IntervalSet& set, bool negated) { return negated ? formulas.negation(formulas.in_set(number, set)) : formulas.in_set(number, set); };
          const std::vector<Formula> both = {test(one, how & 1), test(two, how & 2)};
          const Formula joined = how & 4 ? formulas.any_of(both) : formulas.all_of(both);
          for (const Interval& part : domain.intervals())
            for (u128 value = part.lo; value <= part.hi; ++value) {
              const bool first = one.contains(value) != static_cast<bool>(how & 1), second = two.contains(value) != static_cast<bool>(how & 2);
              const bool wanted = how & 4 ? first || second : first && second;
              const auto kind = formulas.node(joined).kind;
              const bool negation = kind == Formulas::Kind::negation;
              const Formula inner = negation ? formulas.part(joined, 0) : joined;
              const bool constant = inner.is_true() || inner.is_false();
              ASSERT_TRUE(constant || formulas.node(inner).kind == Formulas::Kind::in_set);
              const bool says = constant ? inner.is_true() : formulas.set(inner).contains(value);
              ASSERT_EQ(says != negation, wanted) << "how " << how << ", value " << static_cast<unsigned>(value);
            }
        }
}

// Where their set would have many intervals they stay apart.
TEST(Formulas, TestsOfManyIntervalsStayApart) {
  Formulas formulas;
  const Formula number = formulas.free_number(16);
  std::vector<Formula> parts;
  for (unsigned i = 0; i < 40; ++i) parts.push_back(formulas.in_set(number, IntervalSet::of(2 * i)));
  const Formula any = formulas.any_of(parts);
  ASSERT_EQ(formulas.node(any).kind, Formulas::Kind::any_of);
  for (size_t i = 0; i < formulas.node(any).count; ++i) EXPECT_LE(formulas.set(formulas.part(any, i)).intervals().size(), 16U);
}

TEST(QuestionText, NumbersThatMeetKeepTheirValues) {
  const auto text = [](u128 first, bool meet) {
    Formulas formulas;
    const Formula a = formulas.free_number(16, IntervalSet::range(first, first + 9)), b = formulas.free_number(16, IntervalSet::range(20, 29));
    std::vector<Formula> parts = {formulas.in_set(a, IntervalSet::of(first)), formulas.in_set(b, IntervalSet::of(20))};
    if (meet) parts.push_back(formulas.equal(a, b));
    return question_text(formulas, formulas.all_of(parts)).value();
  };
  EXPECT_EQ(text(10, false), text(20, false));
  EXPECT_NE(text(10, true), text(20, true));   // they cannot be equal in the first, and are in the second
}

TEST(QuestionText, PromisesCount) {
  const auto text = [](bool promised) {
    Formulas formulas;
    const Formula a = formulas.free_bool(), b = formulas.free_bool();
    if (promised) formulas.promise(formulas.negation(a));
    return question_text(formulas, formulas.both(a, b)).value();
  };
  EXPECT_NE(text(true), text(false));
}

TEST(QuestionText, WhatIsTooLongHasNone) {
  Formulas formulas;
  std::vector<Formula> parts;
  for (unsigned i = 0; i < 5'000; ++i) parts.push_back(formulas.free_bool());
  EXPECT_FALSE(question_text(formulas, formulas.any_of(parts)));
  const Formula number = formulas.free_number(32);
  std::vector<Interval> many;
  for (unsigned i = 0; i < 20'000; ++i) many.push_back({3 * i, 3 * i});
  EXPECT_FALSE(question_text(formulas, formulas.in_set(number, IntervalSet::from(std::move(many)))));
}

// ---- policies -----------------------------------------------------------------------------------------------------

Term to_port(unsigned port) { return {In{Field::dst_port, IntervalSet::of(port)}}; }
Term from(unsigned address) { return {InAddresses{Field::src, AddressSet::of(Family::v4, IntervalSet::of(address))}}; }
Rule rule(std::vector<Term> terms, ActionKind kind) { return {std::move(terms), {kind, 0}, {}, "", true, -1}; }

Policy policy_of(std::vector<Rule> rules) {
  Policy policy;
  policy.v4 = true;
  policy.chains = {{"chain", std::move(rules), ActionKind::drop, {}, "", -1}};
  policy.hooks[0] = {{Stage::Kind::filter, 0}};
  return policy;
}

PacketBox box(unsigned address, unsigned port) {
  PacketBox box = testing::tiny_universe();
  box.src = IntervalSet::of(address);
  box.dst_port = IntervalSet::of(port);
  return box;
}

struct Asked {
  Answer answer;
  uint32_t shared;
};
// All packets of one source to one port pass.
Asked ask(const Policy& policy, unsigned address, unsigned port, solver::SharedProofs& proofs) {
  solver::ProofSession session({}, &proofs);
  const solver::Walk walk = testing::tiny_walk(policy, Hook::input, state_new);
  Prover prover(walk, nullptr, {}, &session);
  const Answer answer = prover.all_pass(0, {box(address, port)});
  return {answer, prover.proof().shared};
}

TEST(SharedProofs, ServeWhatDiffersInNamesAlone) {
  solver::SharedProofs proofs;
  const auto policy = [](unsigned address, unsigned port) { return policy_of({rule({from(address), to_port(port)}, ActionKind::accept)}); };
  EXPECT_EQ(ask(policy(3, 1), 3, 1, proofs).shared, 0u);
  const Asked other = ask(policy(5, 2), 5, 2, proofs);
  EXPECT_EQ(other.answer, Answer::proven);
  EXPECT_EQ(other.shared, 1u);
}

TEST(SharedProofs, ServeNothingThatDiffersInOneThing) {
  solver::SharedProofs proofs;
  const Rule grant = rule({from(3), to_port(1)}, ActionKind::accept);
  ASSERT_EQ(ask(policy_of({grant}), 3, 1, proofs).answer, Answer::proven);
  ASSERT_EQ(ask(policy_of({rule({from(2)}, ActionKind::drop), grant}), 3, 1, proofs).answer, Answer::proven);
  const std::vector<Rule> different[] = {
      {},
      {rule({from(3), to_port(1)}, ActionKind::drop)},
      {rule({from(4), to_port(1)}, ActionKind::accept)},
      {rule({from(3), to_port(2)}, ActionKind::accept)},
      {rule({from(3), {Term{In{Field::src_port, IntervalSet::of(1)}}}}, ActionKind::accept)},
      {rule({from(3), to_port(1), {Term{In{Field::protocol, IntervalSet::of(proto_tcp)}}}}, ActionKind::accept)},
      {rule({from(3)}, ActionKind::drop), grant},
      {rule({to_port(1)}, ActionKind::drop), grant},
      {rule({{Term{In{Field::src_port, IntervalSet::of(2)}}}}, ActionKind::drop), grant},
      {rule({{Term{In{Field::dst_port, IntervalSet::of(1)}, true}}}, ActionKind::accept)},
  };
  for (size_t i = 0; i < std::size(different); ++i) {
    EXPECT_EQ(ask(policy_of(different[i]), 3, 1, proofs).answer, Answer::refuted) << i;
    EXPECT_EQ(ask(policy_of(different[i]), 3, 1, proofs).shared, 0u) << i;   // a packet that breaks it comes from Z3 itself
  }
}

TEST(SharedProofs, ForgetWhatIsTooMuch) {
  solver::SharedProofs proofs(100), none(0);
  const std::string first(60, 'a'), second(60, 'b'), third(60, 'c');
  proofs.add(first, {false, 7});
  EXPECT_EQ(proofs.find(first)->steps, 7u);
  proofs.add(second, {true, 8});
  proofs.add(third, {true, 9});
  EXPECT_FALSE(proofs.find(first));
  EXPECT_TRUE(proofs.find(second) && proofs.find(third));
  proofs.add(std::string(101, 'd'), {});
  EXPECT_FALSE(proofs.find(std::string(101, 'd')));
  none.add(first, {});
  EXPECT_FALSE(none.find(first));
}

}  // namespace
}  // namespace fwproof
