// Routes, address pools, lines, and what belongs to the device as a whole.
#include "importers/cisco_ios/parser.h"
#include "importers/text/number.h"

namespace fwproof::importers::cisco_ios {

using model::Address;
using model::DiagnosticId;
using model::Family;
using model::IntervalSet;
using model::LineClass;

void Parser::hostname(Cursor& cursor) {
  config_.hostname = std::string(cursor.take().substr(0, 200));
  config_.whole = true;
  set(LineClass::irrelevant, "names");
}

void Parser::version(Cursor& cursor) {
  config_.version = std::string(cursor.take().substr(0, 40));
  config_.whole = true;
  set(LineClass::irrelevant, "frame of the export");
}

void Parser::ip_routing(Cursor&) {
  config_.ip_routing = true;
  modelled("routing");
}

void Parser::ipv6_routing(Cursor&) {
  config_.ipv6_routing = true;
  modelled("routing");
}

// ---- Routes ----

// NEXT-HOP | INTERFACE [NEXT-HOP] | Null0 | dhcp. False: none of them.
bool Parser::route_target(Cursor& cursor, StaticRoute& route) {
  const Family family = route.to.address.family;
  if (const auto via = model::parse_address(cursor.peek()); via && via->family == family) {
    route.via = via;
    cursor.take();
    return true;
  }
  if (cursor.eat("dhcp")) return route.learned = true;
  if (cursor.done() || masked(cursor.peek())) return false;
  // "GigabitEthernet 0/1" in two words.
  if (cursor.peek().find_first_of("0123456789") == std::string_view::npos && !text::parse_decimal(cursor.peek(1).substr(0, 1), 9)) return false;
  if (const char first = cursor.peek()[0]; first >= '0' && first <= '9') return false;
  const std::string name = take_interface(cursor);
  if (begins(name, "Null")) return route.discard = true;
  route.dev = name;
  if (const auto via = model::parse_address(cursor.peek()); via && via->family == family) {
    route.via = via;
    cursor.take();
  } else if (cursor.eat("dhcp")) {
    route.learned = true;
  }
  return true;
}

void Parser::add_route(Cursor& cursor, StaticRoute route) {
  route.origin = line_.origin;
  if (!route_target(cursor, route)) {
    gap("a static route that cannot be read");
    return refuse(DiagnosticId::address_invalid, cursor.at(), "the next hop of a route");
  }
  modelled("static route");
  while (!cursor.done()) {
    if (const auto distance = text::parse_decimal(cursor.peek(), 255)) {
      route.distance = static_cast<uint32_t>(*distance);
      cursor.take();
    } else if (cursor.eat("name") || cursor.eat("tag")) {
      cursor.take();
    } else if (cursor.eat("track")) {
      gap("a static route that holds while track " + std::string(cursor.take()) + " is up");
      set(LineClass::opaque, "route with tracking");
    } else if (cursor.eat("global") || cursor.eat("nexthop-vrf") || cursor.eat("bfd")) {
      gap("a static route that leaks between routing instances or hangs on BFD");
      set(LineClass::opaque, "route between routing instances");
      break;
    } else if (!cursor.eat("permanent") && !cursor.eat("unicast")) {
      if (cursor.peek()[0] == '(') break;  // a remark that somebody wrote into the export
      if (cursor.eat("multicast")) return;
      gap("a static route with words that are not understood");
      return refuse(DiagnosticId::line_unrecognised, cursor.at(), "a distance, 'name', 'tag', 'track' or 'permanent'");
    }
  }
  config_.routes.push_back(std::move(route));
}

void Parser::ip_route(Cursor& cursor) {
  StaticRoute route;
  if (same(cursor.peek(), "profile") || same(cursor.peek(), "static")) return set(LineClass::irrelevant, "details of routing protocols");
  if (cursor.eat("vrf")) route.vrf = std::string(cursor.take());
  const size_t at = cursor.at();
  const auto to = model::parse_address(cursor.take());
  const auto length = mask_length(cursor.peek());
  if (!to || to->family != Family::v4 || !length) {
    gap("a static route that cannot be read");
    return refuse(DiagnosticId::address_invalid, to ? at + 1 : at, to ? "a network mask" : "the network of a route");
  }
  cursor.take();
  route.to = {*to, *length};
  add_route(cursor, std::move(route));
}

void Parser::ipv6_route(Cursor& cursor) {
  StaticRoute route;
  if (cursor.eat("static")) return set(LineClass::irrelevant, "details of routing protocols");
  if (cursor.eat("vrf")) route.vrf = std::string(cursor.take());
  const size_t at = cursor.at();
  const auto to = model::parse_prefix(cursor.take());
  if (!to || to->address.family != Family::v6) {
    gap("a static route that cannot be read");
    return refuse(DiagnosticId::address_invalid, at, "an IPv6 prefix");
  }
  route.to = *to;
  add_route(cursor, std::move(route));
}

// Cisco IOS IP Routing Command Reference, "ip default-gateway": used where IP routing is disabled.
void Parser::default_gateway(Cursor& cursor) {
  const size_t at = cursor.at();
  const auto via = model::parse_address(cursor.take());
  if (!via || via->family != Family::v4) return refuse(DiagnosticId::address_invalid, at, "an address");
  StaticRoute route;
  route.to = {{Family::v4, 0}, 0};
  route.via = via;
  route.distance = 255;
  route.origin = line_.origin;
  modelled("default gateway");
  config_.default_gateway = std::move(route);
}

void Parser::routing_protocol(Cursor& cursor) {
  gap("the routes of '" + std::string(line_.text.substr(0, 100)) + "'");
  set(LineClass::opaque, "routing protocol");
  static_cast<void>(cursor);
  skip(kProtocolDetails);
}

void Parser::policy_routing(Cursor&) {
  gap("policy routing of the device's own packets");
  set(LineClass::opaque, "policy routing");
}

void Parser::vrf(Cursor&) {
  modelled("routing instance");
  skip("settings of a routing instance");
}

// ---- Address pools ----

void Parser::excluded_address(Cursor& cursor) {
  // Of pools of that instance alone; which they are is not followed.
  const bool of_vrf = cursor.eat("vrf");
  if (of_vrf) cursor.take();
  const size_t at = cursor.at();
  const auto low = model::parse_address(cursor.take());
  const auto high = cursor.done() ? low : model::parse_address(cursor.take());
  if (!low || !high || low->family != Family::v4 || high->family != Family::v4 || low->value > high->value)
    return refuse(DiagnosticId::address_invalid, at, "an address or two");
  if (of_vrf) {
    opaque("DHCP exclusion of a routing instance", "which pools an exclusion of a routing instance is about is not followed");
    config_.dhcp_open.push_back({IntervalSet::range(low->value, high->value), line_.origin});
  }
  config_.dhcp_excluded.push_back({low->value, high->value});
  if (!of_vrf) modelled("DHCP exclusion");
}

void Parser::dhcp_pool(Cursor& cursor) {
  DhcpPoolSpec pool;
  pool.name = cursor.rest();
  pool.origin = line_.origin;
  config_.dhcp.push_back(std::move(pool));
  modelled("DHCP pool");
  enter(Mode::dhcp_pool);
}

void Parser::dhcp6_pool(Cursor& cursor) {
  dhcp_pool(cursor);
  config_.dhcp.back().family = Family::v6;
}

void Parser::service_dhcp(Cursor&) {
  config_.dhcp_off = false;
  modelled("DHCP server switched on");
}

void Parser::local_pool(Cursor& cursor) {
  DhcpPoolSpec pool;
  pool.name = std::string(cursor.take());
  pool.origin = line_.origin;
  const size_t at = cursor.at();
  const auto low = model::parse_address(cursor.take());
  const auto high = cursor.done() ? low : model::parse_address(cursor.peek());
  if (!low || low->family != Family::v4) return refuse(DiagnosticId::address_invalid, at, "an address");
  const model::u128 end = high && high->family == Family::v4 && high->value >= low->value ? high->value : low->value;
  pool.range = IntervalSet::range(low->value, end);
  config_.dhcp.push_back(std::move(pool));
  modelled("address pool");
}

bool Parser::dhcp_sub(Cursor& cursor) {
  if (config_.dhcp.empty()) return false;
  DhcpPoolSpec& pool = config_.dhcp.back();
  static constexpr std::string_view kSettings[] = {
      "default-router", "dns-server", "domain-name", "lease", "netbios-name-server", "netbios-node-type", "option", "import", "class", "bootfile", "next-server",
      "utilization", "update", "relay", "subnet", "client-name", "renew", "accounting", "override", "vrf", "remember", "information", "sip", "prefix-delegation", "arp", "exit", "link-address", "nis", "sntp"};
  const bool host = same(cursor.peek(), "host");
  const size_t start = cursor.at();
  if (cursor.eat("network") || cursor.eat("host")) {
    const size_t at = cursor.at();
    const auto prefix = model::parse_prefix(cursor.take());
    const std::string_view mask = cursor.peek();
    auto length = mask.empty() ? std::optional<unsigned>(host ? 32 : prefix && prefix->length < 32 ? prefix->length : 24) : mask_length(mask);
    if (!length && mask.starts_with('/'))
      if (const auto number = text::parse_decimal(mask.substr(1), 32)) length = static_cast<unsigned>(*number);
    if (!prefix || prefix->address.family != Family::v4 || !length) {
      pool.opaque = true;
      return refuse(DiagnosticId::address_invalid, prefix ? at + 1 : at, "an address and a mask"), true;
    }
    if (!mask.empty()) cursor.take();
    if (host) pool.host = prefix->address;
    else if (pool.network && same(cursor.peek(), "secondary")) pool.more.push_back({prefix->address, *length});
    else pool.network = model::Prefix{prefix->address, *length};
    return modelled("DHCP addresses"), true;
  }
  if (cursor.eat("address")) {
    const size_t at = cursor.at();
    if (cursor.eat("prefix")) {
      const auto prefix = model::parse_prefix(cursor.take());
      if (!prefix || prefix->address.family != Family::v6) return refuse(DiagnosticId::address_invalid, at + 1, "an IPv6 prefix"), true;
      pool.network = *prefix;
      return modelled("DHCP addresses"), true;
    }
    if (same(cursor.peek(), "range")) return pool.opaque = true, opaque("DHCP class", "a range of a DHCP class is not read"), true;
    const auto address = model::parse_address(cursor.take());
    if (!address || address->family != Family::v4) return refuse(DiagnosticId::address_invalid, at, "an address"), true;
    cursor.take();
    pool.reserved.push_back({*address, std::string(cursor.peek()).substr(0, 100), line_.origin});
    return modelled("DHCP addresses"), true;
  }
  cursor.back(start);
  if (cursor.eat("hardware-address") || cursor.eat("client-identifier")) {
    pool.client = std::string(cursor.peek()).substr(0, 100);
    return modelled("DHCP client"), true;
  }
  // Cisco IOS IP Addressing Configuration Guide, "DHCP Static Mapping" (a file of bindings) and "DHCP ODAP" (networks from another server).
  if (same(cursor.peek(), "origin")) return pool.open = line_.origin, opaque("addresses from elsewhere", "what this pool hands out is told elsewhere"), true;
  cursor.eat("no");
  for (const std::string_view setting : kSettings)
    if (same(cursor.peek(), setting)) return set(LineClass::irrelevant, "options that DHCP hands out"), true;
  return false;
}

// ---- The router itself ----

void Parser::line_section(Cursor& cursor) {
  vty_ = cursor.eat("vty");
  if (vty_) config_.vty.push_back({line_.origin, {}, {}});
  set(LineClass::irrelevant, "management of the device");
  enter(Mode::line);
}

bool Parser::line_sub(Cursor& cursor) {
  const bool v6 = same(cursor.peek(), "ipv6");
  if (cursor.eat("access-class") || cursor.eat_all("ipv6 access-class")) {
    const std::string_view name = cursor.take();
    if (cursor.eat("out") || !vty_) return set(LineClass::irrelevant, "sessions that begin on the router"), true;
    (v6 ? config_.vty.back().access_class6 : config_.vty.back().access_class) = use(name);
    return modelled("access-class"), true;
  }
  if (line_.indent == 0) return false;
  if ((cursor.eat("no") || cursor.eat("default")) && vty_ && line_.text.find("access-class") != std::string_view::npos) {
    // Which of several sections holds for a line is not followed.
    opaque("removal", "what '" + cursor.rest() + "' removes is not followed");
    config_.control_plane.push_back({"removal", std::string(line_.text.substr(0, 200)), line_.origin, true, true, false, false});
    return true;
  }
  return set(LineClass::irrelevant, "management of the device"), true;
}

void Parser::http_class(Cursor& cursor) {
  cursor.eat("ipv4");
  config_.http_class = use(cursor.take());
  modelled("access-class");
}

void Parser::http_class6(Cursor& cursor) {
  config_.http_class6 = use(cursor.take());
  modelled("access-class");
}

void Parser::control_plane(Cursor&) {
  set(LineClass::irrelevant, "management of the device");
  enter(Mode::control_plane);
}

bool Parser::control_plane_sub(Cursor& cursor) {
  if (line_.indent == 0) return false;
  const bool drops = same(cursor.peek(), "service-policy") || same(cursor.peek(), "management-interface");
  if (!drops) return set(LineClass::irrelevant, "management of the device"), true;
  if (line_.text.find("output") == std::string_view::npos)
    config_.control_plane.push_back({"control-plane", std::string(line_.text.substr(0, 200)), line_.origin, true, false, true, false});
  return opaque("control-plane policing", "what the control plane's policy drops is not modelled"), true;
}

// ---- What touches every packet and is not modelled ----

void Parser::redirects(Cursor&) {
  opaque("redirection", "what '" + std::string(line_.text.substr(0, 100)) + "' sends elsewhere is not modelled");
  if (same(line_.words[0].text, "ip") && line_.words.size() > 1 && same(line_.words[1].text, "wccp")) {  // only where an interface asks for it
    if (line_.words.size() < 3 || config_.wccp.size() >= 256) return;
    WccpService& service = config_.wccp[lower_case(line_.words[2].text)];
    service.is_listed |= line_.text.find("redirect-list") != std::string_view::npos;
    return;
  }
  config_.everywhere.push_back({"redirection", std::string(line_.text.substr(0, 200)), line_.origin, true, true, false, true});
  skip("redirection");
}

void Parser::translates(Cursor&) {
  opaque("translation", "'" + std::string(line_.text.substr(0, 100)) + "' is not modelled");
  config_.everywhere.push_back({"translation", std::string(line_.text.substr(0, 200)), line_.origin, true, true, false, true});
  skip("translation");
}

// Later entries go by the new numbers.
void Parser::renumbers(Cursor& cursor) {
  opaque("removal", "what '" + cursor.rest() + "' numbers anew is not followed");
  config_.everywhere.push_back({"resequence", std::string(line_.text.substr(0, 200)), line_.origin, true, true, false, false});
}

void Parser::drops(Cursor&) {
  opaque("filter", "what '" + std::string(line_.text.substr(0, 100)) + "' drops is not modelled");
  config_.everywhere.push_back({"filter", std::string(line_.text.substr(0, 200)), line_.origin, true, false, false, false});
  skip("filter");
}

void Parser::port_map(Cursor&) {
  config_.inspect_ports_changed = true;
  opaque("ports of inspected protocols", "ports that are added to inspected protocols are not modelled");
}

void Parser::crypto_map(Cursor& cursor) {
  const std::string name(cursor.take());
  crypto_map_ = &config_.crypto_maps[name];
  set(LineClass::opaque, "crypto map");
  if (text::parse_decimal(cursor.peek(), 65535)) {
    cursor.take();
    while (!cursor.done())
      if (cursor.eat("dynamic")) crypto_map_->dynamic = true;
      else cursor.take();
  }
  enter(Mode::crypto_map);
}

bool Parser::crypto_sub(Cursor& cursor) {
  if (crypto_map_ == nullptr) return false;
  if (cursor.eat_all("match address")) {
    crypto_map_->lists.push_back(use(cursor.take()));
    return set(LineClass::opaque, "crypto map"), true;
  }
  if (line_.indent == 0 && !same(cursor.peek(), "set")) return false;
  if (same(cursor.peek(), "set") || same(cursor.peek(), "description") || same(cursor.peek(), "reverse-route") || same(cursor.peek(), "qos")) {
    if (same(cursor.peek(), "reverse-route")) gap("routes that a crypto map adds");
    return set(LineClass::irrelevant, "details of a crypto map"), true;
  }
  return false;
}

// ---- Texts of several lines ----

void Parser::banner(Cursor& cursor) {
  set(LineClass::irrelevant, "banner");
  static constexpr std::string_view kKinds[] = {"motd", "login", "exec", "incoming", "slip-ppp", "prompt-timeout", "config-save"};
  for (const std::string_view kind : kKinds)
    if (cursor.eat(kind)) break;
  if (cursor.done()) return;
  // The delimiter is one character; exports write ^C as two.
  const std::string_view rest = line_.text.substr(line_.words[cursor.at()].column - 1);
  const std::string end(rest.substr(0, rest.starts_with('^') && rest.size() > 1 ? 2 : 1));
  if (rest.find(end, end.size()) == std::string_view::npos) banner_end_ = end;
}

void Parser::certificate(Cursor&) {
  set(LineClass::irrelevant, "keys and certificates");
  in_certificate_ = line_.text.find("nvram:") == std::string_view::npos;
}

}  // namespace fwproof::importers::cisco_ios
