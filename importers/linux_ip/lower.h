// Facts about a host out of lines or JSON.
#pragma once

#include <string>

#include "importers/importer.h"
#include "importers/linux_ip/ast.h"

namespace fwproof::importers::linux_ip {

class FactCollector {
 public:
  explicit FactCollector(model::HostFacts& facts) : facts_(facts) {}

  // Nothing, or what is wrong with the line.
  std::string apply(const Line& line, model::Origin origin);
  // A section ends: what only the whole listing tells is settled.
  void finish();
  // The text of a whole JSON file; what is wrong with it, or nothing.
  std::string apply_json(const std::string& text, model::Origin origin);

 private:
  std::string add_address(const Line& line, model::Origin origin);
  std::string add_route(const Line& line, model::Origin origin);
  model::InterfaceFact& interface(std::string_view name, model::Origin origin);
  void assign(model::InterfaceFact& interface, const model::Prefix& address, bool passing, bool made, model::Origin origin);
  void expire(const Line& line);
  void add_address_to(model::InterfaceFact& interface, const model::Prefix& address);

  model::HostFacts& facts_;
  std::string current_;                          // interface of the indented lines
  model::Prefix multipath_;                      // destination of the nexthop lines
  bool has_v4_ = false, has_v6_ = false, has_lo_ = false;
  bool has_link_ = false, has_details_ = false;  // link lines; those of -d
  bool routes_v6_ = false;
  std::vector<size_t> open_defaults_;            // "default dev ppp0" without a gateway: family still open
};

}  // namespace fwproof::importers::linux_ip
