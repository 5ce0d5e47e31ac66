// What the firewall does: the rules and profiles as chains in the order in which Windows decides.
#pragma once

#include "importers/netsh/ast.h"
#include "importers/netsh/report.h"
#include "model/policy.h"

namespace fwproof::importers::netsh {

model::Policy lower(const Firewall& firewall, Reporter& reporter);

}  // namespace fwproof::importers::netsh
