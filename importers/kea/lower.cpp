#include "importers/kea/lower.h"

#include <fmt/format.h>

#include <algorithm>

#include "importers/kea/words.h"
#include "importers/text/number.h"

namespace fwproof::importers::kea {
namespace {

using model::AddressSet;
using model::DiagnosticId;
using model::Family;
using model::IntervalSet;
using model::LineClass;
using model::Prefix;

constexpr size_t kMaxDiagnostics = 200;
constexpr size_t kMaxPools = 100'000;

// What holds in a subnet, taken over from around it.
struct Scope {
  Family family = Family::v4;
  std::string network_name;        // of the shared network
  AddressSet subnet;
  std::string name;                // for pools: the shared network's or the subnet's
  std::string classes;             // whom it is for
  bool in_subnet = true;           // reservations of subnets count
  bool out_of_pool = false;        // … and are taken to lie outside of pools, where nobody looks
};

class Lowering {
 public:
  Lowering(const Section& section, ImportResult& result, model::HostFacts& facts)
      : section_(section), result_(result), facts_(facts), account_(result.accounts[section.file]) {}

  void run(const Document& document) {
    if (!document.problem.empty()) return broken(document);
    const Node& root = document.root;
    if (is_no_object(root)) return;
    ends(root, "block");
    for (const Node& server : root.children) {
      if (server.key == "Dhcp4" || server.key == "Dhcp6") take_server(server);
      else if (server.kind == Node::Kind::include) include(server, AddressSet::all());
      else lines(server, LineClass::irrelevant, "another server's configuration");
    }
    for (size_t i = 0; i < section_.lines.size(); ++i)
      if (const uint32_t line = section_.first_line + static_cast<uint32_t>(i); !account_.is_set(line) && section_.lines[i].find_first_not_of(" \t\r\f\v") != std::string_view::npos)
        account_.set(line, LineClass::irrelevant, "comment");
  }

 private:
  // An include, or a value of another kind, stands where an object must be.
  bool is_no_object(const Node& node) {
    if (node.kind == Node::Kind::object) return false;
    if (node.kind == Node::Kind::include) include(node, AddressSet::all());
    else refuse(node, "an object", AddressSet::all());
    return true;
  }

  void take_server(const Node& server) {
    if (is_no_object(server)) return;
    Scope scope;
    scope.family = server.key == "Dhcp4" ? Family::v4 : Family::v6;
    const AddressSet any = AddressSet::of(scope.family, IntervalSet::all(model::address_bits(scope.family)));
    ends(server, "server");
    settle(server, scope);
    for (const Node& member : server.children) {
      if (member.key == "shared-networks") each(member, [&](const Node& network) { take_shared(network, scope); });
      else if (is_subnets(member, scope)) each(member, [&](const Node& subnet) { take_subnet(subnet, scope); });
      else if (member.key == "reservations") each(member, [&](const Node& host) { take_host(host, scope, nullptr); });
      else if (member.key == "config-control") open(member, "subnets and pools come from a database as well", any);
      else if (member.key == "hosts-database" || member.key == "hosts-databases") open(member, "reservations come from a database as well", any);
      else if (member.key == "hooks-libraries" && names_radius(member)) open(member, "a RADIUS server may tell what is handed out", any);
      else if (member.key == "client-classes") lines(member, LineClass::irrelevant, "classes of clients");
      else other(member, any);
    }
  }

  // Kea Administrator Reference Manual, "libdhcp_radius.so": a Framed-IP-Address of the RADIUS server is handed out as a reservation.
  static bool names_radius(const Node& hooks) {
    return std::any_of(hooks.children.begin(), hooks.children.end(), [](const Node& hook) {
      const Node* library = hook.find("library");
      return library != nullptr && library->text.find("radius") != std::string::npos;
    });
  }

  static bool is_subnets(const Node& member, const Scope& scope) { return member.key == (scope.family == Family::v4 ? "subnet4" : "subnet6"); }

  void take_shared(const Node& network, Scope scope) {
    if (is_no_object(network)) return;
    if (const Node* name = network.find("name")) scope.network_name = name->text;
    ends(network, "shared network");
    settle(network, scope);
    for (const Node& member : network.children) {
      if (is_subnets(member, scope)) each(member, [&](const Node& subnet) { take_subnet(subnet, scope); });
      else other(member, AddressSet::of(scope.family, IntervalSet::all(model::address_bits(scope.family))));
    }
  }

  void take_subnet(const Node& subnet, Scope scope) {
    if (is_no_object(subnet)) return;
    ends(subnet, "subnet");
    const Node* text = subnet.find("subnet");
    const auto prefix = text == nullptr ? std::nullopt : model::parse_prefix(text->text);
    if (!prefix || prefix->address.family != scope.family) return refuse(text == nullptr ? subnet : *text, "a subnet (\"192.0.2.0/24\")", AddressSet::all());
    lines(*text, LineClass::modelled, "subnet");
    scope.subnet = AddressSet::of(*prefix);
    scope.name = scope.network_name.empty() ? model::to_text(*prefix) : scope.network_name;
    settle(subnet, scope);
    const size_t first = facts_.dhcp_pools.size();
    AddressSet reserved;
    for (const Node& member : subnet.children) {
      if (member.key == "pools") each(member, [&](const Node& pool) { take_pool(pool, scope); });
      else if (member.key == "pd-pools") each(member, [&](const Node& pool) { take_prefixes(pool, scope); });
      else if (member.key == "reservations") each(member, [&](const Node& host) { take_host(host, scope, &reserved); });
      else if (member.key != "subnet") other(member, scope.subnet);
    }
    // A subnet without pools serves nobody, and says so of its network.
    if (facts_.dhcp_pools.size() == first) add_pool(subnet, scope, {}, "");
    for (size_t i = first; i < facts_.dhcp_pools.size(); ++i)
      if (facts_.dhcp_pools[i].reserved.empty()) facts_.dhcp_pools[i].addresses = facts_.dhcp_pools[i].addresses.minus(reserved);
  }

  void take_pool(const Node& pool, const Scope& scope) {
    if (is_no_object(pool)) return;
    ends(pool, "pool");
    const Node* text = pool.find("pool");
    for (const Node& member : pool.children)
      if (member.key != "pool") other(member, scope.subnet);
    const IntervalSet set = text == nullptr ? IntervalSet{} : range_of(text->text, scope.family);
    if (set.empty()) return refuse(text == nullptr ? pool : *text, "a pool (\"192.0.2.10 - 192.0.2.99\" or \"192.0.2.64/26\")", scope.subnet);
    lines(*text, LineClass::modelled, "pool");
    add_pool(*text, scope, AddressSet::of(scope.family, set), classes_of(pool));
  }

  static IntervalSet range_of(std::string_view text, Family family) {
    const auto trimmed = [](std::string_view part) {
      const size_t start = part.find_first_not_of(" \t"), end = part.find_last_not_of(" \t");
      return start == std::string_view::npos ? std::string_view() : part.substr(start, end - start + 1);
    };
    const size_t dash = text.find('-');
    if (dash == std::string_view::npos) {
      const auto prefix = model::parse_prefix(trimmed(text));
      if (!prefix || prefix->address.family != family) return {};
      return IntervalSet::range(prefix->interval().lo, prefix->interval().hi);
    }
    const auto low = model::parse_address(trimmed(text.substr(0, dash))), high = model::parse_address(trimmed(text.substr(dash + 1)));
    if (!low || !high || low->family != family || high->family != family) return {};
    return IntervalSet::range(low->value, high->value);
  }

  // {"prefix": "2001:db8:8::", "prefix-len": 56, "delegated-len": 64}
  void take_prefixes(const Node& pool, const Scope& scope) {
    if (is_no_object(pool)) return;
    ends(pool, "pool of prefixes");
    const Node *prefix = pool.find("prefix"), *length = pool.find("prefix-len");
    const auto address = prefix == nullptr ? std::nullopt : model::parse_address(prefix->text);
    const auto bits = length == nullptr ? std::nullopt : text::parse_decimal(length->text, 128);
    for (const Node& member : pool.children) {
      const bool own = member.key == "prefix" || member.key == "prefix-len" || member.key == "delegated-len" || member.key == "excluded-prefix" || member.key == "excluded-prefix-len";
      if (own) lines(member, LineClass::modelled, "pool of prefixes");
      else other(member, AddressSet::all());
    }
    if (!address || address->family != Family::v6 || !bits) return refuse(pool, "a pool of prefixes", AddressSet::of(Family::v6, IntervalSet::all(128)));
    add_pool(pool, scope, AddressSet::of(Prefix{*address, static_cast<unsigned>(*bits)}), classes_of(pool));
  }

  void add_pool(const Node& node, const Scope& scope, AddressSet addresses, const std::string& classes) {
    if (facts_.dhcp_pools.size() >= kMaxPools) return gap(node, "more pools than are read", scope.subnet);
    const std::string whom = scope.classes + (scope.classes.empty() || classes.empty() ? "" : ", ") + classes;
    model::DhcpPool pool;
    pool.interface = scope.name + (whom.empty() ? "" : " (for class " + whom + ")");
    pool.addresses = std::move(addresses);
    pool.network = scope.subnet;
    pool.origin = origin(node);
    facts_.dhcp_pools.push_back(std::move(pool));
  }

  // reserved: what the subnet's pools keep; nullptr for a reservation that is not a subnet's.
  void take_host(const Node& host, const Scope& scope, AddressSet* reserved) {
    if (is_no_object(host)) return;
    ends(host, "reservation");
    std::string client;
    for (const char* kind : {"hw-address", "duid", "client-id", "circuit-id", "flex-id"})
      if (const Node* node = host.find(kind); node != nullptr && client.empty()) client = node->text.substr(0, 100);
    for (const Node& member : host.children) {
      const bool list = member.key == "ip-addresses" || member.key == "prefixes";
      if (list) each(member, [&](const Node& item) { reserve(item, client, scope, reserved); });
      else if (member.key == "ip-address") reserve(member, client, scope, reserved);
      else lines(member, LineClass::modelled, "reservation");
    }
  }

  void reserve(const Node& node, const std::string& client, const Scope& scope, AddressSet* reserved) {
    const auto prefix = model::parse_prefix(node.text);
    if (!prefix) return refuse(node, "an address", AddressSet::all());
    lines(node, LineClass::modelled, "reservation");
    if (reserved != nullptr && !scope.in_subnet) return;
    model::DhcpPool pool;
    pool.interface = reserved == nullptr ? "of global reservations" : scope.name;
    pool.reserved = AddressSet::of(*prefix);
    pool.network = scope.subnet;
    pool.origin = origin(node);
    if (prefix->length == model::address_bits(prefix->address.family)) pool.reservations = {{prefix->address, client, origin(node)}};
    if (reserved != nullptr && !scope.out_of_pool) keep(*reserved, pool.reserved);
    if (facts_.dhcp_pools.size() < kMaxPools) facts_.dhcp_pools.push_back(std::move(pool));
  }

  // One by one they would be united in quadratic time.
  void keep(AddressSet& reserved, const AddressSet& more) {
    if (++kept_ <= 20'000) reserved = reserved.united(more);
  }

  // ---- settings that bear on addresses ----

  void settle(const Node& node, Scope& scope) {
    if (const Node* mode = node.find("reservation-mode")) {
      scope.in_subnet = mode->text == "all" || mode->text == "out-of-pool";
      scope.out_of_pool = mode->text == "out-of-pool";
      lines(*mode, LineClass::modelled, "reservation mode");
    }
    if (const Node* in = node.find("reservations-in-subnet")) scope.in_subnet = in->is_true(), lines(*in, LineClass::modelled, "reservation mode");
    if (const Node* out = node.find("reservations-out-of-pool")) scope.out_of_pool = out->is_true() || out->kind != Node::Kind::boolean, lines(*out, LineClass::modelled, "reservation mode");
    if (const Node* global = node.find("reservations-global")) lines(*global, LineClass::modelled, "reservation mode");
    if (node.kind == Node::Kind::object && node.key.empty()) {
      const std::string classes = classes_of(node);
      scope.classes += (scope.classes.empty() || classes.empty() ? "" : ", ") + classes;
    }
  }

  // "client-class": "phones", and newer "client-classes": ["phones", …].
  std::string classes_of(const Node& node) const {
    std::string words;
    for (const Node& member : node.children) {
      if (member.key == "client-class" && words.size() < 200) words += (words.empty() ? "'" : ", '") + member.text.substr(0, 60) + "'";
      if (member.key != "client-classes") continue;
      for (const Node& name : member.children)
        if (name.kind == Node::Kind::text && words.size() < 200) words += (words.empty() ? "'" : ", '") + name.text.substr(0, 60) + "'";
    }
    return words;
  }

  static bool is_settled(const Node& member) {
    for (const char* key : {"reservation-mode", "reservations-in-subnet", "reservations-out-of-pool", "reservations-global"})
      if (member.key == key) return true;
    return false;
  }

  // A member that bears on no address, or one that nobody knows. touched: what it could bear on.
  void other(const Node& member, const AddressSet& touched) {
    if (is_settled(member)) return;
    if (member.kind == Node::Kind::include) return include(member, touched);
    if (member.key == "client-class" || member.key == "client-classes") return lines(member, LineClass::modelled, "class of clients");
    if (is_setting(member.key)) return lines(member, LineClass::irrelevant, "setting that hands out no addresses");
    lines(member, LineClass::unrecognised, "name that Kea does not know");
    tell(member, DiagnosticId::line_unrecognised, fmt::format("Kea knows no \"{}\" here", member.key.substr(0, 80)));
    gap(member, fmt::format("\"{}\" is not understood", member.key.substr(0, 80)), touched);
  }

  void include(const Node& node, const AddressSet& touched) { open(node, fmt::format("'{}' is included, and not read", node.text.substr(0, 200)), touched); }

  void open(const Node& node, std::string why, const AddressSet& touched) {
    lines(node, LineClass::opaque, node.kind == Node::Kind::include ? "include of a file that is not given" : "configuration in a database");
    tell(node, DiagnosticId::match_opaque, why);
    gap(node, std::move(why), touched);
  }

  void refuse(const Node& node, const std::string& wanted, const AddressSet& touched) {
    lines(node, LineClass::unrecognised, "value that cannot be read");
    tell(node, DiagnosticId::address_invalid, "this is not " + wanted);
    gap(node, fmt::format("line {} cannot be read", node.line), touched);
  }

  void gap(const Node& node, std::string text, const AddressSet& addresses) {
    if (facts_.dhcp_gaps.size() < kMaxPools) facts_.dhcp_gaps.push_back({std::move(text), addresses.empty() ? AddressSet::all() : addresses, origin(node)});
  }

  // ---- lines ----

  template <class Take>
  void each(const Node& list, Take take) {
    if (list.kind == Node::Kind::include) return include(list, AddressSet::all());
    if (list.kind != Node::Kind::list) return refuse(list, "a list", AddressSet::all());
    ends(list, "block");
    for (const Node& item : list.children) {
      if (item.kind == Node::Kind::include) include(item, AddressSet::all());
      else take(item);
    }
  }

  model::Origin origin(const Node& node) const { return {section_.file, node.line}; }

  void lines(const Node& node, LineClass line_class, std::string_view construct) {
    for (uint32_t line = node.line; line <= node.last_line; ++line)
      if (section_.lines[line - section_.first_line].find_first_not_of(" \t\r\f\v") != std::string_view::npos) account_.set(line, line_class, construct);
  }

  void ends(const Node& node, std::string_view construct) {
    account_.set(node.line, LineClass::modelled, construct);
    account_.set(node.last_line, LineClass::modelled, construct);
  }

  std::string_view text_at(uint32_t line) const {
    return line >= section_.first_line && line - section_.first_line < section_.lines.size() ? section_.lines[line - section_.first_line] : std::string_view();
  }

  void tell(const Node& node, DiagnosticId id, std::string message, model::Severity severity = model::Severity::warning) {
    if (result_.diagnostics.size() >= kMaxDiagnostics) return;
    model::Diagnostic diagnostic;
    diagnostic.id = id;
    diagnostic.severity = severity;
    diagnostic.origin = origin(node);
    diagnostic.message = std::move(message);
    diagnostic.line_text = std::string(text_at(node.line).substr(0, 300));
    result_.diagnostics.push_back(std::move(diagnostic));
  }

  void broken(const Document& document) {
    Node place;
    place.line = document.at.line;
    tell(place, DiagnosticId::json_invalid, document.problem, model::Severity::error);
    if (!result_.diagnostics.empty()) result_.diagnostics.back().column = document.column;
    account_.set_rest(LineClass::unrecognised, "JSON that does not parse");
    gap(place, "the configuration does not parse", AddressSet::all());
  }

  const Section& section_;
  ImportResult& result_;
  model::HostFacts& facts_;
  model::Account& account_;
  size_t kept_ = 0;
};

}  // namespace

void lower(const Document& document, const Section& section, ImportResult& result, model::HostFacts& facts) { Lowering(section, result, facts).run(document); }

}  // namespace fwproof::importers::kea
