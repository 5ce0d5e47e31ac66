#include "importers/linux_ip/lower.h"

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

std::string FactCollector::apply(const Line& line, model::Origin origin) {
  switch (line.kind) {
    case LineKind::interface:
      current_ = line.interface;
      interface(current_, origin);
      return {};
    case LineKind::address: return add_address(line, origin);
    case LineKind::link:
      if (!current_.empty() && text::parse_mac(line.value)) interface(current_, origin).mac = line.value;
      return {};
    case LineKind::route: case LineKind::nexthop: return add_route(line, origin);
    case LineKind::blank: case LineKind::detail: case LineKind::null_route: case LineKind::other: return {};
  }
  return {};
}

std::string FactCollector::add_address(const Line& line, model::Origin origin) {
  if (!line.interface.empty()) current_ = line.interface;
  if (current_.empty()) return "an address without an interface in front of it";
  const auto address = model::parse_prefix(line.value);
  if (!address) return cannot_read(line.value);
  add_address_to(interface(current_, origin), *address);
  return {};
}

std::string FactCollector::add_route(const Line& line, model::Origin origin) {
  model::RouteFact route;
  route.origin = origin;
  route.dev = word_after(line, "dev");
  std::string_view via = word_after(line, "via");
  if (via == "inet" || via == "inet6") via = word_after(line, via);
  if (!via.empty()) {
    route.via = model::parse_address(via);
    if (!route.via) return cannot_read(via);
  }
  if (const auto metric = text::parse_decimal(word_after(line, "metric"), 0xffffffff)) route.metric = static_cast<uint32_t>(*metric);
  if (line.kind == LineKind::nexthop) {
    route.to = multipath_;
    facts_.routes.push_back(std::move(route));
    return {};
  }
  if (line.value == "default") {
    route.to = route.via && route.via->family == Family::v6 ? kDefaultV6 : kDefaultV4;
    if (!route.via) open_defaults_.push_back(facts_.routes.size());
  } else {
    const auto to = model::parse_prefix(line.value);
    if (!to) return cannot_read(line.value);
    route.to = *to;
  }
  routes_v6_ = routes_v6_ || route.to.address.family == Family::v6;
  multipath_ = route.to;
  if (!route.dev.empty() || route.via) facts_.routes.push_back(std::move(route));
  return {};
}

void FactCollector::finish() {
  // A listing of one family or of one interface is not all of them.
  if (has_v4_ && has_v6_ && has_lo_) facts_.complete_addresses = true;
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
      }
    } else if (const std::string to = text_of(item, "dst"); !to.empty()) {
      const std::string type = text_of(item, "type");
      if (!type.empty() && type != "unicast") continue;
      std::vector<Json> hops = {item};
      if (const auto more = item.find("nexthops"); more != item.end() && more->is_array()) hops.assign(more->begin(), more->end());
      for (const Json& hop : hops) {
        if (!hop.is_object()) continue;
        std::string words = to + (text_of(hop, "gateway").empty() ? "" : " via " + text_of(hop, "gateway"));
        words += (text_of(hop, "dev").empty() ? "" : " dev " + text_of(hop, "dev")) + " metric " + std::to_string(number_of(item, "metric"));
        Line line;
        parse_line(words, line);
        if (line.kind != LineKind::route) return cannot_read(to);
        if (std::string problem = add_route(line, origin); !problem.empty()) return problem;
      }
    }
  }
  finish();
  return {};
}

}  // namespace fwproof::importers::linux_ip
