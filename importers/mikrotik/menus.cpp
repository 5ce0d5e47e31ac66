// A table, and so long: RouterOS has some two hundred menus, and each needs its reason.
#include "importers/mikrotik/menus.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

namespace fwproof::importers::mikrotik {
namespace {

// RouterOS manual (help.mikrotik.com, 2025) and the wiki for version 6 (wiki.mikrotik.com, 2019-2022).
constexpr auto kMenus = std::to_array<MenuSpec>({
    // Rules
    {"ip firewall filter", Role::firewall}, {"ip firewall nat", Role::firewall}, {"ip firewall mangle", Role::firewall},
    {"ip firewall raw", Role::firewall}, {"ipv6 firewall filter", Role::firewall}, {"ipv6 firewall nat", Role::firewall},
    {"ipv6 firewall mangle", Role::firewall}, {"ipv6 firewall raw", Role::firewall},
    {"ip firewall address-list", Role::items}, {"ipv6 firewall address-list", Role::items},
    {"ip firewall connection tracking", Role::settings},
    {"ip firewall layer7-protocol", Role::irrelevant, "pattern of an unknown condition"},
    {"ip firewall service-port", Role::irrelevant, "translation helper"},
    {"ip firewall connection", Role::irrelevant, "table of connections"},
    {"interface bridge filter", Role::items}, {"interface bridge nat", Role::items}, {"interface ethernet switch rule", Role::items},
    {"ip hotspot", Role::items}, {"ip ipsec policy", Role::items}, {"interface wireguard peers", Role::items},
    {"ip settings", Role::settings}, {"ipv6 settings", Role::settings}, {"interface bridge settings", Role::settings},
    {"ip upnp", Role::settings}, {"ip nat-pmp", Role::settings}, {"ip proxy", Role::settings}, {"ip socks", Role::settings},
    {"ip upnp interfaces", Role::irrelevant, "UPnP interface"}, {"ip nat-pmp interfaces", Role::irrelevant, "NAT-PMP interface"},
    {"ip proxy access", Role::irrelevant, "proxy rule"}, {"ip proxy", Role::irrelevant, "proxy rule", true},
    {"ip socks", Role::irrelevant, "proxy rule", true},
    // Interfaces
    {"interface", Role::items}, {"interface list", Role::items}, {"interface list member", Role::items}, {"interface bridge", Role::items},
    {"interface bridge port", Role::items}, {"interface vlan", Role::items}, {"interface bonding", Role::items},
    {"interface ethernet", Role::items}, {"interface wireless", Role::items}, {"interface wifi", Role::items},
    {"interface wifiwave2", Role::items}, {"interface veth", Role::items}, {"interface macvlan", Role::items}, {"interface dummy", Role::items},
    {"interface vrrp", Role::items}, {"interface gre", Role::items}, {"interface gre6", Role::items}, {"interface eoip", Role::items},
    {"interface eoipv6", Role::items}, {"interface ipip", Role::items}, {"interface ipipv6", Role::items}, {"interface 6to4", Role::items},
    {"interface vxlan", Role::items}, {"interface wireguard", Role::items}, {"interface lte", Role::items}, {"interface macsec", Role::items},
    {"interface vpls", Role::items}, {"interface sfp", Role::items}, {"interface ppp-client", Role::items}, {"interface pppoe-client", Role::items},
    {"interface l2tp-client", Role::items}, {"interface pptp-client", Role::items}, {"interface sstp-client", Role::items},
    {"interface ovpn-client", Role::items}, {"interface pppoe-server", Role::items}, {"interface l2tp-server", Role::items},
    {"interface pptp-server", Role::items}, {"interface sstp-server", Role::items}, {"interface ovpn-server", Role::items},
    {"interface l2tp-ether", Role::items}, {"interface w60g", Role::items}, {"interface loopback", Role::items},
    {"interface l2tp-server server", Role::settings}, {"interface pptp-server server", Role::settings},
    {"interface sstp-server server", Role::settings}, {"interface ovpn-server server", Role::settings},
    {"interface pppoe-server server", Role::items}, {"ppp profile", Role::items},
    {"interface bridge", Role::irrelevant, "layer 2 setting", true}, {"interface ethernet", Role::irrelevant, "layer 2 setting", true},
    {"interface wireless", Role::irrelevant, "radio setting", true}, {"interface wifi", Role::irrelevant, "radio setting", true},
    {"interface wifiwave2", Role::irrelevant, "radio setting", true}, {"interface lte", Role::irrelevant, "radio setting", true},
    {"interface w60g", Role::irrelevant, "radio setting", true}, {"interface dot1x", Role::irrelevant, "port authentication", true},
    {"interface detect-internet", Role::irrelevant, "interface detection"}, {"interface mesh", Role::irrelevant, "layer 2 setting", true},
    {"interface vxlan", Role::irrelevant, "layer 2 setting", true}, {"interface traffic-eng", Role::irrelevant, "layer 2 setting", true},
    // Addresses
    {"ip address", Role::items}, {"ipv6 address", Role::items}, {"ip pool", Role::items}, {"ip dhcp-server", Role::items},
    {"ip dhcp-server lease", Role::items}, {"ip dhcp-server matcher", Role::items}, {"ip dhcp-server vendor-class-id", Role::items},
    {"ipv6 dhcp-server", Role::items}, {"ip dhcp-client", Role::items}, {"ipv6 dhcp-client", Role::items},
    {"ip dhcp-server", Role::irrelevant, "DHCP option", true}, {"ip dhcp-client", Role::irrelevant, "DHCP option", true},
    {"ip dhcp-relay", Role::irrelevant, "DHCP relay"}, {"ipv6 pool", Role::irrelevant, "IPv6 pool"}, {"ipv6 nd", Role::irrelevant, "neighbour discovery", true},
    {"ipv6 dhcp-server", Role::irrelevant, "DHCP option", true}, {"ipv6 dhcp-client", Role::irrelevant, "DHCP option", true},
    {"ipv6 dhcp-relay", Role::irrelevant, "DHCP relay", true}, {"ip arp", Role::irrelevant, "ARP entry"}, {"ipv6 neighbor", Role::irrelevant, "neighbour entry"},
    // Routes
    {"ip route", Role::items}, {"ipv6 route", Role::items}, {"ip route rule", Role::items}, {"routing rule", Role::items},
    {"ip route vrf", Role::items}, {"ip vrf", Role::items}, {"routing table", Role::irrelevant, "name of a routing table"},
    {"routing id", Role::irrelevant, "router id"}, {"routing filter", Role::irrelevant, "filter of a routing protocol", true},
    {"routing bfd", Role::irrelevant, "failure detection", true}, {"routing settings", Role::irrelevant, "routing setting"},
    {"routing ospf", Role::routing, "", true}, {"routing ospf-v3", Role::routing, "", true}, {"routing bgp", Role::routing, "", true},
    {"routing rip", Role::routing, "", true}, {"routing ripng", Role::routing, "", true}, {"routing isis", Role::routing, "", true},
    {"routing igmp-proxy", Role::irrelevant, "multicast", true}, {"routing pimsm", Role::irrelevant, "multicast", true},
    {"routing pim", Role::irrelevant, "multicast", true}, {"routing gmp", Role::irrelevant, "multicast", true},
    {"routing mme", Role::routing, "", true}, {"routing rpki", Role::irrelevant, "filter of a routing protocol", true}, {"mpls", Role::routing, "", true},
    {"ip vrrp", Role::irrelevant, "layer 2 setting", true},
    // What else a router does
    {"ip service", Role::irrelevant, "management service"}, {"ip ssh", Role::irrelevant, "management service"},
    {"ip dns", Role::irrelevant, "name resolution", true}, {"ip cloud", Role::irrelevant, "dynamic DNS", true},
    {"ip neighbor", Role::irrelevant, "neighbour discovery", true}, {"ip accounting", Role::irrelevant, "accounting", true},
    {"ip traffic-flow", Role::irrelevant, "accounting", true}, {"ip smb", Role::irrelevant, "file service", true}, {"ip tftp", Role::irrelevant, "file service", true},
    {"ip media", Role::irrelevant, "file service", true}, {"ip hotspot", Role::irrelevant, "hotspot parameter", true}, {"ip kid-control", Role::items}, {"ip kid-control device", Role::items},
    {"ip ipsec", Role::irrelevant, "IPsec parameter", true}, {"ip packing", Role::irrelevant, "packet packing"}, {"ip reverse-proxy", Role::irrelevant, "proxy rule", true},
    {"interface l2tp-server", Role::irrelevant, "tunnel parameter", true}, {"interface ovpn-server", Role::irrelevant, "tunnel parameter", true},
    {"ppp", Role::irrelevant, "tunnel parameter", true}, {"caps-man", Role::irrelevant, "radio setting", true}, {"certificate", Role::irrelevant, "certificate", true},
    {"console", Role::irrelevant, "console", true}, {"disk", Role::irrelevant, "storage", true}, {"dude", Role::irrelevant, "monitoring", true},
    {"file", Role::irrelevant, "storage", true}, {"iot", Role::irrelevant, "other device feature", true}, {"lcd", Role::irrelevant, "display", true},
    {"log", Role::irrelevant, "logging", true}, {"partitions", Role::irrelevant, "storage", true}, {"port", Role::irrelevant, "serial port", true},
    {"queue", Role::irrelevant, "quality of service", true}, {"radius", Role::irrelevant, "authentication", true}, {"snmp", Role::irrelevant, "monitoring", true},
    {"special-login", Role::irrelevant, "console", true}, {"store", Role::irrelevant, "storage", true},
    {"system", Role::irrelevant, "system setting", true}, {"system script", Role::irrelevant, "stored script"},
    {"system scheduler", Role::irrelevant, "stored script"}, {"tool netwatch", Role::irrelevant, "stored script"},
    {"tool", Role::irrelevant, "tool", true}, {"tr069-client", Role::irrelevant, "management service", true}, {"user", Role::irrelevant, "account", true},
    {"user-manager", Role::irrelevant, "authentication", true}, {"lora", Role::irrelevant, "other device feature", true}, {"app", Role::irrelevant, "other device feature", true},
});

const std::unordered_map<std::string_view, const MenuSpec*>& index(bool subtree) {
  static const auto build = [](bool wanted) {
    std::unordered_map<std::string_view, const MenuSpec*> map;
    for (const MenuSpec& spec : kMenus)
      if (spec.subtree == wanted) map.emplace(spec.path, &spec);
    return map;
  };
  static const auto exact = build(false), below = build(true);
  return subtree ? below : exact;
}

}  // namespace

MenuSpec menu_spec(std::string_view path) {
  if (const auto found = index(false).find(path); found != index(false).end()) return *found->second;
  while (true) {
    if (const auto found = index(true).find(path); found != index(true).end()) return *found->second;
    const size_t cut = path.rfind(' ');
    if (cut == std::string_view::npos) return {};
    path = path.substr(0, cut);
  }
}

bool is_menu_prefix(std::string_view path) {
  return path.empty() || std::any_of(kMenus.begin(), kMenus.end(), [&](const MenuSpec& spec) {
    return spec.path.size() > path.size() && spec.path.starts_with(path) && spec.path[path.size()] == ' ';
  });
}

// Two words of a menu are enough, and no other format has them: "/ip firewall", "/interface/bridge".
bool is_menu_line(std::string_view line) {
  const size_t start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos || line[start] != '/') return false;
  line.remove_prefix(start + 1);
  std::string words;
  size_t count = 0, at = 0;
  while (count < 2 && at < line.size()) {
    size_t end = at;
    while (end < line.size() && ((line[end] >= 'a' && line[end] <= 'z') || (line[end] >= '0' && line[end] <= '9') || line[end] == '-')) ++end;
    if (end == at) return false;
    words += (count > 0 ? " " : "") + std::string(line.substr(at, end - at));
    ++count;
    if (end < line.size() && line[end] != ' ' && line[end] != '/' && line[end] != '\r' && line[end] != '\t') return false;
    at = end + 1;
    while (at < line.size() && line[at] == ' ') ++at;
  }
  if (count < 2) return false;
  constexpr auto kOthers = std::to_array<std::string_view>(
      {"queue simple", "queue tree", "queue type", "system clock", "system identity", "system logging", "system note", "system ntp",
       "system package", "system routerboard", "system scheduler", "system script"});
  if (std::find(kOthers.begin(), kOthers.end(), words) != kOthers.end()) return true;
  if (!words.starts_with("ip ") && !words.starts_with("ipv6 ") && !words.starts_with("interface ") && !words.starts_with("routing ")) return false;
  return menu_spec(words).role != Role::unknown || is_menu_prefix(words);
}

}  // namespace fwproof::importers::mikrotik
