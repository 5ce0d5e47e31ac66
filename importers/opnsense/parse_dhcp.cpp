#include "importers/opnsense/parse_dhcp.h"

#include <algorithm>
#include <map>
#include <set>

namespace fwproof::importers::opnsense {

void DhcpReader::read_pools(xml_node node) {
  account_.set(node, LineClass::modelled, "dhcpd");
  for (const xml_node child : elements(node)) {
    Pool pool;
    pool.origin = origin(child);
    pool.interface = child.name();
    pool.v6 = std::string_view(node.name()) == "dhcpdv6";
    pool.opens = Pool::Opens::yes;
    for (const xml_node each : elements(child)) {
      const std::string_view name = each.name();
      if (name == "range") read_range(each, pool, "from", "to");
      else if (name == "staticmap") read_reserved(each, pool, "ipaddr", "ipaddrv6", "mac");
      else if (name == "pool") read_more(each, pool);
    }
    for (const xml_node strange : text::read_record<Pool>(account_, file_, child, kPool, pool)) note_unknown(strange, pool.unknown, "it is taken for an option that no packet meets");
    config_.pools.push_back(std::move(pool));
  }
}

void DhcpReader::read_more(xml_node node, Pool& pool) {
  account_.set(node, LineClass::modelled, "pool");
  for (const xml_node each : elements(node)) {
    if (std::string_view(each.name()) == "range") read_range(each, pool, "from", "to");
    else account_.set_all(each, kIrrelevant, "DHCP options");
  }
}

void DhcpReader::read_range(xml_node node, Pool& pool, const char* from, const char* to) {
  Range range;
  account_.set(node, LineClass::modelled, "range");
  for (const xml_node child : elements(node)) {
    const std::string_view name = child.name();
    if (name == from) range.from = text_of(child);
    else if (name == to) range.to = text_of(child);
    account_.set_all(child, name == from || name == to ? LineClass::modelled : kIrrelevant, name == from || name == to ? "range" : "DHCP options");
  }
  pool.ranges.push_back(std::move(range));
}

void DhcpReader::read_reserved(xml_node node, Pool& pool, std::string_view v4, std::string_view v6, const char* mac) {
  account_.set(node, LineClass::modelled, "staticmap");
  const std::string client = text::xml_text(node, mac).substr(0, 200);
  for (const xml_node child : elements(node)) {
    const bool address = child.name() == v4 || child.name() == v6;
    const bool matters = address || std::string_view(child.name()) == mac;
    account_.set_all(child, matters ? LineClass::modelled : kIrrelevant, matters ? "staticmap" : "DHCP options");
    if (!address) continue;
    for (const std::string& each : list_of(text::xml_text(child))) pool.reserved.push_back({{each, file_.line_of(child), true}, client});
  }
}

void DhcpReader::read_dnsmasq(xml_node node) {
  account_.set(node, LineClass::modelled, "dnsmasq");
  Pool fixed;
  const XmlText on{text::xml_text(node, "enable"), file_.line_of(node), true};
  if (!on.empty()) open_for_dnsmasq(node);
  for (const xml_node child : elements(node)) {
    const std::string_view name = child.name();
    if (name == "hosts" && child.child("hwaddr") && !text::xml_text(child, "hwaddr").empty()) {
      read_reserved(child, fixed, "ip", "ip", "hwaddr");
    } else if (name == "dhcp_ranges") {
      Pool pool;
      pool.origin = origin(child);
      pool.interface = text::xml_text(child, "interface");
      pool.enable = on;
      if (const xml_node interface = child.child("interface")) account_.set(interface, LineClass::modelled, "range");
      read_range(child, pool, "start_addr", "end_addr");
      pool.v6 = !pool.ranges.empty() && pool.ranges[0].from.value.find(':') != std::string::npos;
      config_.pools.push_back(std::move(pool));
    } else {
      account_.set_all(child, kIrrelevant, "name service");
    }
  }
  if (fixed.reserved.empty()) return;
  fixed.origin = origin(node);
  fixed.interface = "dnsmasq";
  fixed.enable = on;
  config_.pools.push_back(std::move(fixed));
}

// dnsmasq_firewall() of dnsmasq.inc and getDhcpInterfaces() of Dnsmasq.php: the interfaces that it listens on, else those of its ranges.
void DhcpReader::open_for_dnsmasq(xml_node node) {
  const xml_node dhcp = node.child("dhcp"), list = node.child("interface"), rules = dhcp.child("default_fw_rules");
  for (const xml_node each : {rules, dhcp.child("no_interface")})
    if (each) account_.set_all(each, LineClass::modelled, "range");
  if (!node.child("dhcp_ranges") || (rules && text::xml_text(rules) != "1")) return;
  const auto set_of = [](const std::string& text) {
    const auto all = list_of(text);
    return std::set<std::string>(all.begin(), all.end());
  };
  std::set<std::string> ranged, names = set_of(text::xml_text(list));
  for (const xml_node range : node.children("dhcp_ranges")) ranged.insert(text::xml_text(range, "interface"));
  if (names.empty()) names = ranged;
  else if (!std::includes(ranged.begin(), ranged.end(), names.begin(), names.end())) account_.set_all(list, LineClass::modelled, "range");
  const auto excluded = set_of(text::xml_text(dhcp, "no_interface"));
  for (const std::string& name : names)
    if (!excluded.count(name)) config_.openings.insert({name, {true, true, static_cast<bool>(rules), origin(list ? list : node)}});
}

// kea_firewall() of kea.inc. Without a list of interfaces those of the networks may be meant.
void DhcpReader::open_for_kea(xml_node general, bool v6) {
  const xml_node list = general.child("interfaces"), rules = general.child("fwrules");
  if (!list || !enabled(general) || (rules && text::xml_text(rules) != "1")) return;
  for (const std::string& name : list_of(text::xml_text(list))) config_.openings.insert({name, {!v6, v6, static_cast<bool>(rules), origin(list)}});
  for (const xml_node each : {list, rules})
    if (each) account_.set_all(each, LineClass::modelled, "interfaces");
}

void DhcpReader::read_kea(xml_node node) {
  account_.set(node, LineClass::modelled, "Kea");
  for (const char* part : {"dhcp4", "dhcp6"})
    if (const xml_node server = node.child(part)) read_kea_server(server, std::string_view(part) == "dhcp6");
  account_.set_all(node, kIrrelevant, "DHCP server");
}

void DhcpReader::read_kea_server(xml_node server, bool v6) {
  const bool on = enabled(server.child("general"));
  open_for_kea(server.child("general"), v6);
  const size_t first = config_.pools.size();
  std::map<std::string, size_t> by_id;
  for (const xml_node subnet : server.child("subnets").children(v6 ? "subnet6" : "subnet4")) {
    Pool pool;
    pool.origin = origin(subnet);
    pool.v6 = v6;
    pool.enable = {on ? "1" : "", file_.line_of(subnet), on};
    pool.opens = server.child("general").child("interfaces") ? Pool::Opens::no : Pool::Opens::unclear;
    if (const xml_node network = subnet.child("subnet")) pool.network = text_of(network);
    const xml_node pools = subnet.child("pools");
    for (const std::string& range : list_of(text::xml_text(pools))) {
      const size_t dash = range.find('-');
      pool.ranges.push_back({{range.substr(0, dash), file_.line_of(pools), true}, {dash == std::string::npos ? range : range.substr(dash + 1), file_.line_of(pools), true}});
    }
    for (const char* bearing : {"subnet", "pools"})
      if (const xml_node each = subnet.child(bearing)) account_.set_all(each, LineClass::modelled, "range");
    by_id.emplace(subnet.attribute("uuid").value(), config_.pools.size());
    config_.pools.push_back(std::move(pool));
  }
  for (const xml_node reservation : server.child("reservations").children("reservation")) {
    const xml_node address = reservation.child("ip_address");
    const auto found = by_id.find(text::xml_text(reservation, "subnet"));
    if (!address) continue;
    account_.set_all(address, LineClass::modelled, "staticmap");
    const size_t index = found != by_id.end() ? found->second : first;
    if (index < config_.pools.size()) config_.pools[index].reserved.push_back({text_of(address), text::xml_text(reservation, "hw_address").substr(0, 200)});
  }
}

// A relay to servers of IPv6: dhcrelay_bound_interfaces('inet6') of dhcrelay.inc.
void DhcpReader::read_relays(xml_node node) {
  account_.set(node, LineClass::modelled, "DHCRelay");
  for (const xml_node relay : node.children("relays")) {
    const xml_node destination = node.find_child_by_attribute("destinations", "uuid", text::xml_text(relay, "destination").c_str());
    if (text::xml_text(relay, "enabled") != "1" || text::xml_text(destination, "server").find(':') == std::string::npos) continue;
    add_relays(relay, true);
  }
  account_.set_all(node, kIrrelevant, "DHCP relay");
}

void DhcpReader::read_old_relay(xml_node node) {
  account_.set(node, LineClass::modelled, "dhcrelay6");
  if (node.child("enable")) add_relays(node, false);
  account_.set_all(node, kIrrelevant, "DHCP relay");
}

void DhcpReader::add_relays(xml_node node, bool model) {
  for (const std::string& name : list_of(text::xml_text(node, "interface"))) config_.relays6.insert({name, {model, origin(node)}});
  for (const char* bearing : {"enable", "enabled", "interface", "destination"})
    if (const xml_node each = node.child(bearing)) account_.set_all(each, LineClass::modelled, "DHCP relay");
}

}  // namespace fwproof::importers::opnsense
