// One packet: a value per field. Fields that are not known stay unset; the evaluator then tries every value that matters.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/address.h"

namespace fwproof::model {

enum class Field : uint8_t {
#define FWPROOF_FIELD(name, text, bits, meaning) name,
#include "model/fields.def"
#undef FWPROOF_FIELD
};
constexpr size_t kFields = 0
#define FWPROOF_FIELD(name, text, bits, meaning) +1
#include "model/fields.def"
#undef FWPROOF_FIELD
    ;

std::string_view field_text(Field field);
// Width in bits; src and dst are 32 wide in IPv4.
unsigned field_bits(Field field, Family family);

// Connection states as netfilter names them (conntrack(8), --ctstate).
enum State : unsigned { state_new = 0, state_established = 1, state_related = 2, state_invalid = 3, state_untracked = 4 };
enum Profile : unsigned { profile_domain = 0, profile_private = 1, profile_public = 2 };
// How the local port came about. Where nothing tells, it is one of the first two; a question about a service of RPC is about the third: whatever
// range the host takes such ports from (docs/semantics.md, 13.6).
enum RpcPort : unsigned { rpc_no = 0, rpc_default_range = 1, rpc_any_range = 2 };
enum TcpFlag : unsigned { tcp_fin = 1, tcp_syn = 2, tcp_rst = 4, tcp_psh = 8, tcp_ack = 16, tcp_urg = 32, tcp_ece = 64, tcp_cwr = 128 };
enum CtStatus : unsigned { ct_snat = 1, ct_dnat = 2 };

// IANA protocol numbers that the model itself needs.
enum Protocol : unsigned { proto_icmp = 1, proto_tcp = 6, proto_udp = 17, proto_icmpv6 = 58, proto_dccp = 33, proto_sctp = 132, proto_udplite = 136 };
bool has_ports(u128 protocol);

struct Packet {
  Family family = Family::v4;
  std::array<u128, kFields> values{};
  std::bitset<kFields> known;

  bool has(Field field) const { return known[static_cast<size_t>(field)]; }
  // Requires: has(field).
  u128 get(Field field) const { return values[static_cast<size_t>(field)]; }
  void set(Field field, u128 value) {
    values[static_cast<size_t>(field)] = value;
    known.set(static_cast<size_t>(field));
  }
  friend bool operator==(const Packet&, const Packet&) = default;
};

}  // namespace fwproof::model
