#include "importers/cisco_ios/parser.h"
#include "importers/text/number.h"

namespace fwproof::importers::cisco_ios {

using model::DiagnosticId;
using model::Family;
using model::LineClass;

void Parser::interface(Cursor& cursor) {
  if (cursor.eat("range")) {
    opaque("interface range", "a range of interfaces is not read");
    config_.everywhere.push_back({"interface range", std::string(line_.text.substr(0, 200)), line_.origin, true, true, false, true});
    return skip("interface range");
  }
  const std::string name = take_interface(cursor);
  if (name.empty() || name.size() > 100) return refuse(DiagnosticId::line_unrecognised, 1, "the name of an interface");
  const auto [found, added] = config_.interface_index.try_emplace(name, config_.interfaces.size());
  if (added) {
    config_.interfaces.emplace_back();
    config_.interfaces.back().name = name;
    config_.interfaces.back().origin = line_.origin;
  }
  current_ = found->second;
  modelled("interface");
  enter(Mode::interface);
}

// Commands of the top whose first words an interface knows too: "crypto map VPN 10 …", "ip inspect name …".
bool Parser::is_global_form() const {
  const auto word = [&](size_t i) { return i < line_.words.size() ? line_.words[i].text : std::string_view(); };
  if (same(word(0), "crypto")) return line_.words.size() > 3 && !same(word(3), "redundancy");
  if (same(word(0), "ip") && same(word(1), "wccp")) return line_.text.find("redirect in") == std::string_view::npos && line_.text.find("redirect out") == std::string_view::npos;
  if (same(word(0), "nat64") || same(word(0), "utd")) return !same(word(1), "enable");
  if (same(word(0), "ipv6") && same(word(1), "nat")) return line_.words.size() > 2;
  const bool inspects = same(word(1), "inspect") || same(word(1), "ips") || same(word(1), "admission") || same(word(1), "auth-proxy") || same(word(1), "urlfilter");
  if (!inspects) return false;
  const std::string_view last = word(line_.words.size() - 1);
  return same(word(2), "name") || (same(word(1), "inspect") && line_.indent == 0 && !same(last, "in") && !same(last, "out"));
}

bool Parser::interface_sub(Cursor& cursor) {
  static constexpr Row kRows[] = {
      {"ip address", &Parser::if_address}, {"ip unnumbered", &Parser::if_unnumbered}, {"ipv6 unnumbered", &Parser::if_enable6},
      {"ipv6 address", &Parser::if_address6}, {"ipv6 enable", &Parser::if_enable6},
      {"ip access-group", &Parser::if_access_group}, {"ipv6 traffic-filter", &Parser::if_traffic_filter},
      {"shutdown", &Parser::if_shutdown}, {"ip vrf forwarding", &Parser::if_vrf}, {"vrf forwarding", &Parser::if_vrf},
      {"ip verify unicast", &Parser::if_verify}, {"ipv6 verify unicast", &Parser::if_verify},
      {"ip policy", &Parser::if_policy}, {"ipv6 policy", &Parser::if_policy},
      {"ip inspect", &Parser::if_inspect}, {"zone-member security", &Parser::if_zone}, {"crypto map", &Parser::if_crypto_map},
      {"service-policy", &Parser::if_service_policy}, {"ppp ipcp route default", &Parser::if_default_route},
      {"ip wccp redirect exclude", nullptr}, {"ip wccp", &Parser::if_redirect}, {"bridge-group", &Parser::if_redirect}, {"service instance", &Parser::if_redirect},
      {"xconnect", &Parser::if_redirect}, {"ip nat enable", &Parser::if_redirect}, {"nat64", &Parser::if_redirect}, {"nat66", &Parser::if_redirect},
      {"ipv6 nat", &Parser::if_redirect}, {"ip virtual-reassembly", nullptr}, {"ipv6 inspect", &Parser::if_filter}, {"ip ips", &Parser::if_filter},
      {"ip admission", &Parser::if_filter}, {"ip auth-proxy", &Parser::if_filter}, {"ip urlfilter", &Parser::if_filter}, {"mac access-group", &Parser::if_filter},
      {"ip port access-group", &Parser::if_filter}, {"ip verify source", &Parser::if_filter}, {"rate-limit", &Parser::if_filter}, {"tunnel protection", nullptr}, {"cts", &Parser::if_filter}, {"utd", &Parser::if_filter}, {"source template", &Parser::if_filter},
      {"ip sdwan", &Parser::if_redirect}, {"switchport", &Parser::if_switchport},
  };
  if (current_interface() == nullptr || is_global_form()) return false;
  if (cursor.eat("no") || cursor.eat("default")) return negated_interface_sub(cursor);
  if (cursor.eat_all("ip nat")) {
    if ((same(cursor.peek(), "inside") || same(cursor.peek(), "outside")) && cursor.peek(1).empty()) return if_nat(cursor), true;
    cursor.back(0);
  }
  if (same(cursor.peek(), "standby") || same(cursor.peek(), "vrrp") || same(cursor.peek(), "glbp")) return if_virtual_address(cursor), true;
  for (const Row& row : kRows)
    if (cursor.eat_all(row.words)) {
      if (row.handler == nullptr) return false;
      (this->*row.handler)(cursor);
      return true;
    }
  return false;
}

bool Parser::negated_interface_sub(Cursor& cursor) {
  Interface& interface = *current_interface();
  const auto take_back = [&](auto& pair) {
    for (const size_t side : {0, 1})
      if (cursor.peek(1).empty() || same(cursor.peek(1), side == 1 ? "out" : "in")) pair[side].reset();
  };
  if (cursor.eat_all("ip address")) {
    interface.addresses.clear();
    interface.dynamic4 = false;
    interface.unnumbered.clear();
  } else if (cursor.eat("shutdown")) {
    interface.shutdown = false;
  } else if (cursor.eat_all("ip access-group")) {
    take_back(interface.group);
  } else if (cursor.eat_all("ipv6 traffic-filter")) {
    take_back(interface.filter6);
  } else if (cursor.eat_all("ip inspect")) {
    take_back(interface.inspect);
  } else if (cursor.eat_all("ip nat inside") || cursor.eat_all("ip nat outside")) {
    if (!cursor.done()) return cursor.back(0), false;
    interface.nat = NatSide::none;
  } else if (cursor.eat("switchport") && cursor.done()) {
    interface.switchport = false;
  } else if (cursor.eat("zone-member")) {
    interface.zone.reset();
  } else if (cursor.eat_all("crypto map")) {
    interface.crypto_map.reset();
  } else {
    return false;
  }
  modelled("interface setting removed");
  return true;
}

void Parser::if_address(Cursor& cursor) {
  Interface& interface = *current_interface();
  if (cursor.eat("dhcp") || cursor.eat("negotiated") || cursor.eat("pool")) {
    interface.dynamic4 = true;
    // Cisco IOS IP Addressing Command Reference, "ip address dhcp": the default router that the server names becomes a route of distance 254.
    interface.learns_default = interface.learns_default || same(line_.words[2].text, "dhcp");
    return modelled("interface address");
  }
  const size_t at = cursor.at();
  const auto address = model::parse_address(cursor.take());
  // The mask may be left out in Cisco's own examples of loopbacks: one address then.
  const auto length = cursor.done() ? std::optional<unsigned>(32) : mask_length(cursor.peek());
  if (!address || address->family != Family::v4 || !length) {
    interface.dynamic4 = true;
    return refuse(DiagnosticId::address_invalid, address ? at + 1 : at, address ? "a network mask" : "an address");
  }
  cursor.take();
  const model::Prefix prefix{*address, *length};
  const bool secondary = cursor.eat("secondary");
  // A second primary address replaces the first; secondary ones stand before it in old exports.
  if (!secondary && interface.has_primary) std::erase_if(interface.addresses, [&](const model::Prefix& old) { return old.address == interface.primary; });
  if (!secondary) {
    interface.has_primary = true;
    interface.primary = *address;
    interface.addresses.insert(interface.addresses.begin(), prefix);
  } else {
    interface.addresses.push_back(prefix);
  }
  modelled("interface address");
}

void Parser::if_unnumbered(Cursor& cursor) {
  current_interface()->unnumbered = take_interface(cursor);
  modelled("interface address");
}

void Parser::if_enable6(Cursor&) {
  current_interface()->has_v6 = true;
  modelled("interface address");
}

void Parser::if_address6(Cursor& cursor) {
  Interface& interface = *current_interface();
  interface.has_v6 = true;
  if (cursor.eat("dhcp") || cursor.eat("autoconfig")) {
    interface.dynamic6 = true;
    interface.learns_default6 = interface.learns_default6 || cursor.eat("default");
    return modelled("interface address");
  }
  const size_t at = cursor.at();
  const std::string_view text = cursor.take();
  if (cursor.eat("link-local")) return modelled("interface address");  // not routed
  const auto prefix = model::parse_prefix(text);
  if (!prefix || prefix->address.family != Family::v6) {
    interface.dynamic6 = true;
    if (!text.empty() && text.find(':') == std::string_view::npos) return opaque("prefix by name", "an IPv6 prefix that is given by a name is not known");
    return refuse(DiagnosticId::address_invalid, at, "an IPv6 address and its prefix length");
  }
  // EUI-64: the lower half comes from a MAC address that the export does not tell.
  if (cursor.eat("eui-64")) interface.dynamic6 = true;
  interface.addresses.push_back(*prefix);
  modelled("interface address");
}

void Parser::if_access_group(Cursor& cursor) {
  const std::string_view name = cursor.take();
  const bool in = cursor.eat("in");
  if (!in && !cursor.eat("out")) {
    current_interface()->opaque.push_back({"access-group", std::string(line_.text.substr(0, 200)), line_.origin, true, true, false, false});
    return refuse(DiagnosticId::line_unrecognised, cursor.at(), "'in' or 'out'");
  }
  if (same(name, "common")) {
    current_interface()->opaque.push_back({"access-group", std::string(line_.text.substr(0, 200)), line_.origin, true, true, false, false});
    return opaque("common access list", "common access lists are not modelled");
  }
  current_interface()->group[in ? 0 : 1] = use(name);
  modelled("access list on an interface");
}

void Parser::if_traffic_filter(Cursor& cursor) {
  const std::string_view name = cursor.take();
  const bool in = cursor.eat("in");
  if (!in && !cursor.eat("out")) {
    current_interface()->opaque.push_back({"traffic-filter", std::string(line_.text.substr(0, 200)), line_.origin, true, true, false, false});
    return refuse(DiagnosticId::line_unrecognised, cursor.at(), "'in' or 'out'");
  }
  current_interface()->filter6[in ? 0 : 1] = use(name);
  modelled("access list on an interface");
}

void Parser::if_nat(Cursor& cursor) {
  current_interface()->nat = cursor.eat("inside") ? NatSide::inside : NatSide::outside;
  current_interface()->nat_origin = line_.origin;
  modelled("side of translation");
}

void Parser::if_shutdown(Cursor&) {
  current_interface()->shutdown = true;
  modelled("interface state");
}

void Parser::if_vrf(Cursor& cursor) {
  Interface& interface = *current_interface();
  interface.vrf = std::string(cursor.take());
  modelled("routing instance");
}

void Parser::if_verify(Cursor&) {
  opaque("reverse path check", "the check of the source address against the routes is not modelled");
  current_interface()->opaque.push_back({"reverse-path", std::string(line_.text.substr(0, 200)), line_.origin, true, false, true, false});
}

void Parser::if_policy(Cursor& cursor) {
  if (!same(cursor.peek(), "route-map")) return set(LineClass::irrelevant, "IP settings that do not decide on packets");
  gap("policy routing on " + current_interface()->name);
  cursor.take();
  config_.policy_routes.push_back({std::string(cursor.take()), line_.origin});
  set(LineClass::opaque, "policy routing");
}

void Parser::if_inspect(Cursor& cursor) {
  const std::string_view name = cursor.take();
  const bool in = cursor.eat("in");
  if (!in && !cursor.eat("out")) {
    current_interface()->opaque.push_back({"inspect", std::string(line_.text.substr(0, 200)), line_.origin, true, true, false, false});
    return refuse(DiagnosticId::line_unrecognised, cursor.at(), "'in' or 'out'");
  }
  current_interface()->inspect[in ? 0 : 1] = use(name);
  modelled("inspection on an interface");
}

void Parser::if_zone(Cursor& cursor) {
  current_interface()->zone = use(cursor.take());
  modelled("zone of an interface");
}

void Parser::if_crypto_map(Cursor& cursor) {
  current_interface()->crypto_map = use(cursor.take());
  opaque("crypto map", "what a crypto map protects is not modelled");
}

void Parser::if_service_policy(Cursor& cursor) {
  const bool in = cursor.eat("input");
  if (in || cursor.eat("output")) current_interface()->service_policy[in ? 0 : 1] = use(cursor.take());
  set(LineClass::irrelevant, "quality of service");
}

// The address that a group of routers shares: it may be this one's.
void Parser::if_virtual_address(Cursor& cursor) {
  cursor.take();
  if (text::parse_decimal(cursor.peek(), 4095)) cursor.take();
  if (same(cursor.peek(), "ip") || same(cursor.peek(), "ipv6") || same(cursor.peek(), "address") || same(cursor.peek(), "address-family")) {
    config_.virtual_addresses = true;
    return modelled("virtual address");
  }
  set(LineClass::irrelevant, "settings of a virtual address");
}

void Parser::if_default_route(Cursor&) {
  current_interface()->learns_default = true;
  modelled("learned default route");
}

void Parser::if_switchport(Cursor&) {
  current_interface()->switchport = true;
  set(LineClass::irrelevant, "switching");
}

void Parser::if_redirect(Cursor&) {
  Interface& interface = *current_interface();
  const auto word = [&](size_t i) { return i < line_.words.size() ? line_.words[i].text : std::string_view(); };
  const bool web_cache = same(word(0), "ip") && same(word(1), "wccp") && same(word(2), "web-cache") && same(word(3), "redirect") && line_.words.size() == 5;
  const bool in = same(word(4), "in"), knows = web_cache && (in || same(word(4), "out")) && interface.wccp.size() < 256;
  if (knows) {
    interface.wccp.push_back({"web-cache", in, std::string("ip wccp web-cache redirect ") + (in ? "in" : "out"), line_.origin});
    return opaque("redirection", "where a cache sends a packet from here is not modelled");
  }
  opaque("redirection", "what '" + std::string(line_.text.substr(0, 100)) + "' does to packets is not modelled");
  interface.opaque.push_back({"redirection", std::string(line_.text.substr(0, 200)), line_.origin, true, true, false, true});
}

void Parser::if_filter(Cursor&) {
  Interface& interface = *current_interface();
  opaque("filter", "what '" + std::string(line_.text.substr(0, 100)) + "' drops is not modelled");
  interface.opaque.push_back({"filter", std::string(line_.text.substr(0, 200)), line_.origin, true, true, false, false});
}

}  // namespace fwproof::importers::cisco_ios
