#include "specs/derive/read_output.h"

#include <fmt/format.h>

#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kMaxDiagnostics = 200;
constexpr size_t kMaxLineText = 300;  // model::Diagnostic::line_text

// At a character boundary.
std::string cut(std::string_view text) {
  if (text.size() <= kMaxLineText) return std::string(text);
  size_t end = kMaxLineText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end));
}

}  // namespace

Output::Output(std::string_view text, uint32_t file, ReadDocument& result) : lines_(document_lines(text)), file_(file), result_(result) {}

namespace {

constexpr size_t kMaxLineBytes = size_t{4} << 20;   // of visible text in one line of a block: its words take many times their size

void bound(Line& line, Output& output) {
  if (line.text.size() <= kMaxLineBytes) return;
  output.warn(model::DiagnosticId::document_limit, line.number, fmt::format("this line has {} bytes of text in one paragraph; those after the first {} are not read", line.text.size(), kMaxLineBytes));
  size_t end = kMaxLineBytes;
  while (end > 0 && (static_cast<unsigned char>(line.text[end]) & 0xc0) == 0x80) --end;
  line.text.resize(end);
  line.text.shrink_to_fit();
}

}  // namespace

void Output::add(Block block) {
  if (block.lines.empty() && block.rows.empty()) return;
  // The table in which a limit was reached keeps the rows that were taken.
  if (full_ && block.rows.empty()) return;
  for (Line& line : block.lines) bound(line, *this);
  if (!full_ && ++blocks_and_rows_ > kMaxBlocksAndRows)
    return stop(first_line(block), fmt::format("the document has more than {} blocks and table rows", kMaxBlocksAndRows));
  result_.document.blocks.push_back(std::move(block));
}

bool Output::add_row(Block& table, TableRow row) {
  if (full_) return false;
  if (row.cells.size() > kMaxColumns) {
    warn(model::DiagnosticId::document_limit, row.number,
         fmt::format("this row has {} cells; those after the first {} are not read", row.cells.size(), kMaxColumns));
    row.cells.resize(kMaxColumns);
  }
  cells_ += row.cells.size();
  if (++blocks_and_rows_ > kMaxBlocksAndRows || cells_ > kMaxCells) {
    stop(row.number, fmt::format("the document has more than {} blocks and table rows, or {} cells", kMaxBlocksAndRows, kMaxCells));
    return false;
  }
  if (!row.cells.empty()) table.rows.push_back(std::move(row));
  return true;
}

bool Output::may_repeat(const Cell& cell, uint32_t line) {
  const bool before = repeated_bytes_ <= kMaxRepeatedBytes;
  repeated_bytes_ += sizeof(Cell);
  for (const Line& text : cell.lines) repeated_bytes_ += sizeof(Line) + text.text.size();
  if (repeated_bytes_ <= kMaxRepeatedBytes) return true;
  if (before)
    warn(model::DiagnosticId::document_limit, line, "cells over several rows repeat more text than the limit; from this line on they are left out of the later rows");
  return false;
}

void Output::stop(uint32_t line, const std::string& why) {
  if (full_) return;
  full_ = true;
  warn(model::DiagnosticId::document_limit, line, fmt::format("not read from line {} on: {}", line, why));
}

void Output::set_title(std::string title) {
  if (result_.document.title.empty()) result_.document.title = std::move(title);
}

void Output::report(model::DiagnosticId id, model::Severity severity, uint32_t line, std::string message) {
  // The last one of many is about what happened to the rest, so limits are always reported.
  if (result_.diagnostics.size() >= kMaxDiagnostics && severity != model::Severity::error && !full_) {
    if (result_.diagnostics.size() > kMaxDiagnostics) return;
    message = "there is more of this kind from this line on, not listed";
  }
  model::Diagnostic diagnostic;
  diagnostic.id = id;
  diagnostic.severity = severity;
  diagnostic.origin = {file_, line};
  diagnostic.message = std::move(message);
  if (line > 0 && line <= lines_.size()) diagnostic.line_text = cut(lines_[line - 1]);
  result_.diagnostics.push_back(std::move(diagnostic));
}

void add_line(std::vector<Line>& lines, std::string_view text, uint32_t number) {
  std::string shown = visible(text);
  if (!shown.empty()) lines.push_back({std::move(shown), number});
}

Block make_block(Block::Kind kind, unsigned level, std::string marker) {
  Block block;
  block.kind = kind;
  block.level = level;
  block.marker = std::move(marker);
  return block;
}

uint32_t first_line(const Block& block) {
  if (!block.lines.empty()) return block.lines.front().number;
  return block.rows.empty() ? 0 : block.rows.front().number;
}

}  // namespace fwproof::specs::derive
