// Unknown conditions that no packet meets together, so that one variable can stand for all of them: the masked MAC addresses of a thousand hosts,
// each in a rule for its host's address alone. What a packet's fate hangs on is then a variable or two, and hosts that fare alike look alike.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "model/interval_set.h"
#include "model/policy.h"
#include "solver/limits.h"
#include "solver/slice.h"
#include "solver/walk.h"

namespace fwproof::solver {

struct Apart {
  struct Condition {
    uint32_t group = 0;      // those of a group are met by packets with different values in the field
    model::Interval values;  // packets with others do not meet it
  };
  model::Field field = model::Field::src;
  std::map<std::pair<const model::Policy*, uint32_t>, Condition> conditions;   // by the unknown's index
};

// Empty where the walk has answers or other later packets, where something rewrites the field, and where it would save few variables.
Apart conditions_apart(const Walk& walk, const Slice& slice, const Limits& limits);

}  // namespace fwproof::solver
