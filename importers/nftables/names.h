// Words of nft: symbols of its data types, and its selectors. Sources beside the tables in names.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "model/policy.h"

namespace fwproof::importers::nftables {

// Data types, as far as their values are told apart.
enum class Type : uint8_t {
  integer, v4_address, v6_address, protocol, service, icmp_type, icmpv6_type, icmp_code, icmpv6_code,
  ct_state, ct_status, ct_direction, tcp_flags, interface, mac, mark, ether_type, nf_proto, address_type, other,
};

enum class Selects : uint8_t {
  field,         // a field of the packet model
  bits,          // one whose values are few and combined by bits: tcp flags, ct state, ct status
  any_port,      // th dport: the port of whichever protocol
  constant,      // the same for every packet of the address family
  address_type,  // fib … type
  unknown,
};

struct Selector {
  std::string_view name;
  Selects selects = Selects::unknown;
  Type type = Type::other;
  model::Field field = model::Field::protocol;
  uint8_t family = 0;       // 4, 6: only packets of this family match
  uint8_t protocol = 0;     // only packets of this protocol match
  bool connection = false;  // looks at the connection: without one there is no match, negated or not
};

// ct zone, ct original zone, ct reply zone
bool is_zone(std::string_view selector);
// Never fails: what is not in the table is unknown.
const Selector& find_selector(std::string_view name);
// Whether a packet of the selector's family and protocol surely has it.
bool is_always_there(std::string_view name);
// Whether an unknown selector is a function of the packet alone.
bool is_pure(std::string_view name);

// A number or symbol of the type.
std::optional<model::u128> number_of(std::string_view text, Type type);
unsigned bits_of(Type type);

}  // namespace fwproof::importers::nftables
