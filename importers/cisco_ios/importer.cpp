#include "importers/cisco_ios/importer.h"

#include <algorithm>

#include "importers/cisco_ios/lower.h"
#include "importers/cisco_ios/parser.h"
#include "importers/cisco_ios/recognise.h"

namespace fwproof::importers::cisco_ios {
namespace {

ImportResult import(std::span<const Section> sections, Facts& facts) {
  ImportResult result;
  std::map<uint32_t, size_t> lines;
  for (const Section& section : sections) lines[section.file] = std::max(lines[section.file], section.first_line - 1 + section.lines.size());
  for (const auto& [file, count] : lines) result.accounts.emplace(file, model::Account(count));
  Config config;
  Parser parser(config, result);
  for (const Section& section : sections) parser.read(section);
  Report report(sections, result);
  for (const model::Family family : {model::Family::v4, model::Family::v6}) {
    const bool speaks_v6 = config.ipv6_routing || !config.lists6.empty() ||
                           std::any_of(config.interfaces.begin(), config.interfaces.end(), [](const Interface& i) { return i.has_v6; });
    // An excerpt without a word of IPv6 says nothing of it; a whole configuration says that it is not routed.
    if (family == model::Family::v6 && !speaks_v6 && !config.whole) continue;
    result.policies.push_back(Lowering(config, family, report).run());
  }
  lower_facts(config, report, facts.host);
  if (!config.hostname.empty()) result.header["host"] = config.hostname;
  if (!config.version.empty()) result.header["version"] = "IOS " + config.version;
  return result;
}

constexpr Importer kImporter = {
    .name = "cisco-ios",
    .summary = "show running-config of Cisco IOS and IOS-XE routers",
    .facts_only = false,
    .takes_preamble = true,
    .is_host_format = false,
    .starts_at = &starts_at,
    .nearly = &nearly,
    .import = &import,
};

}  // namespace

const Importer& importer() { return kImporter; }

}  // namespace fwproof::importers::cisco_ios
