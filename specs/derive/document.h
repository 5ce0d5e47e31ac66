// A vendor's document as blocks of text that remember their lines: what readers of Markdown, HTML, … make and interpretation reads.
//
//   ReadDocument read = read_document(sources, file);
//   for (const Block& block : read.document.blocks) if (block.kind == Block::Kind::table) … block.rows …
//
// Readers decide nothing: they keep every visible character of the document, in order, and say where it stands. What a format hides
// (comments, scripts, `display:none`) is not visible; what a reader could not read is in a diagnostic with its line.
//
// Visible text in short: footnote marks and notes are set in brackets apart from what they follow ("443<sup>1</sup>" is "443 [1]",
// `<ref>TLS</ref>` is "[TLS]"), what is struck out
// stands between "~~", a defined term ends with a colon ("ADM: administration"), an image is its alternative text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/diagnostic.h"
#include "model/source.h"

namespace fwproof::specs::derive {

// What is beyond a limit is not read, and a diagnostic says from which line on.
constexpr size_t kMaxDocumentBytes = size_t{64} << 20;
constexpr size_t kMaxBlocksAndRows = 1'000'000;
constexpr size_t kMaxCells = 4'000'000;
constexpr size_t kMaxColumns = 1024;                       // HTML's own limit of colspan is 1000
constexpr size_t kMaxRepeatedBytes = size_t{16} << 20;     // text that cells over several rows repeat

// Visible text from one source line: without markup, entities resolved, white space folded, bidirectional controls and invisible
// characters removed; UTF-8. Not empty.
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
  unsigned level = 1;            // heading: 1 = title; list_item: depth, from 1
  std::string marker;            // list_item: "1.", "a.", "•"; ":" of a definition list, whose term ends with a colon; empty: none of its own
  std::vector<Line> lines;       // not for tables, but for a caption or title of theirs
  std::vector<TableRow> rows;    // tables
};

struct Document {
  std::string format;            // "text", "markdown", "rst", "asciidoc", "mediawiki", "html", "csv", "tsv"
  std::string converter;         // "pdftotext 22.12": lines are its output's; empty: lines are the file's
  std::string title;             // what the document calls itself where its format says so (<title>, "= Title"); else empty
  std::string text;              // what line numbers and digests of lines refer to: the file (or the converter's output) as UTF-8, without byte
                                 // order mark; of a file in UTF-8 its very bytes
  std::vector<Block> blocks;     // in order
  std::vector<Line> addresses;   // "host:8443" of links' targets that are not visible, where they name a port
};

struct ReadDocument {
  Document document;
  std::vector<model::Diagnostic> diagnostics;   // any error: the document is not readable as a whole. Sorted by place
};

// format: one of Document::format, or empty: by file name and content. PDF and DOCX arrive here as what a converter wrote (cli/ runs it);
// such a file itself is an error that names the converters.
// Ensures: any bytes lead to a document or an error, in time linear in the file.
ReadDocument read_document(const model::Sources& sources, uint32_t file, std::string_view format = {});

// What read_document takes as format, in the order in which it recognises them.
const std::vector<std::string_view>& document_formats();

// Document::text as the readers count its lines: LF, CR LF or CR ends one. Views into the text.
std::vector<std::string_view> document_lines(std::string_view text);

}  // namespace fwproof::specs::derive
