// From a dump to one policy per family: chains, stages, rules.
#pragma once

#include <span>

#include "importers/iptables_save/dump.h"

namespace fwproof::importers::iptables_save {

void assemble(const Dump& dump, std::span<const Section> sections, const Facts& facts, ImportResult& result);

}  // namespace fwproof::importers::iptables_save
