#include "importers/isc_dhcpd/importer.h"

#include <algorithm>

#include "importers/isc_dhcpd/lower.h"
#include "importers/isc_dhcpd/parse.h"
#include "importers/isc_dhcpd/words.h"
#include "model/address.h"

namespace fwproof::importers::isc_dhcpd {
namespace {

using model::LineClass;

// Lines that are long or begin with something else are none of its business.
bool may_be_ours(std::string_view line) {
  const size_t start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos || line.size() > 1000) return false;
  return std::string_view("sSdDmMrR").find(line[start]) != std::string_view::npos;
}

bool ends_statement(const std::vector<Word>& words) { return words.back().text == ";" || words.back().text == "{" || words.back().text == "}"; }

Claim starts_at(std::span<const std::string_view> lines, size_t at) {
  if (!may_be_ours(lines[at])) return Claim::no;
  const std::vector<Word> words = words_of(lines[at], 1);
  if (words.size() < 3) return Claim::no;
  const std::string_view first = words[0].text;
  if (same(first, "subnet")) return words.size() >= 4 && model::parse_address(words[1].text) && same(words[2].text, "netmask") ? Claim::yes : Claim::no;
  if (same(first, "subnet6")) return model::parse_prefix(words[1].text) && words[2].text == "{" ? Claim::yes : Claim::no;
  if (!ends_statement(words)) return Claim::no;
  if (same(first, "shared-network")) return words[2].text == "{" ? Claim::yes : Claim::no;
  if (same(first, "ddns-update-style") || same(first, "default-lease-time") || same(first, "max-lease-time")) return words[2].text == ";" ? Claim::yes : Claim::no;
  if (same(first, "range") || same(first, "range6")) return model::parse_prefix(words[words.size() > 3 && words[1].text == "dynamic-bootp" ? 2 : 1].text) ? Claim::yes : Claim::no;
  return Claim::no;
}

bool is_comment(std::string_view line) {
  const size_t start = line.find_first_not_of(" \t\r\f\v");
  return start != std::string_view::npos && line[start] == '#';
}

void account_blank(const Section& section, model::Account& account) {
  for (size_t i = 0; i < section.lines.size(); ++i) {
    const size_t line = section.first_line + i;
    if (section.lines[i].find_first_not_of(" \t\r\f\v") == std::string_view::npos) account.set_blank(line);
    else if (is_comment(section.lines[i])) account.set(line, LineClass::irrelevant, "comment");
  }
}

ImportResult import(std::span<const Section> sections, Facts& facts) {
  ImportResult result;
  std::map<uint32_t, size_t> lines;
  for (const Section& section : sections) lines[section.file] = std::max<size_t>(lines[section.file], section.first_line + section.lines.size() - 1);
  for (const auto& [file, count] : lines) result.accounts[file] = model::Account(count);
  Config config;
  for (const Section& section : sections) {
    account_blank(section, result.accounts[section.file]);
    parse(section, config);
  }
  lower(config, sections, result, facts.host);
  return result;
}

constexpr Importer kImporter = {
    .name = "isc-dhcpd",
    .summary = "dhcpd.conf and dhcpd6.conf of ISC DHCP (which addresses are handed out)",
    .facts_only = true,
    .takes_preamble = true,
    .aside = true,
    .starts_at = &starts_at,
    .import = &import,
};

}  // namespace

const Importer& importer() { return kImporter; }

}  // namespace fwproof::importers::isc_dhcpd
