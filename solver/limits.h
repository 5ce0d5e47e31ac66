// Bounds on everything the solver does. Reaching one means "cannot tell", never a hang and never a guess.
#pragma once

#include <cstdint>

namespace fwproof::solver {

struct Limits {
  uint32_t z3_timeout_ms = 30'000;      // per query
  uint32_t diagram_nodes = 4'000'000;   // per question
  uint32_t visits = 200'000;            // chain entries per question
  uint32_t regions = 1'000;             // listed per result; beyond: "at least"
};

}  // namespace fwproof::solver
