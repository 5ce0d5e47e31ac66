// Rows of flattened tables, lists and sentences.
#pragma once

#include <vector>

#include "specs/derive/collect.h"
#include "specs/derive/document.h"
#include "specs/derive/rows_from_table.h"

namespace fwproof::specs::derive {

// Lines below "Port Source Target Description", where blanks alone stand between the columns. What does not begin a row goes on the description above.
void rows_from_flat_lines(const std::vector<Line>& lines, const std::vector<Column>& columns, const TableReader& reader);
// The line begins with what such a row begins with.
bool is_flat_row(const Line& line, const std::vector<Column>& columns, const RoleBook& book);

// One item, with the text and protocols of the item above it ("SIP TCP/UDP", below it "5060-5091"). Nothing: it is about no ports.
struct ItemParent {
  std::string text;
  std::vector<unsigned> protocols;
};
std::optional<Facts> facts_of_item(Passage& item, const ItemParent& parent, const TableReader& reader);

// Sentences that ask for ports. Numbers that become no row are explained. `only_text`: the document has neither tables nor lists of ports, so that
// sentences which tell what is used ask for it.
std::vector<Facts> facts_of_sentences(Passage& passage, const KnownPorts& known, const Setting& setting, bool only_text);

// A table of which each cell is a paragraph of its own, one column name after the other first: the paragraphs from `first` on, and how many of them
// are its. 0: there is none.
size_t rows_from_cells(const std::vector<Block>& blocks, size_t first, const TableReader& reader);

}  // namespace fwproof::specs::derive
