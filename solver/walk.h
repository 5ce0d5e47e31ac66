// A question to the solver as one way through the network: the devices that the packets of one connection pass, in order, and the
// packets that are asked about. Both halves of the solver (regions, Z3) answer the same Walk; what it means is said here once.
//
// Packets. A connection is described by the client's first packet: src, dst, protocol, src_port, dst_port, icmp_type, icmp_code. The
// boxes are taken literally: nothing ties ports to the protocol; leave {0} in src_port and dst_port where a protocol has none.
// Everything else is free: the flags of a leg (within its set), its state (within its set), and what the surroundings do not settle.
// Claims are about all of it at once: "passes" and "does not pass" both mean: for every value of what is free.
//
// Legs. Each leg is one packet, looked at on its own.
//  - A leg that is not a reply starts as the client's packet, ct_dir 0.
//  - A reply leg starts as the mirror (addresses and ports swapped) of how leg 0 arrived behind its last hop, ct_dir 1; echo request
//    becomes echo reply (ICMP 8 → 0, ICMPv6 128 → 129). Where leg 0 does not pass, it is the mirror of the client's packet
//    and nothing is translated back.
//  - Leg 0 is not a reply.
//
// Hops. Between hops only addresses, protocol, ports, ICMP and flags travel. At each hop mark and fragment start at 0; ct_status starts
// at 0 in leg 0, and in later legs with what leg 0 had when it left a hop of the same policy (0 where leg 0 did not pass); connmark
// starts at 0 where the state is surely new, else at any value; mac is any value, for each hop; state starts anew from the leg, or from
// the hop's own `state` where that is given: a device that did not see the packets before it has its own idea of the connection.
// "The leg's state" means the hop's in all that follows.
//  - A hop of a later leg whose `state` is given and whose policy no hop of leg 0 has *stands alone*: ct_dir starts at 0 there, since the
//    packet opens a connection of that device's own.
//  - Where an earlier packet left a hop of the same policy untracked, conntrack does not know the connection as the leg's state says:
//    state starts at any of new, established, related, invalid, and ct_dir at any value (but at 0 where the hop stands alone).
//  - profile, program, service, rpc_port: one value for a policy (the same pointer) in all legs; any profile, any atom of the domain,
//    rpc_no or rpc_default_range.
//  - in of a request and out of a reply (the interface towards the client) are one value for a policy; so are out of a request
//    and in of a reply. `in` in hook output and `out` in hook input mean nothing and are any value, for each hop.
//  - Unset interfaces are never exactly `lo`, except `out` in hook input.
//  - A set that is given counts for its hop alone (no sharing with other hops), one value of it, never empty.
//
// Translation. Stages of kind nat:
//  - state new or related: the chain is entered as any other.
//  - leg 0 in state established: the chain is entered as the first packet would have been: with state new and, for TCP, flags SYN.
//    Behind it state and flags are the packet's own again.
//  - a later leg at a hop that stands alone: entered and skipped by the state, as leg 0 is.
//  - other later legs that are no replies: never entered. T and T' as below, the packet's dst and dst_port become those of T' where T'
//    differs from T in them at the hook's first nat stage, and its src and src_port likewise at the last one. Nothing else that a rule
//    of a nat stage does (marks) happens again. Where leg 0 did not pass, nothing is translated.
//  - state invalid or untracked (as it is when the stage is reached): the stage is skipped.
//  - other reply legs: never entered. What the nat stages of the same policy did to leg 0 is undone (last hop first, as the reply meets
//    them): T being leg 0's packet before the first nat stage and T' behind the last one of that hop, the reply's dst and dst_port
//    become T's src and src_port where T' differs from T in them, at the hook's first nat stage; and its src and src_port
//    become T's dst and dst_port likewise at the hook's last nat stage. A hook with fewer than two nat stages: before its first
//    stage, and behind its last one. A reply whose state is invalid or
//    untracked when it gets there is not translated back.
//
// Other ways. A walk follows one way through the network; where a device's routes send a packet another way than the walk takes, it
// leaves the leg there: nothing behind that place happens to it. Asked at a hop with `onward`, of the packet as it is when it reaches the
// hook's first route stage (in hooks input and output: after `local` was looked at); in a hook without route stage before the first
// stage, but behind what is translated back there. It takes another way when its destination is not in `onward`.
//  - elsewhere_passes: that leg passes, and so does every later leg of that connection: another walk asks about it.
//  - otherwise: that leg does not pass. Later legs go on as they do where that leg does not pass for another reason.
// Later legs may take another way at their own hops. Which packets do may hang on unknown conditions, like everything else.
//
// Ends. A leg passes when every hop accepts it and, in hook input, stage route found its destination among `local`: a packet that is sent
// on does not arrive and does not pass.
// In hook output it is the other way round: a packet whose destination is one of `local` there (REDIRECT) stays and does
// not pass.
// With `must_return` a reply leg passes only when, behind its last hop, the packet is the mirror of the client's packet in src, dst,
// src_port and dst_port: a client does not take an answer from another address than it asked. That is asked of answers to packets that
// arrived (leg 0 passed, not by taking another way), and not of answers that take another way themselves.
//
// Unknown conditions: pure ones have one value per packet version (leg, hop, and the rewrites so far); per_visit ones and unknown
// actions have one per rule and visit (the stack of calls that led there). Behind unknown_rewriting a leg passes or not, freely;
// so does every later leg when it happened to leg 0 (also with must_return; it takes no other way).
//
// The same packet (Walk::same_packet). Two devices look at one packet, each by itself: a host before a change and after it. Two legs of one
// hop each, none a reply; both policies are those of model::Aligned, in the same hook. What differs from the above:
//  - All that both see is part of the question, as kSeen says: state is any but untracked, flags are any where the protocol is TCP (else 0),
//    in and out are any interface (but `lo` in hook forward), profile, program, service, rpc_port and mac are anything. ct_dir is 0, or
//    1 in states established and related; ct_status is 0 where ct_dir is; connmark is 0 where the state is new. mark and fragment are 0.
//    The legs' and hops' own sets and `onward`, `local` are not looked at.
//  - Both legs enter nat stages as leg 0 does, but where ct_dir is 1: the stages are skipped, the packet stands for an answer that
//    is translated back already.
//  - Unknown conditions, unknown actions, and values of which one is chosen (a pool of addresses) are one for both legs where the same visit
//    of the same rule meets the packet as it came: as long as nothing has rewritten it. Elsewhere each leg has its own.
//  - Asked is whether the legs differ: one passes and the other does not, or both pass and leave with another src, dst, src_port or dst_port.
//    Behind unknown_rewriting they differ or not, freely.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "model/policy.h"

namespace fwproof::solver {

// One device that the packet passes.
struct WalkHop {
  const model::Policy* policy = nullptr;  // names bound, flawless, covers the family
  model::Hook hook = model::Hook::input;
  // Settled surroundings; unset: unknown.
  std::optional<model::IntervalSet> in;
  std::optional<model::IntervalSet> out;
  std::optional<model::IntervalSet> profile;
  std::optional<model::IntervalSet> program;
  std::optional<model::IntervalSet> service;
  std::optional<model::IntervalSet> rpc_port;
  std::optional<model::IntervalSet> state;   // of the connection, as this device sees it; unset: the leg's
  const model::AddressSet* local = nullptr;  // own addresses for Stage route; nullptr: every destination is as it should be
  // The destinations that the device's routes send the way that this walk takes next. nullptr: all of them.
  const model::AddressSet* onward = nullptr;
  std::string device;
  friend bool operator==(const WalkHop&, const WalkHop&) = default;
};

// One packet of the connection.
struct WalkLeg {
  std::string name;              // "SYN", "SYN-ACK", "ACK", "request", "reply"
  bool reply = false;            // from the target back to the source
  model::IntervalSet state;      // not empty; usually a single model::State
  model::IntervalSet tcp_flags;  // not empty; the packet may carry any of them; {0} where the protocol has none
  std::vector<WalkHop> hops;     // in the order in which this packet meets them
  friend bool operator==(const WalkLeg&, const WalkLeg&) = default;
};

// The product of its sets, in one family. An empty set: no packet.
struct PacketBox {
  model::IntervalSet src;
  model::IntervalSet dst;
  model::IntervalSet protocol;
  model::IntervalSet src_port;
  model::IntervalSet dst_port;
  model::IntervalSet icmp_type;
  model::IntervalSet icmp_code;
  friend bool operator==(const PacketBox&, const PacketBox&) = default;
};

// The fields of a PacketBox, and the set of a box for one of them.
inline constexpr std::array kClientFields = {model::Field::protocol, model::Field::dst,       model::Field::dst_port, model::Field::src,
                                      model::Field::src_port, model::Field::icmp_type, model::Field::icmp_code};
const model::IntervalSet& set_of(const PacketBox& box, model::Field field);

// What a packet brings along beside the fields of a PacketBox, where both legs of a walk look at the same packet.
inline constexpr std::array kSeen = {model::Field::state,   model::Field::ct_dir,  model::Field::ct_status, model::Field::tcp_flags,
                                     model::Field::in,      model::Field::out,     model::Field::profile,   model::Field::program,
                                     model::Field::service, model::Field::rpc_port, model::Field::mac,      model::Field::connmark};

struct Walk {
  model::Family family = model::Family::v4;
  std::vector<PacketBox> in_question;      // the union of these,
  std::vector<PacketBox> not_in_question;  // minus these
  std::vector<WalkLeg> legs;
  model::IntervalSet usual_dst;   // for examples alone: destinations that clients are likely to write
  bool elsewhere_passes = false;  // what taking another way counts as
  bool same_packet = false;       // two legs look at one packet
  bool must_return = false;       // an answer comes back from where the client sent its packet
  // Where not empty: a packet that is in none of these, at any place on its way, does not pass (solver/leads.h). That follows from the policies, so nothing is said by it that
  // they do not say, but what such packets meet need not be followed.
  std::vector<PacketBox> leads;
};

// The connection's state as the hop sees it, and whether the hop stands alone ("Hops" above).
const model::IntervalSet& state_at(const WalkLeg& leg, const WalkHop& hop);
// What a field of kSeen can be by itself, where both legs look at the same packet. Requires: same_packet.
model::IntervalSet seen_domain(const Walk& walk, model::Field field);
bool stands_alone(const Walk& walk, const WalkLeg& leg, const WalkHop& hop);

}  // namespace fwproof::solver
