#include "cli/derive_document.h"

#include <algorithm>
#include <filesystem>

#include "cli/convert_document.h"
#include "cli/read_input.h"
#include "specs/digest.h"

namespace fwproof::cli {
namespace {

using model::DiagnosticId;

// As the readers have it (specs/derive/document.h); a converter's output counts by itself.
constexpr uint64_t kLargestDocument = uint64_t{64} << 20;

void add_error(DerivedDocument& document, DiagnosticId id, std::string message) {
  model::Diagnostic diagnostic;
  diagnostic.id = id;
  diagnostic.severity = model::Severity::error;
  diagnostic.message = std::move(message);
  document.diagnostics.push_back(std::move(diagnostic));
  document.readable = false;
}

// A converter's text replaces the bytes.
void convert(DerivedDocument& document, const std::string& path, std::string& format) {
  model::SourceFile& source = document.sources.files[0];
  const auto converted = convert_document(source.bytes, path);
  if (!converted) return;
  if (!converted->problem.empty()) return add_error(document, DiagnosticId::input_unrecognised, "cannot read '" + path + "': " + converted->problem);
  source.bytes = converted->text;
  document.converter = converted->converter;
  if (format.empty()) format = converted->format;
}

// The digest names the file that people have, not its text in UTF-8 or what a converter made of it.
void cite_original(DerivedDocument& document, const std::string& text, const std::string& digest) {
  const std::string of_text = specs::sha256(text);
  const auto settle = [&](model::Citation& citation) {
    if (citation.line == 0 && citation.sha256 == of_text) citation.sha256 = digest;
  };
  for (specs::Specification& spec : document.derived.specifications) {
    settle(spec.document);
    settle(spec.unlisted_citation);
    for (specs::Row& row : spec.rows) settle(row.citation);
    for (specs::Constraint& constraint : spec.constraints) settle(constraint.citation);
    for (specs::Note& note : spec.notes) settle(note.citation);
    for (specs::LeftOver& left : spec.left_over) settle(left.citation);
    if (!document.converter.empty()) spec.notes.push_back({"lines are those of what " + document.converter + " makes of the document", spec.document});
  }
}

std::string name_of(const std::string& path) { return path == "-" ? "" : std::filesystem::path(path).filename().string(); }

bool has_error(const std::vector<model::Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [](const model::Diagnostic& one) { return one.severity == model::Severity::error; });
}

void take(DerivedDocument& document, std::vector<model::Diagnostic>& diagnostics) {
  document.readable &= !has_error(diagnostics);
  document.diagnostics.insert(document.diagnostics.end(), diagnostics.begin(), diagnostics.end());
}

}  // namespace

DerivedDocument derive_document(const std::string& path, const std::string& as, const std::string& id) {
  DerivedDocument document;
  document.file = name_of(path);
  const ReadInput read = read_input(document.sources, path, path, kLargestDocument);
  if (!read.problem.empty()) {
    add_error(document, DiagnosticId::input_missing, "cannot read '" + path + "': " + read.problem);
    return document;
  }
  const std::string digest = specs::sha256(document.sources.files[0].bytes);
  std::string format = as;
  convert(document, path, format);
  if (!document.readable) return document;
  specs::derive::ReadDocument parsed = specs::derive::read_document(document.sources, 0, format);
  take(document, parsed.diagnostics);
  document.format = parsed.document.format;
  if (!document.readable) return document;
  parsed.document.converter = document.converter;
  document.derived = specs::derive::derive(parsed.document, {.file = document.file, .id = id});
  take(document, document.derived.diagnostics);
  cite_original(document, parsed.document.text, digest);
  return document;
}

size_t rows_of(const DerivedDocument& document) {
  size_t rows = 0;
  for (const specs::Specification& spec : document.derived.specifications) rows += spec.rows.size();
  return rows;
}

}  // namespace fwproof::cli
