// `netsh interface portproxy`: what listens on this host and relays to another (FORMAT.md, "Port proxies").
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "importers/netsh/change.h"
#include "importers/netsh/command.h"
#include "importers/netsh/report.h"
#include "model/network.h"

namespace fwproof::importers::netsh {

// arguments: behind the words "interface portproxy".
Effect apply_portproxy(const std::vector<Argument>& arguments, const CommandContext& context, Firewall& firewall, Reporter& reporter);

// The table of `show all`: a heading that names the family twice, in any language, and four columns below a line of dashes.
bool portproxy_listing_starts_at(std::span<const std::string_view> lines, size_t at);

class PortproxyListing {
 public:
  PortproxyListing(Firewall& firewall, Reporter& reporter) : firewall_(firewall), reporter_(reporter) {}
  // false: the line is not part of such a table.
  bool take(std::span<const Line> lines, size_t at, std::span<const std::string_view> raw);

 private:
  enum class Where : uint8_t { outside, heading, rows };
  Firewall& firewall_;
  Reporter& reporter_;
  Where where_ = Where::outside;
  bool listens_v6_ = false;
};

// Who takes connections to ports of this host. Commands whose effect is unknown may have made one of any kind.
std::vector<model::Interception> lower_portproxies(const Firewall& firewall);

}  // namespace fwproof::importers::netsh
