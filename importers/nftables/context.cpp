#include "importers/nftables/context.h"

#include <algorithm>

#include "importers/text/decode.h"

namespace fwproof::importers::nftables {

namespace {
constexpr size_t kMaxSameMessage = 20;
constexpr size_t kMaxDiagnostics = 5000;
}  // namespace

Context::Context(std::span<const Section> sections, ImportResult& result) : sections_(sections), result_(result) {
  std::map<uint32_t, size_t> lines;
  for (const Section& section : sections) {
    size_t& last = lines[section.file];
    last = std::max<size_t>(last, section.first_line + section.lines.size() - 1);
  }
  for (const auto& [file, count] : lines) result.accounts[file] = model::Account(count);
  for (const Section& section : sections)
    for (size_t i = 0; i < section.lines.size(); ++i)
      if (section.lines[i].find_first_not_of(" \t\r\f\v") == std::string_view::npos)
        result.accounts[section.file].set_blank(section.first_line + i);
}

void Context::comment(model::Origin origin) {
  if (comments_.insert({origin.file, origin.line}).second) result_.accounts[origin.file].set(origin.line, model::LineClass::irrelevant, "comment");
}

void Context::account(model::Origin first, uint32_t last_line, model::LineClass line_class, std::string_view construct) {
  model::Account& account = result_.accounts[first.file];
  for (uint32_t line = first.line; line <= last_line; ++line) {
    if (line != first.line && comments_.contains({first.file, line})) continue;
    account.set(line, line_class, construct);
  }
}

std::string_view Context::line_text(model::Origin origin) const {
  for (const Section& section : sections_)
    if (section.file == origin.file && origin.line >= section.first_line && origin.line < section.first_line + section.lines.size())
      return section.encoding == "bytes" ? std::string_view() : section.lines[origin.line - section.first_line];
  return {};
}

void Context::tell(model::Origin origin, uint32_t column, uint32_t length, model::DiagnosticId id, model::Severity severity, std::string message,
                   std::string note) {
  constexpr size_t kMaxLine = 300;
  if (result_.diagnostics.size() >= kMaxDiagnostics || told_here_.size() > 4 * kMaxDiagnostics) return;
  // Both families say the same of a line.
  if (!told_here_.insert(std::to_string(origin.file) + ":" + std::to_string(origin.line) + ":" + std::to_string(column) + message).second) return;
  const size_t count = ++told_[message];
  if (count > kMaxSameMessage) return;
  model::Diagnostic diagnostic{id, severity, origin, column, length, std::move(message), {}, {}};
  diagnostic.line_text = std::string(line_text(origin).substr(0, kMaxLine));
  while (!diagnostic.line_text.empty() && !text::is_utf8(diagnostic.line_text)) diagnostic.line_text.pop_back();
  if (!note.empty()) diagnostic.notes.push_back(std::move(note));
  if (count == kMaxSameMessage) diagnostic.notes.push_back("further lines say the same");
  result_.diagnostics.push_back(std::move(diagnostic));
}

}  // namespace fwproof::importers::nftables
