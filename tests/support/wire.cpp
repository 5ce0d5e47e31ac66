#include "tests/support/wire.h"

#include <netinet/in.h>

namespace fwproof::testing {

using model::Family;
using model::u128;

namespace {

void put16(Bytes& bytes, size_t at, uint64_t value) { bytes[at] = value >> 8 & 0xff, bytes[at + 1] = value & 0xff; }
void put32(Bytes& bytes, size_t at, uint64_t value) { put16(bytes, at, value >> 16), put16(bytes, at + 2, value); }
uint16_t get16(const Bytes& bytes, size_t at) { return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]); }
uint32_t get32(const Bytes& bytes, size_t at) { return uint32_t{get16(bytes, at)} << 16 | get16(bytes, at + 2); }

void put_address(Bytes& bytes, size_t at, u128 value, size_t size) {
  for (size_t i = size; i-- > 0; value >>= 8) bytes[at + i] = static_cast<uint8_t>(value & 0xff);
}

u128 get_address(const Bytes& bytes, size_t at, size_t size) {
  u128 value = 0;
  for (size_t i = 0; i < size; ++i) value = value << 8 | bytes[at + i];
  return value;
}

// RFC 1071.
uint16_t checksum(const Bytes& bytes, size_t from, size_t to, uint32_t sum = 0) {
  for (size_t i = from; i < to; i += 2) sum += static_cast<uint32_t>(bytes[i] << 8) + (i + 1 < to ? bytes[i + 1] : 0);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

// Of the addresses, the protocol and the length (RFC 9293, RFC 8200).
uint32_t pseudo_header(const Wire& wire, size_t length) {
  uint32_t sum = wire.protocol + static_cast<uint32_t>(length);
  for (u128 address : {wire.src, wire.dst})
    for (; address != 0; address >>= 16) sum += static_cast<uint32_t>(address & 0xffff);
  return sum;
}

bool is_icmp(const Wire& wire) { return wire.family == Family::v4 ? wire.protocol == IPPROTO_ICMP : wire.protocol == IPPROTO_ICMPV6; }
size_t payload_size(uint8_t protocol) { return protocol == IPPROTO_TCP ? 20 : 8; }
size_t header_size(Family family) { return family == Family::v4 ? 20 : 40; }

void put_header(Bytes& bytes, const Wire& wire) {
  if (wire.family == Family::v4) {
    bytes[0] = 0x45;
    put16(bytes, 2, bytes.size());
    put16(bytes, 4, wire.id);
    bytes[8] = 64;
    bytes[9] = wire.protocol;
    put_address(bytes, 12, wire.src, 4);
    put_address(bytes, 16, wire.dst, 4);
    put16(bytes, 10, checksum(bytes, 0, 20));
    return;
  }
  put32(bytes, 0, 0x60000000u | wire.id);
  put16(bytes, 4, bytes.size() - 40);
  bytes[6] = wire.protocol;
  bytes[7] = 64;
  put_address(bytes, 8, wire.src, 16);
  put_address(bytes, 24, wire.dst, 16);
}

}  // namespace

Bytes to_bytes(const Wire& wire) {
  const size_t at = header_size(wire.family);
  Bytes bytes(at + payload_size(wire.protocol));
  if (wire.protocol == IPPROTO_TCP || wire.protocol == IPPROTO_UDP) {
    put16(bytes, at, wire.src_port);
    put16(bytes, at + 2, wire.dst_port);
  }
  size_t sum_at = 0;
  if (wire.protocol == IPPROTO_TCP) {
    put32(bytes, at + 4, wire.seq);
    put32(bytes, at + 8, wire.ack);
    bytes[at + 12] = 5 << 4;
    bytes[at + 13] = wire.tcp_flags;
    put16(bytes, at + 14, 8192);
    sum_at = at + 16;
  } else if (wire.protocol == IPPROTO_UDP) {
    put16(bytes, at + 4, 8);
    sum_at = at + 6;
  } else if (is_icmp(wire)) {
    bytes[at] = wire.icmp_type;
    bytes[at + 1] = wire.icmp_code;
    put16(bytes, at + 4, wire.echo != 0 ? wire.echo : wire.id);
    sum_at = at + 2;
  }
  const bool plain = is_icmp(wire) && wire.family == Family::v4;
  if (sum_at != 0) put16(bytes, sum_at, checksum(bytes, at, bytes.size(), plain ? 0 : pseudo_header(wire, bytes.size() - at)));
  put_header(bytes, wire);
  return bytes;
}

std::optional<Wire> from_bytes(const Bytes& bytes) {
  if (bytes.size() < 20 || (bytes[0] >> 4 != 4 && bytes[0] >> 4 != 6)) return std::nullopt;
  Wire wire;
  wire.family = bytes[0] >> 4 == 4 ? Family::v4 : Family::v6;
  const bool v4 = wire.family == Family::v4;
  const size_t at = v4 ? size_t{bytes[0] & 0xfu} * 4 : 40;
  if (bytes.size() < at) return std::nullopt;
  wire.id = get16(bytes, v4 ? 4 : 2);
  wire.protocol = bytes[v4 ? 9 : 6];
  wire.src = get_address(bytes, v4 ? 12 : 8, v4 ? 4 : 16);
  wire.dst = get_address(bytes, v4 ? 16 : 24, v4 ? 4 : 16);
  if (bytes.size() < at + payload_size(wire.protocol)) return std::nullopt;
  if (wire.protocol == IPPROTO_TCP || wire.protocol == IPPROTO_UDP) {
    wire.src_port = get16(bytes, at);
    wire.dst_port = get16(bytes, at + 2);
  }
  if (wire.protocol == IPPROTO_TCP) {
    wire.seq = get32(bytes, at + 4);
    wire.ack = get32(bytes, at + 8);
    wire.tcp_flags = bytes[at + 13];
  }
  if (is_icmp(wire)) wire.icmp_type = bytes[at], wire.icmp_code = bytes[at + 1], wire.echo = get16(bytes, at + 4);
  return wire;
}

}  // namespace fwproof::testing
