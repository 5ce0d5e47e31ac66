#include <algorithm>
#include <array>

#include "importers/nftables/ast.h"
#include "importers/text/number.h"

namespace fwproof::importers::nftables {
namespace {

struct Family {
  std::string_view word;
  TableFamily family;
};
constexpr auto kFamilies = std::to_array<Family>({
    {"ip", TableFamily::ip}, {"ip6", TableFamily::ip6}, {"inet", TableFamily::inet},
    {"arp", TableFamily::arp}, {"bridge", TableFamily::bridge}, {"netdev", TableFamily::netdev},
});

// nft(8) 1.0.6, "Standard priority names"; for bridge the second column.
struct Priority {
  std::string_view name;
  int32_t usual;
  int32_t bridge;
};
constexpr auto kPriorities = std::to_array<Priority>({
    {"raw", -300, -300}, {"mangle", -150, -150}, {"dstnat", -100, -300}, {"filter", 0, -200},
    {"security", 50, 50}, {"out", 100, 100}, {"srcnat", 100, 300},
});

std::optional<int32_t> signed_number(std::string_view text) {
  const bool minus = text.starts_with('-');
  if (minus || text.starts_with('+')) text.remove_prefix(1);
  const auto number = text::parse_decimal(text, 0x7fffffff);
  if (!number) return std::nullopt;
  return minus ? -static_cast<int32_t>(*number) : static_cast<int32_t>(*number);
}

}  // namespace

TableAst* Ruleset::find(TableFamily family, std::string_view name) {
  for (TableAst& table : tables)
    if (table.family == family && table.name == name) return &table;
  return nullptr;
}

TableAst& Ruleset::table(TableFamily family, std::string_view name, model::Origin origin) {
  if (TableAst* known = find(family, name)) return *known;
  TableAst& added = tables.emplace_back();
  added.family = family;
  added.name = std::string(name);
  added.origin = origin;
  return added;
}

bool Ruleset::is_input(model::Origin origin) const {
  return std::any_of(input.begin(), input.end(), [&](const InputLines& lines) { return lines.file == origin.file && lines.first <= origin.line && origin.line <= lines.last; });
}

ChainAst* find_chain(TableAst& table, std::string_view name) {
  const auto found = table.chain_index.find(std::string(name));
  return found == table.chain_index.end() ? nullptr : &table.chains[found->second];
}

ChainAst& chain_of(Ruleset& ruleset, TableAst& table, std::string_view name, model::Origin origin) {
  if (ChainAst* known = find_chain(table, name)) return *known;
  table.chain_index.emplace(std::string(name), static_cast<uint32_t>(table.chains.size()));
  ChainAst& added = table.chains.emplace_back();
  added.name = std::string(name);
  added.origin = origin;
  added.sequence = ++ruleset.sequence;
  return added;
}

bool may_be_of_iptables(const TableAst& table) {
  static constexpr std::string_view kTables[] = {"filter", "nat", "mangle", "raw", "security"};
  static constexpr std::string_view kChains[] = {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"};
  if (table.of_iptables) return true;
  if (table.family != TableFamily::ip && table.family != TableFamily::ip6) return false;
  if (std::find(std::begin(kTables), std::end(kTables), table.name) == std::end(kTables)) return false;
  return std::any_of(std::begin(kChains), std::end(kChains), [&](std::string_view chain) { return table.chain_index.contains(std::string(chain)); });
}

std::optional<TableFamily> table_family(std::string_view word) {
  for (const Family& family : kFamilies)
    if (family.word == word) return family.family;
  return std::nullopt;
}

std::string_view to_text(TableFamily family) {
  for (const Family& row : kFamilies)
    if (row.family == family) return row.word;
  return "";
}

std::optional<int32_t> priority_of(std::string_view text, TableFamily family) {
  std::string plain;
  for (const char c : text)
    if (c != ' ' && c != '\t') plain += c;
  if (const auto number = signed_number(plain)) return number;
  for (const Priority& row : kPriorities) {
    if (!std::string_view(plain).starts_with(row.name)) continue;
    const std::string_view rest = std::string_view(plain).substr(row.name.size());
    const int32_t base = family == TableFamily::bridge ? row.bridge : row.usual;
    if (rest.empty()) return base;
    if (rest[0] != '+' && rest[0] != '-') continue;
    const auto offset = signed_number(rest);
    if (offset && *offset > -1'000'000'000 && *offset < 1'000'000'000) return base + *offset;
  }
  return std::nullopt;
}

}  // namespace fwproof::importers::nftables
