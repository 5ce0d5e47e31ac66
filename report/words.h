// Field values, regions and packets in words: what both the text and the JSON output say.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/packet.h"
#include "model/policy.h"
#include "solver/result.h"

namespace fwproof::report {

std::string number_text(model::u128 value);
std::string protocol_text(model::u128 protocol);                        // "tcp", "47"
std::string flags_text(model::u128 flags);                              // "SYN,ACK"; "none"
std::string state_text(model::u128 state);
std::string profile_text(model::u128 profile);
std::vector<std::string> range_texts(const model::IntervalSet& set);   // "80", "8470-8474"

// Whether the packet has the field and its protocol does.
bool is_shown(const model::Packet& packet, model::Field field);
// Whether JSON shows the field's value as a number.
bool is_number(model::Field field);
// One value of a field. `policy` gives names to interfaces, programs and services; nullptr: numbers.
std::string value_text(model::Field field, model::Family family, model::u128 value, const model::Policy* policy);
// All values of a field; an empty list when the set is everything that the field can be.
std::vector<std::string> set_texts(model::Field field, model::Family family, const model::IntervalSet& set, const model::Policy* policy);
bool is_everything(model::Field field, model::Family family, const model::IntervalSet& set, const model::Policy* policy);

// Key (as in check's JSON) and values of every restricted field of a region, in a fixed order; src and dst always.
using NamedTexts = std::vector<std::pair<std::string, std::vector<std::string>>>;
NamedTexts region_texts(const solver::Region& region, const model::Policy* policy);
// For people, not escaped; JSON lists the exact prefixes.
// "192.0.2.0/24, 198.51.100.7"; "any except 10.0.0.0/8" where that is the shorter list; "any", "any IPv6".
std::string address_words(model::Family family, const model::IntervalSet& set);
// The sources of a region: "ANY" and "ANY IPv6" where only loopback and multicast, which never come from outside, are missing.
std::string source_words(const solver::Region& region);
// The set of a field; nullptr: any value.
const model::IntervalSet* set_of(const solver::Region& region, model::Field field);
// "tcp port 8474", "tcp ports 110, 143", "icmp type 8", "any protocol".
std::string service_words(const solver::Region& region, const model::Policy* policy);
// What else is restricted: "source port 53, in eth0"; empty when nothing is. Client ports 1024-65535 go without saying.
std::string rest_words(const solver::Region& region, const model::Policy* policy);

// "tcp 192.0.2.1:1024 > 198.51.100.10:8474, state new". Not escaped.
std::string packet_words(const model::Packet& packet, const model::Policy* policy);

// The addresses and ports alone: "192.0.2.1:1024 > 198.51.100.10:8474".
std::string flow_words(const model::Packet& packet);

// "string: -m string …"; for what the surroundings settle, the option that says it.
// roles: whether what settles it names a role, as in `check`; `reach` asks about one host or device.
std::string dependence_words(const model::Dependence& dependence, bool roles = true);

// "open", "blocks", "depends", "not reached", "leads elsewhere".
std::string_view does_text(solver::DeviceSeen::Does does);

std::string joined(const std::vector<std::string>& texts, std::string_view separator = ", ");
// At most `limit` of them, then "and 17 more".
std::string shortened(const std::vector<std::string>& texts, size_t limit);

}  // namespace fwproof::report
