// What sentences say beyond rows: that a table is complete, and the constraints of specs/specification.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/requirement.h"
#include "specs/derive/tokens.h"

namespace fwproof::specs::derive {

// "lists all TCP ports": for which protocols the document says that nothing else is needed.
struct Claim {
  bool tcp = false;
  bool other = false;
  std::vector<unsigned> protocols;   // that it names: rows below it are of these
};
std::optional<Claim> claim_in(std::string_view lower_sentence);
// "This is not a complete list": of the table, nothing of its rows.
bool tells_incomplete(std::string_view lower_sentence);

std::optional<model::Constraint::Kind> constraint_in(std::string_view lower_sentence);
// One that the sentence speaks of without demanding it: "port forwarding is optional".
std::optional<model::Constraint::Kind> undemanded_constraint_in(std::string_view lower_sentence);
// "The destination is always the mailbox server.": its name, or nothing.
std::string target_in(const Passage& passage, size_t begin, size_t end);

// "internal-dns", "hosts-file", "internal-address": what a sentence offers instead of NAT loopback.
std::optional<std::string> alternative_in(std::string_view lower_sentence);

}  // namespace fwproof::specs::derive
