#include "importers/mikrotik/find.h"

#include <algorithm>
#include <array>
#include <optional>

#include "importers/mikrotik/lower.h"
#include "importers/mikrotik/values.h"
#include "importers/text/number.h"

namespace fwproof::importers::mikrotik {
namespace {

struct Default {
  std::string_view menu;    // empty: every menu; "firewall": the tables of rules
  std::string_view key;
  std::string_view value;   // empty: none
};
// Manual "Filter", "NAT", "Mangle", "RAW", "IP Routing" (help.mikrotik.com, 2025). What a file adds is neither dynamic, built in nor the default item.
constexpr auto kDefaults = std::to_array<Default>({
    {"", "comment", ""}, {"", "disabled", "no"}, {"", "dynamic", "no"}, {"", "default", "no"}, {"", "builtin", "no"},
    {"firewall", "action", "accept"}, {"firewall", "log", "no"}, {"firewall", "log-prefix", ""}, {"firewall", "jump-target", ""},
    {"firewall", "address-list", ""}, {"firewall", "to-ports", ""}, {"firewall", "new-connection-mark", ""}, {"firewall", "new-packet-mark", ""},
    {"firewall", "new-routing-mark", ""}, {"ip firewall mangle", "passthrough", "yes"}, {"ipv6 firewall mangle", "passthrough", "yes"},
    {"ip route", "distance", "1"}, {"ipv6 route", "distance", "1"}, {"ip route", "routing-table", "main"}, {"ipv6 route", "routing-table", "main"},
    {"ip route", "routing-mark", ""}, {"ip route", "type", "unicast"}, {"ipv6 route", "type", "unicast"},
});

bool is_rule_menu(std::string_view menu) {
  const size_t cut = menu.rfind(' ');
  if (cut == std::string_view::npos) return false;
  const std::string_view above = menu.substr(0, cut), table = menu.substr(cut + 1);
  return (above == "ip firewall" || above == "ipv6 firewall") && (table == "filter" || table == "nat" || table == "mangle" || table == "raw");
}

// Clients and servers of version 6 are added switched off, those of version 7 switched on.
bool differs_by_version(std::string_view menu) { return menu.ends_with("-client") || menu.find("-server") != std::string_view::npos; }

// What an item has that does not say it; nothing: not known.
std::optional<std::string_view> default_of(const Item& item, std::string_view menu, std::string_view key) {
  if (key == "disabled" && differs_by_version(menu)) return std::nullopt;
  if (key == "default-name" && menu.starts_with("interface")) return "";   // it was added, so it is no port
  if (key == "name" && item.find("default-name") != nullptr) return item.get("default-name");
  for (const Default& row : kDefaults)
    if (row.key == key && (row.menu.empty() || row.menu == menu || (row.menu == "firewall" && is_rule_menu(menu)))) return row.value;
  if (is_rule_menu(menu) && is_match_key(key)) return "";
  return std::nullopt;
}

std::string_view plain_word(std::string_view value) { return value == "true" ? "yes" : value == "false" ? "no" : value; }

std::vector<std::string> sorted_parts(std::string_view value) {
  std::vector<std::string> parts;
  std::string_view part;
  while (text::next_part(value, ',', part)) parts.emplace_back(part);
  std::sort(parts.begin(), parts.end());
  return parts;
}

// Other words for the same value: whether `find` takes them for equal is not documented.
bool may_be_same(std::string_view key, std::string_view written, std::string_view asked) {
  if (written.starts_with('!') != asked.starts_with('!')) return false;
  if (written.starts_with('!')) written.remove_prefix(1), asked.remove_prefix(1);
  if (written.empty() || asked.empty()) return false;
  if (key == "action" || key == "protocol")
    if (written.starts_with(asked) || asked.starts_with(written)) return true;
  if (key == "protocol") {
    const auto one = parse_protocol(written), other = parse_protocol(asked);
    if (one && other && *one == *other) return true;
  }
  if (key.ends_with("port") || key.ends_with("ports")) {
    const auto one = parse_ports(written), other = parse_ports(asked);
    if (one && other && *one == *other) return true;
  }
  for (const model::Family family : {model::Family::v4, model::Family::v6}) {
    const auto one = parse_addresses(written, family), other = parse_addresses(asked, family);
    if (one && other && *one == *other) return true;
  }
  const bool lists = written.find(',') != std::string_view::npos && asked.find(',') != std::string_view::npos;
  return lists && sorted_parts(written) == sorted_parts(asked);
}

}  // namespace

Fit fits(const Item& item, std::string_view menu, std::string_view key, std::string_view value) {
  std::string_view written;
  if (const Property* property = item.find(key); property != nullptr) {
    if (property->opaque) return Fit::unknown;
    written = property->value;
  } else {
    // An abbreviation may be this very property.
    for (const Property& other : item.properties)
      if (other.key.size() < key.size() && key.starts_with(other.key) && !is_match_key(other.key) && !is_neutral_key(other.key)) return Fit::unknown;
    const auto otherwise = default_of(item, menu, key);
    if (!otherwise) return Fit::unknown;
    written = *otherwise;
    // Only of these is it known that none is as good as an empty text.
    if (written.empty() && value.empty() && key != "comment" && key != "log-prefix") return Fit::unknown;
  }
  if (plain_word(written) == plain_word(value)) return Fit::yes;
  return may_be_same(key, written, value) ? Fit::unknown : Fit::no;
}

}  // namespace fwproof::importers::mikrotik
