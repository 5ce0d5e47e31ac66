// Puts a value into a hash.
#pragma once

#include <cstdint>

namespace fwproof::solver {

inline uint64_t mix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;   // the golden ratio, as Knuth's multiplicative hashing has it
  return hash ^ hash >> 29;
}

}  // namespace fwproof::solver
