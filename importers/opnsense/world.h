// What the names in rules stand for on this device, and where to complain.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "importers/importer.h"
#include "importers/opnsense/ast.h"

namespace fwproof::importers::opnsense {

// What the configuration tells of the name of a gateway: whether it may be in the device's map, or may not be, and its family.
struct KnownGateway {
  bool there = false;
  bool missing = true;
  std::optional<model::Family> family;
};

std::string upper(std::string text);

class World {
 public:
  World(const Config& config, const Section& section, text::XmlAccount& account, ImportResult& result);

  const Config& config;
  text::pf::AliasTable aliases;
  std::vector<text::pf::Interface> interfaces;  // assigned ones, then groups

  const text::pf::Interface* find(const std::string& id) const;
  // The interfaces that a rule on this name stands for: members of a group, itself.
  std::vector<std::string> expand(const std::string& name) const;
  std::set<std::string> names() const { return names_; }
  // Interfaces that lead to no gateway and have an address of the family, without `except`: where reflection happens.
  std::vector<std::string> inner_interfaces(const std::string& except, model::Family family) const;
  unsigned group_sequence(const std::string& id) const;
  // Whether a rule with this name for an address is left out: it is that of an interface that is switched off.
  bool leaves_out(const std::string& name) const;

  // One name of an endpoint's list.
  text::pf::AddressMatch address(const std::string& name, uint32_t line, model::Family family);
  // The network of an interface by the interface's own name, not by the alias that is made for it.
  bool is_network(const std::string& name) const { return find(name) != nullptr; }
  text::pf::PortMatch ports(const XmlText& text);

  void complain(model::DiagnosticId id, uint32_t line, std::string message, model::LineClass line_class = model::LineClass::opaque, std::string_view construct = "value that cannot be read");
  void tell(model::DiagnosticId id, uint32_t line, std::string message);
  std::map<std::string, KnownGateway> gateways;             // those that were asked for
  std::multimap<std::string, const InterfaceEntry*> stems;  // what the names of gateways that come with an address begin with
  bool addresses_missing = false;  // an own address that belongs to no interface told here
  bool quiet = false;  // a disabled rule: nobody is told of its problems

 private:
  text::pf::AddressMatch content_of(const std::string& alias);
  void add_interfaces();
  text::pf::Interface interface_of(const InterfaceEntry& entry);
  void add_address(text::pf::Interface& interface, const XmlText& address, const XmlText& length, model::Family family);
  void add_virtual_addresses();
  void add_groups();
  void add_aliases();
  void add_names();

  const Section& section_;
  text::XmlAccount& account_;
  ImportResult& result_;
  std::map<std::string, size_t> by_id_;
  std::map<std::string, unsigned> group_sequences_;
  std::set<std::string> names_;
  std::set<std::string> said_;
  size_t copies_ = 8'000'000;  // addresses of aliases that rules may take over, each time they are named
};

}  // namespace fwproof::importers::opnsense
