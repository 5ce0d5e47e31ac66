// Which rules can bear on a question: those whose condition is not disjoint from the packets in question. The rest is dropped before
// regions are computed and before Z3 is asked; sliced_rightly() re-checks every dropped rule by other means.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "model/policy.h"
#include "solver/walk.h"

namespace fwproof::solver {

// For one policy: by chain, the rules that are kept, ascending. Chains that no packet in question enters keep none.
using KeptRules = std::vector<std::vector<uint32_t>>;
// One for each policy of the walk: a rule is kept when some leg or hop may need it.
using Slice = std::map<const model::Policy*, KeptRules>;

// within: the slice of a question that this one is part of; rules that it left out are not looked at again.
Slice slice(const Walk& walk, const Slice* within = nullptr);
// For questions about what passes alone: also leaves out
// - blocking rules whose packets would be blocked without them, at the end of their base chain, because nothing that accepts in it can match them;
// - rules that return, where nothing that is kept behind them can match their packets.
void leave_out_idle(const Walk& walk, Slice& slice);
// Where the walk has leads: of chains that nothing comes out of, leaves out what stands before the rule that sends the rest away.
void leave_out_before_away(const Walk& walk, Slice& slice);
// A call of a chain in which nothing is kept: packets go on with the next rule.
bool is_idle_call(const model::Rule& rule, const KeptRules& kept);
// But for these.
size_t kept_rules(const Slice& slice);

// A second, plain pass over every rule: true when no dropped rule could match a packet of the walk. Looks at each term alone, without bounds for fields.
// idle: what leave_out_idle() takes may be missing too.
bool sliced_rightly(const Walk& walk, const Slice& slice, bool idle = false);

}  // namespace fwproof::solver
