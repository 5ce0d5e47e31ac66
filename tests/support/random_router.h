// Random rules with address translation for the router of RouterNamespace. Same seed, same text.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "model/address.h"

namespace fwproof::testing {

// What rules and packets speak of, in one family.
struct RouterWorld {
  std::vector<std::string> client_side, server_side;   // hosts
  std::vector<std::string> own;                        // the router's addresses
  std::vector<std::string> other;                      // nobody's, or translated
  std::vector<std::string> prefixes;
  std::vector<std::string> ranges;
  std::vector<std::string> new_destinations, new_sources;
  std::vector<std::string> new_destination_ranges, new_source_ranges;
  std::vector<std::pair<std::string, std::string>> maps;  // NETMAP: from, to
};
const RouterWorld& router_world(model::Family family);

class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}
  uint64_t below(uint64_t limit) { return random_() % limit; }
  bool chance(uint64_t percent) { return below(100) < percent; }
  template <typename T>
  const T& pick(const std::vector<T>& all) { return all[below(all.size())]; }
  std::string any(const std::initializer_list<const char*>& all) { return all.begin()[below(all.size())]; }

 private:
  std::mt19937_64 random_;
};

// For iptables-restore or ip6tables-restore.
std::string random_router_dump(uint64_t seed, model::Family family);
// For nft -f: both families.
std::string random_router_ruleset(uint64_t seed);

}  // namespace fwproof::testing
