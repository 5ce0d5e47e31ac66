// Seeded dice, and addresses as text, for everything that is generated.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace fwproof::bench {

// The distributions of <random> differ between libraries; this does not.
class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  uint32_t below(uint32_t n) { return static_cast<uint32_t>((engine_() >> 32) * n >> 32); }
  uint32_t between(uint32_t lo, uint32_t hi) { return lo + below(hi - lo + 1); }
  bool chance(uint32_t percent) { return below(100) < percent; }
  uint32_t bits() { return static_cast<uint32_t>(engine_()); }

 private:
  std::mt19937_64 engine_;
};

inline std::string address(uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += std::to_string(value >> shift & 255) + (shift ? "." : "");
  return text;
}

inline std::string prefix(uint32_t value, uint32_t length) {
  const uint32_t mask = length == 0 ? 0 : ~uint32_t{0} << (32 - length);
  return address(value & mask) + "/" + std::to_string(length);
}

}  // namespace fwproof::bench
