#include "importers/ipconfig/importer.h"

#include <algorithm>
#include <map>

#include "importers/ipconfig/lower.h"
#include "importers/ipconfig/parse.h"
#include "importers/text/decode.h"

namespace fwproof::importers::ipconfig {
namespace {

using model::DiagnosticId;
using model::LineClass;

Claim starts_at(std::span<const std::string_view> lines, size_t at) { return is_start(lines, at) ? Claim::yes : Claim::no; }

// The shape without the words: labels with dots and a colon, addresses behind them.
std::string nearly(std::span<const std::string_view> lines) {
  size_t dotted = 0;
  for (size_t i = 0; i < lines.size() && i < 500; ++i) dotted += lines[i].find(". . . :") != std::string_view::npos;
  return dotted > 3 ? "the output of ipconfig in a display language that is not known: run it with 'chcp 437' and an English display language, or state the addresses in the site file" : "";
}

void tell(ImportResult& result, DiagnosticId id, model::Origin origin, std::string message, std::string_view line) {
  constexpr size_t kMaxDiagnostics = 200;
  if (result.diagnostics.size() >= kMaxDiagnostics) return;
  model::Diagnostic diagnostic;
  diagnostic.id = id;
  diagnostic.origin = origin;
  diagnostic.message = std::move(message);
  if (text::is_utf8(line)) diagnostic.line_text = std::string(line.substr(0, 300));
  while (!text::is_utf8(diagnostic.line_text)) diagnostic.line_text.pop_back();
  result.diagnostics.push_back(std::move(diagnostic));
}

void account(const Line& line, model::Origin origin, std::string_view text, ImportResult& result) {
  model::Account& account = result.accounts[origin.file];
  switch (line.kind) {
    case Line::Kind::blank: return account.set_blank(origin.line);
    case Line::Kind::title: return account.set(origin.line, LineClass::irrelevant, "title");
    case Line::Kind::adapter: return account.set(origin.line, LineClass::modelled, "adapter");
    case Line::Kind::label: return account.set(origin.line, line.key == Key::other ? LineClass::irrelevant : LineClass::modelled, line.key == Key::other ? "detail" : "address");
    case Line::Kind::more: return account.set(origin.line, LineClass::irrelevant, "detail");
    case Line::Kind::other: break;
  }
  account.set(origin.line, LineClass::unrecognised, "line that no importer knows");
  tell(result, DiagnosticId::line_unrecognised, origin, "this is no line of ipconfig in a language that is known", text);
}

void import_section(const Section& section, FactCollector& collector, ImportResult& result) {
  for (uint32_t i = 0; i < section.lines.size(); ++i) {
    const model::Origin origin{section.file, section.first_line + i};
    const Line line = parse_line(section.lines[i]);
    const std::string problem = collector.apply(line, origin);
    account(line, origin, section.lines[i], result);
    if (problem.empty()) continue;
    result.accounts[section.file].set(origin.line, LineClass::unrecognised, "line that cannot be read");
    tell(result, line.key == Key::dhcp_enabled ? DiagnosticId::value_unknown : DiagnosticId::address_invalid, origin, problem, section.lines[i]);
  }
}

ImportResult import(std::span<const Section> sections, Facts& facts) {
  ImportResult result;
  std::map<uint32_t, size_t> lines;
  for (const Section& section : sections) lines[section.file] = std::max<size_t>(lines[section.file], section.first_line + section.lines.size() - 1);
  for (const auto& [file, count] : lines) result.accounts[file] = model::Account(count);
  FactCollector collector(facts.host);
  for (size_t s = 0; s < sections.size(); ++s) {
    if (s > 0 && sections[s - 1].file != sections[s].file) collector.finish();
    import_section(sections[s], collector, result);
  }
  collector.finish();
  return result;
}

constexpr Importer kImporter = {
    .name = "ipconfig",
    .summary = "ipconfig /all of Windows (a host's own addresses, and whether DHCP gave them)",
    .facts_only = true,
    .starts_at = &starts_at,
    .nearly = &nearly,
    .import = &import,
};

}  // namespace

const Importer& importer() { return kImporter; }

}  // namespace fwproof::importers::ipconfig
