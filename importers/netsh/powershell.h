// Applies one PowerShell firewall cmdlet (New-NetFirewallRule and its kin) to a firewall.
#pragma once

#include <string_view>

#include "importers/netsh/change.h"
#include "importers/netsh/report.h"

namespace fwproof::importers::netsh {

// Is there a NetSecurity cmdlet in the text that can change the firewall? Where does it start (npos: nowhere)?
size_t find_firewall_cmdlet(std::string_view text);

// Requires: `command` starts with such a cmdlet.
Effect apply_powershell(std::string_view command, Firewall& firewall, Reporter& reporter, const CommandContext& context);

}  // namespace fwproof::importers::netsh
