#include "importers/mikrotik/report.h"

#include <algorithm>

namespace fwproof::importers::mikrotik {
namespace {

constexpr size_t kMaxSameMessage = 20;
constexpr size_t kMaxDifferent = 2000;
constexpr size_t kMaxText = 300;

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r\f\v") == std::string_view::npos; }

}  // namespace

Report::Report(std::span<const Section> sections, ImportResult& result) : sections_(sections), result_(result) {
  std::map<uint32_t, size_t> lines;
  for (const Section& section : sections) {
    size_t& last = lines[section.file];
    last = std::max<size_t>(last, section.first_line + section.lines.size() - 1);
  }
  for (const auto& [file, count] : lines) result.accounts[file] = model::Account(count);
  for (const Section& section : sections)
    for (size_t i = 0; i < section.lines.size(); ++i)
      if (is_blank(section.lines[i])) result.accounts[section.file].set_blank(section.first_line + i);
}

void Report::account(const Span& span, model::LineClass line_class, std::string_view construct) {
  const Section& section = sections_[span.section];
  for (uint32_t line = span.first; line <= span.last; ++line)
    if (line - section.first_line < section.lines.size() && !is_blank(section.lines[line - section.first_line]))
      result_.accounts[section.file].set(line, line_class, construct);
}

void Report::account_rest(const Span& span, model::LineClass line_class, std::string_view construct) {
  const Section& section = sections_[span.section];
  model::Account& account = result_.accounts[section.file];
  for (uint32_t line = span.first; line <= span.last; ++line)
    if (line - section.first_line < section.lines.size() && !is_blank(section.lines[line - section.first_line]) && !account.is_set(line))
      account.set(line, line_class, construct);
}

void Report::tell(const Span& span, model::DiagnosticId id, model::Severity severity, std::string message, uint32_t line, uint32_t column,
                  uint32_t length, std::string note) {
  if (message.size() > kMaxText) message.resize(kMaxText);
  if (repeated_.size() >= kMaxDifferent && !repeated_.contains(message)) message = "further lines that are not understood";
  const model::Origin place{sections_[span.section].file, line == 0 ? span.first : line};
  Repeated& seen = repeated_[message];
  seen.id = id;
  seen.last = place;
  if (++seen.count > kMaxSameMessage) return;
  const Section& section = sections_[span.section];
  model::Diagnostic diagnostic{id, severity, place, column, length, std::move(message), {}, {}};
  if (place.line - section.first_line < section.lines.size())
    diagnostic.line_text = std::string(section.lines[place.line - section.first_line].substr(0, kMaxText));
  if (!note.empty()) diagnostic.notes.push_back(std::move(note));
  result_.diagnostics.push_back(std::move(diagnostic));
}

void Report::finish() {
  for (const auto& [message, seen] : repeated_) {
    if (seen.count <= kMaxSameMessage) continue;
    model::Diagnostic diagnostic;
    diagnostic.id = seen.id;
    diagnostic.severity = model::Severity::note;
    diagnostic.origin = seen.last;
    diagnostic.message = message + " (" + std::to_string(seen.count - kMaxSameMessage) + " further lines, this is the last)";
    result_.diagnostics.push_back(std::move(diagnostic));
  }
  repeated_.clear();
}

}  // namespace fwproof::importers::mikrotik
