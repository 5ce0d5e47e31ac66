#include "report/table.h"

#include <algorithm>

#include "report/escape.h"

namespace fwproof::report {
namespace {

// A longer cell does not push the columns behind it to the right for all rows.
constexpr size_t kWidestColumn = 48;
// However narrow the terminal is, this much of a last cell is shown.
constexpr size_t kNarrowest = 20;

}  // namespace

void Table::add(std::vector<Cell> row) {
  if (widths_.size() < row.size()) widths_.resize(row.size(), 0);
  for (size_t i = 0; i < row.size(); ++i) {
    row[i].text = escape(row[i].text);
    widths_[i] = std::max(widths_[i], std::min(kWidestColumn, display_width(row[i].text)));
  }
  rows_.push_back(std::move(row));
}

void Table::write(std::ostream& out, const Style& style, std::string_view indent, size_t width) const {
  for (const std::vector<Cell>& row : rows_) {
    size_t last = row.size();
    while (last > 0 && row[last - 1].text.empty()) --last;
    out << indent;
    size_t used = indent.size();
    for (size_t i = 0; i < last; ++i) {
      const bool is_last = i + 1 == last;
      const std::string text = is_last && width != 0 ? cut(row[i].text, std::max(width, used + kNarrowest) - used) : row[i].text;
      out << style.paint(row[i].ink, text);
      if (is_last) break;
      const size_t have = display_width(text);
      const size_t gap = (have < widths_[i] ? widths_[i] - have : 0) + 2;
      out << std::string(gap, ' ');
      used += have + gap;
    }
    out << '\n';
  }
}

}  // namespace fwproof::report
