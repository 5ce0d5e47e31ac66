#include "importers/iptables_save/importer.h"

#include "importers/iptables_save/assemble.h"
#include "importers/iptables_save/dump.h"

namespace fwproof::importers::iptables_save {
namespace {

ImportResult import(std::span<const Section> sections, Facts& facts) {
  ImportResult result;
  const Dump dump = read_dump(sections, result);
  assemble(dump, sections, facts, result);
  result.is_partial_view = dump.nf_tables;
  return result;
}

// Rules and chains: no other format's lines begin so.
bool only_ours(std::string_view line) {
  return line.starts_with("-A ") || (line.starts_with(':') && line.ends_with(']') && line.find(" [") != std::string_view::npos);
}

std::string nearly(std::span<const std::string_view> lines) {
  for (const std::string_view line : lines) {
    if (line.starts_with("Chain ") && line.find("(policy ") != std::string_view::npos)
      return "a listing of 'iptables -L', which leaves out what decides; give the output of iptables-save";
    if (line.starts_with("iptables -A ") || line.starts_with("iptables -I "))
      return "a script of iptables commands; give the output of iptables-save";
    if (line.starts_with("-A ") || line.starts_with(":INPUT ")) return "rules of an iptables-save dump without the line '*filter' in front";
  }
  return {};
}

constexpr Importer kImporter = {
    .name = "iptables-save",
    .summary = "iptables-save and ip6tables-save (Linux netfilter)",
    .facts_only = false,
    .starts_at = &starts_at,
    .only_ours = &only_ours,
    .nearly = &nearly,
    .import = &import,
};

}  // namespace

const Importer& importer() { return kImporter; }

}  // namespace fwproof::importers::iptables_save
