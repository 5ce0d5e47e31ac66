// Tables, hence long. Sources: firewall4 of 2025-03-17, root/usr/share/ucode/fw4.uc (parse_defaults, parse_zone, parse_rule, parse_redirect,
// parse_nat, parse_ipset, parse_include and the ICMP tables); firewall3 of 2025-10-03 (options.c, icmp_codes.h); netifd and its protocol
// handlers; dnsmasq.init and odhcpd of OpenWrt 23.05; OpenWrt user guide, "Firewall configuration", "Network configuration", "DHCP" (2024).
#include "importers/openwrt/words.h"

#include <algorithm>
#include <array>
#include <string>

#include "importers/text/number.h"

namespace fwproof::importers::openwrt {
namespace {

struct TypeRow {
  std::string_view package;
  std::string_view types;   // blank-separated
  Use use;
  std::string_view reason;
};

// Types `rule`, `ipset` and `include` stand in several packages: see parse.cpp.
constexpr auto kTypes = std::to_array<TypeRow>({
    {"firewall", "defaults zone forwarding rule redirect nat ipset include", Use::modelled, ""},
    {"firewall", "helper cthelper", Use::irrelevant, "connection tracking helper"},
    {"network", "interface alias device route route6 globals", Use::modelled, ""},
    {"network", "rule rule6", Use::opaque, "policy routing"},
    {"network", "switch switch_vlan switch_port switch_ext bridge-vlan bridge_vlan wifi-vlan", Use::irrelevant, "switch or VLAN"},
    {"network", "neighbor", Use::irrelevant, "static neighbour"},
    {"dhcp", "dhcp host", Use::modelled, ""},
    {"dhcp", "dnsmasq odhcpd domain cname hostrecord mxhost srvhost ptrrecord relay", Use::irrelevant, "name service and DHCP server settings"},
    {"dhcp", "boot tag mac userclass vendorclass circuitid remoteid subscrid match classify dhcp_option dnsmasq_option",
     Use::irrelevant, "DHCP options for groups of clients"},
    {"dhcp", "ipset", Use::opaque, "set filled from DNS answers"},
});

// What other programs' packages do to packets.
constexpr auto kPackages = std::to_array<TypeRow>({
    {"", "system luci ucitrack rpcd uhttpd dropbear attendedsysupgrade fstab ubootenv acme cron", Use::irrelevant, "package of the system"},
    {"", "wireless etherwake snmpd lldpd umdns avahi ddns nlbwmon vnstat collectd luci_statistics statistics watchcat netdata wol hd-idle",
     Use::irrelevant, "package of another service"},
    {"", "samba samba4 ksmbd minidlna transmission nfs vsftpd mosquitto prometheus-node-exporter-lua bluetooth_speaker",
     Use::irrelevant, "package of another service"},
    {"", "sqm qos nft-qos eqos", Use::irrelevant, "package that shapes traffic"},
    {"", "adblock simple-adblock adblock-fast https-dns-proxy stubby unbound smartdns", Use::opaque, "package that adds firewall rules"},
    {"", "upnpd banip bcp38 fwknopd nodogsplash opennds coova-chilli wifidog passwall passwall2 shadowsocksr openclash v2raya homeproxy",
     Use::opaque, "package that adds firewall rules"},
    {"", "mwan3 pbr vpn-policy-routing multiwan", Use::opaque, "package that routes by policy"},
    {"", "openvpn ipsec strongswan swanctl zerotier tailscale xl2tpd", Use::opaque, "VPN package"},
    {"", "frr quagga bird bird2 babeld olsrd ospfd bgpd", Use::opaque, "routing daemon"},
});

struct OptionRow {
  std::string_view package;
  std::string_view types;
  std::string_view options;
  Use use;
  std::string_view reason;
};

constexpr std::string_view kMatchOptions =
    "enabled name family src dest proto src_ip src_mac src_port dest_ip dest_port ipset mark limit limit_burst start_date stop_date start_time stop_time "
    "weekdays utc_time target helper";

constexpr auto kOptions = std::to_array<OptionRow>({
    // ---- firewall ----
    {"firewall", "defaults", "input output forward drop_invalid syn_flood synflood_protect synflood_rate synflood_burst auto_includes", Use::modelled, ""},
    {"firewall", "defaults", "tcp_reject_code any_reject_code", Use::irrelevant, "wording of a rejection"},
    {"firewall", "defaults", "tcp_syncookies tcp_ecn tcp_window_scaling tcp_timestamps accept_redirects accept_source_route", Use::irrelevant, "setting of the TCP/IP stack"},
    {"firewall", "defaults", "flow_offloading flow_offloading_hw", Use::irrelevant, "fast path of accepted connections"},
    {"firewall", "defaults", "auto_helper", Use::irrelevant, "connection tracking helper"},
    {"firewall", "defaults zone", "custom_chains", Use::modelled, ""},
    {"firewall", "defaults", "disable_ipv6", Use::modelled, ""},
    {"firewall", "zone", "enabled name family network device subnet input output forward masq masq_allow_invalid masq_src masq_dest masq6", Use::modelled, ""},
    {"firewall", "zone", "mtu_fix", Use::irrelevant, "TCP segment size"},
    {"firewall", "zone", "log log_limit counter conntrack", Use::irrelevant, "logging and counting"},
    {"firewall", "zone", "auto_helper helper", Use::irrelevant, "connection tracking helper"},
    {"firewall", "forwarding", "enabled name family src dest", Use::modelled, ""},
    {"firewall", "rule redirect nat", kMatchOptions, Use::modelled, ""},
    {"firewall", "rule redirect nat", "_name", Use::modelled, ""},
    {"firewall", "rule redirect nat forwarding", "log log_limit counter comment description", Use::irrelevant, "logging and counting"},
    {"firewall", "rule", "device direction icmp_type set_mark set_xmark dscp set_dscp set_helper monthdays", Use::modelled, ""},
    {"firewall", "rule redirect nat zone", "extra extra_src extra_dest", Use::opaque, "extra arguments for iptables"},
    {"firewall", "redirect", "src_dip src_dport reflection reflection_src reflection_zone monthdays", Use::modelled, ""},
    {"firewall", "nat", "device snat_ip snat_port connlimit_ports monthdays", Use::modelled, ""},
    {"firewall", "ipset", "enabled name family match entry loadfile timeout storage external netmask maxelem hashsize iprange portrange", Use::modelled, ""},
    {"firewall", "ipset", "comment counters reload_set", Use::irrelevant, "logging and counting"},
    {"firewall", "include", "enabled path type fw4_compatible position chain family reload", Use::modelled, ""},
    // ---- network ----
    {"network", "globals", "ula_prefix", Use::modelled, ""},
    {"network", "globals", "packet_steering steering_flows default_ps dhcp_default_duid netifd_debug", Use::irrelevant, "setting of the TCP/IP stack"},
    {"network", "globals", "congestion mptcp_path_manager mptcp_scheduler mptcp_checksum mptcp_debug mptcp_syn_retries mptcp_subflows "
                           "mptcp_add_addr_accepted mptcp_add_addr_timeout mptcp_pm_type mptcp_disable_initial_config mptcp_force_multipath mptcpd_enable "
                           "mptcp_fullmesh_num_subflows mptcp_fullmesh_create_on_err mptcp_ndiffports_num_subflows multipath",
     Use::irrelevant, "multipath TCP"},
    {"network", "interface alias", "proto device ifname type interface ipaddr netmask gateway broadcast ip6addr ip6gw ip6prefix ip6assign ip6hint ip6ifaceid ip6class "
                                   "disabled enabled auto defaultroute metric ip4table ip6table addresses peeraddr ip6prefixlen zone",
     Use::modelled, ""},
    {"network", "interface", "ipv6", Use::modelled, ""},
    {"network", "interface", "delegate reqaddress reqprefix sourcefilter norelease forceprefix extendprefix iface_dslite iface_map iface_464xlat", Use::irrelevant, "request to a DHCP server"},
    {"network", "interface", "hostname clientid vendorid reqopts sendopts customroutes classlessroute broadcast_flag", Use::irrelevant, "request to a DHCP server"},
    {"network", "interface alias", "peerdns dns dns_search dns_metric", Use::irrelevant, "name service"},
    {"network", "interface", "macaddr mtu mtu6 txqueuelen force_link bridge_empty stp igmp_snooping igmpversion multicast_querier forward_delay hello_time "
                             "max_age ageing_time priority addlatency arp_accept rpsmask xpsmask ieee8021x _orig_ifname _orig_bridge nohostroute",
     Use::irrelevant, "setting of the link"},
    {"network", "interface", "username password pincode apn pdptype service dialnumber ac keepalive demand pppd_options host_uniq pppname auth ppp_redial maxwait modes "
                             "delay connect init allow_roaming dhcp dhcpv6 plmn profile autoconnect signalrate lowpower server checkup_interval",
     Use::irrelevant, "credentials and dialling"},
    {"network", "interface", "private_key listen_port fwmark nohostkey tunlink tunnelid ttl tos df encaplimit ip6prefix_source 6rd_prefix multicast remote_id key ikey okey icsum ocsum",
     Use::irrelevant, "tunnel parameters"},
    {"network", "interface", "multipath leasetime label description comment", Use::irrelevant, "multipath TCP"},
    {"network", "device", "name type", Use::modelled, ""},
    {"network", "device", "ipv6", Use::modelled, ""},
    {"network", "device", "ports ifname vid ingress_qos_mapping egress_qos_mapping mode macaddr mtu mtu6 txqueuelen stp igmp_snooping igmpversion mldversion bridge_empty promisc acceptlocal "
                          "rpfilter multicast multicast_querier query_interval priority forward_delay hello_time max_age ageing_time vlan_filtering vlan_range vlan_tagging "
                          "hash_max robustness last_member_interval query_response_interval has_veths policy min_links xmit_hash_policy all_ports_active lacp_rate ad_select "
                          "unicast_flood learning isolate neighreachabletime neighgcstaletime neighlocktime dadtransmits sendredirects speed duplex autoneg pause rxpause txpause gro eee",
     Use::irrelevant, "setting of the link"},
    {"network", "route route6", "interface target netmask gateway metric table type onlink disabled", Use::modelled, ""},
    {"network", "route route6", "mtu source proto description comment", Use::irrelevant, "detail of a route"},
    {"network", "wireguard", "allowed_ips route_allowed_ips disabled", Use::modelled, ""},
    {"network", "wireguard", "public_key private_key preshared_key description endpoint_host endpoint_port persistent_keepalive", Use::irrelevant, "tunnel parameters"},
    // ---- dhcp ----
    {"dhcp", "dhcp", "interface start limit ignore dynamicdhcp dhcpv4 netmask", Use::modelled, ""},
    {"dhcp", "dhcp", "leasetime force dhcp_option dhcp_option_force networkid instance options master relay tag addresses_static authoritative max_preferred_lifetime max_valid_lifetime",
     Use::irrelevant, "DHCP lease details"},
    {"dhcp", "dhcp", "dhcpv6 ra ra_management ra_default ra_slaac ra_flags ra_preference ra_lifetime ra_mtu ra_hoplimit ra_dns ra_maxinterval ra_mininterval ra_useleasetime ndp dns domain dns_service "
                     "dhcpv6_na dhcpv6_pd prefix_filter ndproxy_routing ndproxy_slave routes_prefix preferred_lifetime ra_offlink ra_advrouter dhcpv6_assignall piofolder pxe dnr",
     Use::irrelevant, "IPv6 advertisements"},
    {"dhcp", "host", "ip mac duid name networkid hostid leasetime dns broadcast tag instance match_tag gw enable disabled", Use::modelled, ""},
});

struct ProtocolName {
  std::string_view name;
  unsigned number;
};
// IANA, "Protocol Numbers" (2024-12), with the spellings of /etc/protocols of OpenWrt's base-files.
constexpr auto kProtocols = std::to_array<ProtocolName>({
    {"icmp", 1}, {"igmp", 2}, {"ggp", 3}, {"ipencap", 4}, {"ipip", 4}, {"st", 5}, {"tcp", 6}, {"egp", 8}, {"igp", 9}, {"pup", 12}, {"udp", 17}, {"hmp", 20},
    {"xns-idp", 22}, {"rdp", 27}, {"iso-tp4", 29}, {"dccp", 33}, {"xtp", 36}, {"ddp", 37}, {"idpr-cmtp", 38}, {"ipv6", 41}, {"ipv6-route", 43},
    {"ipv6-frag", 44}, {"idrp", 45}, {"rsvp", 46}, {"gre", 47}, {"esp", 50}, {"ah", 51}, {"skip", 57}, {"ipv6-icmp", 58}, {"icmpv6", 58},
    {"ipv6-nonxt", 59}, {"ipv6-opts", 60}, {"rspf", 73}, {"vmtp", 81}, {"eigrp", 88}, {"ospf", 89}, {"ospfigp", 89}, {"ax.25", 93}, {"etherip", 97},
    {"encap", 98}, {"pim", 103}, {"ipcomp", 108}, {"vrrp", 112}, {"l2tp", 115}, {"isis", 124}, {"sctp", 132}, {"fc", 133}, {"mh", 135},
    {"mobility-header", 135}, {"udplite", 136}, {"mpls-in-ip", 137}, {"hip", 139}, {"shim6", 140},
});

// fw4.uc, ipv4_icmptypes and ipv6_icmptypes. `any` is not here: fw4 writes type 255 for it, fw3 means any type.
constexpr auto kIcmp = std::to_array<IcmpName>({
    {"echo-reply", 0, -1, 129, -1}, {"pong", 0, -1, 129, -1}, {"destination-unreachable", 3, -1, 1, -1}, {"network-unreachable", 3, 0},
    {"host-unreachable", 3, 1}, {"protocol-unreachable", 3, 2}, {"port-unreachable", 3, 3, 1, 4}, {"fragmentation-needed", 3, 4},
    {"source-route-failed", 3, 5}, {"network-unknown", 3, 6}, {"host-unknown", 3, 7}, {"network-prohibited", 3, 9}, {"host-prohibited", 3, 10},
    {"TOS-network-unreachable", 3, 11}, {"TOS-host-unreachable", 3, 12}, {"communication-prohibited", 3, 13, 1, 1},
    {"host-precedence-violation", 3, 14}, {"precedence-cutoff", 3, 15}, {"source-quench", 4, -1}, {"redirect", 5, -1, 137, -1},
    {"network-redirect", 5, 0}, {"host-redirect", 5, 1}, {"TOS-network-redirect", 5, 2}, {"TOS-host-redirect", 5, 3},
    {"echo-request", 8, -1, 128, -1}, {"ping", 8, -1, 128, -1}, {"router-advertisement", 9, -1, 134, -1}, {"router-solicitation", 10, -1, 133, -1},
    {"time-exceeded", 11, -1, 3, -1}, {"ttl-exceeded", 11, -1, 3, -1}, {"ttl-zero-during-transit", 11, 0, 3, 0},
    {"ttl-zero-during-reassembly", 11, 1, 3, 1}, {"parameter-problem", 12, -1, 4, -1}, {"ip-header-bad", 12, 0},
    {"required-option-missing", 12, 1}, {"timestamp-request", 13, -1}, {"timestamp-reply", 14, -1}, {"address-mask-request", 17, -1},
    {"address-mask-reply", 18, -1},
    {"no-route", -1, -1, 1, 0}, {"address-unreachable", -1, -1, 1, 3}, {"packet-too-big", -1, -1, 2, -1}, {"bad-header", -1, -1, 4, 0},
    {"unknown-header-type", -1, -1, 4, 1}, {"unknown-option", -1, -1, 4, 2}, {"multicast-listener-query", -1, -1, 130, -1},
    {"multicast-listener-report", -1, -1, 131, -1}, {"multicast-listener-done", -1, -1, 132, -1}, {"neighbour-solicitation", -1, -1, 135, -1},
    {"neighbor-solicitation", -1, -1, 135, -1}, {"neighbour-advertisement", -1, -1, 136, -1}, {"neighbor-advertisement", -1, -1, 136, -1},
    {"router-renumbering", -1, -1, 138, -1}, {"node-info-query", -1, -1, 139, -1}, {"node-info-response", -1, -1, 140, -1},
    {"inverse-neighbour-discovery-solicitation-message", -1, -1, 141, -1}, {"inverse-neighbor-discovery-solicitation-message", -1, -1, 141, -1},
    {"inverse-neighbour-discovery-advertisement-message", -1, -1, 142, -1}, {"inverse-neighbor-discovery-advertisement-message", -1, -1, 142, -1},
    {"v2-multicast-listener-report", -1, -1, 143, -1}, {"home-agent-address-discovery-request-message", -1, -1, 144, -1},
    {"home-agent-address-discovery-reply-message", -1, -1, 145, -1}, {"mobile-prefix-solicitation", -1, -1, 146, -1},
    {"mobile-prefix-advertisement", -1, -1, 147, -1}, {"certification-path-solicitation-message", -1, -1, 148, -1},
    {"certification-path-advertisement-message", -1, -1, 149, -1}, {"seamoby-protocol-message", -1, -1, 150, -1},
    {"multicast-router-advertisement", -1, -1, 151, -1}, {"multicast-router-solicitation", -1, -1, 152, -1},
    {"multicast-router-termination", -1, -1, 153, -1}, {"fmipv6-message", -1, -1, 154, -1}, {"rpl-control-message", -1, -1, 155, -1},
    {"ilnpv6-locator-update-message", -1, -1, 156, -1}, {"duplicate-address-request", -1, -1, 157, -1},
    {"duplicate-address-confirmation", -1, -1, 158, -1}, {"mpl-control-message", -1, -1, 159, -1}, {"extended-echo-request", -1, -1, 160, -1},
    {"extended-ping", -1, -1, 160, -1}, {"extended-echo-reply", -1, -1, 161, -1}, {"extended-pong", -1, -1, 161, -1},
});

bool has_word(std::string_view list, std::string_view word) {
  if (word.empty()) return false;
  for (size_t at = list.find(word); at != std::string_view::npos; at = list.find(word, at + 1)) {
    const size_t end = at + word.size();
    if ((at == 0 || list[at - 1] == ' ') && (end == list.size() || list[end] == ' ')) return true;
  }
  return false;
}

bool is_shared(std::string_view type) { return type == "rule" || type == "ipset" || type == "include"; }

// `config wireguard_wg0`: the peers of interface wg0.
std::string_view base_type(std::string_view type) { return type.starts_with("wireguard_") ? "wireguard" : type; }

}  // namespace

std::string_view package_of_type(std::string_view type) {
  if (is_shared(type)) return {};
  if (base_type(type) == "wireguard") return "network";
  for (const TypeRow& row : kTypes)
    if (has_word(row.types, type)) return row.package;
  return {};
}

WordUse type_use(std::string_view package, std::string_view type) {
  if (package == "network" && base_type(type) == "wireguard") return {Use::modelled, ""};
  for (const TypeRow& row : kTypes)
    if (row.package == package && has_word(row.types, type)) return {row.use, row.reason};
  return {};
}

WordUse option_use(std::string_view package, std::string_view type, std::string_view option) {
  for (const OptionRow& row : kOptions)
    if (row.package == package && has_word(row.types, base_type(type)) && has_word(row.options, option)) return {row.use, row.reason};
  return {};
}

WordUse package_use(std::string_view package) {
  for (const TypeRow& row : kPackages)
    if (has_word(row.types, package)) return {row.use, row.reason};
  return {};
}

std::optional<unsigned> protocol_number(std::string_view name) {
  if (const auto number = text::parse_decimal(name, 255)) return static_cast<unsigned>(*number);
  for (const ProtocolName& row : kProtocols)
    if (row.name == name) return row.number;
  return std::nullopt;
}

const IcmpName* find_icmp(std::string_view name) {
  for (const IcmpName& row : kIcmp)
    if (row.name == name) return &row;
  return nullptr;
}

}  // namespace fwproof::importers::openwrt
