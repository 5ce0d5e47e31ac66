#include "importers/mikrotik/importer.h"

#include "importers/mikrotik/assemble.h"
#include "importers/mikrotik/config.h"
#include "importers/mikrotik/facts.h"
#include "importers/mikrotik/menus.h"
#include "importers/mikrotik/parse.h"

namespace fwproof::importers::mikrotik {
namespace {

constexpr std::string_view kBy = "by RouterOS ";

Claim starts_at(std::span<const std::string_view> lines, size_t at) {
  const std::string_view line = lines[at];
  const size_t start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos) return Claim::no;
  if (line[start] == '/') return is_menu_line(line) ? Claim::yes : Claim::no;
  if (line[start] == '#') return line.find(kBy) != std::string_view::npos ? Claim::yes : Claim::no;
  return Claim::no;
}

std::string nearly(std::span<const std::string_view> lines) {
  constexpr size_t kLook = 200;
  for (size_t i = 0; i < lines.size() && i < kLook; ++i)
    if (lines[i].find("Flags: X - disabled") != std::string_view::npos) return "the output of 'print', which is for people; give that of /export";
  return {};
}

// "# 2026-08-06 11:54:45 by RouterOS 7.11.2", "# model = RB952Ui"; the major version, 0 without one.
unsigned read_header(const Section& section, std::map<std::string, std::string>& header) {
  constexpr size_t kHeaderLines = 20;
  unsigned version = 0;
  for (size_t i = 0; i < section.lines.size() && i < kHeaderLines; ++i) {
    const std::string_view line = section.lines[i];
    if (!line.starts_with("#")) continue;
    if (const size_t by = line.find(kBy); by != std::string_view::npos) {
      const std::string_view number = line.substr(by + kBy.size());
      header.try_emplace("version", number.substr(0, number.find_first_of(" \r\t")));
      if (by > 3) header.try_emplace("date", line.substr(2, by - 3));
      version = !number.empty() && number[0] >= '1' && number[0] <= '9' ? static_cast<unsigned>(number[0] - '0') : 7;
    }
    if (const size_t model = line.find("model = "); model != std::string_view::npos && model < 4) {
      std::string_view name = line.substr(model + 8);
      if (name.ends_with('\r')) name.remove_suffix(1);
      header.try_emplace("model", name);
    }
  }
  return version;
}

ImportResult import(std::span<const Section> sections, Facts& facts) {
  ImportResult result;
  Report report(sections, result);
  Config config(report);
  unsigned version = 0;
  bool speaks_v6 = false;
  for (uint32_t i = 0; i < sections.size(); ++i) {
    if (const unsigned found = read_header(sections[i], result.header); found != 0) version = found;
    parse(sections[i], i, [&](Statement& statement) {
      speaks_v6 = speaks_v6 || statement.menu.starts_with("ipv6 ");
      config.apply(statement);
    });
  }
  lower_facts(config, report, version, facts.host);
  const model::NameDomain names = interface_names(config, facts.host);
  result.policies.push_back(assemble(config, report, facts.host, model::Family::v4, names, version != 0));
  if (speaks_v6) result.policies.push_back(assemble(config, report, facts.host, model::Family::v6, names, version != 0));
  if (!config.identity().empty()) result.header.try_emplace("host", config.identity());
  config.finish();
  report.finish();
  return result;
}

constexpr Importer kImporter = {
    .name = "mikrotik",
    .summary = "RouterOS /export and command scripts (MikroTik), versions 6 and 7",
    .facts_only = false,
    .takes_preamble = true,
    .is_host_format = false,
    .starts_at = &starts_at,
    .nearly = &nearly,
    .import = &import,
};

}  // namespace

const Importer& importer() { return kImporter; }

}  // namespace fwproof::importers::mikrotik
