// What the encoding says of a question, before Z3 sees it: conditions and numbers over free ones. Each is kept once, and what is constant is folded.
//
//   Formulas formulas;
//   const Formula port = formulas.free_number(16, IntervalSet::all(16));
//   const Formula open = formulas.in_set(port, IntervalSet::of(25));
//   formulas.promise(formulas.negation(open));   // a premise of whatever is asked
//
// Z3Formulas (z3_formulas.h) tells Z3 of them; question_text() (question_text.h) says when two questions are one and the same.
#pragma once

#include <cstdint>
#include <vector>

#include "model/interval_set.h"

namespace fwproof::solver {

// A condition or a number of one Formulas.
struct Formula {
  uint32_t id = 0;
  bool is_false() const { return id == 0; }
  bool is_true() const { return id == 1; }
  friend auto operator<=>(const Formula&, const Formula&) = default;
};

// A free number was asked for that has no value: a premise that nothing satisfies would prove everything.
struct NoValue {};

class Formulas {
 public:
  enum class Kind : uint8_t {
    no,
    yes,
    free_bool,
    free_number,  // of domain()
    number,       // value()
    negation,
    all_of,
    any_of,
    in_set,       // the number, and set()
    equal,        // two conditions, or two numbers of the same width
    choice,       // the condition; what it is where that is true; what it is elsewhere: a number
    bits_and,
    bits_or,
    bits_xor,
    resized,      // a number, its leading bits cut off or 0
  };
  struct Node {
    Kind kind;
    bool named;      // Z3 gives it a name: terms that are thousands deep cost it quadratic time even to destroy
    uint16_t bits;   // of numbers; 0: a condition
    uint32_t parts;  // the first in the list of all parts
    uint32_t count;  // of parts
    uint32_t what;   // where its set or value is
  };

  Formulas();
  Formulas(const Formulas&) = delete;
  Formulas& operator=(const Formulas&) = delete;

  Formula no() const { return {0}; }
  Formula yes() const { return {1}; }
  Formula free_bool() { return add_free(0, 0); }
  Formula free_number(unsigned bits) { return free_number(bits, model::IntervalSet::all(bits)); }
  // Throws NoValue where the domain has no value that is `bits` wide.
  Formula free_number(unsigned bits, const model::IntervalSet& domain);
  Formula number(model::u128 value, unsigned bits);

  Formula negation(Formula a);
  Formula both(Formula a, Formula b) { return all_of({a, b}); }
  Formula all_of(const std::vector<Formula>& parts) { return joined(Kind::all_of, yes(), no(), parts); }
  Formula any_of(const std::vector<Formula>& parts) { return joined(Kind::any_of, no(), yes(), parts); }
  Formula implies(Formula a, Formula b) { return any_of({negation(a), b}); }
  Formula in_set(Formula value, const model::IntervalSet& set);
  // (value & mask) == wanted
  Formula masked_is(Formula value, model::u128 mask, model::u128 wanted);
  Formula equal(Formula a, Formula b);
  Formula choice(Formula when, Formula then, Formula otherwise);
  Formula bits_and(Formula a, Formula b);
  Formula bits_or(Formula a, Formula b);
  Formula bits_xor(Formula a, Formula b);
  Formula resized(Formula a, unsigned bits);
  // The same, which Z3 gives a name.
  Formula named(Formula a);

  void promise(Formula a) {
    if (!a.is_true()) promises_.push_back(a);
  }

  size_t size() const { return nodes_.size(); }   // parts have smaller ids than what they are parts of
  const Node& node(Formula a) const { return nodes_[a.id]; }
  unsigned bits(Formula a) const { return node(a).bits; }
  bool is_number(Formula a) const { return node(a).kind == Kind::number; }
  Formula part(Formula a, size_t i) const { return parts_[node(a).parts + i]; }
  const model::IntervalSet& set(Formula a) const { return sets_[node(a).what]; }      // of in_set
  const model::IntervalSet& domain(Formula a) const { return sets_[node(a).what]; }   // of free_number
  model::u128 value(Formula a) const { return values_[node(a).what]; }                // of number
  const std::vector<Formula>& promises() const { return promises_; }

 private:
  Formula add_free(unsigned bits, uint32_t what);
  Formula joined(Kind kind, Formula neutral, Formula settled, const std::vector<Formula>& parts);
  Formula in_known(Formula value, const model::IntervalSet& set);
  // Tests of one number become one, while their set has few intervals: adds the part to one of `with`, or says no.
  bool put_together(Kind kind, Formula part, std::vector<Formula>& with);
  Formula number_tested(Formula a) const;                        // no(): it is no test, nor the negation of one
  model::IntervalSet values_passing(Formula test) const;         // requires: it tests a number
  // Requires: not two numbers that are known.
  Formula bitwise(Kind kind, Formula a, Formula b);
  // The node with these parts: a known one, or a new one.
  Formula kept(Kind kind, unsigned bits, const Formula* parts, size_t count, uint32_t what = 0);
  Formula kept(Kind kind, unsigned bits, const std::vector<Formula>& parts) { return kept(kind, bits, parts.data(), parts.size()); }
  bool is_same(const Node& node, Kind kind, unsigned bits, const Formula* parts, size_t count, uint32_t what) const;
  uint64_t hash_of(Kind kind, unsigned bits, const Formula* parts, size_t count, uint32_t what) const;
  void grow();

  std::vector<Node> nodes_;
  std::vector<uint64_t> hashes_;     // by node
  std::vector<Formula> parts_;
  std::vector<model::IntervalSet> sets_;
  std::vector<model::u128> values_;
  std::vector<Formula> promises_;
  std::vector<uint32_t> table_;      // ids, by hash; 0: free (what has id 0 is never looked up)
};

}  // namespace fwproof::solver
