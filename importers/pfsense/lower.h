// From the vendor's structures to pf rules and facts, the device's own rules included.
#pragma once

#include "importers/importer.h"
#include "importers/pfsense/world.h"
#include "importers/text/pf.h"

namespace fwproof::importers::pfsense {

// The device's rules in front of those of the user and behind them, which filter.inc writes by itself.
void add_rules_in_front(World& world, text::pf::Ruleset& ruleset);
void add_rules_behind(World& world, text::pf::Ruleset& ruleset);
void add_user_rules(World& world, text::pf::Ruleset& ruleset);
void add_translations(World& world, text::pf::Ruleset& ruleset);
void add_facts(World& world, model::HostFacts& facts);

}  // namespace fwproof::importers::pfsense
