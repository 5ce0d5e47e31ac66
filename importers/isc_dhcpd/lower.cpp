#include "importers/isc_dhcpd/lower.h"

#include <fmt/format.h>

#include <algorithm>

#include "importers/isc_dhcpd/words.h"
#include "importers/text/number.h"

namespace fwproof::importers::isc_dhcpd {
namespace {

using model::Address;
using model::AddressSet;
using model::DiagnosticId;
using model::Family;
using model::IntervalSet;
using model::LineClass;
using model::Prefix;
using model::u128;

constexpr size_t kMaxDiagnostics = 200;
constexpr size_t kMaxPools = 100'000;

// What a block says of what is in it.
struct Scope {
  std::string name;          // of the shared network, or the subnet
  AddressSet network;        // empty: in no subnet
  size_t host = kNone;       // the host block that it is in
  bool in_shared = false;
  std::string clients;       // whom a pool is for: "known-clients only"
  bool for_no_one = false;   // deny all clients
  bool has_pool = false;     // some range is in it
  std::string uncertain;     // the condition that it hangs on; empty: none
};

std::optional<unsigned> mask_length(std::string_view text) {
  const auto prefix = model::parse_prefix("0.0.0.0/" + std::string(text));
  return prefix ? std::optional(prefix->length) : std::nullopt;
}

class Lowering {
 public:
  Lowering(const Config& config, std::span<const Section> sections, ImportResult& result, model::HostFacts& facts)
      : config_(config), sections_(sections), result_(result), facts_(facts), scopes_(config.statements.size()) {}

  void run() {
    for (size_t i = 0; i < config_.statements.size(); ++i) enter(i);
    for (size_t i = config_.statements.size(); i-- > 0;) join_networks(i);
    for (size_t i = 0; i < config_.statements.size(); ++i) take(i);
    add_silent_subnets();
    add_reservations();
    for (const model::Origin& origin : config_.stray) broken(origin, "this brace has no other that belongs to it");
    for (const model::Origin& origin : config_.unclosed) truncated(origin);
  }

 private:
  const Statement& at(size_t i) const { return config_.statements[i]; }
  Role role(size_t i) const { return at(i).words.empty() || at(i).words[0].quoted ? Role::unknown : role_of(at(i).words[0].text); }
  std::string_view word(size_t i, size_t n) const { return n < at(i).words.size() ? at(i).words[n].text : std::string_view(); }
  model::Origin origin(size_t i) const { return {at(i).file, at(i).first_line()}; }
  const Scope& scope_of(size_t i) const { return at(i).parent == kNone ? top_ : scopes_[at(i).parent]; }

  // ---- first: what blocks say, from the outside inwards ----

  void enter(size_t i) {
    if (role(i) == Role::permit) return permit(i);
    if (role(i) == Role::hardware && at(i).parent != kNone && !word(i, 2).empty()) clients_[at(i).parent] = word(i, 2).substr(0, 100);
    if (!at(i).is_block) return;
    Scope scope = scope_of(i);
    switch (role(i)) {
      case Role::subnet: case Role::subnet6: enter_subnet(i, scope); break;
      case Role::shared_network:
        scope.name = word(i, 1);
        scope.in_shared = true;
        break;
      case Role::host: scope.host = i; break;
      case Role::condition: scope.uncertain = fmt::format("it stands behind '{}'", text_of(i)); break;
      case Role::pool: case Role::group: case Role::setting: break;
      case Role::range: case Role::range6: case Role::prefix6: case Role::fixed_address: case Role::hardware: case Role::permit: case Role::include:
      case Role::elsewhere: case Role::unknown: scope.uncertain = fmt::format("it stands in the block '{}', which is not understood", text_of(i)); break;
    }
    scopes_[i] = std::move(scope);
  }

  std::optional<Prefix> prefix_of(size_t i) const {
    if (role(i) == Role::subnet6) return model::parse_prefix(word(i, 1));
    const auto address = model::parse_address(word(i, 1));
    const auto length = same(word(i, 2), "netmask") ? mask_length(word(i, 3)) : std::nullopt;
    if (!address || !length) return std::nullopt;
    return Prefix{*address, *length};
  }

  void enter_subnet(size_t i, Scope& scope) {
    const auto prefix = prefix_of(i);
    const bool right = prefix && (prefix->address.family == Family::v6) == (role(i) == Role::subnet6);
    if (!right) {
      scope.uncertain = "the subnet around it cannot be read";
      return;
    }
    scope.network = AddressSet::of(*prefix);
    if (!scope.in_shared) scope.name = model::to_text(*prefix);
  }

  // "If a pool has a permit list, then only those clients that match …": a list narrows whom a pool is for; only "deny all clients" leaves nobody.
  void permit(size_t i) {
    if (at(i).parent == kNone || role(at(i).parent) != Role::pool) return;
    Scope& scope = scopes_[at(i).parent];
    const bool deny = !same(word(i, 0), "allow");
    if (deny && same(word(i, 1), "all") && same(word(i, 2), "clients")) scope.for_no_one = true;
    std::string whom;
    for (size_t n = 0; n < at(i).words.size() && whom.size() < 100; ++n) whom += (whom.empty() ? "" : " ") + std::string(word(i, n));
    scope.clients += (scope.clients.empty() ? "" : ", ") + whom;
  }

  // A shared network is for all of its subnets, and so is a pool in it that stands outside of them.
  void join_networks(size_t i) {
    if (!at(i).is_block) return;
    const bool shared = role(i) == Role::shared_network;
    if (shared)
      for (const size_t child : subnets_of_[i]) scopes_[i].network = scopes_[i].network.united(scopes_[child].network);
    for (size_t block = at(i).parent; (role(i) == Role::subnet || role(i) == Role::subnet6) && block != kNone; block = at(block).parent)
      if (role(block) == Role::shared_network) {
        subnets_of_[block].push_back(i);
        break;
      }
  }

  const AddressSet& network_of(size_t i) const {
    for (size_t block = at(i).parent; block != kNone; block = at(block).parent)
      if (!scopes_[block].network.empty()) return scopes_[block].network;
    return top_.network;
  }

  // ---- then: statements ----

  void take(size_t i) {
    switch (role(i)) {
      case Role::subnet: case Role::subnet6: return take_subnet(i);
      case Role::shared_network: case Role::pool: case Role::group: case Role::host: return account(i, LineClass::modelled, "block");
      case Role::range: return take_range(i, Family::v4);
      case Role::range6: return take_range(i, Family::v6);
      case Role::prefix6: return take_prefix6(i);
      case Role::fixed_address: return take_fixed(i);
      case Role::hardware: return account(i, LineClass::modelled, "hardware address");
      case Role::permit: return account(i, LineClass::modelled, "permission");
      case Role::include: return take_include(i);
      case Role::elsewhere: return open(i, "the configuration goes on in a directory", "configuration in a directory");
      case Role::condition: case Role::setting: return account(i, LineClass::irrelevant, "setting that hands out no addresses");
      case Role::unknown: return take_unknown(i);
    }
  }

  void take_subnet(size_t i) {
    account(i, LineClass::modelled, "subnet");
    if (!at(i).is_block || scopes_[i].network.empty()) refuse(i, "a subnet: 'subnet 192.0.2.0 netmask 255.255.255.0 {' or 'subnet6 2001:db8::/64 {'", AddressSet::all());
  }

  void take_range(size_t i, Family family) {
    size_t n = same(word(i, 1), "dynamic-bootp") ? 2 : 1;
    const auto low = model::parse_address(word(i, n));
    auto high = word(i, n + 1).empty() ? low : model::parse_address(word(i, n + 1));
    IntervalSet set;
    if (family == Family::v6 && !low) {
      if (const auto prefix = model::parse_prefix(word(i, n)); prefix && prefix->address.family == family) set = IntervalSet::range(prefix->interval().lo, prefix->interval().hi);
    } else if (same(word(i, n + 1), "temporary")) {
      high = low;
    }
    // "range6 ADDRESS temporary": of the whole subnet, for temporary addresses.
    if (low && low->family == family && same(word(i, n + 1), "temporary")) set = network_of(i).in(family);
    else if (low && high && low->family == family && high->family == family) set = IntervalSet::range(std::min(low->value, high->value), std::max(low->value, high->value));
    if (set.empty()) return refuse(i, "a range of addresses", network_of(i));
    account(i, LineClass::modelled, "range");
    add_pool(i, AddressSet::of(family, std::move(set)));
  }

  // prefix6 2001:db8:0:100:: 2001:db8:0:f00:: /56: whole prefixes for routers behind the clients.
  void take_prefix6(size_t i) {
    const auto low = model::parse_address(word(i, 1)), high = model::parse_address(word(i, 2));
    std::string_view bits = word(i, 3);
    if (bits.starts_with('/')) bits.remove_prefix(1);
    if (bits.empty()) bits = word(i, 4);
    const auto length = text::parse_decimal(bits, 128);
    if (!low || !high || !length || low->family != Family::v6 || high->family != Family::v6) return refuse(i, "a range of prefixes: LOW HIGH / BITS", AddressSet::of(Family::v6, IntervalSet::all(128)));
    account(i, LineClass::modelled, "range of prefixes");
    add_pool(i, AddressSet::of(Family::v6, IntervalSet::range(low->value, Prefix{*high, static_cast<unsigned>(*length)}.interval().hi)));
  }

  void add_pool(size_t i, AddressSet addresses) {
    const Scope& scope = scope_of(i);
    if (!scope.uncertain.empty()) return gap(i, fmt::format("the range of line {}: {}", at(i).first_line(), scope.uncertain), addresses);
    if (facts_.dhcp_pools.size() >= kMaxPools) return gap(i, "more ranges than are read", addresses);
    model::DhcpPool pool;
    pool.interface = scope.name + (scope.clients.empty() ? "" : " (" + scope.clients + ")");
    pool.origin = origin(i);
    pool.network = network_of(i);
    if (!scope.for_no_one) pool.addresses = std::move(addresses);
    for (size_t block = at(i).parent; block != kNone; block = at(block).parent) scopes_[block].has_pool = true;
    facts_.dhcp_pools.push_back(std::move(pool));
  }

  void take_fixed(size_t i) {
    account(i, LineClass::modelled, "reservation");
    const size_t host = scope_of(i).host;
    for (size_t n = 1; n < at(i).words.size(); ++n) {
      if (word(i, n) == ",") continue;
      const auto address = model::parse_address(word(i, n));
      // A name is resolved when the server starts: which address is kept for that client is not told.
      if (!address) account(i, LineClass::opaque, "reservation by name"), gap(i, fmt::format("the address of '{}' is kept for {}", word(i, n).substr(0, 100), host == kNone ? "one client" : client_of(host)), AddressSet::all());
      else reservations_.push_back({*address, host == kNone ? std::string() : client_of(host), origin(i)});
    }
  }

  std::string client_of(size_t host) const {
    const auto found = clients_.find(host);
    return found == clients_.end() ? "host " + std::string(word(host, 1).substr(0, 100)) : found->second;
  }

  // A file that is given beside this one is read with it.
  void take_include(size_t i) {
    const std::string_view path = word(i, 1);
    const std::string_view name = path.substr(path.find_last_of('/') + 1);
    const bool given = std::any_of(sections_.begin(), sections_.end(), [&](const Section& section) {
      const std::string_view other = section.path;
      return section.file != at(i).file && other.substr(other.find_last_of('/') + 1) == name;
    });
    if (given) return account(i, LineClass::modelled, "include");
    open(i, fmt::format("'{}' is included, and not among the inputs", path.substr(0, 200)), "include of a file that is not given");
  }

  void take_unknown(size_t i) {
    account(i, LineClass::unrecognised, "statement that dhcpd does not know");
    tell(i, DiagnosticId::line_unrecognised, "'" + text_of(i) + "' is no statement of dhcpd.conf");
    gap(i, fmt::format("'{}' is not understood", text_of(i)), reach_of(i));
  }

  void open(size_t i, std::string why, std::string_view construct) {
    account(i, LineClass::opaque, construct);
    tell(i, DiagnosticId::match_opaque, why);
    gap(i, std::move(why), reach_of(i));
  }

  void refuse(size_t i, const std::string& wanted, const AddressSet& touched) {
    account(i, LineClass::unrecognised, "line that cannot be read");
    tell(i, DiagnosticId::address_invalid, "this is not " + wanted);
    gap(i, fmt::format("'{}' cannot be read", text_of(i)), touched.empty() ? AddressSet::all() : touched);
  }

  // What a statement can bear on: its subnet, or anything.
  AddressSet reach_of(size_t i) const {
    const AddressSet& network = network_of(i);
    return network.empty() ? AddressSet::all() : network;
  }

  void gap(size_t i, std::string text, AddressSet addresses) {
    if (facts_.dhcp_gaps.size() >= kMaxPools) return;
    facts_.dhcp_gaps.push_back({std::move(text), std::move(addresses), origin(i)});
  }

  // ---- last: what follows from all of it ----

  // "No service will be given on this subnet, but declaring it helps the DHCP server to understand the network topology."
  void add_silent_subnets() {
    for (size_t i = 0; i < config_.statements.size(); ++i) {
      const bool subnet = role(i) == Role::subnet || role(i) == Role::subnet6;
      if (!subnet || !at(i).is_block || scopes_[i].network.empty() || scopes_[i].has_pool || facts_.dhcp_pools.size() >= kMaxPools) continue;
      model::DhcpPool pool;
      pool.interface = scopes_[i].name;
      pool.origin = origin(i);
      pool.network = scopes_[i].network;
      facts_.dhcp_pools.push_back(std::move(pool));
    }
  }

  void add_reservations() {
    const size_t first = facts_.dhcp_pools.size();
    for (const model::DhcpReservation& reservation : reservations_) {
      if (facts_.dhcp_pools.size() >= first + kMaxPools) return;
      model::DhcpPool pool;
      pool.interface = "of reservations";
      for (size_t p = 0; p < first && first * reservations_.size() < 10'000'000; ++p)
        if (facts_.dhcp_pools[p].network.in(reservation.address.family).contains(reservation.address.value)) pool.interface = facts_.dhcp_pools[p].interface;
      pool.origin = reservation.origin;
      pool.reserved = AddressSet::of(reservation.address);
      pool.reservations = {reservation};
      facts_.dhcp_pools.push_back(std::move(pool));
    }
  }

  // ---- lines ----

  void account(size_t i, LineClass line_class, std::string_view construct) {
    model::Account& account = result_.accounts[at(i).file];
    for (uint32_t line = at(i).first_line(); line <= at(i).last_line; ++line) account.set(line, line_class, construct);
    if (at(i).close_line != 0) account.set(at(i).close_line, line_class == LineClass::irrelevant ? line_class : LineClass::modelled, "end of a block");
    if (!at(i).unfinished) return;
    account.set(at(i).last_line, LineClass::unrecognised, "statement without a semicolon");
    tell(i, DiagnosticId::line_unrecognised, "the semicolon is missing");
  }

  std::string text_of(size_t i) const {
    std::string text;
    for (const Word& each : at(i).words) {
      if (text.size() > 80) return text.substr(0, 80) + "…";
      text += (text.empty() ? "" : " ") + std::string(each.text.substr(0, 100));
    }
    return text;
  }

  std::string_view line_text(const model::Origin& place) const {
    for (const Section& section : sections_)
      if (section.file == place.file && place.line >= section.first_line && place.line - section.first_line < section.lines.size()) return section.lines[place.line - section.first_line];
    return {};
  }

  void tell(const model::Origin& place, uint32_t column, DiagnosticId id, model::Severity severity, std::string message) {
    if (result_.diagnostics.size() >= kMaxDiagnostics) return;
    model::Diagnostic diagnostic;
    diagnostic.id = id;
    diagnostic.severity = severity;
    diagnostic.origin = place;
    diagnostic.column = column;
    diagnostic.length = column == 0 ? 0 : 1;
    diagnostic.message = std::move(message);
    diagnostic.line_text = std::string(line_text(place).substr(0, 300));
    result_.diagnostics.push_back(std::move(diagnostic));
  }

  void tell(size_t i, DiagnosticId id, std::string message) {
    tell(origin(i), at(i).words.empty() ? 0 : at(i).words[0].column, id, model::Severity::warning, std::move(message));
  }

  void broken(const model::Origin& place, std::string message) {
    result_.accounts[place.file].set(place.line, LineClass::unrecognised, "brace without its other");
    tell(place, 0, DiagnosticId::line_unrecognised, model::Severity::warning, message);
    facts_.dhcp_gaps.push_back({std::move(message), AddressSet::all(), place});
  }

  void truncated(const model::Origin& place) {
    tell(place, 0, DiagnosticId::input_truncated, model::Severity::error, "what begins here is not closed: the file ends in the middle, and dhcpd does not start with it");
    facts_.dhcp_gaps.push_back({"the configuration ends in the middle", AddressSet::all(), place});
  }

  const Config& config_;
  std::span<const Section> sections_;
  ImportResult& result_;
  model::HostFacts& facts_;
  Scope top_;
  std::vector<Scope> scopes_;                          // of blocks, beside config_.statements
  std::map<size_t, std::vector<size_t>> subnets_of_;   // of shared networks
  std::map<size_t, std::string> clients_;              // of host blocks
  std::vector<model::DhcpReservation> reservations_;
};

}  // namespace

void lower(const Config& config, std::span<const Section> sections, ImportResult& result, model::HostFacts& facts) { Lowering(config, sections, result, facts).run(); }

}  // namespace fwproof::importers::isc_dhcpd
