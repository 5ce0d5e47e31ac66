// What `-j CT` in table raw does to rules and packets behind it.
//
// The first CT rule that a packet meets decides what connection tracking is given: a template (zone, helper, …), or that it is not tracked. Later ones do nothing
// (xt_ct_target in xt_CT.c, Linux 6.1: `if (skb->_nfct != 0) return XT_CONTINUE`).
#pragma once

#include <array>
#include <span>

#include "importers/iptables_save/dump.h"
#include "model/policy.h"

namespace fwproof::importers::iptables_save {

// Lets no rule of table raw take a packet out of tracking that an earlier one gave a template. Requires: the table's chains are in the policy.
void keep_first_template(model::Policy& policy, std::span<const Section> sections, const Table& raw);

// The hooks, by number, in which the packets of one connection may be looked for in different zones (`--zone`), so that an answer may find none.
std::array<bool, model::kHooks> hooks_of_mixed_zones(const model::Policy& policy, std::span<const Section> sections, const Table& raw);

}  // namespace fwproof::importers::iptables_save
