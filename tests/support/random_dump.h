// Random rules in iptables' words, for the interface, addresses and ports of TwoHosts. Same seed, same text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fwproof::testing {

// Raw, mangle, nat and filter, with user chains, for the input and output hooks.
std::string random_dump(uint64_t seed);

// Whom its packets come from and go to.
const std::vector<std::string>& client_addresses();
const std::vector<std::string>& target_addresses();  // the host's own, and one that is nobody's

}  // namespace fwproof::testing
