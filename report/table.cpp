#include "report/table.h"

#include <algorithm>

#include "report/escape.h"

namespace fwproof::report {
namespace {

// A longer cell does not push the columns behind it to the right for all rows.
constexpr size_t kWidestColumn = 48;

}  // namespace

void Table::add(std::vector<Cell> row) {
  if (widths_.size() < row.size()) widths_.resize(row.size(), 0);
  for (size_t i = 0; i < row.size(); ++i) {
    row[i].text = escape(row[i].text);
    widths_[i] = std::max(widths_[i], std::min(kWidestColumn, display_width(row[i].text)));
  }
  rows_.push_back(std::move(row));
}

void Table::write(std::ostream& out, const Style& style, std::string_view indent) const {
  for (const std::vector<Cell>& row : rows_) {
    size_t last = row.size();
    while (last > 0 && row[last - 1].text.empty()) --last;
    out << indent;
    for (size_t i = 0; i < last; ++i) {
      out << style.paint(row[i].ink, row[i].text);
      if (i + 1 == last) break;
      const size_t width = display_width(row[i].text);
      out << std::string((width < widths_[i] ? widths_[i] - width : 0) + 2, ' ');
    }
    out << '\n';
  }
}

}  // namespace fwproof::report
