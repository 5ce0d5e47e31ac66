// Tells Z3 of formulas, in full: numbers are bit vectors as wide as they are, sets of values are what they are. Each formula is told once.
//
//   session.begin(large, large_sets);
//   Z3Formulas z3(session, formulas);
//   z3.tell_promises();
//   session.check({z3.of(claim)});
#pragma once

#include <optional>
#include <vector>

#include "solver/formulas.h"
#include "solver/z3_session.h"

namespace fwproof::solver {

// Both must outlive it; the session takes back what was told.
class Z3Formulas {
 public:
  Z3Formulas(Z3Session& session, const Formulas& formulas) : session_(session), formulas_(formulas) {}

  // Those that were promised so far and not told yet.
  void tell_promises();
  z3::expr of(Formula formula);

 private:
  void tell(uint32_t id);
  z3::expr expression(Formula formula);
  z3::expr part(Formula formula, size_t i) const { return *told_[formulas_.part(formula, i).id]; }
  std::vector<z3::expr> parts(Formula formula) const;

  Z3Session& session_;
  const Formulas& formulas_;
  std::vector<std::optional<z3::expr>> told_;   // by id
  size_t promises_ = 0;
};

}  // namespace fwproof::solver
