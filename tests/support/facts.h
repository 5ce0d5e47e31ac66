// Imports one text as the files of one host and looks at the facts.
#pragma once

#include <string>

#include "importers/registry.h"
#include "model/address.h"

namespace fwproof::tests {

inline importers::ImportedHost import_text(const std::string& text, const std::string& as = "", const std::string& path = "f") {
  model::Sources sources;
  sources.files.push_back({path, text});
  return importers::import_host(sources, {0}, as.empty() ? std::vector<std::string>{} : std::vector<std::string>{as});
}

// "192.168.1.10-192.168.1.19, …": every address that some pool hands out.
inline model::AddressSet handed_out(const importers::ImportedHost& host) {
  model::AddressSet all;
  for (const model::DhcpPool& pool : host.facts.dhcp_pools) all = all.united(pool.addresses);
  return all;
}

inline bool contains(const model::AddressSet& set, const char* text) {
  const auto address = model::parse_address(text);
  return address && set.in(address->family).contains(address->value);
}

inline bool in_gap(const importers::ImportedHost& host, const char* text) {
  for (const model::DhcpGap& gap : host.facts.dhcp_gaps)
    if (contains(gap.addresses, text)) return true;
  return false;
}

// Classes add up to the non-blank lines by construction; a line that nobody has set is unrecognised.
inline size_t unrecognised(const importers::ImportedHost& host) { return host.inputs.at(0).account.count(model::LineClass::unrecognised); }

// What the export says of an address: "leased", "fixed", "there" (and no more), "absent".
inline std::string assigned(const importers::ImportedHost& host, const char* text) {
  const auto address = model::parse_address(text);
  std::string said = "absent";
  for (const model::InterfaceFact& interface : host.facts.interfaces) {
    for (const model::Prefix& own : interface.addresses)
      if (address && own.address == *address) said = "there";
    for (const model::AssignedAddress& own : interface.fixed)
      if (address && own.prefix.address == *address) said = "fixed";
    for (const model::AssignedAddress& own : interface.leased)
      if (address && own.prefix.address == *address) return "leased";
  }
  return said;
}

}  // namespace fwproof::tests
