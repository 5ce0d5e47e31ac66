// What the router does to packets outside of its rules and is not modelled: each becomes an unknown action for the packets it may concern.
#pragma once

#include "importers/mikrotik/lower.h"

namespace fwproof::importers::mikrotik {

struct Guards {
  std::vector<model::Rule> arriving;   // before everything else
  std::vector<model::Rule> leaving;    // behind the routing decision, where the egress interface is known
  std::vector<model::Rule> translating;  // at the end of dstnat
};

// Also accounts for the lines that they come from.
Guards lower_guards(Builder& builder);

}  // namespace fwproof::importers::mikrotik
