// Elements in the order of the file: long because each page has its own spelling.
#include "importers/pfsense/parse.h"

#include <fmt/format.h>

#include <algorithm>

#include "importers/pfsense/tables.h"
#include "importers/text/number.h"
#include "importers/text/pf_words.h"

namespace fwproof::importers::pfsense {
namespace {

using model::DiagnosticId;
using pugi::xml_node;
using text::XmlAccount;
using text::XmlFile;

std::vector<std::string> words(const std::string& text, const char* separators = " ,\t\r\n") {
  std::vector<std::string> result;
  for (size_t at = text.find_first_not_of(separators); at != std::string::npos;) {
    const size_t end = text.find_first_of(separators, at);
    result.push_back(text.substr(at, end - at));
    at = end == std::string::npos ? end : text.find_first_not_of(separators, end);
  }
  return result;
}

class Reader {
 public:
  Reader(const Section& section, const XmlFile& file, XmlAccount& account, ImportResult& result)
      : section_(section), file_(file), account_(account), result_(result) {}

  Config run() {
    for (const xml_node node : elements(file_.root())) read_section(node);
    for (const xml_node node : account_.finish()) {
      if (++strange_ > kMaxStrange) break;
      report(section_, result_, DiagnosticId::line_unrecognised, file_.line_of(node), fmt::format("<{}> is not known here", std::string_view(node.name()).substr(0, 80)));
    }
    return std::move(config_);
  }

 private:
  static constexpr size_t kMaxStrange = 100;

  static std::vector<xml_node> elements(xml_node node) {
    std::vector<xml_node> result;
    for (const xml_node child : node.children())
      if (child.type() == pugi::node_element) result.push_back(child);
    return result;
  }

  using Handler = void (Reader::*)(xml_node node);
  struct SectionRow {
    const char* name;
    Handler handler;
  };

  void read_section(xml_node node) {
    static constexpr SectionRow kSections[] = {
        {"system", &Reader::read_system},         {"interfaces", &Reader::read_interfaces}, {"virtualip", &Reader::read_virtual_addresses},
        {"ifgroups", &Reader::read_groups},       {"aliases", &Reader::read_aliases},       {"filter", &Reader::read_filter},
        {"nat", &Reader::read_nat},               {"gateways", &Reader::read_gateways},     {"staticroutes", &Reader::read_routes},
        {"dhcpd", &Reader::read_pools},           {"dhcpdv6", &Reader::read_pools},         {"schedules", &Reader::read_schedules},
        {"openvpn", &Reader::read_openvpn},       {"ipsec", &Reader::read_ipsec},           {"bridges", &Reader::read_bridges},
        {"gifs", &Reader::read_layered},          {"gres", &Reader::read_layered},          {"l2tp", &Reader::read_dial_in},
        {"pppoes", &Reader::read_dial_in},        {"pptpd", &Reader::read_dial_in},         {"captiveportal", &Reader::read_captive},
        {"installedpackages", &Reader::read_packages}, {"bridge", &Reader::read_bridges},
        {"dhcrelay", &Reader::read_relay},        {"dhcrelay6", &Reader::read_relay},
        {"diag", &Reader::read_diagnostics},
    };
    const std::string_view name = node.name();
    for (const SectionRow& row : kSections)
      if (name == row.name) return (this->*row.handler)(node);
    for (const Topic& topic : kIrrelevantSections)
      if (name == topic.name) {
        if (name == "version") config_.version = text::xml_text(node);
        return account_.set_all(node, kIrrelevant, topic.reason);
      }
    account_.set_all(node, LineClass::unrecognised, "section that no importer knows");
    report(section_, result_, DiagnosticId::line_unrecognised, file_.line_of(node), fmt::format("the section <{}> is not known", name.substr(0, 80)),
           {"what it does to packets is not modelled"});
    // What a section that nobody knows does to packets is as unknown as a tunnel that nobody knows.
    config_.gaps.push_back({fmt::format("section <{}>", name.substr(0, 80)), origin(node)});
    stranger(fmt::format("section <{}>", name.substr(0, 80)), origin(node));
  }

  // One is enough to make everything uncertain.
  void stranger(std::string what, model::Origin origin) {
    if (config_.strangers.size() < kMaxStrange) config_.strangers.emplace_back(std::move(what), origin);
  }

  void note_gap(const Entry& entry, const std::string& what) {
    if (!entry.unknown.empty()) config_.gaps.push_back({fmt::format("<{}> of the {}", entry.unknown.front(), what), entry.origin});
  }

  model::Origin origin(xml_node node) const { return {section_.file, file_.line_of(node)}; }

  // Reads what the table knows. The rest makes the entry's effect unknown.
  template <class Record, size_t N>
  void read(xml_node node, const XmlField<Record> (&fields)[N], Record& record) {
    record.origin = origin(node);
    for (const xml_node child : text::read_record<Record>(account_, file_, node, fields, record)) note_unknown(child, record.unknown);
  }

  void note_unknown(xml_node child, std::vector<std::string>& unknown) {
    account_.set_all(child, LineClass::unrecognised, "element that no importer knows");
    unknown.push_back(std::string(std::string_view(child.name()).substr(0, 80)));
    if (++strange_ <= kMaxStrange)
      report(section_, result_, DiagnosticId::line_unrecognised, file_.line_of(child),
             fmt::format("<{}> is not known here, or stands here for the second time", unknown.back()), {"what the entry does is taken as unknown"});
  }

  void read_endpoint(xml_node node, const char* name, Endpoint& endpoint, std::vector<std::string>& unknown) {
    const xml_node child = node.child(name);
    if (!child) return;
    endpoint.present = true;
    account_.set(child, LineClass::modelled, name);
    for (const xml_node each : text::read_record<Endpoint>(account_, file_, child, kEndpoint, endpoint)) note_unknown(each, unknown);
  }

  // ---- system and interfaces ----

  void read_system(xml_node node) {
    account_.set(node, LineClass::modelled, "system");
    for (const xml_node child : elements(node)) {
      if (std::string_view(child.name()) == "webgui") read_part(child, std::span<const XmlField<Config>>(kWebGui));
      if (std::string_view(child.name()) == "ssh") read_part(child, std::span<const XmlField<Config>>(kSsh));
      if (std::string_view(child.name()) != "enablesshd") continue;
      config_.ssh_enable = {text::xml_text(child), file_.line_of(child), true};  // before version 2.4.5
      account_.set(child, LineClass::modelled, "ssh");
    }
    for (const xml_node child : text::read_record<Config>(account_, file_, node, kSystem, config_))
      if (!account_.is_set(child)) note_strange_setting(child);
  }

  // The device may write rules for it, as for so many settings of these pages.
  void note_strange_setting(xml_node child) {
    std::vector<std::string> unknown;
    note_unknown(child, unknown);
    stranger(fmt::format("setting <{}>", unknown.front()), origin(child));
  }

  void read_part(xml_node node, std::span<const XmlField<Config>> fields) {
    account_.set(node, LineClass::modelled, node.name());
    for (const xml_node child : text::read_record<Config>(account_, file_, node, fields, config_)) note_strange_setting(child);
  }

  void read_interfaces(xml_node node) {
    account_.set(node, LineClass::modelled, "interfaces");
    for (const xml_node child : elements(node)) {
      InterfaceEntry entry;
      entry.id = child.name();
      read(child, kInterface, entry);
      note_gap(entry, "interface " + entry.id);
      config_.interfaces.push_back(std::move(entry));
    }
  }

  template <class Record, size_t N>
  void read_list(xml_node node, const char* item, const XmlField<Record> (&fields)[N], std::vector<Record>& records) {
    account_.set(node, LineClass::modelled, node.name());
    for (const xml_node child : elements(node)) {
      if (std::string_view(child.name()) != item) continue;
      Record record;
      read(child, fields, record);
      account_.set(child, LineClass::modelled, item);
      records.push_back(std::move(record));
    }
  }

  void read_virtual_addresses(xml_node node) { read_list(node, "vip", kVirtualAddress, config_.virtual_addresses); }
  void read_groups(xml_node node) {
    read_list(node, "ifgroupentry", kGroup, config_.groups);
    for (const Group& group : config_.groups)
      if (!group.unknown.empty()) stranger(fmt::format("<{}> of the group {}", group.unknown.front(), group.name.value), group.origin);
  }

  // ---- aliases ----

  void read_aliases(xml_node node) {
    account_.set(node, LineClass::modelled, "aliases");
    for (const xml_node child : elements(node))
      if (std::string_view(child.name()) == "alias") read_alias(child);
  }

  void read_alias(xml_node node) {
    using Table = text::pf::AliasTable;
    using Alias = Table::Alias;
    struct TypeRow {
      const char* name;
      Table::Type type;
      const char* opaque;
    };
    static constexpr TypeRow kTypes[] = {
        {"host", Table::Type::addresses, ""},          {"network", Table::Type::addresses, ""},
        {"port", Table::Type::ports, ""},              {"url", Table::Type::addresses, ""},  // what the URL held when it was saved
        {"url_ports", Table::Type::ports, ""},         {"urltable", Table::Type::addresses, "URL table"},
        {"urltable_ports", Table::Type::ports, "URL table of ports"}, {"openvpn", Table::Type::addresses, "OpenVPN clients"},
    };
    Alias alias;
    alias.origin = origin(node);
    alias.name = text::xml_text(node, "name");
    const std::string type = text::xml_text(node, "type");
    const auto row = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeRow& each) { return type == each.name; });
    alias.type = row == std::end(kTypes) ? Table::Type::opaque : row->type;
    alias.opaque = row == std::end(kTypes) ? "alias of unknown type" : row->opaque;
    if (alias.opaque.empty()) alias.items = words(text::xml_text(node, "address"));
    const LineClass content = alias.opaque.empty() ? LineClass::modelled : kOpaque;
    account_.set(node, content, "alias");
    for (const xml_node child : elements(node)) {
      const std::string_view name = child.name();
      if (name == "name" || name == "type") account_.set_all(child, LineClass::modelled, "alias");
      else if (name == "address") account_.set_all(child, alias.opaque.empty() || text::xml_text(child).empty() ? LineClass::modelled : kOpaque, "alias");
      else if (name == "url" || name == "aliasurl") account_.set_all(child, content, alias.opaque.empty() ? "alias" : std::string_view(alias.opaque));
      else if (name == "descr" || name == "detail" || name == "updatefreq" || name == "apply") account_.set_all(child, kIrrelevant, "description");
      else {
        std::vector<std::string> ignored;
        note_unknown(child, ignored);
        alias.opaque = "alias with unknown settings";
      }
    }
    if (!config_.aliases.empty() && alias.name.empty()) return;
    config_.aliases.push_back(std::move(alias));
  }

  // ---- rules ----

  void read_filter(xml_node node) {
    account_.set(node, LineClass::modelled, "filter");
    for (const xml_node child : elements(node)) {
      const std::string_view name = child.name();
      if (name == "rule") {
        FilterRule rule;
        read_endpoint(child, "source", rule.source, rule.unknown);
        read_endpoint(child, "destination", rule.destination, rule.unknown);
        read(child, kFilterRule, rule);
        config_.rules.push_back(std::move(rule));
      } else if (name == "bypassstaticroutes") {
        config_.bypassstaticroutes = {text::xml_text(child), file_.line_of(child), true};
        account_.set(child, kApproximated, "bypass for static routes");
      } else if (name == "separator") {
        account_.set_all(child, kIrrelevant, "layout");
      } else if (name == "tcpidletimeout") {
        account_.set_all(child, kIrrelevant, "life of states");
      }
    }
  }

  void read_nat(xml_node node) {
    account_.set(node, LineClass::modelled, "nat");
    for (const xml_node child : elements(node)) {
      const std::string_view name = child.name();
      if (name == "rule") read_forward(child);
      else if (name == "outbound") read_outbound(child);
      else if (name == "onetoone" || name == "npt") read_one_to_one(child, name == "npt");
      else if (name == "separator") account_.set_all(child, kIrrelevant, "layout");
      else if (name == "ipsecpassthru") account_.set_all(child, kIrrelevant, "proxy that is gone");
      else if (name == "advancedoutbound") read_outbound(child);
    }
  }

  void read_forward(xml_node node) {
    PortForward rule;
    read_endpoint(node, "source", rule.source, rule.unknown);
    read_endpoint(node, "destination", rule.destination, rule.unknown);
    read(node, kPortForward, rule);
    config_.forwards.push_back(std::move(rule));
  }

  void read_outbound(xml_node node) {
    account_.set(node, LineClass::modelled, "outbound");
    for (const xml_node child : elements(node)) {
      const std::string_view name = child.name();
      if (name == "mode" || name == "enable") {
        account_.set(child, LineClass::modelled, "mode");
        config_.outbound_mode = {name == "mode" ? text::xml_text(child) : "advanced", file_.line_of(child), true};
      } else if (name == "rule") {
        Outbound rule;
        read_endpoint(child, "source", rule.source, rule.unknown);
        read_endpoint(child, "destination", rule.destination, rule.unknown);
        read(child, kOutbound, rule);
        config_.outbound.push_back(std::move(rule));
      }
    }
  }

  void read_one_to_one(xml_node node, bool prefix_translation) {
    OneToOne rule;
    rule.prefix_translation = prefix_translation;
    read_endpoint(node, "source", rule.source, rule.unknown);
    read_endpoint(node, "destination", rule.destination, rule.unknown);
    read(node, kOneToOne, rule);
    config_.one_to_one.push_back(std::move(rule));
  }

  void read_schedules(xml_node node) { account_.set_all(node, kIrrelevant, "times of schedules; rules that name one are opaque"); }

  // ---- routing ----

  void read_gateways(xml_node node) {
    read_list(node, "gateway_item", kGateway, config_.gateways);
    for (const Gateway& gateway : config_.gateways) note_gap(gateway, "gateway " + gateway.name.value);
    for (const xml_node child : elements(node)) {
      const std::string_view name = child.name();
      if (name == "gateway_group") {
        config_.gateway_groups.push_back(text::xml_text(child, "name"));
        account_.set_all(child, kApproximated, "gateway group");
        config_.gaps.push_back({"gateway group " + config_.gateway_groups.back(), origin(child)});
      }
      XmlText* chosen = name == "defaultgw4" ? &config_.default_v4 : name == "defaultgw6" ? &config_.default_v6 : nullptr;
      if (!chosen) continue;
      *chosen = {text::xml_text(child), file_.line_of(child), true};
      account_.set(child, LineClass::modelled, "default gateway");
    }
  }

  void read_routes(xml_node node) {
    read_list(node, "route", kRoute, config_.routes);
    for (const Route& route : config_.routes) note_gap(route, "route to " + route.network.value);
  }

  void read_pools(xml_node node) {
    account_.set(node, LineClass::modelled, "dhcpd");
    for (const xml_node child : elements(node)) {
      Pool pool;
      pool.interface = child.name();
      pool.v6 = std::string_view(node.name()) == "dhcpdv6";
      read_pool(child, pool);
      config_.pools.push_back(std::move(pool));
    }
  }

  void read_pool(xml_node node, Pool& pool) {
    for (const xml_node child : elements(node)) {
      const std::string_view name = child.name();
      if (name == "range") read_range(child, pool);
      else if (name == "staticmap") read_reserved(child, pool);
      else if (name == "pool") {
        account_.set(child, LineClass::modelled, "pool");
        for (const xml_node each : elements(child)) {
          if (std::string_view(each.name()) == "range") read_range(each, pool);
          else account_.set_all(each, kIrrelevant, "DHCP options");
        }
      }
    }
    read(node, kPool, pool);
  }

  void read_range(xml_node node, Pool& pool) {
    static constexpr XmlField<Range> kRange[] = {{"from", &Range::from}, {"to", &Range::to}};
    Range range;
    account_.set(node, LineClass::modelled, "range");
    for (const xml_node child : text::read_record<Range>(account_, file_, node, kRange, range)) note_unknown(child, pool.unknown);
    pool.ranges.push_back(std::move(range));
  }

  void read_reserved(xml_node node, Pool& pool) {
    account_.set(node, LineClass::modelled, "staticmap");
    const std::string mac = text::xml_text(node, "mac");
    const std::string client = (mac.empty() ? text::xml_text(node, "cid") : mac).substr(0, 200);
    for (const xml_node child : elements(node)) {
      const std::string_view name = child.name();
      const bool address = name == "ipaddr" || name == "ipaddrv6";
      const bool matters = address || name == "mac" || name == "cid";
      account_.set_all(child, matters ? LineClass::modelled : kIrrelevant, matters ? "staticmap" : "DHCP options");
      if (address) pool.reserved.push_back({{text::xml_text(child), file_.line_of(child), true}, client});
    }
  }

  // "add ipv6 NAT, if requested" stands here.
  void read_diagnostics(xml_node node) {
    account_.set_all(node, kIrrelevant, "diagnostics");
    const xml_node target = node.child("ipv6nat").child("ipaddr");
    if (!node.child("ipv6nat").child("enable") || !target) return;
    config_.ipv6nat = {text::xml_text(target), file_.line_of(target), true};
    account_.set_all(node.child("ipv6nat"), LineClass::modelled, "IPv6 in IPv4");
  }

  // The device looks whether <enable> is there, and nothing else decides.
  void read_relay(xml_node node) {
    const xml_node enable = node.child("enable"), interfaces = node.child("interface");
    account_.set_all(node, kIrrelevant, "DHCP relay");
    if (!enable) return;
    for (const xml_node each : {enable, interfaces})
      if (each) account_.set_all(each, LineClass::modelled, "DHCP relay");
    Relay relay;
    relay.origin = origin(node);
    relay.v6 = std::string_view(node.name()) == "dhcrelay6";
    relay.interfaces = words(text::xml_text(interfaces), ",");
    config_.relays.push_back(std::move(relay));
  }

  // ---- tunnels and other ways for packets ----

  void gap(xml_node node, std::string text) { config_.gaps.push_back({std::move(text), origin(node)}); }

  void read_openvpn(xml_node node) {
    account_.set(node, LineClass::modelled, "openvpn");
    for (const xml_node child : elements(node)) {
      Tunnel tunnel;
      tunnel.what = fmt::format("OpenVPN ({})", child.name());
      tunnel.origin = origin(child);
      (void)text::read_record<Tunnel>(account_, file_, child, kOpenVpn, tunnel);
      account_.set_all(child, kIrrelevant, "details of a tunnel");
      config_.tunnels.push_back(std::move(tunnel));
    }
  }

  void read_ipsec(xml_node node) {
    account_.set(node, LineClass::modelled, "ipsec");
    for (const xml_node child : elements(node)) {
      const std::string_view name = child.name();
      if (XmlText* port = name == "port" ? &config_.ipsec_port : name == "port_nat_t" ? &config_.ipsec_port_nat_t : nullptr) {
        *port = {text::xml_text(child), file_.line_of(child), true};
        account_.set(child, LineClass::modelled, "IPsec");
        continue;
      }
      if (name != "phase1" && name != "phase2") {
        account_.set_all(child, kIrrelevant, "details of a tunnel");
        continue;
      }
      static constexpr XmlField<Tunnel> kPhase[] = {
          {"disabled", &Tunnel::disabled}, {"interface", &Tunnel::interface}, {"remote-gateway", &Tunnel::remote_gateway}, {"ikeid", &Tunnel::ikeid},       {"protocol", &Tunnel::protocol},
          {"mobile", &Tunnel::mobile},     {"ikeport", &Tunnel::ikeport},     {"nattport", &Tunnel::nattport},             {"gw_duplicates", &Tunnel::gw_duplicates},
      };
      Tunnel tunnel;
      tunnel.what = name == "phase1" ? "IPsec tunnel" : "IPsec network";
      tunnel.origin = origin(child);
      (void)text::read_record<Tunnel>(account_, file_, child, kPhase, tunnel);
      const bool on = !tunnel.disabled.present;
      for (const char* bearing : {"localid", "remoteid", "natlocalid", "mode"})
        if (const xml_node each = child.child(bearing); each && on) account_.set_all(each, kApproximated, "tunnel");
      account_.set_all(child, kIrrelevant, on ? "details of a tunnel" : "tunnel that is switched off");
      config_.tunnels.push_back(std::move(tunnel));
    }
  }

  void read_bridges(xml_node node) {
    const bool any = node.child("bridged") || (!text::xml_has_elements(node) && !text::xml_text(node).empty());
    if (any) gap(node, "bridge between interfaces");
    for (const xml_node bridge : elements(node)) config_.bridges += text::pf::lower_case(text::xml_text(bridge, "members")) + "\n";
    account_.set_all(node, any ? kOpaque : LineClass::modelled, "bridge");
  }

  void read_layered(xml_node node) {
    if (text::xml_has_elements(node)) gap(node, fmt::format("tunnel interface ({})", node.name()));
    account_.set_all(node, text::xml_has_elements(node) ? kApproximated : LineClass::modelled, "tunnel");
  }

  void read_dial_in(xml_node node) {
    bool server = text::xml_text(node, "mode") == "server";
    for (const xml_node child : elements(node)) server |= text::xml_text(child, "mode") == "server";
    if (server) gap(node, fmt::format("dial-in server ({})", node.name()));
    account_.set_all(node, server ? kApproximated : kIrrelevant, server ? "dial-in" : "dial-in that is switched off");
  }

  void read_captive(xml_node node) {
    for (const xml_node zone : elements(node)) {
      if (!zone.child("enable")) continue;
      for (const std::string& name : words(text::xml_text(zone, "interface"))) config_.captive.emplace_back(name, origin(zone));
      account_.set_all(zone.child("interface"), kOpaque, "captive portal");
      account_.set_all(zone.child("enable"), kOpaque, "captive portal");
    }
    account_.set_all(node, kIrrelevant, "captive portal");
  }

  void read_packages(xml_node node) {
    account_.set(node, LineClass::modelled, "installedpackages");
    for (const xml_node child : elements(node)) read_package(child);
  }

  void read_package(xml_node node) {
    const std::string_view name = node.name();
    for (const Topic& topic : kRoutingPackages) {
      if (!name.starts_with(topic.name)) continue;
      const bool used = text::xml_has_elements(node);
      if (used && (config_.gaps.empty() || config_.gaps.back().text != topic.reason)) gap(node, topic.reason);
      for (const xml_node config : elements(node))
        if (const xml_node enable = config.child("enable")) account_.set_all(enable, kApproximated, "routing protocol");
      return account_.set_all(node, kIrrelevant, "details of a routing protocol or tunnel");
    }
    if (name == "miniupnpd") {
      const xml_node enable = node.child("config").child("enable");
      if (enable) config_.upnp = {text::xml_text(enable), file_.line_of(enable), true};
      if (enable) account_.set_all(enable, kApproximated, "UPnP");
      return account_.set_all(node, kIrrelevant, "UPnP");
    }
    // Its rules let packets to port 80 into the proxy, and out of it.
    for (const xml_node config : name == "squid" ? elements(node) : std::vector<xml_node>())
      for (const xml_node on : elements(config))
        if (std::string_view(on.name()) == "transparent_proxy" && text::xml_text(on) == "on") {
          const bool modelled = read_squid(config, on);
          account_.set_all(on, modelled ? LineClass::modelled : kOpaque, "transparent proxy");
          if (!modelled) stranger("transparent proxy of squid", origin(on));
        }
    if (name == "snort" || name == "suricata") read_intrusion_prevention(node);
    for (const Topic& topic : kIrrelevantPackages)
      if (name.starts_with(topic.name)) return account_.set_all(node, kIrrelevant, topic.reason);
    // A package that nobody knows may add rules of its own.
    if (text::xml_has_elements(node)) gap(node, fmt::format("package {}", name.substr(0, 80)));
    if (text::xml_has_elements(node)) stranger(fmt::format("package {}", name.substr(0, 80)), origin(node));
    account_.set_all(node, LineClass::unrecognised, "package that no importer knows");
    report(section_, result_, DiagnosticId::line_unrecognised, file_.line_of(node), fmt::format("the package '{}' is not known", name.substr(0, 80)),
           {"rules and routes that it may add are not modelled"});
  }

  // squid_generate_rules() of the package's squid.inc (pfsense/FreeBSD-ports 009dc5f): "rdr pass" for IPv4 TCP to port 80 that comes in by one of the
  // transparent interfaces, and to 443 by those that ssl_proxy has as well. false: exceptions, or a version that writes other keys.
  bool read_squid(xml_node config, xml_node on) {
    const auto value = [&](const char* key) { return text::xml_text(config, key); };
    const std::string interfaces = value("transparent_active_interface"), encrypted = value("ssl_proxy") == "on" ? value("ssl_active_interface") : "", family = value("listenproto");
    bool plain = value("enable_squid") == "on" && !interfaces.empty() && (family.empty() || family == "inet");
    for (const char* exception : {"private_subnet_proxy_off", "defined_ip_proxy_off", "defined_ip_proxy_off_dest"}) plain = plain && value(exception).empty();
    if (!plain) return false;
    const auto add = [&](std::string_view interface, const char* port, std::string to) {
      const uint32_t line = file_.line_of(on);
      const auto text = [&](std::string what) { return XmlText{std::move(what), line, true}; };
      PortForward forward;
      forward.origin = origin(on);
      forward.interface = text(std::string(interface));
      forward.ipprotocol = text("inet");
      forward.protocol = text("tcp");
      forward.source.present = forward.destination.present = true;
      forward.source.any = text("");
      forward.destination.network = text(std::string(interface) + "ip");
      forward.destination.negated = text("");
      forward.destination.port = text(port);
      forward.target = text("127.0.0.1");
      forward.local_port = text(std::move(to));
      forward.associated = text("pass");
      forward.natreflection = text("disable");
      forward.descr = text("transparent proxy of squid");
      if (config_.squid.size() < kMaxStrange) config_.squid.push_back(std::move(forward));
    };
    const auto or_else = [](std::string set, const char* other) { return set.empty() ? std::string(other) : set; };
    std::string_view rest = interfaces, part;
    while (text::next_part(rest, ',', part)) {
      add(part, "80", or_else(value("proxy_port"), "3128"));
      std::string_view others = encrypted, other;
      while (text::next_part(others, ',', other))
        if (other == part) add(part, "443", or_else(value("ssl_proxy_port"), "3129"));
    }
    return true;
  }

  // In line, it looks into packets and may change or drop them.
  void read_intrusion_prevention(xml_node node) {
    for (const xml_node list : elements(node))
      for (const xml_node mode : elements(list)) {
        if (std::string_view(mode.name()) != "ips_mode" || text::xml_text(mode) != "ips_mode_inline") continue;
        for (const unsigned protocol : {model::proto_tcp, model::proto_udp})
          config_.interceptions.push_back({"inspection", fmt::format("{} in line", node.name()), model::AddressSet::all(), protocol, model::IntervalSet::all(16), false, false, origin(mode)});
        return;
      }
  }

  const Section& section_;
  const XmlFile& file_;
  XmlAccount& account_;
  ImportResult& result_;
  Config config_;
  size_t strange_ = 0;
};

}  // namespace

void report(const Section& section, ImportResult& result, DiagnosticId id, uint32_t line, std::string message, std::vector<std::string> notes,
            model::Severity severity) {
  constexpr size_t kMaxDiagnostics = 500;
  if (result.diagnostics.size() >= kMaxDiagnostics && severity != model::Severity::error) return;
  model::Diagnostic diagnostic;
  diagnostic.id = id;
  diagnostic.severity = severity;
  diagnostic.origin = {section.file, line};
  diagnostic.message = std::move(message);
  diagnostic.notes = std::move(notes);
  if (line >= section.first_line && line - section.first_line < section.lines.size()) diagnostic.line_text = section.lines[line - section.first_line].substr(0, 300);
  result.diagnostics.push_back(std::move(diagnostic));
}

Config parse(const Section& section, const XmlFile& file, XmlAccount& account, ImportResult& result) { return Reader(section, file, account, result).run(); }

}  // namespace fwproof::importers::pfsense
