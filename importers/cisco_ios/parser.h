// Lines of a configuration into a Config. IOS reads a line in the mode of the section that it stands in and, where that mode does not know
// it, as a command of the top: so does this parser, since indentation is lost in many exports.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "importers/cisco_ios/ast.h"
#include "importers/cisco_ios/words.h"
#include "importers/importer.h"

namespace fwproof::importers::cisco_ios {

constexpr std::string_view kProtocolDetails = "details of a routing protocol";

class Parser {
 public:
  Parser(Config& config, ImportResult& result) : config_(config), result_(result) {}
  // Requires: the section's file has an account in the result.
  void read(const Section& section);

 private:
  enum class Mode : uint8_t {
    top, interface, list, network_group, service_group, protocol_group, route_map, class_map, policy_map, zone_pair, dhcp_pool, crypto_map,
    nat_pool,
    line, control_plane, skip,
  };
  using Handler = void (Parser::*)(Cursor&);
  struct Row {
    std::string_view words;
    Handler handler;
  };
  template <size_t N>
  bool dispatch(const Row (&rows)[N], Cursor& cursor) {
    for (const Row& row : rows)
      if (cursor.eat_all(row.words)) return (this->*row.handler)(cursor), true;
    return false;
  }

  // parse.cpp
  void read_line(std::string_view text);
  void read_words();
  bool continues_text(std::string_view text);
  bool global(Cursor& cursor);
  bool negated_global(Cursor& cursor);
  bool sub(Cursor& cursor);
  bool irrelevant(bool indented);
  void unknown_line();
  bool spoils_section();
  void set(model::LineClass line_class, std::string_view construct);
  void modelled(std::string_view construct) { set(model::LineClass::modelled, construct); }
  void enter(Mode mode) { mode_ = mode; section_indent_ = line_.indent; }
  void skip(std::string_view reason);
  void tell(model::DiagnosticId id, model::Severity severity, size_t word, std::string message, std::string note = {});
  // A value that is none: the line is not understood, and what hangs on it is unknown.
  void refuse(model::DiagnosticId id, size_t word, std::string_view what);
  void opaque(std::string_view construct, std::string message);
  void gap(std::string text);
  Use use(std::string_view name) const { return {std::string(name), line_.origin}; }
  bool masked(std::string_view text) const;

  // parse_global.cpp
  void hostname(Cursor& cursor);
  void version(Cursor& cursor);
  void ip_routing(Cursor& cursor);
  void ipv6_routing(Cursor& cursor);
  void ip_route(Cursor& cursor);
  void ipv6_route(Cursor& cursor);
  void default_gateway(Cursor& cursor);
  void routing_protocol(Cursor& cursor);
  void policy_routing(Cursor& cursor);
  void excluded_address(Cursor& cursor);
  void dhcp_pool(Cursor& cursor);
  void dhcp6_pool(Cursor& cursor);
  void service_dhcp(Cursor& cursor);
  void local_pool(Cursor& cursor);
  void vrf(Cursor& cursor);
  void line_section(Cursor& cursor);
  void http_class(Cursor& cursor);
  void http_class6(Cursor& cursor);
  void control_plane(Cursor& cursor);
  void redirects(Cursor& cursor);
  void translates(Cursor& cursor);
  void renumbers(Cursor& cursor);
  void drops(Cursor& cursor);
  void port_map(Cursor& cursor);
  void crypto_map(Cursor& cursor);
  void banner(Cursor& cursor);
  void certificate(Cursor& cursor);
  bool dhcp_sub(Cursor& cursor);
  bool line_sub(Cursor& cursor);
  bool control_plane_sub(Cursor& cursor);
  bool crypto_sub(Cursor& cursor);
  void add_route(Cursor& cursor, StaticRoute route);
  bool route_target(Cursor& cursor, StaticRoute& route);

  // parse_interface.cpp
  void interface(Cursor& cursor);
  bool interface_sub(Cursor& cursor);
  bool is_global_form() const;
  bool negated_interface_sub(Cursor& cursor);
  void if_address(Cursor& cursor);
  void if_unnumbered(Cursor& cursor);
  void if_address6(Cursor& cursor);
  void if_enable6(Cursor& cursor);
  void if_access_group(Cursor& cursor);
  void if_traffic_filter(Cursor& cursor);
  void if_nat(Cursor& cursor);
  void if_shutdown(Cursor& cursor);
  void if_vrf(Cursor& cursor);
  void if_verify(Cursor& cursor);
  void if_policy(Cursor& cursor);
  void if_inspect(Cursor& cursor);
  void if_zone(Cursor& cursor);
  void if_crypto_map(Cursor& cursor);
  void if_service_policy(Cursor& cursor);
  void if_virtual_address(Cursor& cursor);
  void if_default_route(Cursor& cursor);
  void if_redirect(Cursor& cursor);
  void if_switchport(Cursor& cursor);
  void if_filter(Cursor& cursor);
  Interface* current_interface() { return current_ < config_.interfaces.size() ? &config_.interfaces[current_] : nullptr; }

  // parse_list.cpp
  void numbered_list(Cursor& cursor);
  void named_list(Cursor& cursor, model::Family family, bool standard);
  void extended_list(Cursor& cursor) { named_list(cursor, model::Family::v4, false); }
  void standard_list(Cursor& cursor) { named_list(cursor, model::Family::v4, true); }
  void ipv6_list(Cursor& cursor) { named_list(cursor, model::Family::v6, false); }
  void no_numbered_list(Cursor& cursor);
  void no_list(Cursor& cursor);
  bool list_sub(Cursor& cursor);
  void add_entry(AccessList& list, Cursor& cursor);
  void add_dynamic(AccessList& list, uint32_t sequence, std::string text);
  void place(AccessList& list, Entry entry);
  bool settle_number(AccessList& list, Entry& entry, bool given);
  void network_group(Cursor& cursor);
  void service_group(Cursor& cursor);
  void protocol_group(Cursor& cursor);
  void port_group(Cursor& cursor);
  bool network_sub(Cursor& cursor);
  bool service_sub(Cursor& cursor);
  bool protocol_sub(Cursor& cursor);

  // parse_nat.cpp
  void nat_inside_source(Cursor& cursor);
  void nat_outside_source(Cursor& cursor);
  void nat_inside_destination(Cursor& cursor);
  void nat_pool(Cursor& cursor);
  bool nat_pool_sub(Cursor& cursor);
  void nat_other(Cursor& cursor);
  void no_nat(Cursor& cursor);
  bool nat_static(Cursor& cursor, NatRule& rule);
  bool nat_dynamic(Cursor& cursor, NatRule& rule);
  void finish_nat(NatRule rule, Cursor& cursor, bool understood);

  // parse_policy.cpp
  void route_map(Cursor& cursor);
  bool route_map_sub(Cursor& cursor);
  void inspect_class(Cursor& cursor);
  void class_map(Cursor& cursor);
  bool class_map_sub(Cursor& cursor);
  void inspect_policy(Cursor& cursor);
  void policy_map(Cursor& cursor);
  bool policy_map_sub(Cursor& cursor);
  void zone(Cursor& cursor);
  void zone_pair(Cursor& cursor);
  bool zone_pair_sub(Cursor& cursor);
  void inspect_name(Cursor& cursor);

  Config& config_;
  ImportResult& result_;
  const Section* section_ = nullptr;
  Line line_;
  Mode mode_ = Mode::top;
  uint32_t section_indent_ = 0;
  std::string_view skip_reason_;
  size_t current_ = 0;                       // the section's object: index of the interface, …
  AccessList* list_ = nullptr;
  NetworkGroup* network_group_ = nullptr;
  ServiceGroup* service_group_ = nullptr;
  std::vector<RouteMapClause>* route_map_ = nullptr;
  ClassMap* class_map_ = nullptr;
  PolicyMap* policy_map_ = nullptr;
  CryptoMap* crypto_map_ = nullptr;
  std::string current_pool_;
  size_t route_clause_ = 0;
  bool in_inspect_ = false;                  // the class map or policy map belongs to the zone-based firewall
  bool vty_ = false;
  std::string banner_end_;                   // not empty: inside a banner
  bool in_certificate_ = false;
  std::map<std::string, size_t> told_;       // how often a message was given
  size_t told_all_ = 0;
  size_t removals_ = 0;                      // entries taken out of lists: each looks at all of them
  size_t moved_ = 0;                         // entries that made room for one in front of them
};

// parse_values.cpp: values that stand in several places.
struct TakenAddress {
  AddressSpec spec;
  std::string problem;                       // not empty: what could not be read; `word` is where
  size_t word = 0;
};
TakenAddress take_address(Cursor& cursor, model::Family family, bool standard);
// "eq 80 443", "range 1 5" …; not present when no operator stands here. False: unreadable, `word` is where.
bool take_ports(Cursor& cursor, bool tcp, bool udp, PortSpec& ports, size_t& word);
// "255.255.255.0" as 24.
std::optional<unsigned> mask_length(std::string_view text);
// Is it an address whose digits the export hides ("xxx.xxx.1.0", "1.2.*.*")?
bool hidden(std::string_view text);

}  // namespace fwproof::importers::cisco_ios
