// Static address: internal, configured, and in no DHCP pool (docs/semantics.md, 13.4).
#include <fmt/format.h>

#include <algorithm>

#include "model/hardware_address.h"
#include "solver/check_run.h"
#include "solver/words.h"

namespace fwproof::solver {

using namespace model;

namespace {

constexpr Family kBoth[] = {Family::v4, Family::v6};
// A role of more addresses than this is a network, not a host.
constexpr size_t kMostAddresses = 256;

// RFC 1918 and RFC 4193. RFC 6598 (100.64.0.0/10) is an operator's, in front of the customer's router.
const AddressSet& internal_addresses() {
  static const AddressSet set = [] {
    AddressSet all;
    for (const char* text : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"}) all = all.united(AddressSet::of(*parse_prefix(text)));
    return all;
  }();
  return set;
}

bool holds_address(const InterfaceFact& interface, const Address& address) {
  return std::any_of(interface.addresses.begin(), interface.addresses.end(), [&](const Prefix& own) { return own.address == address; });
}

bool covers(const Prefix& prefix, const Address& address) {
  const Interval interval = prefix.interval();
  return prefix.address.family == address.family && interval.lo <= address.value && address.value <= interval.hi;
}

bool is_in_network(const InterfaceFact& interface, const Address& address) {
  return std::any_of(interface.addresses.begin(), interface.addresses.end(), [&](const Prefix& own) { return covers(own, address); });
}

const InterfaceFact* interface_of(const Device& device, const std::string& name) {
  for (const InterfaceFact& interface : device.facts.interfaces)
    if (!name.empty() && interface.name == name) return &interface;
  return nullptr;
}

const AssignedAddress* find(const std::vector<AssignedAddress>& list, const Address& address) {
  for (const AssignedAddress& each : list)
    if (each.prefix.address == address) return &each;
  return nullptr;
}

std::string range_words(Family family, const IntervalSet& set) {
  std::string words;
  for (const Interval& part : set.intervals()) {
    if (words.size() > 200) return words + ", …";
    words += (words.empty() ? "" : ", ") + to_text(Address{family, part.lo}) + (part.lo == part.hi ? "" : "-" + to_text(Address{family, part.hi}));
  }
  return words;
}

// The questions about one role; each answer is a statement of the result.
class StaticAddress {
 public:
  StaticAddress(const Network& network, const Zone& zone, const Declaration* declaration, Result& result)
      : network_(network), zone_(zone), declaration_(declaration), result_(result) {}

  // What is worth knowing though it violates nothing, for the summary.
  const std::string& notes() const { return notes_; }

  void run() {
    if (!zone_.bound) return say(Truth::cannot_tell, fmt::format("{} is not bound to an address: --bind {}=…", zone_.name, zone_.name));
    ask_internal();
    std::vector<Address> addresses;
    if (!list_addresses(addresses))
      return say(Truth::cannot_tell, fmt::format("{} stands for {}: which of these is the host's address is not known", zone_.name, address_words(zone_.addresses)));
    for (const Address& address : addresses) {
      ask_static(address);
      ask_pools(address);
    }
  }

 private:
  void say(Truth truth, std::string text, Origin origin = {}) { result_.evidence.push_back({truth, std::move(text), origin}); }
  void assume(std::string text, Origin origin) { result_.assumes.push_back({std::move(text), origin}); }
  std::string its(const Address& address) const { return fmt::format("{}'s {}", zone_.name, to_text(address)); }

  bool list_addresses(std::vector<Address>& addresses) const {
    for (const Family family : kBoth)
      for (const Interval& part : zone_.addresses.in(family).intervals()) {
        if (part.hi - part.lo >= kMostAddresses) return false;
        for (u128 value = part.lo; value <= part.hi; ++value) {
          addresses.push_back({family, value});
          if (value == max_value(address_bits(family))) break;
        }
      }
    return addresses.size() <= kMostAddresses;
  }

  // ---- (a) internal ----

  void ask_internal() {
    const AddressSet outside = zone_.addresses.minus(internal_addresses());
    if (outside.empty()) return say(Truth::holds, fmt::format("{} is internal: {}", zone_.name, address_words(zone_.addresses)));
    const bool one = address_words(outside).find(',') == std::string::npos;
    say(Truth::violated, fmt::format("{} has {}, which {}", zone_.name, address_words(outside), one ? "is not an internal address" : "are not internal addresses"));
  }

  // ---- (b) configured ----

  // Its own files, and a device on the way that is the role itself.
  std::vector<const Device*> files_about(const Address& address) const {
    std::vector<const Device*> found;
    for (const Device& device : network_.devices) {
      const bool has = std::any_of(device.facts.interfaces.begin(), device.facts.interfaces.end(), [&](const InterfaceFact& i) { return holds_address(i, address); });
      if (device.host == zone_.name ? !device.facts.interfaces.empty() : device.host.empty() && has) found.push_back(&device);
    }
    return found;
  }

  void ask_static(const Address& address) {
    const std::vector<const Device*> files = files_about(address);
    bool fixed = false, there = false;
    Origin place;
    for (const Device* device : files)
      for (const InterfaceFact& interface : device->facts.interfaces) {
        if (const AssignedAddress* leased = find(interface.leased, address))
          return say(Truth::violated, fmt::format("{} is not configured: {} gets it from a DHCP server or a router", its(address), interface.name), leased->origin);
        if (const AssignedAddress* own = find(interface.fixed, address); own != nullptr && !fixed) {
          say(Truth::holds, fmt::format("{} is configured on {}", its(address), interface.name), own->origin);
          if (!own->rests_on.empty()) assume(own->rests_on, own->origin);
          fixed = true;
        }
        if (!there && holds_address(interface, address)) place = interface.origin;
        there = there || holds_address(interface, address);
      }
    if (fixed) return;
    if (!there && is_surely_absent(files)) return say_absent(files, address);
    ask_declared(address, files, there, place);
  }

  bool is_surely_absent(const std::vector<const Device*>& files) const {
    size_t hosts = 0;
    for (const Device& device : network_.devices) hosts += device.host == zone_.name;
    return hosts == files.size() && !files.empty() && std::all_of(files.begin(), files.end(), [](const Device* device) { return device->facts.complete_addresses; });
  }

  void say_absent(const std::vector<const Device*>& files, const Address& address) {
    std::string own;
    Origin place;
    for (const Device* device : files)
      for (const InterfaceFact& interface : device->facts.interfaces)
        for (const Prefix& prefix : interface.addresses) {
          const bool loopback = prefix.address.family == Family::v4 ? prefix.address.value >> 24 == 127 : prefix.address.value == 1 || prefix.address.value >> 118 == 0x3fa;
          if (prefix.address.family != address.family || loopback) continue;
          own += (own.empty() ? "" : ", ") + to_text(prefix.address) + " on " + interface.name;
          if (place.line == 0 || is_in_network(interface, address)) place = interface.origin;
        }
    say(Truth::violated, fmt::format("{} does not have {}: its own files say {}", zone_.name, to_text(address), own.empty() ? "that it has none" : own), place);
  }

  void ask_declared(const Address& address, const std::vector<const Device*>& files, bool there, Origin place) {
    if (declaration_ != nullptr && declaration_->alternative == "static") {
      const std::string reason = declaration_->reason.empty() ? "" : " (" + declaration_->reason + ")";
      say(Truth::holds, fmt::format("{} is configured: the site declares it", its(address)), declaration_->origin);
      return assume(fmt::format("{} is configured static, as the site declares{}", its(address), reason), declaration_->origin);
    }
    if (there)
      return say(Truth::cannot_tell, fmt::format("whether {} is configured or leased is not told: `ipconfig /all` or `ip addr` of the host tells, or the site declares it", its(address)), place);
    if (!files.empty())
      return say(Truth::cannot_tell, fmt::format("{} is not among the addresses that the files of {} tell, which may not be all: give the whole of `ipconfig /all` or `ip addr`", to_text(address), zone_.name),
                 files.front()->facts.interfaces.front().origin);
    say(Truth::cannot_tell, fmt::format("nothing tells whether {} is configured or leased: give `ipconfig /all` (Windows) or `ip addr` (Linux) of the host, or declare it in the site file", its(address)));
  }

  // ---- (c) in no pool ----

  // The site's names of the networks that the host is in.
  std::vector<std::string> networks_of(const Address& address) const {
    std::vector<std::string> names;
    for (const Device& device : network_.devices) {
      if (device.host == zone_.name)
        for (const InterfaceFact& interface : device.facts.interfaces)
          if (holds_address(interface, address) && !interface.network.empty()) names.push_back(interface.network);
      if (const auto ingress = device.ingress_of_zone.find(zone_.name); ingress != device.ingress_of_zone.end())
        if (const InterfaceFact* interface = interface_of(device, ingress->second); interface != nullptr && !interface->network.empty()) names.push_back(interface->network);
    }
    return names;
  }

  bool is_elsewhere(const Device& device, const DhcpPool& pool, const std::vector<std::string>& networks) const {
    const InterfaceFact* interface = interface_of(device, pool.interface);
    return interface != nullptr && !interface->network.empty() && !networks.empty() && std::find(networks.begin(), networks.end(), interface->network) == networks.end();
  }

  // Whether the pool is one for the host's network, handed out or not.
  static bool serves(const Device& device, const DhcpPool& pool, const Address& address) {
    const IntervalSet known = pool.addresses.in(address.family).united(pool.reserved.in(address.family));
    if (pool.network.in(address.family).contains(address.value)) return true;
    if (!known.empty() && known.min() <= address.value && address.value <= known.max()) return true;
    const InterfaceFact* interface = interface_of(device, pool.interface);
    return interface != nullptr && is_in_network(*interface, address);
  }

  void ask_pools(const Address& address) {
    const std::vector<std::string> networks = networks_of(address);
    bool settled = false, any = false, related = false;
    for (const std::vector<Device>* list : {&network_.devices, &network_.aside})
      for (const Device& device : *list) {
        bool stands_there = std::any_of(device.facts.interfaces.begin(), device.facts.interfaces.end(), [&](const InterfaceFact& i) { return is_in_network(i, address); });
        for (const DhcpPool& pool : device.facts.dhcp_pools) {
          any = true;
          if (is_elsewhere(device, pool, networks)) continue;
          related = related || stands_there || serves(device, pool, address);
          settled = ask_pool(device, pool, address) || settled;
        }
        for (const DhcpGap& gap : device.facts.dhcp_gaps) settled = ask_gap(device, gap, address) || settled;
      }
    if (!settled) say_none(address, any, related);
  }

  // True: it says all there is to say.
  bool ask_pool(const Device& device, const DhcpPool& pool, const Address& address) {
    const IntervalSet& handed_out = pool.addresses.in(address.family);
    for (const Interval& part : handed_out.intervals()) {
      if (address.value < part.lo || part.hi < address.value) continue;
      say(Truth::violated, fmt::format("{} is in the DHCP pool {} of {}: {}", its(address), pool.interface, device.name, range_words(address.family, IntervalSet::range(part.lo, part.hi))), pool.origin);
      return true;
    }
    return pool.reserved.in(address.family).contains(address.value) && ask_reservation(device, pool, address);
  }

  bool ask_reservation(const Device& device, const DhcpPool& pool, const Address& address) {
    DhcpReservation reservation{address, "", pool.origin};
    for (const DhcpReservation& each : pool.reservations)
      if (each.address == address) reservation = each;
    const std::vector<std::string> macs = macs_of();
    const std::string client = reservation.client.empty() ? "one client" : reservation.client;
    const std::string where = fmt::format("in the DHCP pool {} of {}", pool.interface, device.name);
    const std::vector<std::string> clients = macs_in(reservation.client);
    const bool known = std::any_of(clients.begin(), clients.end(), [&](const std::string& mac) { return std::find(macs.begin(), macs.end(), mac) != macs.end(); });
    if (!clients.empty() && !macs.empty() && !known) {
      say(Truth::violated, fmt::format("{} is reserved for {} {}, which is not {}", its(address), client, where, zone_.name), reservation.origin);
      return true;
    }
    say(Truth::holds, fmt::format("{} is reserved for {} {}: it is handed to no other", its(address), client, where), reservation.origin);
    notes_ += fmt::format("; {} reserved for {} by {}", to_text(address), client, device.name);
    if (!known) assume(fmt::format("the reservation of {} for {} is for {} itself", to_text(address), client, zone_.name), reservation.origin);
    return true;
  }

  std::vector<std::string> macs_of() const {
    std::vector<std::string> macs;
    for (const Device& device : network_.devices)
      if (device.host == zone_.name)
        for (const InterfaceFact& interface : device.facts.interfaces)
          for (std::string& mac : macs_in(interface.mac)) macs.push_back(std::move(mac));
    return macs;
  }

  bool ask_gap(const Device& device, const DhcpGap& gap, const Address& address) {
    if (!gap.addresses.in(address.family).contains(address.value)) return false;
    say(Truth::cannot_tell, fmt::format("whether {} hands out {} is not told: {}", device.name, to_text(address), gap.text), gap.origin);
    return true;
  }

  void say_none(const Address& address, bool any, bool related) {
    if (related) {
      say(Truth::holds, fmt::format("{} is in no DHCP pool of {}", its(address), servers(address)));
      return assume(fmt::format("no DHCP server but those given hands out addresses in the network of {}", its(address)), {});
    }
    if (any)
      return say(Truth::cannot_tell, fmt::format("no given DHCP server serves the network of {}; those given hand out addresses elsewhere ({})", its(address), servers(address)));
    say(Truth::cannot_tell, fmt::format("no DHCP server's configuration is among the inputs: whether {} is in a pool is told by the router's, or by dhcpd.conf or kea-dhcp{}.conf", its(address),
                                        address.family == Family::v4 ? 4 : 6));
  }

  // "edge (LAN: 192.168.1.100-192.168.1.199)"
  std::string servers(const Address& address) const {
    std::string words;
    for (const std::vector<Device>* list : {&network_.devices, &network_.aside})
      for (const Device& device : *list) {
        std::string pools;
        for (const DhcpPool& pool : device.facts.dhcp_pools)
          if (const IntervalSet& set = pool.addresses.in(address.family); !set.empty() && pools.size() < 300)
            pools += (pools.empty() ? "" : "; ") + pool.interface + ": " + range_words(address.family, set);
        if (!device.facts.dhcp_pools.empty()) words += (words.empty() ? "" : ", ") + device.name + (pools.empty() ? "" : " (" + pools + ")");
      }
    return words;
  }

  const Network& network_;
  const Zone& zone_;
  const Declaration* declaration_;
  Result& result_;
  std::string notes_;
};

Truth worst_of(const std::vector<Evidence>& evidence) {
  const auto any = [&](Truth truth) { return std::any_of(evidence.begin(), evidence.end(), [&](const Evidence& each) { return each.truth == truth; }); };
  if (any(Truth::violated)) return Truth::violated;
  return any(Truth::cannot_tell) || evidence.empty() ? Truth::cannot_tell : Truth::holds;
}

std::string names_of(const std::vector<std::string>& zones) {
  std::string words;
  for (const std::string& zone : zones) words += (words.empty() ? "" : ", ") + zone;
  return words.empty() ? "no host" : words;
}

std::string summary_of(const Result& result, const std::string& notes) {
  const std::string names = names_of(result.to);
  if (result.truth == Truth::holds) return names + ": static, internal, in no DHCP pool" + notes.substr(0, 500);
  if (result.truth == Truth::cannot_tell) return names + ": whether the address is static and in no DHCP pool cannot be told";
  std::string words;
  size_t more = 0;
  for (const Evidence& each : result.evidence) {
    if (each.truth != Truth::violated) continue;
    if (words.size() < 200) words += (words.empty() ? "" : "; ") + each.text;
    else ++more;
  }
  return words + (more == 0 ? "" : fmt::format("; and {} more", more));
}

}  // namespace

void Checking::ask_static_address(const Constraint& constraint, Result& result) {
  const auto is_only = [&](const std::string& name) { return std::find(options_.only.begin(), options_.only.end(), name) != options_.only.end(); };
  if (!options_.only.empty() && std::none_of(result.to.begin(), result.to.end(), is_only)) return skip(constraint.id, "it mentions none of the roles asked for");
  result.protocol = 0;
  const Declaration* declaration = declared(constraint);
  std::string notes;
  for (const std::string& name : result.to) {
    StaticAddress about(network_, zone(name), declaration, result);
    about.run();
    notes += about.notes();
  }
  result.truth = worst_of(result.evidence);
  result.complete = result.truth != Truth::cannot_tell;
  result.summary = summary_of(result, notes);
  if (options_.strict && !result.assumes.empty() && result.truth == Truth::holds) {
    result.truth = Truth::cannot_tell;
    result.reasons.push_back("strict: the answer rests on assumptions");
  }
  accept(result);
  report_.results.push_back(std::move(result));
}

}  // namespace fwproof::solver
