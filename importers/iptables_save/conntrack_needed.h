// Whether the rules of a dump turn connection tracking on, without which no chain of table nat is asked.
#pragma once

#include <span>

#include "importers/iptables_save/dump.h"
#include "model/policy.h"

namespace fwproof::importers::iptables_save {

// Adds an unknown condition to the rules of table nat that do something, where nothing in the tables surely turns tracking on: what else may is not in a dump.
// The nat hooks let a packet without a connection pass (nf_nat_inet_fn, nf_nat_core.c of Linux 6.1). Requires: the tables' chains are in the policy.
void ask_for_tracking(model::Policy& policy, std::span<const Section> sections, const std::vector<const Table*>& tables);

}  // namespace fwproof::importers::iptables_save
