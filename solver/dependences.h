// Lists of what answers depend on, each named once. Some have thousands.
#pragma once

#include <vector>

#include "model/evaluate.h"

namespace fwproof::solver {

// Adds those that are not in the list, in their order.
void add_new(std::vector<model::Dependence>& list, const std::vector<model::Dependence>& more);

}  // namespace fwproof::solver
