// A vendor's document as blocks of text that remember their lines: what readers of Markdown, HTML, … make and interpretation reads.
//
//   Document document = read_document(sources, file, {});
//   for (const Block& block : document.blocks) if (block.kind == Block::Kind::table) … block.rows …
//
// Readers decide nothing: they keep every visible character of the document, in order, and say where it stands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/diagnostic.h"
#include "model/source.h"

namespace fwproof::specs::derive {

// Visible text from one source line: without markup, entities resolved, white space folded; UTF-8. Not empty.
struct Line {
  std::string text;
  uint32_t number = 0;   // 1-based, in the file as given (PDF, DOCX: in what the converter wrote)
};

struct Cell {
  std::vector<Line> lines;   // several where the source breaks the cell; may be empty
  uint32_t columns = 1;      // of the table that it spans (colspan); cells that a rowspan covers are repeated in each of their rows
};

struct TableRow {
  std::vector<Cell> cells;
  bool header = false;       // the source marks it as a header
  uint32_t number = 0;       // its first line
};

struct Block {
  enum class Kind : uint8_t { heading, paragraph, list_item, table, code };
  Kind kind = Kind::paragraph;
  unsigned level = 1;            // heading: 1 = title; list_item: depth
  std::string marker;            // list_item: "1.", "a.", "•"
  std::vector<Line> lines;       // not for tables, but for a caption or title of theirs
  std::vector<TableRow> rows;    // tables
};

struct Document {
  std::string format;            // "text", "markdown", "rst", "asciidoc", "mediawiki", "html", "csv", "tsv"
  std::string converter;         // "pdftotext 22.12": lines are its output's; empty: lines are the file's
  std::string title;             // what the document calls itself where its format says so (<title>, "= Title"); else empty
  std::string text;              // what line numbers and digests of lines refer to: the file's bytes, or the converter's output
  std::vector<Block> blocks;     // in order
};

struct ReadDocument {
  Document document;
  std::vector<model::Diagnostic> diagnostics;   // any error: the document is not readable as a whole
};

// format: one of Document::format, or empty: by file name and content. PDF and DOCX arrive here as what a converter wrote (cli/ runs it).
// Limits: 64 MiB, a million blocks and table rows together, 64 columns … each named in a diagnostic when reached, and never silent.
ReadDocument read_document(const model::Sources& sources, uint32_t file, std::string_view format = {});

}  // namespace fwproof::specs::derive
