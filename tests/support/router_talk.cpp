#include "tests/support/router_talk.h"

#include <netinet/in.h>

#include <algorithm>

#include "model/packet.h"

namespace fwproof::testing {

using namespace model;
using Arrivals = std::vector<RouterNamespace::Arrival>;

namespace {

bool is_icmp(const Wire& wire) { return wire.protocol == IPPROTO_ICMP || wire.protocol == IPPROTO_ICMPV6; }

// TCP's sequence numbers stay as they are; the kernel numbers packets of its own as it likes.
bool is_same(const Wire& sent, const Wire& seen) {
  if (seen.protocol != sent.protocol || seen.family != sent.family) return false;
  return sent.protocol == IPPROTO_TCP ? seen.seq == sent.seq && seen.tcp_flags == sent.tcp_flags : seen.id == sent.id && seen.icmp_type == sent.icmp_type;
}

const RouterNamespace::Arrival* find(const Arrivals& all, const Wire& sent) {
  for (const auto& arrival : all)
    if (is_same(sent, arrival.wire)) return &arrival;
  return nullptr;
}

Wire mirrored(const Wire& wire) {
  Wire answer = wire;
  std::swap(answer.src, answer.dst);
  std::swap(answer.src_port, answer.dst_port);
  if (is_icmp(wire)) answer.icmp_type = wire.family == Family::v4 ? 0 : 129;
  return answer;
}

// Both ends are in networks that the side shares with the router, on one wire: their packets do not meet it.
bool is_direct(Side side, const Wire& answer) {
  if (side == Side::router) return false;
  const std::vector<std::string> networks = side == Side::client ? std::vector<std::string>{"192.0.2.0/24", "2001:db8:1::/64"}
                                                                  : std::vector<std::string>{"198.51.100.0/25", "198.51.100.128/25", "2001:db8:2::/64"};
  const auto here = [&](u128 address) {
    return std::any_of(networks.begin(), networks.end(), [&](const std::string& text) {
      const Prefix network = *parse_prefix(text);
      return network.address.family == answer.family && network.interval().lo <= address && address <= network.interval().hi;
    });
  };
  bool to_router = false;
  for (const std::string& address : router_world(answer.family).own) to_router = to_router || parse_address(address)->value == answer.dst;
  return here(answer.src) && here(answer.dst) && !to_router;
}

}  // namespace

Talk Speaker::begin(Dice& dice, Family family) {
  const RouterWorld& world = router_world(family);
  Talk talk;
  talk.from = dice.chance(75) ? Side::client : Side::server;
  const bool outwards = talk.from == Side::client;
  Wire wire;
  wire.family = family;
  wire.src = parse_address(dice.pick(outwards ? world.client_side : world.server_side))->value;
  const std::vector<std::string>& there = outwards ? world.server_side : world.client_side;
  const std::vector<std::string>& here = outwards ? world.client_side : world.server_side;
  const uint64_t which = dice.below(10);
  wire.dst = parse_address(dice.pick(which < 5 ? there : which < 8 ? world.own : which < 9 ? world.other : here))->value;
  wire.id = next_id();
  static const std::vector<uint8_t> kProtocols = {IPPROTO_TCP, IPPROTO_TCP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDP, IPPROTO_ICMP};
  wire.protocol = dice.pick(kProtocols);
  if (wire.protocol == IPPROTO_ICMP && family == Family::v6) wire.protocol = IPPROTO_ICMPV6;
  talk.state = state_new;
  talk.has_answer = true;
  talk.sent[0] = wire;
  if (is_icmp(wire)) return set_type(dice, talk), talk;
  talk.sent[0]->src_port = next_port();
  talk.sent[0]->dst_port = dice.chance(10) ? 9000 : static_cast<uint16_t>(kRouterFirstPort + dice.below(8));
  if (wire.protocol == IPPROTO_TCP) set_flags(dice, talk);
  return talk;
}

// Mostly a handshake; else a first packet that is none: nf_conntrack_proto_tcp.c, tcp_conntracks[original][none] and tcp_error().
void Speaker::set_flags(Dice& dice, Talk& talk) {
  struct Row { uint8_t flags; unsigned state; };
  static const std::vector<Row> kRows = {{tcp_ack, state_new}, {tcp_syn | tcp_ack, state_invalid}, {tcp_rst, state_invalid}, {tcp_fin | tcp_ack, state_invalid}};
  talk.sent[0]->seq = uint32_t{talk.sent[0]->id} << 14;
  talk.sent[0]->tcp_flags = tcp_syn;
  if (dice.chance(88)) return;
  const Row& row = dice.pick(kRows);
  talk.sent[0]->tcp_flags = row.flags;
  talk.state = row.state;
  talk.has_answer = false;
}

// Only requests open a connection (nf_conntrack_proto_icmp.c, valid_new; nf_conntrack_proto_icmpv6.c).
void Speaker::set_type(Dice& dice, Talk& talk) {
  const bool v4 = talk.sent[0]->family == Family::v4;
  talk.sent[0]->icmp_type = v4 ? 8 : 128;
  talk.sent[0]->echo = talk.sent[0]->id;
  if (dice.chance(85)) return;
  talk.sent[0]->icmp_type = v4 ? 0 : 129;
  talk.state = state_invalid;
  talk.has_answer = false;
}

void Speaker::answer(RouterNamespace& router, Talk& talk) {
  const auto& [side, seen] = *talk.arrived[0];
  const bool by_itself = side == Side::router && seen.protocol == IPPROTO_TCP;
  const bool listens = seen.dst_port >= kRouterFirstPort && seen.dst_port <= kRouterLastPort;
  Wire answer = mirrored(seen);
  if (is_direct(side, answer) || (by_itself && !listens)) return;
  answer.id = next_id();
  if (seen.protocol == IPPROTO_TCP) {
    answer.tcp_flags = tcp_syn | tcp_ack;
    answer.ack = seen.seq + 1;
    answer.seq = uint32_t{answer.id} << 14;
  }
  talk.sent[1] = answer;
  if (!by_itself) router.send(side, answer);
}

void Speaker::go_on(RouterNamespace& router, Talk& talk) {
  const Wire& answer = talk.arrived[1]->wire;
  const Wire& first = *talk.sent[0];
  // A client takes no answer from elsewhere.
  if (talk.arrived[1]->side != talk.from || answer.src != first.dst || answer.dst != first.src || answer.src_port != first.dst_port || answer.dst_port != first.src_port) return;
  Wire last = first;
  last.id = next_id();
  if (last.protocol == IPPROTO_TCP) {
    last.tcp_flags = tcp_ack;
    last.seq = answer.ack;
    last.ack = answer.seq + 1;
  }
  talk.sent[2] = last;
  router.send(talk.from, last);
}

void Speaker::lead(RouterNamespace& router, std::vector<Talk>& talks) {
  (void)router.arrivals();
  const auto note = [&](size_t number, const Arrivals& all) {
    for (Talk& talk : talks)
      if (talk.sent[number])
        if (const auto* seen = find(all, *talk.sent[number])) talk.arrived[number] = *seen;
  };
  for (const Talk& talk : talks) router.send(talk.from, *talk.sent[0]);
  const Arrivals first = router.arrivals();
  note(0, first);
  for (Talk& talk : talks)
    if (talk.arrived[0] && talk.has_answer) answer(router, talk);
  Arrivals second = router.arrivals();
  note(1, second);
  // The router's own answers have numbers of their own, and may have come while others were asked.
  second.insert(second.end(), first.begin(), first.end());
  for (Talk& talk : talks) {
    if (!talk.sent[1] || talk.sent[1]->protocol != IPPROTO_TCP || talk.arrived[0]->side != Side::router) continue;
    for (const auto& arrival : second) {
      const Wire& wire = arrival.wire;
      if (wire.protocol == IPPROTO_TCP && wire.tcp_flags == (tcp_syn | tcp_ack) && wire.ack == talk.sent[1]->ack && arrival.side != Side::router) talk.arrived[1] = arrival;
    }
  }
  for (Talk& talk : talks)
    if (talk.arrived[1]) go_on(router, talk);
  note(2, router.arrivals());
}

}  // namespace fwproof::testing
