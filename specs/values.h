// Leaf values of specifications and sites: addresses, ports, protocols, names. Each parser says what is wrong in words, or nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/address.h"

namespace fwproof::specs {

// Collects intervals and sorts once: adding to a set one by one would be quadratic in a long list.
struct AddressList {
  std::vector<model::Interval> v4;
  std::vector<model::Interval> v6;
  model::AddressSet set() const { return {model::IntervalSet::from(v4), model::IntervalSet::from(v6)}; }
};

// An address, a prefix without host bits, or a range "192.0.2.1-192.0.2.9". Returns what is wrong, or an empty text.
std::string add_address(std::string_view text, AddressList& list);

// "8450" or "1024-65535".
std::optional<model::Interval> parse_port_range(std::string_view text);

// A name ("tcp", "ipv6-icmp") or a number up to 255.
std::optional<unsigned> parse_protocol(std::string_view text);
std::vector<std::string> protocol_names();

// Letters, digits, dot, hyphen, underscore; at most 253 characters (a DNS name, RFC 1035, section 2.3.4).
bool is_role_name(std::string_view text);
// No white space, control character or slash, at most 200 bytes.
bool is_id(std::string_view text);
bool is_sha256(std::string_view text);

}  // namespace fwproof::specs
