// A Z3 that provers use one after the other, over questions and whole checks: starting one costs more than many small proofs.
//
//   ProofSession proofs(options.limits);
//   options.session = &proofs;
//   for (…) check(network, requirements, options);
//
// Nothing that one proof asserts is left for the next. It starts anew by itself after an exception, after a large proof, and before what it
// remembers of earlier ones grows. Of one thread at a time.
#pragma once

#include <cstdint>
#include <memory>

#include "solver/limits.h"

namespace fwproof::solver {

class ProofSession {
 public:
  explicit ProofSession(const Limits& limits);
  ~ProofSession();

  // Of all provers that are done with it.
  uint64_t queries() const;
  double z3_ms() const;

 private:
  friend class Prover;
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace fwproof::solver
