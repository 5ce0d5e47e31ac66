#include <algorithm>

#include "specs/derive/columns.h"
#include "specs/derive/left_over.h"
#include "specs/derive/rows_from_text.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kFewestColumns = 3;
constexpr size_t kMostColumns = 10;

// The columns that the paragraphs from here on name, one after the other; empty: they do not.
std::vector<Column> columns_at(const std::vector<Block>& blocks, size_t first) {
  std::vector<Column> columns;
  for (size_t i = first; i < blocks.size() && columns.size() <= kMostColumns; ++i) {
    if (blocks[i].kind != Block::Kind::paragraph || blocks[i].lines.size() != 1) break;
    const auto column = column_of_whole_header(blocks[i].lines[0].text);
    const bool repeated = column && *column != Column::description && *column != Column::service && std::find(columns.begin(), columns.end(), *column) != columns.end();
    if (!column || repeated) break;   // "Client" below "Source" is a cell
    columns.push_back(*column);
  }
  const bool ports = std::find(columns.begin(), columns.end(), Column::port) != columns.end();
  return columns.size() >= kFewestColumns && ports ? columns : std::vector<Column>{};
}

bool is_sentence(const Block& block) {
  const std::string_view text = strip(block.lines.back().text);
  return text.ends_with('.') || text.ends_with('!') || block.lines.size() > 3;
}

// Cells of one record: those in front of the protocol or port, these two, and the rest.
struct Record {
  std::vector<const Block*> front;
  std::vector<const Block*> middle;
  std::vector<const Block*> rest;
};

class CellTable {
 public:
  CellTable(const std::vector<Block>& blocks, size_t first, std::vector<Column> columns, const TableReader& reader)
      : blocks_(blocks), columns_(std::move(columns)), reader_(reader), begin_(first + columns_.size()) {
    const auto at = [&](Column column) { return static_cast<size_t>(std::find(columns_.begin(), columns_.end(), column) - columns_.begin()); };
    port_ = at(Column::port);
    anchor_ = at(Column::protocol) + 1 == port_ ? port_ - 1 : port_;
    for (end_ = begin_; end_ < blocks_.size() && blocks_[end_].kind == Block::Kind::paragraph && columns_at(blocks_, end_).empty();) ++end_;
  }

  // Blocks that it consists of; 0 when nothing in it is a row.
  size_t read(size_t first) {
    const std::vector<size_t> anchors = find_anchors();
    if (anchors.empty()) return 0;
    for (size_t i = 0; i < anchors.size(); ++i) read_record(record_of(anchors, i));
    return end_ - first;
  }

 private:
  bool is_anchor(size_t block) const {
    const size_t port = block + port_ - anchor_;
    if (port >= end_ || !is_pure_ports(make_passage(blocks_[port].lines))) return false;
    const Passage protocol = make_passage(blocks_[block].lines);
    return anchor_ == port_ || !protocols_in(protocol, 0, protocol.size()).empty();
  }

  std::vector<size_t> find_anchors() const {
    std::vector<size_t> anchors;
    for (size_t block = begin_; block < end_; ++block)
      if (is_anchor(block)) anchors.push_back(block), block += port_ - anchor_;
    return anchors;
  }

  // Cells in front of an anchor: short ones, at most as many as there are columns. A cell over several rows is not repeated.
  size_t front_begin(size_t from, size_t anchor) const {
    size_t begin = anchor;
    while (begin > from && anchor - begin < anchor_ && !is_sentence(blocks_[begin - 1])) --begin;
    return begin;
  }

  Record record_of(const std::vector<size_t>& anchors, size_t i) const {
    const size_t middle = anchors[i], rest = middle + port_ - anchor_ + 1;
    const size_t from = i == 0 ? begin_ : anchors[i - 1] + port_ - anchor_ + 1;
    const size_t next = i + 1 < anchors.size() ? front_begin(rest, anchors[i + 1]) : end_;
    Record record;
    for (size_t block = i == 0 ? from : front_begin(from, middle); block < middle; ++block) record.front.push_back(&blocks_[block]);
    for (size_t block = middle; block < rest; ++block) record.middle.push_back(&blocks_[block]);
    for (size_t block = rest; block < next; ++block) record.rest.push_back(&blocks_[block]);
    return record;
  }

  // A paragraph for each column: nothing is left out or spanned.
  bool is_whole(const Record& record) const {
    return record.front.size() == anchor_ && record.middle.size() + record.rest.size() == columns_.size() - anchor_ && (!seen_ || anchor_ != 2 || !has_two_names(record));
  }

  // As many as there are columns, behind a first row, may be two cells, or two names in one cell below a cell that spans rows.
  bool has_two_names(const Record& record) const { return seen_ && anchor_ == 2 && record.front.size() == 2 && columns_[1] == Column::target; }

  void read_whole(const Record& record) {
    std::vector<Passage> cells;
    for (const auto* part : {&record.front, &record.middle, &record.rest})
      for (const Block* block : *part) cells.push_back(make_passage(block->lines));
    finish(record, cells, reader_);
  }

  void finish(const Record& record, std::vector<Passage>& cells, const TableReader& reader) {
    above_ = cells;
    read_row(cells, columns_, (record.front.empty() ? record.middle : record.front)[0]->lines[0].number, reader);
    seen_ = true;
  }

  void read_record(const Record& record) {
    if (is_whole(record)) return read_whole(record);
    std::vector<Passage> cells(columns_.size());
    fill_front(record, cells);
    for (size_t i = 0; i < record.middle.size(); ++i) cells[anchor_ + i] = make_passage(record.middle[i]->lines);
    std::vector<Line> rest;
    for (const Block* block : record.rest) rest.insert(rest.end(), block->lines.begin(), block->lines.end());
    if (port_ + 1 < columns_.size()) cells[port_ + 1] = make_passage(rest);
    else if (!rest.empty()) cells.push_back(make_passage(rest));
    if (!has_two_names(record)) return finish(record, cells, reader_);
    TableReader open = reader_;
    const std::string source = record.front[0]->lines[0].text, target = record.front[1]->lines[0].text;
    open.open.push_back(open_reading("source and target", "two targets, '" + clip(source, 80) + "' and '" + clip(target, 80) + "', of the source above", "from " + clip(source, 80) + " to " + clip(target, 80)));
    finish(record, cells, open);
  }

  // The last cells; what is missing in front is that of the row above.
  void fill_front(const Record& record, std::vector<Passage>& cells) const {
    const bool two_names = has_two_names(record);
    const size_t own = two_names ? 1 : std::min(record.front.size(), anchor_);
    for (size_t column = 0; column < anchor_ - own; ++column) {
      if (column >= above_.size()) continue;
      cells[column] = above_[column];
      for (Token& token : cells[column].tokens) token.used = true;   // accounted for in its own row
    }
    if (!two_names) {
      for (size_t i = 0; i < own; ++i) cells[anchor_ - own + i] = make_passage(record.front[record.front.size() - own + i]->lines);
      return;
    }
    std::vector<Line> lines = record.front[0]->lines;
    lines.back().text += ";";
    lines.insert(lines.end(), record.front[1]->lines.begin(), record.front[1]->lines.end());
    cells[1] = make_passage(lines);
  }

  const std::vector<Block>& blocks_;
  std::vector<Column> columns_;
  const TableReader& reader_;
  size_t begin_;
  size_t end_ = 0;
  size_t port_ = 0;
  size_t anchor_ = 0;     // column of the protocol where it stands before the ports, else of the ports
  std::vector<Passage> above_;
  bool seen_ = false;
};

}  // namespace

size_t rows_from_cells(const std::vector<Block>& blocks, size_t first, const TableReader& reader) {
  std::vector<Column> columns = columns_at(blocks, first);
  if (columns.empty()) return 0;
  return CellTable(blocks, first, std::move(columns), reader).read(first);
}

}  // namespace fwproof::specs::derive
