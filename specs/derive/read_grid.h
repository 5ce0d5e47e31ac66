// Tables that are drawn with characters: the grid and simple tables of reStructuredText. Plain text has grids as well.
#pragma once

#include <string>

#include "specs/derive/read_output.h"

namespace fwproof::specs::derive {

// Makes a line of a cell visible.
using LineShower = std::string (*)(std::string_view line);

// "+----+--:--+" or "+====+"
bool is_grid_border(std::string_view line);
// Reads the grid whose first border stands at `at`; returns the line behind it, or `at` where it is none.
size_t read_grid(const Text& text, size_t at, LineShower show, Output& output, Block& table);

// "==== ====": two or more runs.
bool is_simple_border(std::string_view line);
size_t read_simple(const Text& text, size_t at, LineShower show, Output& output, Block& table);

}  // namespace fwproof::specs::derive
