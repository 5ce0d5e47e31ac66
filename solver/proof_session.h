// A Z3 that provers use one after the other, over questions and whole checks: starting one costs more than many small proofs.
//
//   ProofSession proofs(options.limits);
//   options.session = &proofs;
//   for (…) check(network, requirements, options);
//
// Nothing that one proof asserts is left for the next. It starts anew by itself after an exception, after a large proof, and before what it
// remembers of earlier ones grows. Of one thread at a time; what Z3 has answered may be shared by those of several threads.
#pragma once

#include <functional>
#include <memory>

#include "solver/limits.h"
#include "solver/shared_proofs.h"

namespace fwproof::solver {

struct Proof;

class ProofSession {
 public:
  // shared: outlives it; nullptr: answers are shared by the questions of this session alone.
  explicit ProofSession(const Limits& limits, SharedProofs* shared = nullptr);
  ~ProofSession();

  // Once: starts Z3 in a thread of its own, for who has something to read first: its tables are 17 MB that the system has to find. Without it the first
  // proof starts Z3.
  void start();

  // Proves in Z3's thread, after what was given before; without such a thread now. Whoever gives proofs has them finished, or dropped, before anything that
  // they use goes and before the session is used otherwise. finish() throws what they threw.
  void later(std::function<void()> proving);
  void finish();
  void drop();

  // Of all provers that are done with it.
  const Proof& proofs() const;

 private:
  friend class Prover;
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace fwproof::solver
