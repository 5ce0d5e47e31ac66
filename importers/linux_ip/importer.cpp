#include "importers/linux_ip/importer.h"

#include <algorithm>
#include <map>

#include "importers/linux_ip/lower.h"
#include "importers/linux_ip/parse.h"

namespace fwproof::importers::linux_ip {
namespace {

using model::LineClass;

std::string_view trimmed(std::string_view line) {
  const size_t start = line.find_first_not_of(" \t\r");
  return start == std::string_view::npos ? std::string_view() : line.substr(start);
}

// A file that is one JSON array and speaks of interfaces or routes.
bool is_json(std::span<const std::string_view> lines) {
  constexpr size_t kLook = 200;
  for (size_t i = 0; i < lines.size() && i < kLook; ++i) {
    const std::string_view line = trimmed(lines[i]);
    if (line.empty()) continue;
    if (line[0] != '[') return false;
    for (size_t j = i; j < lines.size() && j < i + kLook; ++j)
      if (lines[j].find("\"ifname\"") != std::string_view::npos ||
          (lines[j].find("\"dst\"") != std::string_view::npos && lines[j].find("\"rule\"") == std::string_view::npos))
        return true;
    return false;
  }
  return false;
}

Claim starts_at(std::span<const std::string_view> lines, size_t at) {
  if (lines[at].empty()) return Claim::no;
  if (lines[at][0] == '[') return at < 200 && is_json(lines.subspan(at)) ? Claim::yes : Claim::no;
  if (is_interface_line(lines[at]) || is_route_line(lines[at])) return Claim::yes;
  return Claim::no;
}

std::string nearly(std::span<const std::string_view> lines) {
  for (const std::string_view line : lines)
    if (line.find("inet addr:") != std::string_view::npos || line.starts_with("Kernel IP routing table"))
      return "the output of ifconfig or route; give that of 'ip addr' or 'ip route'";
  return {};
}

void report(ImportResult& result, model::Origin origin, model::DiagnosticId id, std::string message, std::string_view line) {
  constexpr size_t kMaxDiagnostics = 200;
  if (result.diagnostics.size() >= kMaxDiagnostics) return;
  result.diagnostics.push_back({id, model::Severity::warning, origin, 0, 0, std::move(message), std::string(line.substr(0, 300)), {}});
}

void import_json(const Section& section, FactCollector& facts, ImportResult& result) {
  std::string text;
  for (const std::string_view line : section.lines) {
    text += line;
    text += '\n';
  }
  const model::Origin origin{section.file, section.first_line};
  const std::string problem = facts.apply_json(text, origin);
  if (!problem.empty()) report(result, origin, model::DiagnosticId::json_invalid, problem, section.lines.front());
  for (uint32_t i = 0; i < section.lines.size(); ++i) {
    const uint32_t line = section.first_line + i;
    if (trimmed(section.lines[i]).empty()) result.accounts[section.file].set_blank(line);
    else result.accounts[section.file].set(line, problem.empty() ? LineClass::modelled : LineClass::unrecognised, "JSON");
  }
}

void import_line(std::string_view text, Line& line, model::Origin origin, FactCollector& facts, ImportResult& result) {
  model::Account& account = result.accounts[origin.file];
  parse_line(text, line);
  const std::string problem = facts.apply(line, origin);
  if (!problem.empty()) {
    account.set(origin.line, LineClass::unrecognised, "line that cannot be read");
    return report(result, origin, model::DiagnosticId::address_invalid, problem, text);
  }
  switch (line.kind) {
    case LineKind::blank: return account.set_blank(origin.line);
    case LineKind::interface: case LineKind::address: return account.set(origin.line, LineClass::modelled, "address");
    case LineKind::link: return account.set(origin.line, LineClass::modelled, "link");
    case LineKind::route: case LineKind::nexthop: case LineKind::null_route: return account.set(origin.line, LineClass::modelled, "route");
    case LineKind::detail: return account.set(origin.line, LineClass::irrelevant, "detail");
    case LineKind::other: break;
  }
  if (trimmed(text).starts_with('#')) return account.set(origin.line, LineClass::irrelevant, "comment");
  // `ip -d` and wrapped lines: indented details of the interface in front.
  if (text.starts_with(' ') || text.starts_with('\t')) return account.set(origin.line, LineClass::irrelevant, "detail");
  account.set(origin.line, LineClass::unrecognised, "line that no importer knows");
  report(result, origin, model::DiagnosticId::line_unrecognised, "this is no line of ip addr or ip route", text);
}

ImportResult import(std::span<const Section> sections, Facts& facts) {
  ImportResult result;
  std::map<uint32_t, size_t> lines;
  for (const Section& section : sections) {
    size_t& last = lines[section.file];
    last = std::max<size_t>(last, section.first_line + section.lines.size() - 1);
  }
  for (const auto& [file, count] : lines) result.accounts[file] = model::Account(count);
  FactCollector collector(facts.host);
  Line line;
  for (size_t s = 0; s < sections.size(); ++s) {
    const Section& section = sections[s];
    // Sections may be single lines: a listing ends with its file.
    if (s > 0 && sections[s - 1].file != section.file) collector.finish();
    if (is_json(section.lines)) {
      import_json(section, collector, result);
      continue;
    }
    for (uint32_t i = 0; i < section.lines.size(); ++i)
      import_line(section.lines[i], line, {section.file, section.first_line + i}, collector, result);
  }
  collector.finish();
  return result;
}

constexpr Importer kImporter = {
    .name = "linux-ip",
    .summary = "ip addr and ip route, text or -j (a host's own addresses and routes)",
    .facts_only = true,
    .starts_at = &starts_at,
    .nearly = &nearly,
    .import = &import,
};

}  // namespace

const Importer& importer() { return kImporter; }

}  // namespace fwproof::importers::linux_ip
