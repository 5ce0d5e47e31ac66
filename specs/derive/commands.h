// Commands that a document prints, told from its sentences.
#pragma once

#include <string_view>
#include <vector>

#include "specs/derive/derive.h"

namespace fwproof::specs::derive {

enum class LineKind : uint8_t { text, command, comment };

// Of each line. Commands are those that speak to a firewall; `code`: the lines stand in a block of code, so that what is no command is a comment of one.
std::vector<LineKind> kinds_of_lines(const std::vector<Line>& lines, bool code);

// The commands among the lines, with those that go on over several (a backtick, backslash or caret at the end).
std::vector<PrintedCommand> commands_in(const std::vector<Line>& lines, const std::vector<LineKind>& kinds);

}  // namespace fwproof::specs::derive
