// The frame of a dump: which lines are tables, chains and rules of which family. Reads every line once, its rules not yet.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "importers/importer.h"
#include "importers/iptables_save/ast.h"

namespace fwproof::importers::iptables_save {

struct LineRef {
  uint32_t section = 0;
  uint32_t index = 0;
};

struct DeclaredChain {
  std::string_view name;
  std::string_view policy;       // "ACCEPT", "DROP"; "-" or empty: none stated
  LineRef line;
  bool declared = false;         // false: a built-in chain that the dump does not mention
};

struct Table {
  std::string_view name;
  LineRef start;
  model::Family family = model::Family::v4;
  bool family_known = false;
  bool complete = false;         // COMMIT was seen
  bool replaced = false;         // a later dump restores the same table
  std::vector<DeclaredChain> chains;
  std::unordered_map<std::string_view, uint32_t> chain_index;
  std::vector<LineRef> rules;    // every command line, in order
  std::vector<LineRef> templates;   // those of -j CT that say what a packet's connection gets: a zone, a helper, …
};

struct Dump {
  std::deque<Table> tables;
  std::vector<LineRef> foreign_rules;   // "# Warning: iptables-legacy tables present …" and the like
  bool nf_tables = false;
  bool family_guessed = false;
  std::set<std::string, std::less<>> interfaces;      // as written, "eth+"
  std::set<std::string, std::less<>> modified_sets;
  bool asks_translated = false;         // --ctstate with DNAT or SNAT somewhere
};

// Reports what is wrong with the frame into `result` and accounts for every line but the rules.
Dump read_dump(std::span<const Section> sections, ImportResult& result);

// Does a dump, or a part of one, start at this line?
Claim starts_at(std::span<const std::string_view> lines, size_t at);

model::Origin origin_of(std::span<const Section> sections, LineRef line);
std::string_view text_of(std::span<const Section> sections, LineRef line);
void report(ImportResult& result, std::span<const Section> sections, LineRef line, model::DiagnosticId id, model::Severity severity,
            std::string message, uint32_t column = 0, uint32_t length = 0, std::string note = {});

}  // namespace fwproof::importers::iptables_save
