#include "specs/derive/document.h"

#include <fmt/format.h>

#include <algorithm>

#include "specs/derive/decode.h"
#include "specs/derive/read_addresses.h"
#include "specs/derive/read_asciidoc.h"
#include "specs/derive/read_csv.h"
#include "specs/derive/read_html.h"
#include "specs/derive/read_markdown.h"
#include "specs/derive/read_mediawiki.h"
#include "specs/derive/read_output.h"
#include "specs/derive/read_recognise.h"
#include "specs/derive/read_rst.h"
#include "specs/derive/read_text.h"

namespace fwproof::specs::derive {
namespace {

using model::DiagnosticId;

struct Reader {
  std::string_view format;
  void (*read)(const Text& text, Output& output);
};
constexpr Reader kReaders[] = {
    {"csv", read_csv},
    {"tsv", read_tsv},
    {"asciidoc", read_asciidoc},
    {"rst", read_rst},
    {"mediawiki", read_mediawiki},
    {"html", read_html},
    {"markdown", read_markdown},
    {"text", read_text},
};

const Reader* find_reader(std::string_view format) {
  const auto* const found = std::find_if(std::begin(kReaders), std::end(kReaders), [&](const Reader& reader) { return reader.format == format; });
  return found == std::end(kReaders) ? nullptr : found;
}

uint32_t line_of(std::string_view text, size_t offset) { return static_cast<uint32_t>(document_lines(text.substr(0, offset + 1)).size()); }

void refuse(ReadDocument& result, uint32_t file, DiagnosticId id, std::string message) {
  Output({}, file, result).error(id, 0, std::move(message));
}

// What keeps bytes from being a text that can be read; nothing more is done with them then.
bool is_readable(std::string_view bytes, uint32_t file, ReadDocument& result) {
  if (const std::string_view kind = converted_kind(bytes); !kind.empty())
    refuse(result, file, DiagnosticId::document_unconverted,
           fmt::format("this is a {} file, not text; convert it first: pdftotext -layout (package poppler-utils) for PDF, pandoc --to gfm for DOCX", kind));
  else if (bytes.size() > kMaxDocumentBytes)
    refuse(result, file, DiagnosticId::input_too_large, fmt::format("the document has {} bytes; at most {} are read", bytes.size(), kMaxDocumentBytes));
  return result.diagnostics.empty();
}

void report_encoding(const Decoded& decoded, std::string_view text, Output& output) {
  if (!decoded.unknown_charset.empty())
    output.warn(DiagnosticId::document_encoding, 1, fmt::format("the document says that it is in '{}', which is not known; read as UTF-8", decoded.unknown_charset));
  if (decoded.replaced > 0)
    output.warn(DiagnosticId::document_encoding, line_of(text, decoded.replaced_at),
                fmt::format("{} sequences of bytes that are no characters of its encoding were replaced, the first in this line", decoded.replaced));
}

void read_all(const Reader& reader, Document& document, Output& output) {
  const std::vector<std::string_view> lines = document_lines(document.text);
  reader.read({lines, 1}, output);
  read_addresses(document, lines);
}

}  // namespace

std::vector<std::string_view> document_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  for (size_t from = 0; from < text.size();) {
    const size_t end = std::min(text.find_first_of("\r\n", from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + (text.substr(end).starts_with("\r\n") ? 2 : 1);
  }
  return lines;
}

const std::vector<std::string_view>& document_formats() {
  static const std::vector<std::string_view> formats = [] {
    std::vector<std::string_view> names;
    for (const Reader& reader : kReaders) names.push_back(reader.format);
    return names;
  }();
  return formats;
}

ReadDocument read_document(const model::Sources& sources, uint32_t file, std::string_view format) {
  ReadDocument result;
  const model::SourceFile& source = sources.files[file];
  if (!is_readable(source.bytes, file, result)) return result;
  Decoded decoded = decode(source.bytes, format.empty() || format == "html" ? declared_charset(source.bytes) : std::string());
  Document& document = result.document;
  document.text = std::move(decoded.text);
  document.format = format.empty() ? recognise_document(source.path, document.text) : format;
  Output output(document.text, file, result);
  report_encoding(decoded, document.text, output);
  const Reader* const reader = find_reader(document.format);
  if (decoded.binary) output.error(DiagnosticId::input_binary, line_of(document.text, decoded.zero_at), "the file holds zero bytes: it is not text");
  else if (!reader) output.error(DiagnosticId::value_unknown, 0, fmt::format("'{}' is no format of documents; known are {}", document.format, fmt::join(document_formats(), ", ")));
  else read_all(*reader, document, output);
  if (document.blocks.empty() && result.diagnostics.empty()) output.error(DiagnosticId::input_empty, 0, "the document holds no text");
  model::sort_by_place(result.diagnostics);
  return result;
}

}  // namespace fwproof::specs::derive
