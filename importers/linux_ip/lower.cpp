#include "importers/linux_ip/lower.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "importers/linux_ip/parse.h"
#include "importers/text/number.h"

namespace fwproof::importers::linux_ip {
namespace {

using model::Family;
using model::Prefix;
using Json = nlohmann::json;

constexpr Prefix kDefaultV4 = {{Family::v4, 0}, 0};
constexpr Prefix kDefaultV6 = {{Family::v6, 0}, 0};

std::string cannot_read(std::string_view text) { return "cannot read '" + std::string(text) + "' as an address"; }

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

uint32_t number_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<uint32_t>() : 0;
}

bool is_true(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

bool has_word(const Line& line, std::string_view word) { return std::find(line.words.begin(), line.words.end(), word) != line.words.end(); }

// fe80::/10: the kernel's own.
bool is_made(const Prefix& address) { return address.address.family == Family::v6 && address.address.value >> 118 == 0x3fa; }

// dhclient, NetworkManager, systemd-networkd and dhcpcd do; the default script of BusyBox's udhcpc does not.
constexpr std::string_view kShowsLeases = "the host's DHCP client tells the kernel how long its leases last, so that `ip addr` shows them as dynamic";

}  // namespace

model::InterfaceFact& FactCollector::interface(std::string_view name, model::Origin origin) {
  has_lo_ = has_lo_ || name == "lo";
  for (model::InterfaceFact& fact : facts_.interfaces)
    if (fact.name == name) return fact;
  facts_.interfaces.push_back({std::string(name), {}, "", origin});
  return facts_.interfaces.back();
}

void FactCollector::add_address_to(model::InterfaceFact& interface, const Prefix& address) {
  (address.address.family == Family::v4 ? has_v4_ : has_v6_) = true;
  for (const Prefix& known : interface.addresses)
    if (known.address == address.address && known.length == address.length) return;
  interface.addresses.push_back(address);
}

// ip(8): "dynamic" stands with every address that does not stay for ever (IFA_F_PERMANENT is not set), "proto kernel_ra" with those made from a
// router's advertisement. What the kernel makes of itself (fe80::) is neither.
void FactCollector::assign(model::InterfaceFact& interface, const Prefix& address, bool passing, bool made, model::Origin origin) {
  const auto has = [&](const std::vector<model::AssignedAddress>& list) {
    return std::any_of(list.begin(), list.end(), [&](const model::AssignedAddress& each) { return each.prefix.address == address.address; });
  };
  if (has(interface.leased) || has(interface.fixed)) return;
  if (passing) interface.leased.push_back({address, origin});
  else if (!made) interface.fixed.push_back({address, origin, std::string(kShowsLeases)});
}

// Older versions show the lifetime alone, in the line below.
void FactCollector::expire(const Line& line) {
  const std::string_view lifetime = word_after(line, "valid_lft");
  if (current_.empty() || lifetime.empty() || lifetime == "forever") return;
  for (model::InterfaceFact& fact : facts_.interfaces) {
    if (fact.name != current_ || fact.fixed.empty() || fact.addresses.empty() || !(fact.fixed.back().prefix.address == fact.addresses.back().address)) continue;
    fact.leased.push_back({fact.fixed.back().prefix, fact.fixed.back().origin});
    fact.fixed.pop_back();
  }
}

std::string FactCollector::apply(const Line& line, model::Origin origin) {
  has_details_ = has_details_ || has_word(line, "promiscuity");
  switch (line.kind) {
    case LineKind::interface:
      current_ = line.interface;
      interface(current_, origin);
      return {};
    case LineKind::address: return add_address(line, origin);
    case LineKind::link:
      has_link_ = true;
      if (!current_.empty() && text::parse_mac(line.value)) interface(current_, origin).mac = line.value;
      return {};
    case LineKind::route: case LineKind::nexthop: case LineKind::null_route: return add_route(line, origin);
    case LineKind::detail: return expire(line), std::string();
    case LineKind::blank: case LineKind::other: return {};
  }
  return {};
}

std::string FactCollector::add_address(const Line& line, model::Origin origin) {
  if (!line.interface.empty()) current_ = line.interface;
  if (current_.empty()) return "an address without an interface in front of it";
  const auto address = model::parse_prefix(line.value);
  if (!address) return cannot_read(line.value);
  model::InterfaceFact& fact = interface(current_, origin);
  add_address_to(fact, *address);
  const std::string_view lifetime = word_after(line, "valid_lft"), protocol = word_after(line, "proto");
  const bool passing = has_word(line, "dynamic") || has_word(line, "temporary") || protocol == "kernel_ra" || protocol == "dhcp" || (!lifetime.empty() && lifetime != "forever");
  assign(fact, *address, passing, is_made(*address), origin);
  return {};
}

std::string FactCollector::add_route(const Line& line, model::Origin origin) {
  const bool dead = has_word(line, "dead");   // its interface is gone, and it is not used (RTNH_F_DEAD)
  model::RouteFact route;
  route.origin = origin;
  route.dev = word_after(line, "dev");
  route.discard = line.kind == LineKind::null_route;
  std::string_view via = word_after(line, "via");
  // Written where the gateway has the other family (RFC 8950).
  const bool of_other_family = via == "inet" || via == "inet6";
  if (of_other_family) via = word_after(line, via);
  if (!via.empty()) {
    route.via = model::parse_address(via);
    if (!route.via) return cannot_read(via);
  }
  if (of_other_family && !dead) facts_.routing_gaps.push_back({"a gateway of the other address family", origin});
  const bool v6_gateway = route.via && (route.via->family == Family::v6) != of_other_family;
  if (const auto metric = text::parse_decimal(word_after(line, "metric"), 0xffffffff)) route.metric = static_cast<uint32_t>(*metric);
  if (line.kind == LineKind::nexthop) {
    route.to = multipath_.length == 0 && v6_gateway ? kDefaultV6 : multipath_;
    if (!dead && !of_other_family) facts_.routes.push_back(std::move(route));
    return {};
  }
  // What a throw route sends on to the next table is not told.
  const bool throws = route.discard && line.words.front() == "throw";
  if (line.value == "default") {
    route.to = v6_gateway ? kDefaultV6 : kDefaultV4;
    if (!route.via && !dead && !throws) open_defaults_.push_back(facts_.routes.size());
  } else {
    const auto to = model::parse_prefix(line.value);
    if (!to) return cannot_read(line.value);
    route.to = *to;
  }
  routes_v6_ = routes_v6_ || route.to.address.family == Family::v6;
  multipath_ = route.to;
  if (dead || of_other_family) return {};
  if (throws) facts_.routing_gaps.push_back({"a route that leaves the table (throw)", origin});
  else if (!route.dev.empty() || route.via || route.discard) facts_.routes.push_back(std::move(route));
  return {};
}

void FactCollector::finish() {
  // A listing of one family or of one interface is not all of them. Link lines stand where no family was asked for (print_linkinfo() in
  // ipaddress.c), or with -d.
  if (has_lo_ && ((has_v4_ && has_v6_) || (has_link_ && !has_details_ && (has_v4_ || has_v6_)))) facts_.complete_addresses = true;
  has_link_ = has_details_ = false;
  for (const size_t index : open_defaults_)
    if (routes_v6_ && index < facts_.routes.size()) facts_.routes[index].to = kDefaultV6;
  has_v4_ = has_v6_ = has_lo_ = routes_v6_ = false;
  open_defaults_.clear();
  current_.clear();
}

std::string FactCollector::apply_json(const std::string& text, model::Origin origin) {
  const Json all = Json::parse(text, nullptr, false);
  if (all.is_discarded() || !all.is_array()) return "this is no JSON array as 'ip -j' prints it";
  for (const Json& item : all) {
    if (!item.is_object()) continue;
    if (const std::string name = text_of(item, "ifname"); !name.empty()) {
      model::InterfaceFact& fact = interface(name, origin);
      if (const std::string mac = text_of(item, "address"); text::parse_mac(mac)) fact.mac = mac;
      has_link_ = has_link_ || item.contains("link_type");
      has_details_ = has_details_ || item.contains("promiscuity");
      const auto infos = item.find("addr_info");
      if (infos == item.end() || !infos->is_array()) continue;
      for (const Json& info : *infos) {
        if (!info.is_object() || !info.contains("local")) continue;
        const auto address = model::parse_address(text_of(info, "local"));
        if (!address) return cannot_read(text_of(info, "local"));
        const unsigned bits = model::address_bits(address->family);
        const unsigned length = info.contains("prefixlen") ? number_of(info, "prefixlen") : bits;
        if (length > bits) return "a prefix length of " + std::to_string(length);
        add_address_to(fact, {*address, length});
        const std::string protocol = text_of(info, "protocol");
        const bool passing = is_true(info, "dynamic") || is_true(info, "temporary") || protocol == "kernel_ra" || protocol == "dhcp";
        assign(fact, {*address, length}, passing, is_made({*address, length}), origin);
      }
    } else if (const std::string to = text_of(item, "dst"); !to.empty()) {
      const std::string type = text_of(item, "type");
      const bool discards = type == "blackhole" || type == "unreachable" || type == "prohibit" || type == "throw";
      if (!type.empty() && type != "unicast" && !discards) continue;
      std::vector<Json> hops = {item};
      if (const auto more = item.find("nexthops"); more != item.end() && more->is_array()) hops.assign(more->begin(), more->end());
      for (const Json& hop : hops) {
        if (!hop.is_object()) continue;
        std::string words = (discards ? type + " " : "") + to + (text_of(hop, "gateway").empty() ? "" : " via " + text_of(hop, "gateway"));
        words += (text_of(hop, "dev").empty() ? "" : " dev " + text_of(hop, "dev")) + " metric " + std::to_string(number_of(item, "metric"));
        if (const auto flags = hop.find("flags"); flags != hop.end() && flags->is_array() && std::find(flags->begin(), flags->end(), "dead") != flags->end()) words += " dead";
        Line line;
        parse_line(words, line);
        if (line.kind != LineKind::route && line.kind != LineKind::null_route) return cannot_read(to);
        if (std::string problem = add_route(line, origin); !problem.empty()) return problem;
      }
    }
  }
  finish();
  return {};
}

}  // namespace fwproof::importers::linux_ip
