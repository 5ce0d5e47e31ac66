// Ends of translations that both vendors write: a destination with ports that shift, a source with an interface's address, 1:1 networks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "importers/text/pf_names.h"

namespace fwproof::importers::text::pf {

// A range of ports that moves to another is one rule for each port, up to this many.
constexpr unsigned kMaxShiftedPorts = 4096;

// Where a port forward sends packets to.
struct Target {
  model::AddressSet addresses;        // one of them (round-robin)
  std::string name;                   // or an interface's address that the export does not tell: "address:lan"
  std::string unknown;                // or why it is not known
  model::IntervalSet listened;        // the ports that are forwarded
  std::optional<unsigned> first_port; // where the lowest of them goes, the next one to the next port; unset: ports stay
  bool one_port = false;              // all of them go to first_port
};
// The rules that `rule` (its conditions, without those on the destination port) and the target make.
std::vector<Translation> forwards(const Translation& rule, const Target& target, const PortMatch& listened, Ruleset& ruleset);

// How a source is translated: one of the addresses, or a network of the same size address by address, or the interface's address.
struct SourceTarget {
  model::AddressSet addresses;
  std::string name;
  std::string unknown;
  bool bit_by_bit = false;            // `bitmask` on a prefix
  std::optional<model::Prefix> prefix;
  bool static_port = false;
  model::IntervalSet ports;           // of the translated source; empty: 1024-65535
};
// One rule for TCP and UDP, whose port changes, and one for the rest. pf picks a port of the range at random (pf_get_sport() in pf_lb.c), so
// any of it may be taken.
std::vector<Translation> source_translations(const Translation& rule, const SourceTarget& target, const model::IntervalSet& protocols, model::Family family);

// The network part of a field becomes that of `to`, which has the same length.
model::Rewrite network_map(model::Field field, const model::Prefix& to);

}  // namespace fwproof::importers::text::pf
