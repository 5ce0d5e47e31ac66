// The words by which documents name columns, directions, protocols and "anyone", in English, German, French and Spanish (and some Italian
// and Portuguese). A wording that is missing is one row in vocabulary.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "specs/derive/tokens.h"

namespace fwproof::specs::derive {

enum class Column : uint8_t {
  none,
  port,
  source_port,
  local_port,    // of the host that the rule is for: what is asked for, or a source port, as the direction says
  remote_port,
  tcp_ports,     // a column of ports headed by its protocol
  udp_ports,
  source,
  target,
  peer,          // source or target, as the direction says
  direction,
  protocol,
  service,
  component,     // what listens: a target where no column names one
  description,
  required,
  optional,
  program,
  action,
  flow,          // "Client → Server"
  user,          // "used by": a source where it holds names
};

// "Destination Port(s):" → port. nothing: not a wording of a header.
std::optional<Column> column_of_header(std::string_view header);
// The same, of whole headers only: what "Target port used" contains does not count.
std::optional<Column> column_of_whole_header(std::string_view header);

enum class Direction : uint8_t { unknown, in, out, both };
// Of a cell that says nothing else ("Inbound", "<->"), or nothing.
std::optional<Direction> direction_of_cell(std::string_view cell);
// Mentioned in running text: "(TCP, outgoing)".
Direction direction_in(std::string_view lower_text);

// "any", "Internet (any)", "0.0.0.0/0", "*"
bool is_anyone(std::string_view text);
// "itself", "localhost": a name like another, but not one of a sentence
bool is_same_host(std::string_view text);
// "-", "N/A", "none"
bool is_nothing(std::string_view text);

// "yes", "no", "optional", "in some cases" in a column that says whether a row is required (or optional).
enum class Need : uint8_t { yes, no, required, optional, sometimes };
std::optional<Need> need_of_cell(std::string_view cell);
bool is_yes_or_no(std::string_view cell);

// IANA number of a protocol ("tcp", "gre"); of "tls", "http" and the like nothing.
std::optional<unsigned> transport(std::string_view lower_word);
std::string_view transport_name(unsigned protocol);

bool is_port_word(std::string_view lower_word);          // "port", "ports", "puertos"
// Of "TCP-Port", "UDP-Ports".
std::optional<unsigned> protocol_of_compound(std::string_view lower_word);
bool is_and(std::string_view lower_word);
bool is_or(std::string_view lower_word);
bool is_to(std::string_view lower_word);                 // of a range: "to", "through", "bis"
bool is_above(std::string_view lower_word);
bool is_below(std::string_view lower_word);
bool is_between(std::string_view lower_word);            // "between", "from", "von", "entre"
bool is_number_line_mark(uint32_t code);                 // of a range: hyphen, dashes, tilde

// Something must be let through: "open", "allow", "require", "muss", …
bool asks(std::string_view lower_sentence);
// It tells something else of a port: "can be changed", "for example".
bool remarks(std::string_view lower_sentence);
// What a column of actions says: "allow", "permit", "accept", …
bool lets_through(std::string_view lower_cell);
// The sentence or cell itself clearly says "optional", of the row.
bool says_optional(std::string_view lower_text);
// "only if the plugin is enabled", as written; empty: no condition.
std::string_view condition_in(std::string_view text);

}  // namespace fwproof::specs::derive
