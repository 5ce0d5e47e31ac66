// What every reader writes to: blocks within the document's limits, and diagnostics at lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "specs/derive/document.h"

namespace fwproof::specs::derive {

// Part of a document: a reader that meets another format inside its own (HTML in Markdown) passes some of its lines on.
struct Text {
  std::vector<std::string_view> lines;  // without their ends
  uint32_t first = 1;                   // number of lines[0]

  uint32_t number(size_t index) const { return first + static_cast<uint32_t>(index); }
};

class Output {
 public:
  // Requires: `text` (of the whole file) outlives this.
  Output(std::string_view text, uint32_t file, ReadDocument& result);

  // A block without text is left out. Lines that are blank once made visible are left out by add_line.
  void add(Block block);
  // False: the table ends here, by a limit that was reached and said.
  bool add_row(Block& table, TableRow row);
  // False: the cell's text would be repeated beyond the limit, which was said.
  bool may_repeat(const Cell& cell, uint32_t line);
  // A limit was reached: nothing more is taken.
  bool full() const { return full_; }

  void warn(model::DiagnosticId id, uint32_t line, std::string message) { report(id, model::Severity::warning, line, std::move(message)); }
  void error(model::DiagnosticId id, uint32_t line, std::string message) { report(id, model::Severity::error, line, std::move(message)); }
  // The rest of the document from this line on is not read.
  void stop(uint32_t line, const std::string& why);

  void set_title(std::string title);

 private:
  void report(model::DiagnosticId id, model::Severity severity, uint32_t line, std::string message);

  std::vector<std::string_view> lines_;
  uint32_t file_;
  ReadDocument& result_;
  size_t blocks_and_rows_ = 0;
  size_t cells_ = 0;
  size_t repeated_bytes_ = 0;
  bool full_ = false;
};

// Appends the visible text of a line, if it has any.
void add_line(std::vector<Line>& lines, std::string_view text, uint32_t number);
Block make_block(Block::Kind kind, unsigned level = 1, std::string marker = {});
uint32_t first_line(const Block& block);

}  // namespace fwproof::specs::derive
