// Sources: dnsmasq.init (dhcp_add, dhcp_host_add) and ipcalc.sh of OpenWrt 23.05, dnsmasq(8) "--dhcp-range", "--dhcp-host".
#include <algorithm>

#include "importers/openwrt/network.h"
#include "importers/openwrt/values.h"
#include "importers/text/number.h"

namespace fwproof::importers::openwrt {
namespace {

using model::DiagnosticId;
using model::Family;
using model::Interval;
using model::IntervalSet;
using model::LineClass;
using model::Prefix;
using model::Severity;
using model::u128;

std::string_view value_of(const UciSection& section, std::string_view option) {
  const Option* found = section.find(option);
  return found == nullptr || found->values.empty() ? std::string_view() : std::string_view(found->values.front().text);
}

class DhcpReader {
 public:
  DhcpReader(const Networks& networks, Reader& reader, model::HostFacts& facts) : networks_(networks), reader_(reader), facts_(facts) {}

  void run(const Config& config) {
    for (const UciSection& section : config.sections)
      if (section.package == "dhcp") account(section);
    for (const UciSection& section : config.sections)
      if (section.package == "dhcp" && section.type == "host") add_host(section);
    reserved_ = IntervalSet::from(hosts_);
    for (const UciSection& section : config.sections)
      if (section.package == "dhcp" && section.type == "dhcp") add_pool(section);
  }

 private:
  void account(const UciSection& section) {
    const WordUse use = type_use("dhcp", section.type);
    if (use.use == Use::modelled) {
      reader_.account_section(section);
      return;
    }
    if (section.type == "dnsmasq") add_extra(section);
    if (use.use == Use::irrelevant) return reader_.account_all(section, LineClass::irrelevant, use.reason);
    // Sets that dnsmasq fills: account_filled_sets() in sets.cpp.
    if (use.use == Use::opaque) return;
    reader_.account_all(section, LineClass::unrecognised, "section of an unknown type");
    reader_.tell(section.head, DiagnosticId::value_unknown, Severity::warning, "'" + section.type.substr(0, 80) + "' is no section type of the DHCP configuration");
  }

  // dnsmasq.init appends it to dnsmasq's configuration: ranges and reservations may be among it.
  void add_extra(const UciSection& section) {
    const Option* extra = section.find("extraconftext");
    if (extra == nullptr) return;
    for (const Value& value : extra->values)
      if (value.text.find("dhcp") != std::string::npos) facts_.dhcp_gaps.push_back({"dnsmasq's own lines (extraconftext) are not read", model::AddressSet::all(), value.origin});
  }

  void add_host(const UciSection& section) {
    if (!parse_bool(value_of(section, "enable")).value_or(true) || parse_bool(value_of(section, "disabled")).value_or(false)) return;
    const std::string_view text = trim(value_of(section, "ip"));
    if (text.empty() || text == "ignore") return;
    const auto address = model::parse_address(text);
    if (!address) return reader_.refuse(section.find("ip")->values.front(), DiagnosticId::address_invalid, "an address");
    if (address->family != Family::v4) return;
    hosts_.push_back({address->value, address->value});
    if (reservations_.size() < 10'000) reservations_.push_back({*address, all_of(section, "mac"), section.head.origin});
  }

  // A list, or several in one option.
  static std::string all_of(const UciSection& section, std::string_view option) {
    std::string all;
    if (const Option* found = section.find(option))
      for (const Value& value : found->values)
        if (all.size() < 1000) all += (all.empty() ? "" : " ") + std::string(trim(value.text));
    return all;
  }

  void add_pool(const UciSection& section) {
    // odhcpd leases of the interface's own prefix; which ones is not followed.
    if (const std::string_view v6 = value_of(section, "dhcpv6"); !v6.empty() && v6 != "disabled")
      facts_.dhcp_gaps.push_back({"which IPv6 addresses are leased is not followed", model::AddressSet::of(Family::v6, IntervalSet::all(128)), section.head.origin});
    if (parse_bool(value_of(section, "ignore")).value_or(false) || value_of(section, "dhcpv4") == "disabled") return;
    std::string_view interface = value_of(section, "interface");
    if (interface.empty()) interface = section.name;
    const NetworkInterface* network = networks_.find(interface);
    model::DhcpPool pool;
    pool.interface = network == nullptr ? std::string(interface) : network->device;
    pool.origin = section.head.origin;
    const Prefix* own = own_prefix(network);
    // dnsmasq.init serves no interface that is not there, and none without an address.
    if (own == nullptr) {
      if (network == nullptr && !networks_.given)
        reader_.tell(section.head, DiagnosticId::value_unknown, Severity::note, "the pool's addresses follow from the network configuration, which is not given");
      const bool unknown = network == nullptr ? !networks_.given : network->dynamic_v4;
      if (unknown) facts_.dhcp_gaps.push_back({"the addresses of pool " + std::string(interface.substr(0, 100)) + " follow from a network that is not told", model::AddressSet::of(Family::v4, IntervalSet::all(32)), section.head.origin});
      return;
    }
    const Interval whole = own->interval();
    const auto range = range_of(section, whole);
    if (!range) {
      facts_.dhcp_gaps.push_back({"the range of pool " + pool.interface + " cannot be read", model::AddressSet::of(*own), section.head.origin});
      return;
    }
    pool.network = model::AddressSet::of(*own);
    pool.reserved.v4 = reserved_.intersected(IntervalSet::range(whole.lo, whole.hi));
    for (const model::DhcpReservation& each : reservations_)
      if (pool.reserved.v4.contains(each.address.value)) pool.reservations.push_back(each);
    if (parse_bool(value_of(section, "dynamicdhcp")).value_or(true))
      pool.addresses.v4 = range->minus(pool.reserved.v4).minus(IntervalSet::of(own->address.value));
    facts_.dhcp_pools.push_back(std::move(pool));
  }

  static const Prefix* own_prefix(const NetworkInterface* network) {
    if (network == nullptr) return nullptr;
    for (const Prefix& prefix : network->addresses)
      if (prefix.address.family == Family::v4 && prefix.length < 31) return &prefix;
    return nullptr;
  }

  // start counts from the network's address, limit is the number of addresses; both are cut to the network (ipcalc.sh).
  std::optional<IntervalSet> range_of(const UciSection& section, const Interval& whole) {
    const auto number = [&](std::string_view option, uint64_t otherwise) -> std::optional<uint64_t> {
      const Option* found = section.find(option);
      if (found == nullptr || found->values.empty()) return otherwise;
      const auto value = text::parse_decimal(trim(found->values.front().text), 0xffffffff);
      if (!value) reader_.refuse(found->values.front(), DiagnosticId::number_invalid, "a number of addresses");
      return value;
    };
    const auto start = number("start", 100), limit = number("limit", 150);
    if (!start || !limit) return std::nullopt;
    const u128 last = whole.hi - 1;
    const u128 first = std::min<u128>(whole.lo + std::max<uint64_t>(*start, 1), last);
    return IntervalSet::range(first, std::min<u128>(whole.lo + *start + (*limit == 0 ? 0 : *limit - 1), last));
  }

  const Networks& networks_;
  Reader& reader_;
  model::HostFacts& facts_;
  std::vector<Interval> hosts_;
  IntervalSet reserved_;
  std::vector<model::DhcpReservation> reservations_;
};

}  // namespace

void read_dhcp(const Config& config, const Networks& networks, Reader& reader, model::HostFacts& facts) {
  DhcpReader(networks, reader, facts).run(config);
}

}  // namespace fwproof::importers::openwrt
