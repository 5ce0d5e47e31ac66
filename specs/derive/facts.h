// What one row of a table, one item of a list or one sentence says, before the gaps are filled; and how they are filled.
//
//   Facts facts;
//   facts.ports = ports_of_cell(make_passage("443/tcp", 9));
//   drafts_of(facts, setting);   // from ANY to SERVER, with a reading: the direction is open
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "specs/derive/doubts.h"
#include "specs/derive/rows.h"

namespace fwproof::specs::derive {

constexpr size_t kMaxPortsOfRow = 256;   // ports and ranges; a longer list is no row

struct Facts {
  uint32_t line = 0;
  PortList ports;
  std::vector<unsigned> protocols;        // of a column, or of the sentence
  bool every_protocol = false;            // "any" in the column of protocols
  std::vector<std::pair<uint32_t, uint32_t>> src_ports;
  std::vector<std::string> from;
  std::vector<std::string> to;
  std::vector<std::string> peers;         // who is meant depends on the direction
  std::string listener;                   // what listens, where no column names a target
  Direction direction = Direction::unknown;
  bool in_table = false;                  // a table that has no column of sources or targets leaves both open
  bool optional = false;
  bool need_is_stated = false;            // by a column: what stands around the row does not change it
  bool dynamic_rpc = false;
  std::string condition;
  std::string program;
  std::string description;
  std::vector<Reading> readings;          // what is open already
  Standing said;                          // in the row's own words
};

// What the text around it says.
struct Setting {
  Scene scene;
  std::vector<unsigned> protocols;        // "lists all TCP ports"
  Standing around;                        // headings, captions and leads
};

// Adds what one text of the row says; `where`: as a reading calls it.
void hear(Facts& facts, std::string_view text, Stands stands, std::string_view where);
// Why the row is none: the text it stands in clearly denies it. nullptr: it does not.
const char* denial_of(const Facts& facts, const Setting& setting);

// One for each protocol and direction. Empty: there is nothing that a row could be made of.
std::vector<Draft> drafts_of(const Facts& facts, const Setting& setting);

// "port of HTTPS": a service's ports, where a document names it without a number.
struct NamedService {
  std::string_view name;
  uint32_t port;
  unsigned protocol;
};
std::vector<NamedService> services_named(const Passage& cell);
// Whether the port is one of those that UDP alone serves.
bool is_udp_port(uint32_t port);

}  // namespace fwproof::specs::derive
