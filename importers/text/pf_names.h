// What names in rules stand for: nested aliases of addresses and ports, interfaces with their addresses and networks.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "importers/text/pf.h"
#include "model/network.h"

namespace fwproof::importers::text::pf {

// What an address expression comes to. Terms built from it match the known addresses, and those that stand behind the names; whether the
// unknown parts match is free.
struct AddressMatch {
  bool any = false;
  model::AddressSet known;
  std::vector<std::string> names;     // "local", "address:wan", "network:lan": the surroundings tell
  std::vector<std::string> unknowns;  // "host name mail.example.org"

  bool is_empty() const { return !any && known.empty() && names.empty() && unknowns.empty(); }
  bool is_empty(model::Family family) const { return !any && known.in(family).empty() && names.empty() && unknowns.empty(); }
  void add(const AddressMatch& other);
};

// Nothing for a match of everything that is not negated.
void add_term(Ruleset& ruleset, std::vector<model::Term>& terms, model::Field field, const AddressMatch& match, bool negated, model::Origin origin);

struct PortMatch {
  model::IntervalSet ports;
  std::vector<std::string> unknowns;
};
void add_term(Ruleset& ruleset, std::vector<model::Term>& terms, model::Field field, const PortMatch& match, model::Origin origin);

// Aliases may contain each other; a circle contributes what all of its members hold (pfSense filter_generate_nested_alias_recurse and
// OPNsense's alias.py both visit each alias once).
class AliasTable {
 public:
  enum class Type : uint8_t { addresses, ports, opaque };
  struct Alias {
    std::string name;
    Type type = Type::addresses;
    std::vector<std::string> items;  // addresses, ranges, ports, host names, other aliases; "!…" excludes where the vendor has that
    std::string opaque;              // why the items are not the whole content: "URL table"
    bool enabled = true;
    model::Origin origin;
  };
  // The first of two aliases of a name wins; false for the other.
  bool add(Alias alias);
  bool has(const std::string& name) const { return index_.count(name) != 0; }
  const Alias* find(const std::string& name) const;

  const AddressMatch& addresses(const std::string& name);
  const PortMatch& ports(const std::string& name);
  // In the order in which they are written, nested ones in place; for `the first port`.
  std::vector<std::string> flat(const std::string& name) const;

  // Aliases that stand on a circle, each circle once, by the alias that closes it.
  std::vector<const Alias*> circles();
  // Names in `items` that are neither a value nor an alias: the alias and the item.
  std::vector<std::pair<const Alias*, std::string>> strange_items();

 private:
  // What the items of an alias are: other aliases, by number, and the rest.
  struct Parts {
    std::vector<uint32_t> nested;
    std::vector<uint32_t> values;
  };
  void settle();
  std::vector<uint32_t> reachable(const std::string& name);

  std::vector<Alias> aliases_;
  std::vector<Parts> parts_;  // filled by the first question: all aliases are known then
  std::unordered_map<std::string, uint32_t> index_;
  std::map<std::string, AddressMatch> addresses_;
  std::map<std::string, PortMatch> ports_;
  size_t budget_ = 4'000'000;  // visits of aliases and items in all: names that contain names are a product
};

// An interface as a rule names it.
struct Interface {
  std::string id;                        // "wan", "opt1", "openvpn", the name of a group
  std::string device;
  std::string description;
  model::Origin origin;
  bool up = true;
  bool group = false;
  bool filtered = true;
  std::vector<std::string> members;      // of a group: ids
  std::vector<model::Prefix> addresses;  // with host bits; the primary ones
  std::vector<model::Prefix> aliases;    // virtual addresses on it
  std::vector<model::Prefix> answered;   // addresses that it only answers ARP for
  bool dynamic_v4 = false;               // the export does not tell the address
  bool dynamic_v6 = false;
  bool gateway_v4 = false;               // a way out: automatic source translation happens here
  bool gateway_v6 = false;
  bool learns_route_v4 = false;          // a default route comes with the address
  bool learns_route_v6 = false;

  bool dynamic(model::Family family) const { return family == model::Family::v4 ? dynamic_v4 : dynamic_v6; }
  const model::Prefix* primary(model::Family family) const;
};

AddressMatch address_of(const Interface& interface, model::Family family);
// Networks of its addresses, virtual ones included.
AddressMatch network_of(const Interface& interface, model::Family family);

}  // namespace fwproof::importers::text::pf
