// /etc/config/network and /etc/config/dhcp: interfaces with the devices that packets are seen on, addresses, routes, pools.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "importers/openwrt/reader.h"
#include "model/network.h"

namespace fwproof::importers::openwrt {

// A logical network ("lan").
struct NetworkInterface {
  std::string name;
  std::string device;                       // what packets show as their interface: "br-lan", "pppoe-wan"
  std::vector<model::Prefix> addresses;     // with host bits
  bool dynamic_v4 = false, dynamic_v6 = false;
  bool disabled = false;
  model::Origin origin;
};

// The peers of a WireGuard interface let in and out only what they are allowed to.
struct WireGuard {
  std::string device;
  model::AddressSet allowed;
  model::Origin origin;
};

struct Networks {
  bool given = false;                       // a network configuration is among the files
  std::map<std::string, NetworkInterface, std::less<>> interfaces;
  std::vector<WireGuard> tunnels;
  std::map<std::string, model::Origin> without_v6;   // devices with IPv6 switched off
  bool old_style = false;                   // `ifname` in an interface: before OpenWrt 21.02

  const NetworkInterface* find(std::string_view name) const;
  // Static addresses of the networks on a device, and whether there may be others.
  std::vector<model::Prefix> addresses_of(std::string_view device, model::Family family) const;
  bool may_have_more(std::string_view device, model::Family family) const;
};

Networks read_networks(const Config& config, Reader& reader, model::HostFacts& facts);
void read_dhcp(const Config& config, const Networks& networks, Reader& reader, model::HostFacts& facts);

}  // namespace fwproof::importers::openwrt
