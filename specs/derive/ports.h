// Ports as documents write them: "8470", "TCP/80,443", "8300–8302", "53/udp", "50000 through 50059", "above 1024", "1024+".
//
//   Passage cell = make_passage("53/UDP,53/TCP (DNS)", 7);
//   ports_of_cell(cell).ports;     // 53 with {udp}, 53 with {tcp}
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/interval_set.h"
#include "specs/derive/tokens.h"

namespace fwproof::specs::derive {

struct Ports {
  uint32_t lo = 0;
  uint32_t hi = 0;
  std::vector<unsigned> protocols;      // IANA numbers; empty: none is written beside them
  std::vector<size_t> numbers;          // tokens
};

struct PortList {
  std::vector<Ports> ports;
  std::vector<unsigned> protocols;      // all that are named
  bool alternatives = false;            // "80 or 8530": one of them may be enough
  bool mixed = false;                   // "TCP 443, 444 UDP": protocols stand before some ports and behind others
  size_t begin = 0;                     // tokens, in running text
  size_t end = 0;
};

// "30000:32767" at this token, as iptables has ranges. "80:8080" is a mapping as a rule, and "Port 1: 8446" a label.
bool is_colon_range(const Passage& passage, size_t token);

// A number or range at this token, and the token behind it.
std::optional<std::pair<Ports, size_t>> ports_at(const Passage& passage, size_t token, size_t end);

// Every number of the cell, but what stands in square brackets (notes), and with the protocols that belong to them.
PortList ports_of_cell(const Passage& cell);
// The same of part of a passage.
PortList ports_of_range(const Passage& passage, size_t begin, size_t end);

// "TCP/UDP" at this token: IANA numbers, and the token behind them. Empty: none stands there.
std::pair<std::vector<unsigned>, size_t> protocols_at(const Passage& passage, size_t token, size_t end);
// All that the text names.
std::vector<unsigned> protocols_in(const Passage& passage, size_t begin, size_t end);

std::string to_text(const Ports& ports);   // "8300-8302"

}  // namespace fwproof::specs::derive
