#include "solver/z3_formulas.h"

namespace fwproof::solver {
namespace {

using Kind = Formulas::Kind;

}  // namespace

void Z3Formulas::tell_promises() {
  for (; promises_ < formulas_.promises().size(); ++promises_) session_.solver().add(of(formulas_.promises()[promises_]));
}

// Parts come before what they are parts of, so that two passes over the ids do: which are needed, downwards, and what they are, upwards. Not
// recursive: policies nest as deep as they like.
z3::expr Z3Formulas::of(Formula formula) {
  told_.resize(formulas_.size());
  std::vector<bool> needed(formula.id + 1);
  needed[formula.id] = true;
  for (uint32_t id = formula.id + 1; id-- > 0;) {
    if (!needed[id] || told_[id]) continue;
    for (size_t i = 0; i < formulas_.node({id}).count; ++i) needed[formulas_.part({id}, i).id] = true;
  }
  for (uint32_t id = 0; id <= formula.id; ++id)
    if (needed[id] && !told_[id]) tell(id);
  return *told_[formula.id];
}

void Z3Formulas::tell(uint32_t id) {
  const z3::expr plain = expression({id});
  const Formulas::Node& node = formulas_.node({id});
  told_[id] = !node.named ? plain : node.bits == 0 ? session_.named(plain) : session_.named_number(plain);
  if (node.kind == Kind::free_number) session_.solver().add(session_.in_set(plain, formulas_.domain({id})));
}

std::vector<z3::expr> Z3Formulas::parts(Formula formula) const {
  std::vector<z3::expr> all;
  for (size_t i = 0; i < formulas_.node(formula).count; ++i) all.push_back(part(formula, i));
  return all;
}

z3::expr Z3Formulas::expression(Formula formula) {
  const Formulas::Node& node = formulas_.node(formula);
  switch (node.kind) {
    case Kind::no: return session_.no();
    case Kind::yes: return session_.yes();
    case Kind::free_bool: return session_.free_bool();
    case Kind::free_number: return session_.free_number(node.bits);
    case Kind::number: return session_.number(formulas_.value(formula), node.bits);
    case Kind::negation: return session_.negation(part(formula, 0));
    case Kind::all_of: return session_.all_of(parts(formula));
    case Kind::any_of: return session_.any_of(parts(formula));
    case Kind::in_set: return session_.in_set(part(formula, 0), formulas_.set(formula));
    case Kind::equal: return part(formula, 0) == part(formula, 1);
    case Kind::choice: return z3::ite(part(formula, 0), part(formula, 1), part(formula, 2));
    case Kind::bits_and: return part(formula, 0) & part(formula, 1);
    case Kind::bits_or: return part(formula, 0) | part(formula, 1);
    case Kind::bits_xor: return part(formula, 0) ^ part(formula, 1);
    case Kind::resized: {
      const unsigned given = formulas_.bits(formulas_.part(formula, 0));
      return given < node.bits ? z3::zext(part(formula, 0), node.bits - given) : part(formula, 0).extract(node.bits - 1, 0);
    }
  }
  return session_.no();
}

}  // namespace fwproof::solver
