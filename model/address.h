// IPv4 and IPv6 addresses: text to number and back, prefixes, sets over both families.
//
//   std::optional<Prefix> p = parse_prefix("192.0.2.0/24");
//   AddressSet set = AddressSet::of(*p);
//   to_text(set);                              // "192.0.2.0/24"
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/interval_set.h"

namespace fwproof::model {

enum class Family { v4, v6 };

constexpr unsigned address_bits(Family family) { return family == Family::v4 ? 32 : 128; }

struct Address {
  Family family = Family::v4;
  u128 value = 0;
  friend bool operator==(const Address&, const Address&) = default;
};

struct Prefix {
  Address address;
  unsigned length = 0;  // 0 to address_bits(family)
  bool has_host_bits() const;
  Interval interval() const;  // host bits ignored
};

// Dotted quad of exactly four decimal parts, or RFC 4291 text (a zone index such as %eth0 is refused).
std::optional<Address> parse_address(std::string_view text);
// "ADDR" or "ADDR/LEN"; for IPv4 also "ADDR/255.255.255.0" where the mask is contiguous. Host bits are kept: see has_host_bits().
std::optional<Prefix> parse_prefix(std::string_view text);

std::string to_text(const Address& address);  // RFC 5952 for IPv6
std::string to_text(const Prefix& prefix);    // without "/32" or "/128"

struct AddressSet {
  IntervalSet v4;
  IntervalSet v6;

  static AddressSet of(const Address& address);
  static AddressSet of(const Prefix& prefix);
  static AddressSet of(Family family, IntervalSet set);
  static AddressSet all();

  const IntervalSet& in(Family family) const { return family == Family::v4 ? v4 : v6; }
  IntervalSet& in(Family family) { return family == Family::v4 ? v4 : v6; }
  bool empty() const { return v4.empty() && v6.empty(); }
  AddressSet united(const AddressSet& other) const { return {v4.united(other.v4), v6.united(other.v6)}; }
  AddressSet intersected(const AddressSet& other) const { return {v4.intersected(other.v4), v6.intersected(other.v6)}; }
  AddressSet minus(const AddressSet& other) const { return {v4.minus(other.v4), v6.minus(other.v6)}; }
  AddressSet complement() const;
  friend bool operator==(const AddressSet&, const AddressSet&) = default;
};

// The smallest prefix that holds all of the set; nothing for an empty set.
std::optional<Prefix> covering_prefix(Family family, const IntervalSet& set);

// The minimal list of prefixes that covers exactly the set, ascending, IPv4 first.
std::vector<Prefix> prefixes(Family family, const IntervalSet& set);
std::vector<std::string> prefix_texts(const AddressSet& set);

}  // namespace fwproof::model
