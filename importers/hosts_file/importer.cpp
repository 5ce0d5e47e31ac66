#include "importers/hosts_file/importer.h"

#include <algorithm>
#include <array>
#include <map>

#include "importers/hosts_file/lower.h"
#include "importers/hosts_file/parse.h"

namespace fwproof::importers::hosts_file {
namespace {

using model::LineClass;

constexpr size_t kLookAhead = 50;
constexpr size_t kMaxDiagnostics = 1000;

// Words behind an address in other listings: ip-route(8), members of ipset(8).
constexpr std::array<std::string_view, 16> kOtherWords = {"dev",   "via",   "proto", "scope", "src",     "metric",  "table",   "nhid",
                                                          "onlink", "mtu",  "lladdr", "timeout", "packets", "comment", "nomatch", "peer"};

bool is_entry(const Line& line) {
  return line.kind == LineKind::entry && std::find(kOtherWords.begin(), kOtherWords.end(), line.names.front()) == kOtherWords.end();
}

// An entry, and most of what follows looks like one.
Claim starts_at(std::span<const std::string_view> lines, size_t at) {
  const std::string_view text = lines[at];
  const size_t start = text.find_first_not_of(" \t");
  if (start == std::string_view::npos || text.size() > 4096 || text.find_first_of("0123456789abcdefABCDEF:", start) != start) return Claim::no;
  if (!is_entry(parse_line(text))) return Claim::no;
  size_t entries = 0, others = 0;
  for (size_t i = at; i < lines.size() && i < at + kLookAhead; ++i) {
    const Line line = parse_line(lines[i].substr(0, 4096));
    if (line.kind == LineKind::blank || line.kind == LineKind::comment) continue;
    ++(is_entry(line) ? entries : others);
  }
  return entries > others ? Claim::maybe : Claim::no;
}

void report(ImportResult& result, const Line& line, std::string_view text, model::Origin origin) {
  if (result.diagnostics.size() >= kMaxDiagnostics) return;
  model::Diagnostic d{model::DiagnosticId::line_unrecognised, model::Severity::warning, origin, 0, static_cast<uint32_t>(line.wrong.size()), line.problem, "", {}};
  d.column = static_cast<uint32_t>(line.wrong.data() - text.data() + 1);
  d.line_text = text.substr(0, 300);
  d.notes.emplace_back("expected: ADDRESS NAME [NAME …]");
  result.diagnostics.push_back(std::move(d));
}

void import_line(std::string_view text, model::Origin origin, Facts& facts, ImportResult& result) {
  model::Account& account = result.accounts[origin.file];
  const Line line = parse_line(text);
  switch (line.kind) {
    case LineKind::blank: return account.set_blank(origin.line);
    case LineKind::comment: return account.set(origin.line, LineClass::irrelevant, "comment");
    case LineKind::entry: account.set(origin.line, LineClass::modelled, "entry"); return add_names(line, origin, facts.host);
    case LineKind::invalid: break;
  }
  account.set(origin.line, LineClass::unrecognised, "line that is no entry");
  report(result, line, text, origin);
}

ImportResult import(std::span<const Section> sections, Facts& facts) {
  ImportResult result;
  std::map<uint32_t, size_t> lines;
  for (const Section& section : sections) lines[section.file] = std::max<size_t>(lines[section.file], section.first_line + section.lines.size() - 1);
  for (const auto& [file, count] : lines) result.accounts[file] = model::Account(count);
  for (const Section& section : sections)
    for (uint32_t i = 0; i < section.lines.size(); ++i) import_line(section.lines[i], {section.file, section.first_line + i}, facts, result);
  return result;
}

constexpr Importer kImporter = {
    .name = "hosts-file",
    .summary = "hosts file (/etc/hosts, drivers\\etc\\hosts: names with their addresses)",
    .facts_only = true,
    .takes_preamble = true,
    .aside = true,
    .starts_at = &starts_at,
    .import = &import,
};

}  // namespace

const Importer& importer() { return kImporter; }

}  // namespace fwproof::importers::hosts_file
