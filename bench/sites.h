// A seeded folder of sites for the benchmarks: hosts and devices of many shapes that are alike in structure and differ in addresses, ports
// and order; one in twenty violates.
//
//   write_sites("/tmp/sites", 10'000, 200, 1);   // /tmp/sites/012/site-01234/site.json, …
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace fwproof::bench {

// rules: about how many each site's firewall has. A site depends on its number and the seed alone. Throws std::runtime_error when a file
// cannot be written.
void write_sites(const std::string& folder, size_t sites, size_t rules, uint64_t seed);

}  // namespace fwproof::bench
