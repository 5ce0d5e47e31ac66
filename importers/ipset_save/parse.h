// Lines of `ipset save` into words, and the parts of an entry into neutral terms.
//
//   Line line;
//   parse_line("add blocklist 192.0.2.0/24 timeout 60", line);   // command add, set "blocklist", subject "192.0.2.0/24"
#pragma once

#include <optional>

#include "importers/ipset_save/ast.h"
#include "model/policy.h"

namespace fwproof::importers::ipset_save {

void parse_line(std::string_view text, Line& line);

struct AddressPart {
  model::Family family = model::Family::v4;
  model::Interval interval;
  bool is_range = false;   // "a-b": no prefix
  unsigned length = 0;     // of the prefix
};
// "192.0.2.1", "192.0.2.0/24", "192.0.2.1-192.0.2.9".
std::optional<AddressPart> parse_address_part(std::string_view text);
// "80", "udp:53", "tcp:1000-2000", "icmp:8/0", "vrrp:0" as a term about src_port; `tcp_and_udp` for bitmap:port.
std::optional<model::Term> parse_port_part(std::string_view text, bool tcp_and_udp);

}  // namespace fwproof::importers::ipset_save
