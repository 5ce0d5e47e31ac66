// Any bytes as a vendor's document in each format: blocks with lines of the document, in bounds, or an error.
#include <cstdlib>

#include "specs/derive/document.h"

namespace {

using namespace fwproof;
using namespace fwproof::specs::derive;

void check(const std::vector<Line>& lines, size_t count) {
  for (const Line& line : lines)
    if (line.text.empty() || line.number == 0 || line.number > count) std::abort();
}

void check(const ReadDocument& read) {
  const size_t count = document_lines(read.document.text).size();
  for (const Block& block : read.document.blocks) {
    if (block.level == 0 || (block.lines.empty() && block.rows.empty())) std::abort();
    check(block.lines, count);
    for (const TableRow& row : block.rows) {
      if (row.cells.empty() || row.cells.size() > kMaxColumns || row.number > count) std::abort();
      for (const Cell& cell : row.cells) {
        if (cell.columns == 0) std::abort();
        check(cell.lines, count);
      }
    }
  }
  if (read.document.blocks.empty() && read.diagnostics.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  model::Sources sources;
  sources.files.push_back({"fuzz", std::string(reinterpret_cast<const char*>(data), size)});
  check(read_document(sources, 0));
  for (const std::string_view format : document_formats()) check(read_document(sources, 0, format));
  return 0;
}
