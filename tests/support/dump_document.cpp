#include "tests/support/dump_document.h"

#include <fmt/format.h>

namespace fwproof {
namespace {

using namespace specs::derive;

std::string lines_text(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) text += fmt::format("{}{} @{}", text.empty() ? "" : " / ", line.text, line.number);
  return text;
}

std::string head(const Block& block) {
  switch (block.kind) {
    case Block::Kind::heading: return fmt::format("heading {}: ", block.level);
    case Block::Kind::paragraph: return "paragraph: ";
    case Block::Kind::list_item: return fmt::format("item {} \"{}\": ", block.level, block.marker);
    case Block::Kind::table: return block.lines.empty() ? "table" : "table: ";
    case Block::Kind::code: return "code: ";
  }
  return {};
}

std::string row_text(const TableRow& row) {
  std::string text = row.header ? "  head:" : "  row:";
  for (size_t i = 0; i < row.cells.size(); ++i) {
    const Cell& cell = row.cells[i];
    if (i > 0) text += " |";
    if (cell.columns != 1) text += fmt::format(" ({})", cell.columns);
    if (!cell.lines.empty()) text += " " + lines_text(cell.lines);
  }
  return text + "\n";
}

}  // namespace

std::string dump(const Document& document) {
  std::string text = document.title.empty() ? "" : "title: " + document.title + "\n";
  for (const Block& block : document.blocks) {
    text += head(block) + lines_text(block.lines) + "\n";
    for (const TableRow& row : block.rows) text += row_text(row);
  }
  return text;
}

std::string dump(const std::vector<model::Diagnostic>& diagnostics) {
  constexpr const char* kSeverities[] = {"error", "warning", "note"};
  std::string text;
  for (const model::Diagnostic& diagnostic : diagnostics)
    text += fmt::format("{} {} @{}: {}\n", kSeverities[static_cast<int>(diagnostic.severity)], id_text(diagnostic.id), diagnostic.origin.line, diagnostic.message);
  return text;
}

ReadDocument read_as(std::string text, std::string_view format, std::string path) {
  model::Sources sources;
  sources.files.push_back({std::move(path), std::move(text)});
  return read_document(sources, 0, format);
}

}  // namespace fwproof
