// What a row of a table leaves to the row above it, to another column, or to the header of a column that has no kind of its own.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "specs/derive/columns.h"
#include "specs/specification.h"

namespace fwproof::specs::derive {

// Sources and targets that are empty below filled ones (merged cells look so), and cells that say "same as above" or only a quotation mark: those of
// the row above, with a reading.
std::vector<Reading> take_over(std::vector<Passage>& cells, const std::vector<Column>& kinds, const std::vector<Passage>& above);

// "Start port" and "End port": one range in the first of them.
void join_ends_of_range(std::vector<Passage>& cells, const std::pair<size_t, size_t>& ends);

// Columns of ports of which nothing says that they belong together: a reading where a row has more than one of them.
std::optional<Reading> reading_of_several(const std::vector<Passage>& cells, const Columns& columns);

// "Yes" below "Deprecated", "No" below "Open": a reading.
std::optional<Reading> reading_of_answer(std::string_view header, std::string_view cell);

}  // namespace fwproof::specs::derive
