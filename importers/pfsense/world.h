// What the names in rules stand for on this device, and where to complain.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "importers/importer.h"
#include "importers/pfsense/ast.h"

namespace fwproof::importers::pfsense {

class World {
 public:
  World(const Config& config, const Section& section, text::XmlAccount& account, ImportResult& result);

  const Config& config;
  text::pf::AliasTable aliases;
  std::vector<text::pf::Interface> interfaces;  // assigned ones, then groups

  const text::pf::Interface* find(const std::string& id) const;
  // The interfaces that a rule on this name stands for: members of a group, itself.
  std::vector<std::string> expand(const std::string& name);
  // Every name that expand() may give.
  std::set<std::string> names() const { return names_; }
  // Assigned interfaces that are up and lead to no gateway, without `except`: where reflection happens.
  std::vector<std::string> inner_interfaces(const std::string& except) const;

  // What an endpoint matches in a family; empty: the device leaves the rule out. Complains once.
  text::pf::AddressMatch addresses(const Endpoint& endpoint, model::Family family, bool outbound);
  text::pf::PortMatch ports(const XmlText& text);

  void complain(model::DiagnosticId id, const XmlText& text, std::string message, model::LineClass line_class = model::LineClass::opaque,
                std::string_view construct = "value that cannot be read");
  void complain_at(model::DiagnosticId id, uint32_t line, std::string message);
  bool addresses_missing = false;  // an own address that belongs to no interface told here
  bool quiet = false;  // a disabled rule: nobody is told of its problems

 private:
  text::pf::AddressMatch content_of(const std::string& alias);
  void add_interfaces();
  text::pf::Interface interface_of(const InterfaceEntry& entry, bool old_style);
  void add_address(text::pf::Interface& interface, const XmlText& address, const XmlText& length, model::Family family);
  void add_virtual_addresses();
  void add_groups();
  void add_aliases();
  void add_names();
  text::pf::AddressMatch of_interface(const XmlText& text, const text::pf::Interface& interface, model::Family family, bool network);
  text::pf::AddressMatch named_network(const XmlText& text, model::Family family);
  text::pf::AddressMatch address_text(const XmlText& text, model::Family family);

  const Section& section_;
  text::XmlAccount& account_;
  ImportResult& result_;
  std::map<std::string, size_t> by_id_;
  std::set<std::string> names_;
  std::set<std::string> said_;
  size_t copies_ = 8'000'000;  // addresses of aliases that rules may take over, each time they are named
};

// Whether the device looks at the ports of a rule for this protocol: get_ipprotocols('portsonly') of globals.inc. A number has none.
bool takes_ports(std::string_view protocol);

}  // namespace fwproof::importers::pfsense
