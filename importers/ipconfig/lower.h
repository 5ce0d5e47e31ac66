// Adapters of `ipconfig /all` as facts about the host.
#pragma once

#include <string>
#include <vector>

#include "importers/importer.h"
#include "importers/ipconfig/ast.h"

namespace fwproof::importers::ipconfig {

class FactCollector {
 public:
  explicit FactCollector(model::HostFacts& facts) : facts_(facts) {}

  // Nothing, or what is wrong with the line.
  std::string apply(const Line& line, model::Origin origin);
  // The last adapter is over, and with it the listing.
  void finish();

 private:
  struct Own {
    model::Prefix prefix;
    model::Origin origin;
    bool leased = false;   // a lease, or an address that the host made up, stands with it
  };

  void start_adapter(const Line& line, model::Origin origin);
  void finish_adapter();
  std::string add_address(const Line& line, model::Origin origin);
  std::string add_mask(std::string_view text);
  std::string add_gateway(std::string_view text, model::Origin origin);
  void assign(model::InterfaceFact& adapter, const Own& own) const;

  model::HostFacts& facts_;
  bool has_title_ = false;
  bool in_adapter_ = false;
  bool broken_ = false;                  // an address could not be read
  model::InterfaceFact adapter_;
  std::vector<Own> own_;
  bool is_unused_ = false;   // the last address is another host's
  std::optional<bool> dhcp_;
  model::Origin dhcp_origin_;
  bool is_point_to_point_ = false;
  Key last_ = Key::other;                // label of the lines that go on below it
};

}  // namespace fwproof::importers::ipconfig
