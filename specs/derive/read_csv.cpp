#include "specs/derive/read_csv.h"

#include <algorithm>
#include <string>

#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

class SeparatedReader {
 public:
  SeparatedReader(const Text& text, size_t from, size_t to, SeparatedRules rules, Output& output)
      : text_(text), line_(from), to_(to), rules_(rules), output_(output) {}

  Block read() {
    Block table = make_block(Block::Kind::table);
    while (line_ < to_) {
      const bool blank = is_blank(text_.lines[line_]);
      TableRow row = read_row();
      row.header = table.rows.size() < rules_.headers;
      if (!blank && !output_.add_row(table, std::move(row))) break;
    }
    return table;
  }

 private:
  std::string_view rest() const { return text_.lines[line_].substr(at_); }

  TableRow read_row() {
    TableRow row;
    row.number = text_.number(line_);
    at_ = 0;
    do {
      Cell cell;
      const std::string_view field = trim(rest());
      if (field.starts_with('"')) read_quoted(cell);
      else read_plain(cell);
      row.cells.push_back(std::move(cell));
    } while (line_ < to_ && at_ <= text_.lines[line_].size() && next_field());
    ++line_;
    return row;
  }

  // Over the separator, if there is one.
  bool next_field() {
    if (at_ >= text_.lines[line_].size()) return false;
    ++at_;
    return true;
  }

  void read_plain(Cell& cell) {
    const size_t end = std::min(text_.lines[line_].find(rules_.separator, at_), text_.lines[line_].size());
    add_line(cell.lines, text_.lines[line_].substr(at_, end - at_), text_.number(line_));
    at_ = end;
  }

  void read_quoted(Cell& cell) {
    const uint32_t opened = text_.number(line_);
    at_ = text_.lines[line_].find('"', at_) + 1;
    for (std::string field;;) {
      const size_t quote = text_.lines[line_].find('"', at_);
      field += text_.lines[line_].substr(at_, quote - at_);
      if (quote == std::string_view::npos) {
        add_line(cell.lines, field, text_.number(line_));
        field.clear();
        at_ = 0;
        if (++line_ < to_) continue;
        return output_.warn(model::DiagnosticId::document_unfinished, opened, "a quote starts in this line and never ends; the rest is read as one cell");
      }
      at_ = quote + 1;
      if (rest().starts_with('"')) {
        field += '"';
        ++at_;
        continue;
      }
      const size_t end = std::min(text_.lines[line_].find(rules_.separator, at_), text_.lines[line_].size());
      field += text_.lines[line_].substr(at_, end - at_);  // what stands behind the quote is kept
      add_line(cell.lines, field, text_.number(line_));
      at_ = end;
      return;
    }
  }

  const Text& text_;
  size_t line_;
  size_t to_;
  SeparatedRules rules_;
  Output& output_;
  size_t at_ = 0;
};

char separator_of(const Text& text) {
  const auto first = std::find_if(text.lines.begin(), text.lines.end(), [](std::string_view line) { return !is_blank(line); });
  if (first == text.lines.end()) return ',';
  size_t counts[3] = {};
  constexpr std::string_view kSeparators = "\t;,";  // in a tie, the one that prose holds less often
  bool quoted = false;
  for (const char c : *first) {
    quoted ^= c == '"';
    const size_t which = kSeparators.find(c);
    if (!quoted && which != std::string_view::npos) ++counts[which];
  }
  return kSeparators[static_cast<size_t>(std::max_element(counts, counts + 3) - counts)];
}

}  // namespace

Block read_separated(const Text& text, size_t from, size_t to, SeparatedRules rules, Output& output) {
  return SeparatedReader(text, from, to, rules, output).read();
}

// Excel's own line "sep=;" says the separator and is not part of the table.
void read_csv(const Text& text, Output& output) {
  const bool told = !text.lines.empty() && starts_with_ignoring_case(text.lines[0], "sep=") && text.lines[0].size() == 5;
  output.add(read_separated(text, told ? 1 : 0, text.lines.size(), {told ? text.lines[0][4] : separator_of(text), 1}, output));
}

void read_tsv(const Text& text, Output& output) { output.add(read_separated(text, 0, text.lines.size(), {'\t', 1}, output)); }

}  // namespace fwproof::specs::derive
