// Elements of both generations, old pages and models, in the order of the file: long because each has its own spelling. DHCP: parse_dhcp.cpp.
#include "importers/opnsense/parse.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "importers/opnsense/parse_dhcp.h"

namespace fwproof::importers::opnsense {
namespace {

class Reader : public DhcpReader {
 public:
  using DhcpReader::DhcpReader;

  Config run() {
    for (const xml_node node : elements(file_.root())) read_section(node);
    for (const xml_node node : account_.finish()) {
      stranger(fmt::format("<{}>", std::string_view(node.name()).substr(0, 80)), origin(node));
      if (++strange_ > kMaxStrange) break;
      report(section_, result_, DiagnosticId::line_unrecognised, file_.line_of(node), fmt::format("<{}> is not known here", std::string_view(node.name()).substr(0, 80)), {"what it does to packets is not modelled"});
    }
    return std::move(config_);
  }

 private:
  using Handler = void (Reader::*)(xml_node node);
  struct SectionRow {
    const char* name;
    Handler handler;
  };

  bool read_topic(xml_node node, std::span<const Topic> topics) {
    for (const Topic& topic : topics)
      if (std::string_view(node.name()) == topic.name) {
        account_.set_all(node, kIrrelevant, topic.reason);
        return true;
      }
    return false;
  }

  void read_section(xml_node node) {
    static constexpr SectionRow kSections[] = {
        {"system", &Reader::read_system},       {"interfaces", &Reader::read_interfaces}, {"virtualip", &Reader::read_virtual_addresses}, {"ifgroups", &Reader::read_groups},
        {"filter", &Reader::read_filter},       {"nat", &Reader::read_nat},               {"gateways", &Reader::read_gateways},           {"staticroutes", &Reader::read_routes},
        {"dhcpd", &Reader::read_pools},         {"dhcpdv6", &Reader::read_pools},         {"dnsmasq", &Reader::read_dnsmasq},             {"openvpn", &Reader::read_openvpn},
        {"ipsec", &Reader::read_ipsec},         {"bridges", &Reader::read_bridges},       {"gifs", &Reader::read_layered},                {"gres", &Reader::read_layered},
        {"OPNsense", &Reader::read_models},     {"aliases", &Reader::read_old_aliases},
        {"dhcrelay6", &Reader::read_old_relay}, {"installedpackages", &Reader::read_packages},
    };
    for (const SectionRow& row : kSections)
      if (std::string_view(node.name()) == row.name) return (this->*row.handler)(node);
    if (!read_topic(node, kIrrelevantSections)) unknown_section(node);
  }

  // What a section that nobody knows does to packets is not known.
  void unknown_section(xml_node node) {
    const std::string_view name = std::string_view(node.name()).substr(0, 80);
    account_.set_all(node, LineClass::unrecognised, "section that no importer knows");
    report(section_, result_, DiagnosticId::line_unrecognised, file_.line_of(node), fmt::format("the section <{}> is not known", name), {"what it does to packets is not modelled"});
    gap(node, fmt::format("section <{}>", name));
    stranger(fmt::format("section <{}>", name), origin(node));
  }

  // A setting of the device that nobody knows may bring rules of its own, as a section may.
  template <size_t N>
  void read_part(xml_node node, const XmlField<Config> (&fields)[N]) {
    account_.set(node, LineClass::modelled, node.name());
    std::vector<std::string> unknown;
    for (const xml_node child : text::read_record<Config>(account_, file_, node, fields, config_)) {
      note_unknown(child, unknown);
      stranger(fmt::format("<{}> of <{}>", unknown.back(), node.name()), origin(child));
    }
  }

  // ---- endpoints ----

  // <source><network>…: legacyMoveAddressFields() of Rule.php takes the network, else the address, else any.
  void read_endpoint(xml_node rule, const char* name, Endpoint& endpoint, std::vector<std::string>& unknown) {
    const xml_node node = rule.child(name);
    if (!node) return;
    struct Old {
      XmlText any, network, address, negated, port;
    } old;
    static constexpr XmlField<Old> kFields[] = {{"any", &Old::any}, {"network", &Old::network}, {"address", &Old::address}, {"not", &Old::negated}, {"port", &Old::port}};
    account_.set(node, LineClass::modelled, name);
    for (const xml_node child : text::read_record<Old>(account_, file_, node, kFields, old)) note_unknown(child, unknown);
    endpoint.networks = !old.network.empty() ? old.network : old.address;
    endpoint.negated = old.negated;
    endpoint.port = old.port;
  }

  // <source_net>, <source_not>, <source_port>
  void read_model_endpoint(xml_node rule, const std::string& name, Endpoint& endpoint, std::vector<std::string>& unknown) {
    XmlText Endpoint::*const members[] = {&Endpoint::networks, &Endpoint::negated, &Endpoint::port};
    const char* endings[] = {"_net", "_not", "_port"};
    for (size_t i = 0; i < 3; ++i) {
      bool seen = false;
      const std::string full = name + endings[i];  // the range below keeps a pointer to it
      for (const xml_node child : rule.children(full.c_str())) {
        if (std::exchange(seen, true)) {
          note_unknown(child, unknown);
          continue;
        }
        endpoint.*members[i] = text_of(child);
        account_.set_all(child, LineClass::modelled, name);
      }
    }
  }

  template <class Record>
  void read_endpoints(xml_node node, Record& record) {
    if (record.model) {
      read_model_endpoint(node, "source", record.source, record.unknown);
      read_model_endpoint(node, "destination", record.destination, record.unknown);
    } else {
      read_endpoint(node, "source", record.source, record.unknown);
      read_endpoint(node, "destination", record.destination, record.unknown);
    }
  }

  template <class Record, size_t N>
  void read_rules(xml_node node, const char* item, bool model, const XmlField<Record> (&fields)[N], std::vector<Record>& records, bool Record::*flag = nullptr) {
    if (model) account_.set(node, LineClass::modelled, node.name());
    for (const xml_node child : elements(node)) {
      if (std::string_view(child.name()) != item) continue;
      Record record;
      record.model = model;
      if (flag) record.*flag = true;
      account_.set(child, LineClass::modelled, item);
      read_endpoints(child, record);
      read(child, fields, record);
      records.push_back(std::move(record));
    }
  }

  // ---- system, interfaces ----

  void read_system(xml_node node) {
    for (const xml_node child : elements(node)) {
      const std::string_view name = child.name();
      if (name == "webgui") read_part(child, kWebGui);
      if (name == "ssh") read_part(child, kSsh);
    }
    read_part(node, kSystem);
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

  void read_virtual_addresses(xml_node node) {
    read_list(node, "vip", kVirtualAddress, config_.virtual_addresses);
    for (const VirtualAddress& vip : config_.virtual_addresses) config_.carp |= vip.mode.value == "carp";
  }

  void read_groups(xml_node node) {
    read_list(node, "ifgroupentry", kGroup, config_.groups);
    for (const Group& group : config_.groups)
      if (!group.unknown.empty()) stranger(fmt::format("<{}> of the group {}", group.unknown.front(), group.name.value), group.origin);
  }

  // ---- filter and translation ----

  void read_filter(xml_node node) {
    account_.set(node, LineClass::modelled, "filter");
    read_rules(node, "rule", false, kRule, config_.rules);
    if (const xml_node bypass = node.child("bypassstaticroutes")) {
      config_.bypassstaticroutes = text_of(bypass);
      account_.set(bypass, kApproximated, "bypass for static routes");
    }
  }

  void read_nat(xml_node node) {
    account_.set(node, LineClass::modelled, "nat");
    read_rules(node, "rule", false, kPortForward, config_.forwards);
    read_rules(node, "onetoone", false, kOneToOne, config_.one_to_one);
    read_rules(node, "npt", false, kOneToOne, config_.one_to_one, &OneToOne::prefix_translation);
    const xml_node outbound = node.child("outbound");
    if (!outbound) return;
    account_.set(outbound, LineClass::modelled, "outbound");
    read_rules(outbound, "rule", false, kOutbound, config_.outbound);
    if (const xml_node mode = outbound.child("mode")) {
      config_.outbound_mode = text_of(mode);
      account_.set(mode, LineClass::modelled, "mode");
    }
  }

  void read_model_filter(xml_node node) {
    account_.set(node, LineClass::modelled, "Filter");
    if (const xml_node rules = node.child("rules")) read_rules(rules, "rule", true, kModelRule, config_.rules);
    if (const xml_node rules = node.child("snatrules")) read_rules(rules, "rule", true, kModelOutbound, config_.outbound);
    if (const xml_node rules = node.child("onetoone")) read_rules(rules, "rule", true, kModelOneToOne, config_.one_to_one);
    if (const xml_node rules = node.child("npt")) read_rules(rules, "rule", true, kModelOneToOne, config_.one_to_one, &OneToOne::prefix_translation);
    if (const xml_node general = node.child("general")) account_.set_all(general, kIrrelevant, "layout");
  }

  // ---- aliases ----

  using Table = text::pf::AliasTable;
  struct TypeRow {
    const char* name;
    Table::Type type;
    const char* opaque;
  };

  static const TypeRow* type_row(const std::string& type) {
    static constexpr TypeRow kTypes[] = {
        {"host", Table::Type::addresses, ""},
        {"network", Table::Type::addresses, ""},
        {"networkgroup", Table::Type::addresses, ""},
        {"port", Table::Type::ports, ""},
        {"url", Table::Type::addresses, "URL"},
        {"urltable", Table::Type::addresses, "URL table"},
        {"urljson", Table::Type::addresses, "URL table"},
        {"geoip", Table::Type::addresses, "countries"},
        {"mac", Table::Type::addresses, "MAC addresses"},
        {"asn", Table::Type::addresses, "autonomous systems"},
        {"dynipv6host", Table::Type::addresses, "hosts below a delegated prefix"},
        {"authgroup", Table::Type::addresses, "users of a VPN"},
        {"internal", Table::Type::addresses, "internal alias"},
        {"external", Table::Type::addresses, "external alias"},
    };
    const auto row = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeRow& each) { return type == each.name; });
    return row == std::end(kTypes) ? nullptr : &*row;
  }

  void read_aliases(xml_node node) {
    account_.set(node, LineClass::modelled, "Alias");
    if (const xml_node geoip = node.child("geoip")) account_.set_all(geoip, kIrrelevant, "renewal of tables");
    const xml_node list = node.child("aliases");
    if (!list) return;
    account_.set(list, LineClass::modelled, "aliases");
    for (const xml_node child : elements(list))
      if (std::string_view(child.name()) == "alias") read_alias(child, "content");
  }

  // Before version 19.7: <aliases><alias><address>.
  void read_old_aliases(xml_node node) {
    account_.set(node, LineClass::modelled, "aliases");
    for (const xml_node child : elements(node))
      if (std::string_view(child.name()) == "alias") read_alias(child, "address");
  }

  void read_alias(xml_node node, std::string_view content_name) {
    Table::Alias alias;
    alias.origin = origin(node);
    alias.name = text::xml_text(node, "name");
    alias.enabled = text::xml_text(node, "enabled") != "0";
    const TypeRow* row = type_row(text::xml_text(node, "type"));
    alias.type = row ? row->type : Table::Type::opaque;
    alias.opaque = row ? row->opaque : "alias of unknown type";
    const LineClass content = alias.opaque.empty() ? LineClass::modelled : kOpaque;
    account_.set(node, content, "alias");
    for (const xml_node child : elements(node)) {
      const std::string_view name = child.name();
      if (name == "name" || name == "type" || name == "enabled") account_.set_all(child, LineClass::modelled, "alias");
      else if (name == content_name) {
        account_.set_all(child, text::xml_text(child).empty() ? LineClass::modelled : content, alias.opaque.empty() ? "alias" : std::string_view(alias.opaque));
        if (alias.opaque.empty()) alias.items = items_of(text::xml_text(child));
      } else if (name == "proto") {
        account_.set_all(child, text::xml_text(child).empty() ? LineClass::modelled : content, "alias");
      } else if (is_side_matter(name)) {
        account_.set_all(child, kIrrelevant, "description");
      } else {
        std::vector<std::string> ignored;
        note_unknown(child, ignored);
        alias.opaque = "alias with unknown settings";
      }
    }
    config_.aliases.push_back(std::move(alias));
  }

  static bool is_side_matter(std::string_view name) {
    static constexpr std::string_view kNames[] = {"descr", "description", "interface", "counters", "updatefreq", "categories", "category", "detail", "path_expression", "password", "username", "authtype", "expire", "url", "last_updated", "current_items", "eval_match", "eval_nomatch"};
    return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames) || name.starts_with("in_") || name.starts_with("out_");
  }

  // One entry a line; what follows '#' is a remark (AliasContentField.php). The old pages put blanks between them.
  static std::vector<std::string> items_of(const std::string& text) {
    std::string plain;
    for (std::string_view rest = text, line; text::next_part(rest, '\n', line);) {
      plain += line.substr(0, line.find('#'));
      plain += ' ';
    }
    return list_of(plain);
  }

  // ---- routing ----

  void read_gateways(xml_node node) {
    const size_t first = config_.gateways.size();
    read_list(node, "gateway_item", kGateway, config_.gateways);
    for (size_t i = first; i < config_.gateways.size(); ++i) note_gap(config_.gateways[i], "gateway " + config_.gateways[i].name.value);
    for (const xml_node group : elements(node)) {
      if (std::string_view(group.name()) != "gateway_group") continue;
      gap(group, "gateway group " + text::xml_text(group, "name"));
      config_.gateway_groups.push_back({text::xml_text(group, "name"), members_of(group)});
      account_.set_all(group, kApproximated, "gateway group");
    }
  }

  // <item>WAN_DHCP|1|address</item> in the old pages, <item>WAN_DHCP,DSL</item> and <item2> in the model.
  static std::vector<std::string> members_of(xml_node group) {
    std::vector<std::string> result;
    for (const xml_node item : elements(group)) {
      if (!std::string_view(item.name()).starts_with("item")) continue;
      for (const std::string& each : list_of(text::xml_text(item)))
        if (const std::string name = each.substr(0, each.find('|')); !name.empty()) result.push_back(name);
    }
    return result;
  }

  void read_routes(xml_node node) {
    read_list(node, "route", kRoute, config_.routes);
    for (const Route& route : config_.routes) note_gap(route, "route to " + route.network.value);
  }

  void read_bridges(xml_node node) {
    if (text::xml_has_elements(node)) gap(node, "bridge between interfaces");
    account_.set_all(node, text::xml_has_elements(node) ? kOpaque : LineClass::modelled, "bridge");
  }

  void read_layered(xml_node node) {
    if (text::xml_has_elements(node)) gap(node, fmt::format("tunnel interface ({})", node.name()));
    account_.set_all(node, text::xml_has_elements(node) ? kApproximated : LineClass::modelled, "tunnel");
  }

  void read_openvpn(xml_node node) {
    account_.set(node, LineClass::modelled, "openvpn");
    for (const xml_node child : elements(node)) {
      const bool off = !text::xml_text(child, "disable").empty();
      if (!off) gap(child, fmt::format("OpenVPN ({})", child.name()));
      for (const char* bearing : {"tunnel_network", "tunnel_networkv6", "remote_network", "remote_networkv6", "local_network", "local_networkv6"})
        if (const xml_node each = child.child(bearing); each && !off) account_.set_all(each, text::xml_text(each).empty() ? LineClass::modelled : kApproximated, "tunnel");
      account_.set_all(child, kIrrelevant, off ? "tunnel that is switched off" : "details of a tunnel");
    }
  }

  void read_ipsec(xml_node node) {
    account_.set(node, LineClass::modelled, "ipsec");
    const Payloads carried = payloads(node);
    for (const xml_node child : elements(node)) {
      const std::string_view name = child.name();
      const bool tunnel = (name == "phase1" || name == "phase2") && !child.child("disabled");
      if (tunnel) gap(child, fmt::format("IPsec ({})", name));
      if (tunnel && name == "phase1" && node.child("enable")) add_tunnel(child, carried);
      for (const char* bearing : {"remote-gateway", "localid", "remoteid", "mode", "mobile", "interface"})
        if (const xml_node each = child.child(bearing); each && tunnel) account_.set_all(each, kApproximated, "tunnel");
      account_.set_all(child, kIrrelevant, tunnel ? "details of a tunnel" : "tunnel that is switched off");
    }
  }

  // By the number of the first phase: ESP, AH.
  using Payloads = std::map<std::string, std::set<unsigned>>;
  static Payloads payloads(xml_node ipsec) {
    Payloads result;
    for (const xml_node phase2 : ipsec.children("phase2")) {
      const std::string protocol = text::xml_text(phase2, "protocol");
      if (protocol == "esp" || protocol == "ah") result[text::xml_text(phase2, "ikeid")].insert(protocol == "esp" ? 50 : 51);
    }
    return result;
  }

  void add_tunnel(xml_node phase1, const Payloads& payloads) {
    Tunnel tunnel;
    tunnel.origin = origin(phase1);
    const std::string interface = text::xml_text(phase1, "interface");
    tunnel.interface = interface.substr(0, interface.find("_vip"));
    const bool mobile = static_cast<bool>(phase1.child("mobile"));
    if (!mobile) tunnel.remote = text::xml_text(phase1, "remote-gateway");
    tunnel.descr = text::xml_text(phase1, "descr").substr(0, 200);
    tunnel.through_nat = text::xml_text(phase1, "nat_traversal") != "off";
    if (const auto found = payloads.find(text::xml_text(phase1, "ikeid")); found != payloads.end()) tunnel.protocols = found->second;
    if (mobile || !tunnel.remote.empty()) config_.tunnels.push_back(std::move(tunnel));
  }

  // fetchAllTargets() of TrafficShaper.php: which rules of the filter may name together.
  void read_shapers(xml_node node) {
    for (const auto& [list, item] : {std::pair("pipes", "pipe"), std::pair("queues", "queue")})
      for (const xml_node each : node.child(list).children(item)) {
        if (!enabled(each)) continue;
        config_.shapers[each.attribute("uuid").value()] = item;
        account_.set_all(each.child("enabled"), LineClass::modelled, item);
      }
    account_.set_all(node, kIrrelevant, "quality of service");
  }

  // miniupnpd.inc of opnsense/plugins: presence switches it on; its anchors hold what clients ask for.
  void read_packages(xml_node node) {
    account_.set(node, LineClass::modelled, "installedpackages");
    if (const xml_node enable = node.child("miniupnpd").child("config").child("enable")) {
      config_.upnp = text_of(enable);
      account_.set_all(enable, kApproximated, "UPnP");
    }
    account_.set_all(node, kIrrelevant, "list of packages");
  }

  // ---- models below <OPNsense> ----

  void read_models(xml_node node) {
    static constexpr SectionRow kModels[] = {
        {"Firewall", &Reader::read_firewall}, {"Gateways", &Reader::read_gateways}, {"Kea", &Reader::read_kea}, {"captiveportal", &Reader::read_captive}, {"Interfaces", &Reader::read_interface_models},
        {"DHCRelay", &Reader::read_relays},     {"TrafficShaper", &Reader::read_shapers},
    };
    account_.set(node, LineClass::modelled, "OPNsense");
    for (const xml_node child : elements(node)) {
      const std::string_view name = child.name();
      const auto row = std::find_if(std::begin(kModels), std::end(kModels), [&](const SectionRow& each) { return name == each.name; });
      if (row != std::end(kModels)) (this->*row->handler)(child);
      else if (note_interception(child); !read_routing(child) && !read_topic(child, kIrrelevantModels)) unknown_section(child);
    }
  }

  // A proxy in transparent mode gets what rules of nat send it; an inspection in line sees everything.
  void note_interception(xml_node node) {
    const std::string_view name = node.name();
    const bool proxy = name == "proxy", inspects = name == "IDS";
    if (!proxy && !inspects) return;
    const xml_node general = node.child("general"), settings = proxy ? node.child("forward") : general;
    const bool is_on = text::xml_text(general, "enabled") == "1", applies = text::xml_text(settings, proxy ? "transparentMode" : "ips") == "1";
    if (!is_on || !applies) return;
    const xml_node where = settings.child(proxy ? "transparentMode" : "ips");
    for (const unsigned protocol : {model::proto_tcp, model::proto_udp})
      config_.interceptions.push_back({proxy ? "proxy" : "inspection", proxy ? "proxy in transparent mode" : "intrusion prevention", model::AddressSet::all(), protocol,
                                       model::IntervalSet::all(16), false, false, origin(where)});
  }

  void read_firewall(xml_node node) {
    account_.set(node, LineClass::modelled, "Firewall");
    for (const xml_node child : elements(node)) {
      const std::string_view name = child.name();
      if (name == "Alias") read_aliases(child);
      else if (name == "Filter") read_model_filter(child);
      else if (name == "Category" || name == "Lvtemplate") account_.set_all(child, kIrrelevant, "layout");
      else unknown_section(child);
    }
  }

  // Whether something in it is switched on.
  static bool any_enabled(xml_node node) {
    std::vector<xml_node> open = {node};
    while (!open.empty()) {
      const xml_node each = open.back();
      open.pop_back();
      if (std::string_view(each.name()) == "enabled" && text::xml_text(each) == "1") return true;
      for (const xml_node child : elements(each)) open.push_back(child);
    }
    return false;
  }

  bool read_routing(xml_node node) {
    if (const xml_node off = node.child("general").child("disablevpnrules"); off && std::string_view(node.name()) == "IPsec" && text::xml_text(off) == "1") {
      config_.disablevpnrules = text_of(off);
      account_.set_all(off, LineClass::modelled, "disablevpnrules");
    }
    for (const Topic& topic : kRoutingModels) {
      if (std::string_view(node.name()) != topic.name) continue;
      const bool on = any_enabled(node);
      if (on) gap(node, topic.reason);
      if (on) mark_enabled(node);
      account_.set_all(node, kIrrelevant, on ? "details of a tunnel or a routing protocol" : "tunnel that is switched off");
      return true;
    }
    return false;
  }

  void mark_enabled(xml_node node) {
    std::vector<xml_node> open = {node};
    while (!open.empty()) {
      const xml_node each = open.back();
      open.pop_back();
      if (std::string_view(each.name()) == "enabled" && text::xml_text(each) == "1") account_.set_all(each, kApproximated, "tunnel");
      for (const xml_node child : elements(each)) open.push_back(child);
    }
  }

  void read_captive(xml_node node) {
    for (const xml_node zone : node.child("zones").children("zone")) {
      if (!enabled(zone)) continue;
      for (const std::string& name : list_of(text::xml_text(zone, "interfaces"))) config_.captive.emplace_back(name, origin(zone));
      for (const char* bearing : {"enabled", "interfaces"})
        if (const xml_node each = zone.child(bearing)) account_.set_all(each, kOpaque, "captive portal");
    }
    account_.set_all(node, kIrrelevant, "captive portal");
  }

  void read_interface_models(xml_node node) {
    account_.set(node, LineClass::modelled, "Interfaces");
    if (const xml_node off = node.child("settings").child("disableipv6")) {
      config_.disableipv6 = text_of(off);
      account_.set(off, LineClass::modelled, "disableipv6");
    }
    account_.set_all(node, kIrrelevant, "link");
  }

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

Said said(const XmlText& text, Said absent) {
  if (!text.present) return absent;
  if (text.empty()) return Said::unclear;
  return text.value == "0" || text.value == "no" || text.value == "off" ? Said::no : Said::yes;
}

std::vector<std::string> list_of(const std::string& text) {
  std::vector<std::string> result;
  std::string part;
  for (const char c : text + " ") {
    if (c != ' ' && c != ',' && c != '\n' && c != '\t' && c != '\r') part += c;
    else if (!part.empty()) result.push_back(std::exchange(part, {}));
  }
  return result;
}

Config parse(const Section& section, const XmlFile& file, XmlAccount& account, ImportResult& result) { return Reader(section, file, account, result).run(); }

}  // namespace fwproof::importers::opnsense
