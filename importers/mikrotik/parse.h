// RouterOS console language: menus, commands, quoting, line continuation, and the part of scripting that settles values
// (constants and their concatenation). Conditions and loops are read, what they guard is marked as conditional.
#pragma once

#include <functional>
#include <span>

#include "importers/importer.h"
#include "importers/mikrotik/ast.h"

namespace fwproof::importers::mikrotik {

// Calls `take` for every statement of the section, in order, those inside of blocks too. `section`: its number, for the spans.
void parse(const Section& section, uint32_t number, const std::function<void(Statement&)>& take);

// "comment=\"a b\" chain=input": the conditions between the brackets of a find, as bare words and key=value.
std::vector<Argument> parse_words(std::string_view text);

// Is the word a command (add, set, …) rather than a menu?
bool is_command(std::string_view word);

}  // namespace fwproof::importers::mikrotik
