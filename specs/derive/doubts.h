// Whether the text that a row stands in demands it at all: "must be blocked", "no longer used", "Optional ports", "replaces".
//
//   Standing standing = standing_of("must be blocked", Place::cell, "the description");
//   standing.denied;      // "in a row that says not to open it"
//
// No list of negations is ever complete, and few of them are sure. So two tables of stems decide: where a text clearly denies, the row is left over;
// where it holds any word that may turn a demand round or make it optional, that word becomes a reading.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "specs/derive/tokens.h"
#include "specs/specification.h"

namespace fwproof::specs::derive {

// What one text, or all texts around a row, say of its being required.
struct Standing {
  const char* denied = nullptr;     // it clearly must not be open: why its numbers are left over
  std::optional<bool> optional;     // it clearly is, or clearly is not
  std::optional<Reading> doubt;     // a word that may turn it round
  std::optional<Reading> need;      // a word that may make it optional
  bool demands = false;             // it says to open something, and denies nothing
};

enum class Stands : uint8_t { heading, lead, cell, name, item, sentence };   // name: a cell that names a source or target

// `where`: as a reading calls the text ("the description").
Standing standing_of(std::string_view text, Stands stands, std::string_view where);

// What an inner text says stands over what an outer one does; a denial that is met by a demand is in doubt. Of several doubts the first is kept.
Standing within(const Standing& outer, const Standing& inner);

// What is clear of some rows, where it is said of others too.
Standing in_doubt(Standing standing, std::string_view where);

// "(optional)", "Optional: storage", "Port is optional.", not "Login is optional." or "not optional".
bool clearly_optional(std::string_view lower_text);

// It may speak of the rows that follow it at all.
bool is_about_rows(std::string_view lower_sentence);

// The sentence points at rows below it: "the following ports", "these rules".
bool points_down(std::string_view lower_sentence);
// At those above it: "the ports above".
bool points_up(std::string_view lower_sentence);

// Protocols that the text names, apart from those that it rules out: "TCP, not UDP" and "replaces UDP" name the one, and none.
std::vector<unsigned> stated_protocols(const Passage& passage);
std::optional<unsigned> stated_protocol_at(const Passage& passage, size_t token);

}  // namespace fwproof::specs::derive
