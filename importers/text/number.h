// Numbers in configurations: range-checked, no exceptions, no locale.
//
//   parse_decimal("8474", 65535);             // 8474
//   parse_any_base("0x1f", 0xffffffff);       // 31
//   parse_masked("0x1/0xff", 0xffffffff);     // value 1, mask 255
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fwproof::importers::text {

// Digits only, at least one, value at most `max`.
std::optional<uint64_t> parse_decimal(std::string_view text, uint64_t max);
// As strtoull(3) with base 0: decimal, 0x hexadecimal, leading 0 octal; no sign, no blanks.
std::optional<uint64_t> parse_any_base(std::string_view text, uint64_t max);
// Hexadecimal digits without a prefix.
std::optional<uint64_t> parse_hex(std::string_view text, uint64_t max);

struct MaskedNumber {
  uint64_t value = 0;
  uint64_t mask = 0;
};
// "VALUE" (mask = max) or "VALUE/MASK", each in any base.
std::optional<MaskedNumber> parse_masked(std::string_view text, uint64_t max);

// Cuts the part before the next `separator` off `rest`; false when nothing is left. "a,,b" has an empty part in the middle.
//   for (std::string_view part; next_part(rest, ',', part);) …
bool next_part(std::string_view& rest, char separator, std::string_view& part);

// "00:11:22:aa:bb:cc" as a 48-bit number.
std::optional<uint64_t> parse_mac(std::string_view text);

}  // namespace fwproof::importers::text
