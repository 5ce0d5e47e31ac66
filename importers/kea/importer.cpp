#include "importers/kea/importer.h"

#include <algorithm>
#include <map>

#include "importers/kea/lower.h"
#include "importers/kea/parse.h"

namespace fwproof::importers::kea {
namespace {

constexpr size_t kLook = 200;

std::string_view trimmed(std::string_view line) {
  const size_t start = line.find_first_not_of(" \t\r");
  return start == std::string_view::npos ? std::string_view() : line.substr(start);
}

bool names_server(std::string_view line) { return line.find("\"Dhcp4\"") != std::string_view::npos || line.find("\"Dhcp6\"") != std::string_view::npos; }

// A brace that begins a file, with a server's name soon behind it.
Claim starts_at(std::span<const std::string_view> lines, size_t at) {
  if (at > kLook || !trimmed(lines[at]).starts_with('{')) return Claim::no;
  for (size_t i = at; i < lines.size() && i < at + kLook; ++i) {
    const std::string_view line = trimmed(lines[i]);
    if (line.starts_with('#') || line.starts_with("//")) continue;
    if (names_server(line.substr(0, 2000))) return Claim::yes;
    if (i > at && !line.empty() && line.find('"') != std::string_view::npos) return Claim::no;  // some other name comes first
  }
  return Claim::no;
}

ImportResult import(std::span<const Section> sections, Facts& facts) {
  ImportResult result;
  std::map<uint32_t, size_t> lines;
  for (const Section& section : sections) lines[section.file] = std::max<size_t>(lines[section.file], section.first_line + section.lines.size() - 1);
  for (const auto& [file, count] : lines) result.accounts[file] = model::Account(count);
  for (const Section& section : sections) {
    for (size_t i = 0; i < section.lines.size(); ++i)
      if (trimmed(section.lines[i]).empty()) result.accounts[section.file].set_blank(section.first_line + i);
    lower(parse(section), section, result, facts.host);
  }
  return result;
}

constexpr Importer kImporter = {
    .name = "kea",
    .summary = "kea-dhcp4.conf and kea-dhcp6.conf of ISC Kea (which addresses are handed out)",
    .facts_only = true,
    .takes_preamble = true,
    .aside = true,
    .starts_at = &starts_at,
    .import = &import,
};

}  // namespace

const Importer& importer() { return kImporter; }

}  // namespace fwproof::importers::kea
