// Pipe tables, as Markdown and flattened pages have them: "a | b" over "---|---", with or without outer pipes.
#pragma once

#include <functional>

#include "specs/derive/read_output.h"

namespace fwproof::specs::derive {

// The cells of "| a | b \| c |", with escaped pipes resolved. Pipes in `code spans` separate as well (GFM, section 4.10).
struct PipeStyle {
  bool left = false;   // the table's lines begin with a pipe: an empty first cell is one behind it
  bool right = false;
};
std::vector<std::string> split_pipes(std::string_view line, PipeStyle style);

// "---|:--:|---": dashes, colons, pipes, pluses, and of both dash and pipe one at least.
bool is_pipe_separator(std::string_view line);
// A header over a separator stands at `at`; for plain text also two or more lines with as many pipes each.
bool starts_pipe_table(const Text& text, size_t at);
bool starts_bare_pipe_table(const Text& text, size_t at);

// Makes the lines of a cell visible: Markdown takes its markup out and breaks at <br>.
using CellReader = std::function<void(std::string_view source, uint32_t number, std::vector<Line>& lines)>;
struct PipeRules {
  CellReader cell;
  bool lone_rows = false;   // a line without a pipe is still a row (GFM), until a blank line
};
// Reads the table at `at` and returns the line behind it.
size_t read_pipe_table(const Text& text, size_t at, const PipeRules& rules, Output& output);

}  // namespace fwproof::specs::derive
