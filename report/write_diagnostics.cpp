#include "report/write_diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/escape.h"
#include "report/source_lines.h"

namespace fwproof::report {
namespace {

using model::Diagnostic;
using model::Severity;

Ink ink_of(Severity severity) {
  switch (severity) {
    case Severity::error: return Ink::red;
    case Severity::warning: return Ink::yellow;
    case Severity::note: return Ink::faint;
  }
  return Ink::plain;
}

void write_line(std::ostream& out, const Diagnostic& diagnostic, const std::string& text) {
  if (text.empty()) return;
  const std::string number = diagnostic.origin.line == 0 ? "" : std::to_string(diagnostic.origin.line);
  out << fmt::format("{:>6} | {}\n", number, escape_line(text));
  if (diagnostic.column == 0 || diagnostic.column > text.size() + 1) return;
  // Escaping changes widths, so the caret is placed by what is printed before it.
  const std::string_view before = std::string_view(text).substr(0, diagnostic.column - 1);
  const std::string_view under = std::string_view(text).substr(diagnostic.column - 1, diagnostic.length);
  const size_t length = std::max<size_t>(1, display_width(escape_line(under)));
  out << fmt::format("{:>6} | {}^{}\n", "", std::string(display_width(escape_line(before)), ' '), std::string(length - 1, '~'));
}

void write_one(std::ostream& out, SourceLines& lines, const Diagnostic& diagnostic, const Style& style) {
  std::string place = lines.place(diagnostic.origin);
  if (diagnostic.origin.line != 0 && diagnostic.column != 0) place += fmt::format(":{}", diagnostic.column);
  const std::string severity = fmt::format("{}[{}]", severity_text(diagnostic.severity), id_text(diagnostic.id));
  out << style.paint(Ink::bold, place) << (place.empty() ? "" : ": ") << style.paint(ink_of(diagnostic.severity), severity) << ": "
      << escape(diagnostic.message) << '\n';
  write_line(out, diagnostic, diagnostic.line_text.empty() ? lines.line(diagnostic.origin) : diagnostic.line_text);
  for (const std::string& note : diagnostic.notes) out << "       note: " << escape(note) << '\n';
}

}  // namespace

std::string_view severity_text(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::note: return "note";
  }
  return "";
}

void write_diagnostics(std::ostream& out, const model::Sources& sources, std::vector<Diagnostic> diagnostics, const Style& style, size_t limit) {
  model::sort_by_place(diagnostics);
  // What is shown when not all is: errors before the rest.
  if (limit != 0 && diagnostics.size() > limit)
    std::stable_sort(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) { return a.severity < b.severity; });
  SourceLines lines(sources);
  const size_t shown = limit == 0 ? diagnostics.size() : std::min(limit, diagnostics.size());
  for (size_t i = 0; i < shown; ++i) write_one(out, lines, diagnostics[i], style);
  std::map<std::string_view, size_t> more;
  for (size_t i = shown; i < diagnostics.size(); ++i) ++more[id_text(diagnostics[i].id)];
  for (const auto& [id, times] : more) out << fmt::format("{} more of [{}]: `fwproof import` shows all\n", times, id);
}

}  // namespace fwproof::report
