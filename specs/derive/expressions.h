// Ports in running text: "TCP ports 5075, 5076 and 5077", "- TCP 587 /", "8006 (TCP, …)", "ports above 1024", "4369: epmd".
#pragma once

#include <optional>
#include <vector>

#include "specs/derive/ports.h"

namespace fwproof::specs::derive {

struct Expression {
  PortList list;
  bool evident = false;   // a protocol or the word "port" stands beside the numbers
};

// All of them, in order. Numbers without a protocol or the word are expressions too, but not evident.
std::vector<Expression> expressions_in(const Passage& passage, size_t begin, size_t end);

// Of an item of a list: the ports that it is about. `about_ports`: the text before the list speaks of ports, so that "4369: epmd" and "SSH: 22" are some.
std::optional<Expression> expression_of_item(const Passage& item, bool about_ports);

}  // namespace fwproof::specs::derive
