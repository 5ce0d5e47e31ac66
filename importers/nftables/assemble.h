// A rule set as policies: chains in the order in which the kernel calls them.
#pragma once

#include "importers/nftables/ast.h"
#include "importers/nftables/context.h"

namespace fwproof::importers::nftables {

// One policy for IPv4 and one for IPv6. Gives the lines of rules their class.
void assemble(const Ruleset& ruleset, const Facts& facts, Context& context, ImportResult& result);

}  // namespace fwproof::importers::nftables
