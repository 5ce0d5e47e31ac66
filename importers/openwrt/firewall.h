// /etc/config/firewall, read: what its sections say, in firewall4's terms. Nothing is lowered yet.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "importers/openwrt/network.h"
#include "importers/openwrt/reader.h"
#include "importers/openwrt/values.h"
#include "model/policy.h"

namespace fwproof::importers::openwrt {

// A condition that is not understood, or that the packet model does not hold.
struct Unread {
  std::string kind;
  std::string text;
  bool pure = false;
};

// accept, reject, drop, or nothing when the option says none of them; and where that stands.
struct ZonePolicy {
  std::optional<model::ActionKind> action;
  model::Origin origin;
  std::string text;                 // "option input 'REJECT'"
};

struct Device {
  std::string name;                 // without the wildcard's sign
  bool wildcard = false;
  bool inverted = false;
};

struct Zone {
  std::string name;
  model::Origin origin;
  FamilyChoice family = FamilyChoice::unset;
  std::vector<Device> devices;
  bool drops_device = false;        // a device of it is a pattern that firewall4 leaves out
  bool no_device = false;           // `!+`: a device that there is not
  std::vector<Net> subnets;
  ZonePolicy input, output, forward;
  bool masq = false, masq6 = false, masq_allow_invalid = false;
  model::Origin masq_origin;
  std::vector<Net> masq_src, masq_dest;
  std::vector<std::string> networks_devices;   // of its networks: where its own addresses are
  bool takes_dnat = false;          // its chains accept what was translated (dflags.dnat)
  bool translates_source = false;   // dflags.snat
  bool has_own_device() const {
    return std::any_of(devices.begin(), devices.end(), [](const Device& device) { return !device.inverted; });
  }
  bool matches_something() const {
    if (no_device && !has_own_device()) return false;
    return !devices.empty() || drops_device || !subnets.empty();
  }
};

// `src`, `dest`: absent, '*', or a zone.
struct Endpoint {
  enum class Kind : uint8_t { absent, any, zone } kind = Kind::absent;
  size_t zone = 0;
  bool is_zone() const { return kind == Kind::zone; }
  bool is_any() const { return kind == Kind::any; }
  bool given() const { return kind != Kind::absent; }
};

enum class Dimension : uint8_t { address, port, mac };

struct FirewallSet {
  std::string name;
  FamilyChoice family = FamilyChoice::v4;
  std::vector<Dimension> types;
  std::vector<bool> to_src;
  std::vector<std::vector<model::Term>> entries;   // written for the direction src
  model::IntervalSet addresses;                    // one address dimension: all entries
  std::string opaque;               // why the entries do not tell what matches
  model::Origin origin;
};

struct SetUse {
  size_t set = 0;
  bool inverted = false;
  std::vector<std::optional<bool>> to_src;
};

enum class Target : uint8_t { none, accept, reject, drop, notrack, helper, mark, dscp, dnat, snat, masquerade, unknown };

// A rule, redirect, nat or forwarding section.
struct FirewallRule {
  std::string name;
  std::string id;                   // "@rule[3]"
  model::Origin origin;
  FamilyChoice family = FamilyChoice::unset;
  Endpoint src, dest;
  Target target = Target::none;
  std::vector<Proto> protos;
  std::vector<Net> src_ip, dest_ip, src_dip, snat_ip;
  std::vector<PortRange> src_port, dest_port, src_dport, snat_port;
  std::vector<Mac> src_mac;
  std::vector<IcmpType> icmp;
  std::optional<Mark> mark;
  std::optional<SetUse> set;
  std::optional<Device> device;
  bool egress = false;              // direction out
  uint32_t xmark = 0, xmask = 0;    // mark := (mark & ~xmask) ^ xmark
  std::vector<Unread> unread;
  bool reflection = true, reflection_external = false;
  std::vector<Endpoint> reflection_zones;
  bool forwarding = false;
};

struct Include {
  std::string path;
  std::string chain;                // chain-prepend, chain-append; empty: anywhere
  bool append = false;
  model::Origin origin;
};

struct Firewall {
  bool given = false;
  bool firewall3 = false;           // by the marks of its age: scripts are run
  ZonePolicy input, output, forward;
  bool drop_invalid = false, synflood = false;
  model::Origin drop_invalid_origin, synflood_origin;
  std::string synflood_text;
  std::vector<Zone> zones;
  std::vector<FirewallSet> sets;
  std::vector<FirewallRule> rules;       // rules, then forwardings: the order in which they are generated
  std::vector<FirewallRule> redirects;   // redirects, then nats
  size_t first_nat = 0;                  // among redirects
  std::vector<Include> includes;
  std::vector<std::string> ignored_scripts;
};

Firewall read_firewall(const Config& config, const Networks& networks, Reader& reader);

// sets.cpp
void read_sets(const Config& config, Reader& reader, Firewall& firewall);
// Sections of the DHCP configuration that name sets to fill: whether a rule that decides something uses one of them.
void account_filled_sets(const Config& config, const Firewall& firewall, Reader& reader);
std::optional<SetUse> read_set_use(const Option& option, const Firewall& firewall, Reader& reader);

}  // namespace fwproof::importers::openwrt
