#include "importers/opnsense/importer.h"

#include <algorithm>

#include "importers/opnsense/lower.h"
#include "importers/opnsense/parse.h"

namespace fwproof::importers::opnsense {
namespace {

using model::DiagnosticId;

constexpr std::string_view kRoot = "<opnsense";

std::string_view trimmed(std::string_view line) {
  const size_t start = line.find_first_not_of(" \t\r");
  return start == std::string_view::npos ? std::string_view() : line.substr(start);
}

// Not <OPNsense>, which is inside.
bool opens_root(std::string_view line) {
  const size_t at = line.find(kRoot);
  if (at == std::string_view::npos) return false;
  const size_t end = at + kRoot.size();
  return end == line.size() || line[end] == '>' || line[end] == ' ' || line[end] == '/';
}

// The XML declaration and comments may stand above the root.
Claim starts_at(std::span<const std::string_view> lines, size_t at) {
  constexpr size_t kLook = 40;
  const std::string_view line = trimmed(lines[at]);
  if (!line.starts_with('<')) return Claim::no;
  if (line.starts_with(kRoot)) return opens_root(line) ? Claim::yes : Claim::no;
  if (!line.starts_with("<?xml") && !(at == 0 && line.starts_with("<!"))) return Claim::no;
  for (size_t i = at; i < lines.size() && i < at + kLook; ++i)
    if (opens_root(lines[i])) return Claim::yes;
  return Claim::no;
}

void refuse(const Section& section, ImportResult& result, const text::XmlFile& file, text::XmlAccount& account) {
  report(section, result, file.too_large() ? DiagnosticId::input_too_large : DiagnosticId::xml_invalid, file.problem_line(), file.problem(), {}, model::Severity::error);
  for (uint32_t i = 0; i < section.lines.size(); ++i)
    if (!trimmed(section.lines[i]).empty()) account.set_line(section.first_line + i, model::LineClass::unrecognised, "XML that does not parse");
}

void assume(World& world, model::Policy& policy) {
  const uint32_t file = world.interfaces.empty() ? 0 : world.interfaces.front().origin.file;
  auto& general = policy.general_assumptions;
  general.push_back({"tables that fill themselves while the device runs (sshlockout, virusprot) are empty", {file, 0}});
  for (const InterfaceEntry& entry : world.config.interfaces)
    if (!entry.blockbogons.empty() && entry.blockbogons.value != "0") general.push_back({"the list of bogons on " + entry.id + " holds no address in question but reserved ones", {file, entry.blockbogons.line}});
  if (world.config.upnp.present) general.push_back({"no port is opened by UPnP at present", {file, world.config.upnp.line}});
}

model::Policy lower(World& world, model::Family family) {
  text::pf::Ruleset ruleset(family, world.names());
  ruleset.enabled = !world.config.disablefilter.present;
  ruleset.skipped = {"lo0"};
  add_rules_in_front(world, ruleset);
  add_user_rules(world, ruleset);
  add_rules_behind(world, ruleset);
  add_translations(world, ruleset);
  model::Policy policy = ruleset.finish();
  assume(world, policy);
  return policy;
}

void size_accounts(std::span<const Section> sections, ImportResult& result) {
  std::map<uint32_t, size_t> lines;
  for (const Section& section : sections) lines[section.file] = std::max(lines[section.file], section.first_line + section.lines.size() - 1);
  for (const auto& [file, count] : lines) result.accounts.emplace(file, model::Account(count));
}

ImportResult import(std::span<const Section> sections, Facts& facts) {
  ImportResult result;
  size_accounts(sections, result);
  for (const Section& section : sections) {
    const text::XmlFile file(section.lines, section.first_line);
    text::XmlAccount account(file, section.first_line, section.first_line + section.lines.size() - 1);
    if (!file.problem().empty()) {
      refuse(section, result, file, account);
      result.accounts[section.file].merge(account.take());
      continue;
    }
    const Config config = parse(section, file, account, result);
    World world(config, section, account, result);
    if (result.policies.empty()) {
      for (const model::Family family : {model::Family::v4, model::Family::v6}) result.policies.push_back(lower(world, family));
      add_facts(world, facts.host);
      if (!config.hostname.empty()) result.header["host"] = config.domain.empty() ? config.hostname.value : config.hostname.value + "." + config.domain.value;
    } else {
      report(section, result, DiagnosticId::line_unrecognised, section.first_line, "a second configuration of one device; the first one counts", {}, model::Severity::error);
    }
    result.accounts[section.file].merge(account.take());
  }
  return result;
}

constexpr Importer kImporter = {
    .name = "opnsense",
    .summary = "config.xml of OPNsense: a backup of the whole configuration",
    .facts_only = false,
    .is_host_format = false,
    .starts_at = &starts_at,
    .import = &import,
};

}  // namespace

const Importer& importer() { return kImporter; }

}  // namespace fwproof::importers::opnsense
