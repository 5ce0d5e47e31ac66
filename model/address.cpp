#include "model/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "model/prefix_list.h"

namespace fwproof::model {
namespace {

std::optional<unsigned> parse_small(std::string_view text, unsigned limit) {
  if (text.empty() || text.size() > 3) return std::nullopt;
  unsigned value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value > limit) return std::nullopt;
  return value;
}

// Four numbers of one to three digits. One pass: addresses are most of what large exports hold.
std::optional<u128> parse_v4(std::string_view text) {
  uint32_t value = 0, number = 0;
  unsigned digits = 0, dots = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      number = number * 10 + static_cast<uint32_t>(c - '0');
      if (++digits > 3) return std::nullopt;
      continue;
    }
    if (c != '.' || digits == 0 || number > 255 || ++dots > 3) return std::nullopt;
    value = value << 8 | number;
    number = digits = 0;
  }
  if (dots != 3 || digits == 0 || number > 255) return std::nullopt;
  return u128{value << 8 | number};
}

std::optional<u128> parse_v6(std::string_view text) {
  char buffer[64];
  if (text.size() >= sizeof buffer) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = 0;
  in6_addr raw;
  if (inet_pton(AF_INET6, buffer, &raw) != 1) return std::nullopt;
  u128 value = 0;
  for (unsigned char byte : raw.s6_addr) value = (value << 8) | byte;
  return value;
}

std::string v4_text(uint32_t value) {
  char buffer[16];
  char* end = buffer;
  for (int shift = 24; shift >= 0; shift -= 8) {
    end = std::to_chars(end, buffer + sizeof buffer, value >> shift & 0xFF).ptr;
    if (shift != 0) *end++ = '.';
  }
  return {buffer, end};
}

// Length of a contiguous IPv4 mask, nothing for 255.0.255.0.
std::optional<unsigned> mask_length(u128 mask) {
  for (unsigned length = 0; length <= 32; ++length)
    if (mask == (max_value(32) ^ (length == 32 ? 0 : max_value(32 - length)))) return length;
  return std::nullopt;
}

}  // namespace

bool Prefix::has_host_bits() const {
  const Interval whole = interval();
  return whole.lo != address.value;
}

Interval Prefix::interval() const {
  const unsigned host_bits = address_bits(address.family) - length;
  const u128 host_mask = host_bits == 0 ? 0 : max_value(host_bits);
  return {address.value & ~host_mask, address.value | host_mask};
}

std::optional<Address> parse_address(std::string_view text) {
  if (text.find(':') != std::string_view::npos) {
    if (auto value = parse_v6(text)) return Address{Family::v6, *value};
    return std::nullopt;
  }
  if (auto value = parse_v4(text)) return Address{Family::v4, *value};
  return std::nullopt;
}

std::optional<Prefix> parse_prefix(std::string_view text) {
  const size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned bits = address_bits(address->family);
  if (slash == std::string_view::npos) return Prefix{*address, bits};
  const std::string_view rest = text.substr(slash + 1);
  if (const auto length = parse_small(rest, bits)) return Prefix{*address, *length};
  if (address->family == Family::v6) return std::nullopt;
  const auto mask = parse_v4(rest);
  if (!mask) return std::nullopt;
  const auto length = mask_length(*mask);
  if (!length) return std::nullopt;
  return Prefix{*address, *length};
}

std::string to_text(const Address& address) {
  if (address.family == Family::v4) return v4_text(static_cast<uint32_t>(address.value));
  char buffer[INET6_ADDRSTRLEN];
  in6_addr raw;
  for (int i = 0; i < 16; ++i) raw.s6_addr[i] = static_cast<unsigned char>(address.value >> (8 * (15 - i)));
  return inet_ntop(AF_INET6, &raw, buffer, sizeof buffer);
}

std::string to_text(const Prefix& prefix) {
  std::string text = to_text(prefix.address);
  if (prefix.length != address_bits(prefix.address.family)) text += "/" + std::to_string(prefix.length);
  return text;
}

AddressSet AddressSet::of(const Address& address) { return of(address.family, IntervalSet::of(address.value)); }

AddressSet AddressSet::of(const Prefix& prefix) {
  const Interval whole = prefix.interval();
  return of(prefix.address.family, IntervalSet::range(whole.lo, whole.hi));
}

AddressSet AddressSet::of(Family family, IntervalSet set) {
  AddressSet result;
  result.in(family) = std::move(set);
  return result;
}

AddressSet AddressSet::all() { return {IntervalSet::all(32), IntervalSet::all(128)}; }

AddressSet AddressSet::complement() const { return {v4.complement(max_value(32)), v6.complement(max_value(128))}; }

std::optional<Prefix> covering_prefix(Family family, const IntervalSet& set) {
  if (set.empty()) return std::nullopt;
  unsigned length = address_bits(family);
  const u128 lo = set.min(), hi = set.max();
  while (length > 0 && (lo >> (address_bits(family) - length)) != (hi >> (address_bits(family) - length))) --length;
  const u128 mask = length == 0 ? 0 : ~u128{0} << (address_bits(family) - length);
  return Prefix{{family, lo & mask & max_value(address_bits(family))}, length};
}

namespace {

// Host bits of the largest block that starts at lo, is aligned there and does not reach past the end.
unsigned block_at(u128 lo, u128 hi, unsigned bits) {
  if (hi <= kMostNarrow) {   // what lies between a million addresses is twelve million blocks
    const auto from = static_cast<uint64_t>(lo), count = static_cast<uint64_t>(hi) - from + 1;
    const int aligned = from == 0 ? static_cast<int>(bits) : std::countr_zero(from), fitting = 63 - std::countl_zero(count);
    return static_cast<unsigned>(std::min({aligned, fitting, static_cast<int>(bits)}));
  }
  unsigned host_bits = 0;
  while (host_bits < bits) {
    const u128 mask = max_value(host_bits + 1);
    if ((lo & mask) != 0 || (lo | mask) > hi) break;
    ++host_bits;
  }
  return host_bits;
}

// Until `act` returns false.
template <typename Do>
void for_each_prefix(Family family, const IntervalSet& set, const Do& act) {
  const unsigned bits = address_bits(family);
  for (const Interval& whole : set.intervals()) {
    u128 lo = whole.lo;
    if (lo == whole.hi) {   // most members of large sets
      if (!act(Prefix{{family, lo}, bits})) return;
      continue;
    }
    while (true) {
      const unsigned host_bits = block_at(lo, whole.hi, bits);
      if (!act(Prefix{{family, lo}, bits - host_bits})) return;
      const u128 last = host_bits == 0 ? lo : lo | max_value(host_bits);
      if (last >= whole.hi) break;
      lo = last + 1;
    }
  }
}

}  // namespace

std::vector<Prefix> prefixes(Family family, const IntervalSet& set) {
  std::vector<Prefix> result;
  for_each_prefix(family, set, [&](const Prefix& prefix) {
    result.push_back(prefix);
    return true;
  });
  return result;
}

PrefixList first_prefixes(Family family, const IntervalSet& set, size_t most, size_t enough) {
  PrefixList result;
  for_each_prefix(family, set, [&](const Prefix& prefix) {
    if (result.count++ < most) result.first.push_back(prefix);
    return result.count < enough;
  });
  return result;
}

std::vector<std::string> prefix_texts(const AddressSet& set) {
  std::vector<std::string> texts;
  for (Family family : {Family::v4, Family::v6})
    for (const Prefix& prefix : prefixes(family, set.in(family))) texts.push_back(to_text(prefix));
  return texts;
}

}  // namespace fwproof::model
