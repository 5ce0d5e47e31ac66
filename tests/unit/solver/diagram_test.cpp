#include "solver/diagram.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <tuple>

namespace fwproof::solver {
namespace {

using model::IntervalSet;

// Sets over three variables with four values each, kept twice: as a diagram and as 64 bits.
struct Twin {
  Ref ref;
  uint64_t bits;
};

// Of the bits that a value has, how many stand below the two that matter: up to 30, edges are narrow.
using Shifts = std::array<unsigned, 3>;

// With the number of edges above which nodes are divided: nearly never, and nearly always.
class DiagramTest : public testing::TestWithParam<std::tuple<uint32_t, Shifts>> {
 protected:
  DiagramTest() {
    for (const unsigned shift : shifts_) diagrams_.add_variable(model::max_value(shift + 2));
  }

  IntervalSet values(VarId var, unsigned lo, unsigned hi) const {
    const model::u128 least = model::u128{lo} << shifts_[var];
    return IntervalSet::range(least, least + (model::u128{hi - lo + 1} << shifts_[var]) - 1);
  }

  Twin in(VarId var, unsigned lo, unsigned hi) {
    Twin twin{diagrams_.in(var, values(var, lo, hi)), 0};
    for (unsigned point = 0; point < 64; ++point) {
      const unsigned value = (point >> (2 * var)) & 3;
      if (value >= lo && value <= hi) twin.bits |= uint64_t{1} << point;
    }
    return twin;
  }

  uint64_t bits_of(Ref f) const {
    uint64_t bits = 0;
    diagrams_.products(f, [&](const std::vector<IntervalSet>& sets) {
      for (unsigned point = 0; point < 64; ++point) {
        bool inside = true;
        for (unsigned var = 0; var < 3; ++var) inside = inside && (sets[var].empty() || sets[var].contains(values(var, (point >> (2 * var)) & 3, (point >> (2 * var)) & 3)));
        if (!inside) continue;
        EXPECT_EQ(bits & (uint64_t{1} << point), 0u) << "products overlap";
        bits |= uint64_t{1} << point;
      }
      return true;
    });
    return bits;
  }

  const Shifts shifts_ = std::get<1>(GetParam());
  Diagrams diagrams_{100000, ~uint64_t{0}, std::get<0>(GetParam())};
};

TEST_P(DiagramTest, equal_sets_have_equal_references_and_operations_mean_what_they_say) {
  std::mt19937 random(7);
  std::vector<Twin> all = {{Diagrams::kFalse, 0}, {Diagrams::kTrue, ~uint64_t{0}}};
  for (int step = 0; step < 3000; ++step) {
    Twin next{};
    const Twin& a = all[random() % all.size()];
    const Twin& b = all[random() % all.size()];
    switch (random() % 4) {
      case 0: {
        const unsigned lo = random() % 4;
        next = in(random() % 3, lo, lo + random() % (4 - lo));
        break;
      }
      case 1: next = {diagrams_.both(a.ref, b.ref), a.bits & b.bits}; break;
      case 2: next = {diagrams_.either(a.ref, b.ref), a.bits | b.bits}; break;
      case 3: next = {diagrams_.minus(a.ref, b.ref), a.bits & ~b.bits}; break;
    }
    ASSERT_EQ(bits_of(next.ref), next.bits) << "step " << step;
    for (const Twin& old : all) ASSERT_EQ(old.ref == next.ref, old.bits == next.bits) << "step " << step;
    all.push_back(next);
  }
}

TEST_P(DiagramTest, exists_forgets_the_variables_from_one_on) {
  const Ref f = diagrams_.both(in(0, 1, 2).ref, in(2, 3, 3).ref);
  EXPECT_EQ(diagrams_.exists_from(f, 1), in(0, 1, 2).ref);
  EXPECT_EQ(diagrams_.exists_from(f, 0), Diagrams::kTrue);
  EXPECT_EQ(diagrams_.exists(f, {true, false, false}), in(2, 3, 3).ref);
}

INSTANTIATE_TEST_SUITE_P(Divided, DiagramTest,
                         testing::Combine(testing::Values(4096, 1, 2), testing::Values(Shifts{0, 0, 0}, Shifts{30, 31, 126}, Shifts{126, 30, 0}, Shifts{62, 94, 31})));

// A set of scattered values, a hundred thousand of them, in diagrams that divide and in ones that do not.
TEST(Diagrams, divided_nodes_say_what_others_say) {
  for (const model::u128 max : {model::u128{0xffffffff}, ~model::u128{0}}) {
    std::mt19937 random(3);
    const auto scattered = [&](size_t count) {
      std::vector<model::Interval> all;
      for (size_t i = 0; i < count; ++i) all.push_back({random(), 0}), all.back().hi = all.back().lo + random() % 3;
      return IntervalSet::from(std::move(all)).intersected(IntervalSet::range(0, max));
    };
    const IntervalSet many = scattered(20'000), others = scattered(20'000), few = IntervalSet::range(1'000'000'000, 3'000'000'000);
    const auto answers = [&](uint32_t many_edges) {
      Diagrams d(1'000'000, ~uint64_t{0}, many_edges);
      const VarId port = d.add_variable(65535), address = d.add_variable(max), unknown = d.add_variable(1);
      const Ref open = d.both(d.in(port, IntervalSet::of(80)), d.in(address, many)), perhaps = d.both(d.in(address, others), d.in(unknown, IntervalSet::of(1)));
      std::vector<std::vector<std::vector<IntervalSet>>> all;
      for (const Ref each : {d.either(open, perhaps), d.minus(perhaps, open), d.exists_from(d.either(open, perhaps), unknown), d.both(d.in(address, few), d.minus(open, perhaps)),
                             d.exists(d.either(open, perhaps), {false, true, false}), d.minus(d.either(open, perhaps), perhaps)}) {
        all.emplace_back();
        d.products(each, [&](const std::vector<IntervalSet>& sets) { return all.back().push_back(sets), true; });
      }
      EXPECT_EQ(d.minus(d.either(open, perhaps), perhaps), d.minus(open, perhaps));
      EXPECT_EQ(d.either(d.minus(open, perhaps), d.both(open, perhaps)), open);
      return all;
    };
    EXPECT_EQ(answers(100), answers(~uint32_t{0}));
  }
}

// A variable matters where changing it, among what it can be, changes something.
TEST_P(DiagramTest, variables_that_matter) {
  std::mt19937 random(17);
  size_t held = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<IntervalSet> possible(3);
    Twin all{Diagrams::kTrue, ~uint64_t{0}};
    for (VarId var = 0; var < 3; ++var) {
      if (random() % 2 == 0) continue;
      const unsigned lo = random() % 4, hi = lo + random() % (4 - lo);
      possible[var] = values(var, lo, hi);
      const Twin set = in(var, lo, hi);
      all = {diagrams_.both(all.ref, set.ref), all.bits & set.bits};
    }
    Twin some{Diagrams::kFalse, 0};
    for (int part = 0; part < 3; ++part) {
      Twin box{Diagrams::kTrue, ~uint64_t{0}};
      for (VarId var = 0; var < 3; ++var) {
        const unsigned lo = random() % 4, hi = lo + random() % (4 - lo);
        const Twin set = in(var, lo, random() % 2 == 0 ? 3 : hi);
        box = {diagrams_.both(box.ref, set.ref), box.bits & set.bits};
      }
      some = {diagrams_.either(some.ref, box.ref), some.bits | box.bits};
    }
    some = {diagrams_.both(some.ref, all.ref), some.bits & all.bits};
    const std::vector<bool> matters = diagrams_.support(some.ref, possible);
    for (VarId var = 0; var < 3; ++var) {
      bool changes = false;
      for (unsigned point = 0; point < 64; ++point)
        for (unsigned value = 0; value < 4; ++value) {
          const unsigned other = (point & ~(3u << (2 * var))) | value << (2 * var);
          changes = changes || ((all.bits >> point & all.bits >> other & 1) && (some.bits >> point & 1) != (some.bits >> other & 1));
        }
      ASSERT_EQ(matters[var], changes) << round;
      held += !changes && !possible[var].empty();
    }
  }
  EXPECT_GT(held, 500u);
}

TEST_P(DiagramTest, values_for_which_a_variable_matters) {
  std::mt19937 random(18);
  for (int round = 0; round < 2000; ++round) {
    Twin some{Diagrams::kFalse, 0};
    for (int part = 0; part < 4; ++part) {
      Twin box{Diagrams::kTrue, ~uint64_t{0}};
      for (VarId var = 0; var < 3; ++var) {
        if (random() % 3 == 0) continue;
        const unsigned lo = random() % 4, hi = lo + random() % (4 - lo);
        const Twin set = in(var, lo, hi);
        box = {diagrams_.both(box.ref, set.ref), box.bits & set.bits};
      }
      some = {diagrams_.either(some.ref, box.ref), some.bits | box.bits};
    }
    for (VarId field = 0; field < 2; ++field)
      for (VarId var = field + 1; var < 3; ++var) {
        IntervalSet expected;
        for (unsigned point = 0; point < 64; ++point)
          for (unsigned value = 0; value < 4; ++value) {
            const unsigned other = (point & ~(3u << (2 * var))) | value << (2 * var);
            if ((some.bits >> point & 1) != (some.bits >> other & 1)) expected = expected.united(values(field, (point >> (2 * field)) & 3, (point >> (2 * field)) & 3));
          }
        ASSERT_EQ(diagrams_.values_where(some.ref, field, var), expected) << round;
      }
  }
}

TEST(Diagrams, growth_beyond_the_limit_is_told) {
  Diagrams diagrams(16);
  const VarId var = diagrams.add_variable(65535);
  EXPECT_THROW(
      {
        for (unsigned i = 0; i < 100; ++i) diagrams.in(var, IntervalSet::of(i));
      },
      LimitReached);
}

TEST(Diagrams, values_may_be_128_bits_wide) {
  Diagrams diagrams(100);
  const model::u128 max = ~model::u128{0};
  const VarId var = diagrams.add_variable(max);
  const Ref top = diagrams.in(var, IntervalSet::of(max));
  EXPECT_EQ(diagrams.minus(Diagrams::kTrue, diagrams.in(var, IntervalSet::range(0, max - 1))), top);
}

}  // namespace
}  // namespace fwproof::solver
