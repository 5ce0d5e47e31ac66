#include "importers/netsh/report.h"

#include <algorithm>

#include "importers/netsh/words.h"

namespace fwproof::importers::netsh {
namespace {

constexpr size_t kMaxLineText = 300;  // model/diagnostic.h

// At most kMaxLineText bytes, not cut inside a UTF-8 sequence.
std::string shortened(std::string_view line) {
  if (line.size() <= kMaxLineText) return std::string(line);
  size_t end = kMaxLineText;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
  return std::string(line.substr(0, end));
}

}  // namespace

Reporter::Reporter(std::span<const Section> sections, ImportResult& result) : sections_(sections), result_(result) {
  for (const Section& section : sections) {
    const size_t lines = section.first_line - 1 + section.lines.size();
    auto [at, added] = result.accounts.try_emplace(section.file, lines);
    if (added) continue;
    // A file with several sections: the longest reach counts; sections of one file arrive in ascending order.
    at->second = model::Account(lines);
  }
  for (const Section& section : sections)
    for (size_t i = 0; i < section.lines.size(); ++i)
      if (trim(section.lines[i]).empty()) result.accounts[section.file].set_blank(section.first_line + i);
}

void Reporter::account(model::Origin origin, model::LineClass line_class, std::string_view construct) {
  if (const auto at = result_.accounts.find(origin.file); at != result_.accounts.end())
    at->second.set(origin.line, line_class, construct);
}

std::string_view Reporter::line_text(model::Origin origin) const {
  for (const Section& section : sections_)
    if (section.file == origin.file && origin.line >= section.first_line && origin.line - section.first_line < section.lines.size())
      return section.lines[origin.line - section.first_line];
  return {};
}

void Reporter::diagnose(model::DiagnosticId id, model::Severity severity, model::Origin origin, std::string_view what,
                        std::string message, std::vector<std::string> notes) {
  model::Diagnostic diagnostic;
  diagnostic.id = id;
  diagnostic.severity = severity;
  diagnostic.origin = origin;
  const std::string_view line = line_text(origin);
  diagnostic.line_text = shortened(line);
  if (const size_t at = what.empty() ? std::string_view::npos : line.find(what); at != std::string_view::npos) {
    diagnostic.column = static_cast<uint32_t>(at + 1);
    diagnostic.length = static_cast<uint32_t>(what.size());
  }
  diagnostic.message = std::move(message);
  diagnostic.notes = std::move(notes);
  result_.diagnostics.push_back(std::move(diagnostic));
}

std::vector<Line> lines_of(const Section& section) {
  std::vector<Line> lines;
  lines.reserve(section.lines.size());
  for (size_t i = 0; i < section.lines.size(); ++i)
    lines.push_back({section.lines[i], {section.file, static_cast<uint32_t>(section.first_line + i)}});
  return lines;
}

}  // namespace fwproof::importers::netsh
