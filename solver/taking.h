// Where a device takes packets out of their way: gives them another destination, or keeps them for itself.
//
// Both functions make a copy of a policy for one hook that accepts exactly the packets that are taken, so that "no packet passes" is "no
// packet is taken". What the device does with a packet after that is not asked.
#pragma once

#include <vector>

#include "model/network.h"

namespace fwproof::solver {

// The kind of an UnknownCondition whose rule surely keeps the packet for a process on the device (TPROXY), though it does not change it.
inline constexpr std::string_view kKeepsPacket = "interception";

// What a destination may become without being taken away.
struct Staying {
  model::IntervalSet addresses;   // the target's; empty: none but the one that it was sent to
  bool on_the_way = false;        // the device is not the target: its own addresses are none of the target's
  bool moves = false;             // translations are looked at where the packet ends up: here they count as staying
};

// Stages of the hook in which some rule may take a packet.
std::vector<size_t> taking_stages(const model::Policy& policy, model::Hook hook);

// Accepts what that stage takes of the packets that come to it. Rules keep their names and places; the last stage's chains have the
// greatest numbers, its base chain the least of them.
model::Policy taken_by_rules(const model::Policy& policy, model::Hook hook, size_t stage, model::Family family, const Staying& staying);

// Accepts what the facts take of the packets that the hook lets through. A rule at the place of a fact says the same with less knowledge: it is
// left out.
model::Policy taken_by_facts(const model::Policy& policy, model::Hook hook, const std::vector<model::Interception>& facts);

// Accepts what has come to no address of the target and not to where it was sent. Its chain is the last one, as in the others.
model::Policy taken_elsewhere(const model::IntervalSet& target, const model::IntervalSet& sent_to, const model::IntervalSet& ports, model::Family family);

}  // namespace fwproof::solver
