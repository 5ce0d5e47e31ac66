// What a cell of a column of ports says, by a strict grammar: numbers, ranges, lists of them, protocols, names of services, and remarks in
// brackets that hold neither numbers nor words such as "not". What the grammar does not take makes the ports a reading.
//
//   read_port_cell(cell of "443, 8443 (HTTPS)")     // 443, 8443; no reading
//   read_port_cell(cell of "Any except 25")         // 0-24, 26-65535; no reading
//   read_port_cell(cell of "443 (formerly 8443)")   // 443, with a reading; 8443 stays unused
#pragma once

#include <vector>

#include "specs/derive/ports.h"
#include "specs/specification.h"

namespace fwproof::specs::derive {

struct PortCell {
  PortList list;
  std::vector<Reading> readings;
  bool as_above = false;        // "same as above", "ditto"
};

// "same as above", "ditto", a quotation mark.
bool says_as_above(std::string_view cell);

// Joins what is one number ("10,000", "10 000") in the cell's tokens, and says why tokens are no ports where it knows.
PortCell read_port_cell(Passage& cell);

}  // namespace fwproof::specs::derive
