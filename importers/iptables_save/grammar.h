// What iptables knows: generic options, match modules, targets and their options, as tables. Sources: iptables(8) and
// iptables-extensions(8) of iptables 1.8.9 (Debian 12), xtables-addons 3.23 (2023) for the modules marked so.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace fwproof::importers::iptables_save {

// What lowering does with an option (its functions are in lower_match.cpp).
enum class Meaning : uint8_t {
  source, destination, protocol, in_interface, out_interface, fragment, jump, go_to, match, counters, ipv4, ipv6, table,
  sport, dport, tcp_flags, syn, icmp_type, icmpv6_type,
  sports, dports, ports, src_range, dst_range, ctstate, ctproto, ctstatus, ctdir,
  match_set, mark, connmark, src_type, dst_type, mac_source,
  pure,        // unknown, a function of the packet
  per_visit,   // unknown, remembers or counts
  opaque_set,  // a counter of -m set: unknown beside the set
  nothing,     // changes nothing about what matches
  value,       // of a target: lower_target.cpp looks it up by name
};

struct OptionSpec {
  std::string_view owner;     // module or target; empty: generic
  std::string_view name;      // without dashes
  char short_name = 0;
  uint8_t arguments = 1;
  Meaning meaning = Meaning::nothing;
};

enum class Handling : uint8_t { modelled, pure, per_visit, irrelevant };

struct ModuleSpec {
  std::string_view name;
  Handling handling = Handling::pure;
  // modelled: empty, its options are OptionSpecs. Otherwise the options' names, separated by blanks; "*": any.
  std::string_view options;
  // Reads something that a target of the dump may rewrite without the packet model seeing it (TTL, DSCP, payload): then not shared.
  bool reads_header = false;
};

enum class Effect : uint8_t {
  accept, drop, reject, return_, proceed,
  mark, connmark, notrack, ct, dnat, snat, masquerade, redirect, netmap,
  changes_header,     // proceeds; TTL, DSCP, TCP options … change, which the packet model does not hold
  changes_set,        // SET
  unknown,            // continue, accept or drop; the packet stays as it is
  unknown_rewriting,
};

struct TargetSpec {
  std::string_view name;
  Effect effect = Effect::proceed;
  std::string_view options;   // names; a trailing '=' on a name: takes no value
};

const ModuleSpec* find_module(std::string_view name);
const TargetSpec* find_target(std::string_view name);
std::span<const OptionSpec> generic_options();
// Options of a modelled module.
std::span<const OptionSpec> module_options(std::string_view module);
// Is `name` one of the blank-separated words of `list`, exactly or (when unique) as an abbreviation? Returns the full word or nothing.
std::string_view find_word(std::string_view list, std::string_view name);
// The match that `-p PROTOCOL` brings along, for an option without -m.
std::string_view implied_module(std::string_view protocol);

}  // namespace fwproof::importers::iptables_save
