#include "importers/mikrotik/diversions.h"

#include <algorithm>
#include <set>

#include "importers/mikrotik/values.h"
#include "importers/text/number.h"

namespace fwproof::importers::mikrotik {
namespace {

using model::Family;
using model::IntervalSet;

constexpr size_t kMaxDiversions = 4096;

std::string_view table_of(const Item& route) {
  const std::string_view table = route.get("routing-table");
  return table.empty() ? route.get("routing-mark") : table;
}

bool is_default(const Item& route) {
  const std::string_view to = route.get("dst-address");
  return to.empty() || to == "0.0.0.0/0" || to == "::/0";
}

class Diversions {
 public:
  Diversions(const Config& config, Report& report, model::HostFacts& facts) : config_(config), report_(report), facts_(facts) {
    for (const char* menu : {"ip route", "ipv6 route"})
      for (const Item* route : config.items(menu))
        if (const std::string_view table = table_of(*route); (table.empty() || table == "main") && is_default(*route)) each_gateway(*route, [&](std::string_view hop) { ways_out_.insert(hop); });
  }

  // RouterOS manual, "Mangle" (mark-routing, route) and "Policy Routing".
  void run() {
    for (const Family family : {Family::v4, Family::v6})
      for (const Item* item : config_.items(family == Family::v4 ? "ip firewall mangle" : "ipv6 firewall mangle")) {
        if (item->disabled() || item->is("chain", "output")) continue;
        if (item->is("action", "mark-routing") && !leads_out(item->get("new-routing-mark"), family)) add(*item, family);
        if (item->is("action", "route") && !ways_out_.contains(item->get("route-dst"))) add(*item, family);
      }
    for (const char* menu : {"ip route rule", "routing rule"})
      for (const Item* item : config_.items(menu)) {
        // A mark is told by the rule that sets it.
        const bool main = item->get("table").empty() || item->is("table", "main");
        if (item->disabled() || main || !item->get("routing-mark").empty()) continue;
        for (const Family family : {Family::v4, Family::v6})
          if (!leads_out(item->get("table"), family)) add(*item, family);
      }
  }

 private:
  template <class Take>
  static void each_gateway(const Item& route, Take take) {
    std::string_view rest = route.get("gateway"), hop;
    while (text::next_part(rest, ',', hop)) take(hop);
  }

  // All of the table's gateways are the main table's: another line to the Internet, and no proxy.
  bool leads_out(std::string_view table, Family family) const {
    bool any = false, all = true;
    for (const Item* route : config_.items(family == Family::v4 ? "ip route" : "ipv6 route")) {
      if (route->disabled() || table_of(*route) != table) continue;
      each_gateway(*route, [&](std::string_view hop) {
        any = true;
        all = all && ways_out_.contains(hop);
      });
    }
    return any && all;
  }

  void add(const Item& item, Family family) {
    model::Interception fact{"policy routing", "policy routing by '" + std::string(item.get(item.find("action") == nullptr ? "table" : "action")) + "'", {}, 0, IntervalSet::all(16), false, false,
                             report_.origin(item.spans.front())};
    // What cannot be read, or is negated, is any.
    const auto to = parse_addresses(item.get("dst-address"), family);
    fact.addresses = model::AddressSet::of(family, to ? *to : IntervalSet::all(model::address_bits(family)));
    if (const auto ports = parse_ports(item.get("dst-port")); ports && !ports->empty()) fact.ports = *ports;
    const auto protocol = parse_protocol(item.get("protocol"));
    for (const unsigned each : {model::proto_tcp, model::proto_udp}) {
      fact.protocol = each;
      if ((!protocol || *protocol == each) && facts_.interceptions.size() < kMaxDiversions) facts_.interceptions.push_back(fact);
    }
  }

  const Config& config_;
  Report& report_;
  model::HostFacts& facts_;
  std::set<std::string_view> ways_out_;   // gateways of the main table's default routes
};

}  // namespace

void add_diversions(const Config& config, Report& report, model::HostFacts& facts) { Diversions(config, report, facts).run(); }

}  // namespace fwproof::importers::mikrotik
