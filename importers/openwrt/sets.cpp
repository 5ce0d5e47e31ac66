// `config ipset` (fw4.uc, parse_ipset, parse_ipsetentry, parse_setmatch).
#include <algorithm>
#include <set>

#include "importers/openwrt/firewall.h"
#include "importers/text/number.h"

namespace fwproof::importers::openwrt {
namespace {

using model::DiagnosticId;
using model::Family;
using model::Field;
using model::IntervalSet;
using model::LineClass;
using model::Severity;
using model::Term;

std::string_view value_of(const UciSection& section, std::string_view option) {
  const Option* found = section.find(option);
  return found == nullptr || found->values.empty() ? std::string_view() : std::string_view(found->values.front().text);
}

// Names of sets that dnsmasq fills (`config ipset` of the DHCP configuration).
std::set<std::string> filled_by_dnsmasq(const Config& config) {
  std::set<std::string> names;
  for (const UciSection& section : config.sections)
    if (section.package == "dhcp" && section.type == "ipset")
      if (const Option* name = section.find("name"))
        for (const Value& value : words_of(*name)) names.insert(value.text);
  return names;
}

class SetReader {
 public:
  SetReader(Reader& reader, Firewall& firewall) : reader_(reader), firewall_(firewall) {}

  void read(const UciSection& section, bool filled) {
    for (const Option* option : reader_.account_section(section)) set_.opaque = "its option " + option->name;
    if (section.find("enabled") != nullptr && !parse_bool(value_of(section, "enabled")).value_or(true)) return;
    set_.name = std::string(value_of(section, "name"));
    set_.origin = section.head.origin;
    if (set_.name.empty()) return ignore(section, "a set without a name");
    if (!firewall_.firewall3 && !is_identifier(set_.name)) return ignore(section, "a set whose name is no identifier is ignored");
    if (!read_family(section)) return;
    const Option* match = section.find("match");
    if (match == nullptr) return ignore(section, "a set without 'match' is ignored");
    if (!read_types(*match)) return;
    if (set_.family == FamilyChoice::any && set_.opaque.empty()) {
      if (!firewall_.firewall3 && has_addresses()) return ignore(section, "a set of addresses of family 'any' is ignored");
      set_.opaque = firewall_.firewall3 ? "firewall3 makes an IPv4 set of its family 'any'" : "whether firewall4 takes a set of family 'any' depends on its version";
    }
    read_entries(section, filled);
    const auto same = std::find_if(firewall_.sets.begin(), firewall_.sets.end(), [&](const FirewallSet& set) { return set.name == set_.name; });
    if (same == firewall_.sets.end()) return firewall_.sets.push_back(std::move(set_));
    // Rules follow the first one's types, nft adds up the entries of both where it takes them.
    same->opaque = "another set has its name";
  }

 private:
  void ignore(const UciSection& section, std::string message) {
    reader_.tell(section.head, DiagnosticId::value_unknown, Severity::note, std::move(message), "rules that use it are ignored too");
  }

  bool read_family(const UciSection& section) {
    const Option* option = section.find("family");
    if (option == nullptr) return true;
    const auto family = parse_family(option->values.front().text);
    if (!family) reader_.refuse(option->values.front(), DiagnosticId::value_unknown, "a family");
    set_.family = family.value_or(FamilyChoice::any);
    if (!family) set_.opaque = "its family cannot be read";
    return true;
  }

  bool has_addresses() const { return std::find(set_.types.begin(), set_.types.end(), Dimension::address) != set_.types.end(); }

  // "dest_net", "port", "src_mac".
  bool read_types(const Option& match) {
    for (const Value& value : words_of(match)) {
      std::string_view text = value.text;
      bool to_src = true;
      if (text.starts_with("src_")) text.remove_prefix(4);
      else if (text.starts_with("dst_")) text.remove_prefix(4), to_src = false;
      else if (text.starts_with("dest_")) text.remove_prefix(5), to_src = false;
      const auto type = parse_enum(text, {"ip", "port", "mac", "net", "set"});
      if (!type || *type == 4) {
        reader_.refuse(value, DiagnosticId::value_unknown, "a type of a set's entries");
        return false;
      }
      net_ = net_ || *type == 3;
      set_.types.push_back(*type == 1 ? Dimension::port : *type == 2 ? Dimension::mac : Dimension::address);
      set_.to_src.push_back(to_src);
    }
    return !set_.types.empty();
  }

  void read_entries(const UciSection& section, bool filled) {
    const Option* entries = section.find("entry");
    const auto timeout = text::parse_decimal(value_of(section, "timeout"), 0xffffffff);
    if (filled) set_.opaque = "dnsmasq fills it from DNS answers";
    if (timeout && *timeout > 0) set_.opaque = "its entries expire";
    if (const Option* external = section.find("external")) opaque(external->values.front(), "set that is filled from outside", "it is filled from outside");
    if (const Option* file = section.find("loadfile")) opaque(file->values.front(), "set loaded from a file", "it is loaded from a file that is not given");
    for (const std::string_view name : {"netmask", "iprange", "portrange"})
      if (const Option* option = section.find(name)) opaque(option->values.front(), "set of firewall3", "it has the option " + std::string(name));
    if (entries == nullptr && set_.opaque.empty()) set_.opaque = "it has no entries: something fills it while the router runs";
    if (entries == nullptr) return;
    std::vector<model::Interval> addresses;
    // `uci show` writes an `option` and a list of one value alike.
    const bool ambiguous = section.dotted && !entries->is_list && entries->values.front().text.find_first_of(" \t") != std::string::npos;
    if (ambiguous) opaque(entries->values.front(), "entry of a set that may be several", "'uci show' does not tell whether its entry is one or several");
    // An `option` is split at blanks, so that it holds no entry of several parts (to_array).
    for (const Value& value : ambiguous ? std::vector<Value>() : words_of(*entries)) add_entry(value, addresses);
    set_.addresses = IntervalSet::from(std::move(addresses));
  }

  void opaque(const Value& value, std::string_view construct, std::string why) {
    reader_.account(value, LineClass::opaque, construct);
    set_.opaque = std::move(why);
  }

  // split(val, /[ \t]+/): blanks at an end make an empty part.
  static std::vector<std::string_view> parts_of(std::string_view text) {
    std::vector<std::string_view> parts;
    while (true) {
      const size_t blank = text.find_first_of(" \t");
      parts.push_back(text.substr(0, blank));
      if (blank == std::string_view::npos) return parts;
      text.remove_prefix(std::min(text.find_first_not_of(" \t", blank), text.size()));
    }
  }

  void add_entry(const Value& value, std::vector<model::Interval>& addresses) {
    const std::vector<std::string_view> parts = parts_of(value.text);
    if (parts.size() != set_.types.size() && !firewall_.firewall3)
      return reader_.tell(value, DiagnosticId::value_unknown, Severity::warning, "an entry of " + std::to_string(parts.size()) + " parts in a set of " + std::to_string(set_.types.size()),
                          "the firewall ignores this entry");
    std::vector<Term> terms;
    for (size_t i = 0; i < parts.size() && i < set_.types.size(); ++i)
      if (auto term = part(i, parts[i])) terms.push_back(std::move(*term));
    if (terms.size() != set_.types.size() || parts.size() != set_.types.size()) {
      reader_.refuse(value, DiagnosticId::address_invalid, "an entry of this set");
      set_.opaque = "an entry of it cannot be read";
      return;
    }
    if (set_.types.size() == 1 && set_.types[0] == Dimension::address) {
      const auto& in = std::get<model::InAddresses>(terms[0].what);
      for (const Family family : {Family::v4, Family::v6})
        for (const model::Interval& interval : in.set.in(family).intervals()) addresses.push_back(interval);
      return;
    }
    set_.entries.push_back(std::move(terms));
  }

  std::optional<Term> part(size_t i, std::string_view text) {
    if (set_.types[i] == Dimension::port) {
      const auto port = parse_port(text);
      if (!port || port->inverted || port->lo != port->hi) return std::nullopt;
      return Term{model::In{Field::src_port, IntervalSet::of(port->lo)}};
    }
    if (set_.types[i] == Dimension::mac) {
      const auto mac = parse_mac_match(text);
      if (!mac || mac->inverted) return std::nullopt;
      return Term{model::In{Field::mac, IntervalSet::of(mac->address)}};
    }
    const auto net = parse_subnet(text);
    if (!net || net->masked || !allows(set_.family, net->family)) return std::nullopt;
    if (net->range && net_) return std::nullopt;
    // Without a part of type net the mask is forgotten, with one it counts for all (parse_ipsetentry).
    const IntervalSet set = net_ ? net->set : IntervalSet::of(net->address);
    return Term{model::InAddresses{Field::src, model::AddressSet::of(net->family, set)}};
  }

  Reader& reader_;
  Firewall& firewall_;
  FirewallSet set_;
  bool net_ = false;   // one of its parts is a net
};

}  // namespace

void read_sets(const Config& config, Reader& reader, Firewall& firewall) {
  const std::set<std::string> filled = filled_by_dnsmasq(config);
  for (const UciSection& section : config.sections)
    if (section.package == "firewall" && section.type == "ipset")
      SetReader(reader, firewall).read(section, filled.contains(std::string(value_of(section, "name"))));
}

void account_filled_sets(const Config& config, const Firewall& firewall, Reader& reader) {
  std::set<std::string> used;
  for (const auto* rules : {&firewall.rules, &firewall.redirects})
    for (const FirewallRule& rule : *rules)
      if (rule.set && rule.target != Target::dscp && rule.target != Target::helper && rule.target != Target::none) used.insert(firewall.sets[rule.set->set].name);
  for (const UciSection& section : config.sections) {
    if (section.package != "dhcp" || section.type != "ipset") continue;
    bool matters = !firewall.given;
    if (const Option* name = section.find("name"))
      for (const Value& value : words_of(*name)) matters = matters || used.contains(value.text);
    if (matters) reader.account_all(section, LineClass::opaque, "set filled from DNS answers");
    else reader.account_all(section, LineClass::irrelevant, "set that no deciding rule uses");
  }
}

// "[!]NAME [src|dst …]".
std::optional<SetUse> read_set_use(const Option& option, const Firewall& firewall, Reader& reader) {
  const Value& value = option.values.front();
  std::string_view text = value.text;
  SetUse use;
  use.inverted = take_inversion(text);
  const std::string_view name = text.substr(0, text.find_first_of(" \t"));
  const auto found = std::find_if(firewall.sets.begin(), firewall.sets.end(), [&](const FirewallSet& set) { return set.name == name; });
  if (found == firewall.sets.end()) {
    reader.tell(value, DiagnosticId::set_missing, Severity::warning, "there is no set '" + std::string(name.substr(0, 80)) + "'", "the firewall ignores this section");
    return std::nullopt;
  }
  use.set = static_cast<size_t>(found - firewall.sets.begin());
  std::string_view rest = trim(text.substr(name.size()));
  while (!rest.empty() && use.to_src.size() < 3) {
    const size_t end = std::min(rest.find_first_of(" \t,"), rest.size());
    const std::string_view word = rest.substr(0, end);
    if (word == "src") use.to_src.push_back(true);
    else if (word == "dst" || word == "dest") use.to_src.push_back(false);
    else use.to_src.push_back(std::nullopt);
    rest = end < rest.size() ? rest.substr(end + 1) : std::string_view();
  }
  return use;
}

}  // namespace fwproof::importers::openwrt
