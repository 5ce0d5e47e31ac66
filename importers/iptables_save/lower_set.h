// `-m set --match-set NAME FLAGS` against the named sets given beside the dump.
#pragma once

#include <string>
#include <string_view>

#include "importers/iptables_save/lower.h"

namespace fwproof::importers::iptables_save {

struct SetCondition {
  std::vector<model::Term> terms;   // a conjunction
  std::string unknown;              // not empty: why the set's content does not tell
  bool missing = false;             // the set is not among the inputs
};

SetCondition lower_set(Builder& builder, std::string_view name, std::string_view flags, model::Origin origin);

}  // namespace fwproof::importers::iptables_save
