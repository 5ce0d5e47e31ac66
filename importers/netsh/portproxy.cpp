#include "importers/netsh/portproxy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "importers/netsh/words.h"
#include "importers/text/number.h"

namespace fwproof::importers::netsh {

namespace {

using model::AddressSet;
using model::DiagnosticId;
using model::Family;
using model::IntervalSet;
using model::LineClass;
using model::Severity;

constexpr size_t kMostProxies = 4096;
// Unknown commands that are named, each as one thing that may listen.
constexpr size_t kMostUnknown = 16;

std::string value_at(const std::vector<Argument>& arguments, std::string_view key, size_t position) {
  size_t bare = 0;
  for (const Argument& argument : arguments) {
    if (argument.key == key) return argument.value;
    if (argument.key.empty() && bare++ == position) return argument.value;
  }
  return {};
}

// Positions: "Netsh interface portproxy commands", Microsoft Learn. add: listenport connectaddress connectport listenaddress protocol;
// delete: listenport listenaddress protocol.
PortProxy read(const std::vector<Argument>& arguments, bool adds, const CommandContext& context) {
  PortProxy proxy;
  proxy.v6 = lower(arguments[1].value).starts_with("v6");
  proxy.origin = context.origin;
  proxy.text = context.text;
  const std::vector<Argument> rest{arguments.begin() + 2, arguments.end()};
  proxy.port = lower(value_at(rest, "listenport", 0));
  proxy.address = lower(value_at(rest, "listenaddress", adds ? 3 : 1));
  if (proxy.address.empty()) proxy.address = "*";
  proxy.unsure = context.guarded || std::any_of(rest.begin(), rest.end(), [](const Argument& argument) { return argument.unresolved; });
  return proxy;
}

bool is_relay(std::string_view word) {
  for (const std::string_view kind : {"v4tov4", "v4tov6", "v6tov4", "v6tov6"})
    if (same(word, kind)) return true;
  return false;
}

bool same_place(const PortProxy& a, const PortProxy& b) { return a.v6 == b.v6 && a.address == b.address && a.port == b.port; }

bool listens_anywhere(std::string_view address) { return address == "*" || address == "0.0.0.0" || address == "::"; }

void remove(Firewall& firewall, const PortProxy& wanted) {
  for (PortProxy& proxy : firewall.proxies)
    if (wanted.unsure && wanted.v6 == proxy.v6) proxy.unsure = true;
  if (!wanted.unsure) std::erase_if(firewall.proxies, [&](const PortProxy& proxy) { return same_place(proxy, wanted); });
}

void put(Firewall& firewall, PortProxy proxy) {
  if (!proxy.unsure) std::erase_if(firewall.proxies, [&](const PortProxy& known) { return same_place(known, proxy); });
  if (firewall.proxies.size() < kMostProxies) firewall.proxies.push_back(std::move(proxy));
  else firewall.proxies.back() = {"", "", false, true, "too many port proxies", proxy.origin};
}

std::vector<std::string_view> columns(std::string_view line) {
  std::vector<std::string_view> found;
  for (size_t at = 0; at < line.size() && found.size() < 8;) {
    const size_t begin = line.find_first_not_of(" \t", at);
    if (begin == std::string_view::npos) break;
    at = std::min(line.find_first_of(" \t", begin), line.size());
    found.push_back(line.substr(begin, at - begin));
  }
  return found;
}

bool is_ruler(std::string_view line) {
  const auto found = columns(line.substr(0, 200));
  const auto dashes = [](std::string_view word) { return word.find_first_not_of('-') == std::string_view::npos && word.size() >= 4; };
  return found.size() == 4 && std::all_of(found.begin(), found.end(), dashes);
}

// Looked for in every line of every file: without a copy.
size_t find_ipv(std::string_view line, size_t from) {
  for (size_t i = from; i + 3 <= line.size(); ++i)
    if ((line[i + 1] | 0x20) == 'p' && same(line.substr(i, 3), "ipv")) return i;
  return std::string_view::npos;
}

// "Listen on ipv4:             Connect to ipv4:"; which family is listened on.
std::optional<bool> heading_v6(std::string_view line) {
  if (line.size() > 400) return std::nullopt;
  const size_t first = find_ipv(line, 0);
  const size_t second = first == std::string::npos ? first : find_ipv(line, first + 3);
  if (second == std::string::npos || first + 3 >= line.size() || second + 3 >= line.size()) return std::nullopt;
  const auto is_family = [&](size_t at) { return line[at + 3] == '4' || line[at + 3] == '6'; };
  return is_family(first) && is_family(second) ? std::optional(line[first + 3] == '6') : std::nullopt;
}

std::optional<AddressSet> listen_addresses(const PortProxy& proxy) {
  const Family family = proxy.v6 ? Family::v6 : Family::v4;
  if (listens_anywhere(proxy.address)) return AddressSet::of(family, IntervalSet::all(model::address_bits(family)));
  const auto address = model::parse_address(proxy.address);
  if (!address || address->family != family) return std::nullopt;
  return AddressSet::of(*address);
}

}  // namespace

Effect apply_portproxy(const std::vector<Argument>& arguments, const CommandContext& context, Firewall& firewall, Reporter& reporter) {
  const auto word = [&](size_t i) { return i < arguments.size() && arguments[i].key.empty() ? std::string_view(arguments[i].value) : std::string_view(); };
  const std::string_view verb = word(0);
  if (verb.empty() || verb == "?" || abbreviates(verb, "show", 2) || abbreviates(verb, "dump", 2)) return Effect::irrelevant;
  const bool adds = abbreviates(verb, "add", 1) || abbreviates(verb, "set", 3), deletes = abbreviates(verb, "delete", 1);
  if (abbreviates(verb, "reset", 1)) {
    if (context.guarded)
      for (PortProxy& proxy : firewall.proxies) proxy.unsure = true;
    else
      firewall.proxies.clear();
    return Effect::modelled;
  }
  if ((!adds && !deletes) || !is_relay(word(1))) {
    put(firewall, {"", "", false, true, context.text, context.origin});
    reporter.diagnose(DiagnosticId::script_opaque, Severity::warning, context.origin, {}, "this command on port proxies is not understood",
                      {"a connection to any port may be relayed"});
    return Effect::approximated;
  }
  PortProxy proxy = read(arguments, adds, context);
  if (deletes) return remove(firewall, proxy), Effect::modelled;
  put(firewall, std::move(proxy));
  reporter.diagnose(DiagnosticId::script_opaque, Severity::note, context.origin, {},
                    "a port proxy: what arrives at its port leaves again as a new connection from this host", {"the relayed connection is not followed"});
  firewall.assumptions.push_back(fmt::format("relays are not followed: {}", context.text));
  return Effect::approximated;
}

bool portproxy_listing_starts_at(std::span<const std::string_view> lines, size_t at) {
  if (!heading_v6(lines[at])) return false;
  for (size_t next = at + 1; next < lines.size() && next <= at + 4; ++next)
    if (is_ruler(lines[next])) return true;
  return false;
}

bool PortproxyListing::take(std::span<const Line> lines, size_t at, std::span<const std::string_view> raw) {
  const Line& line = lines[at];
  const std::string_view text = trim(line.text);
  if (portproxy_listing_starts_at(raw, at)) {
    where_ = Where::heading;
    listens_v6_ = *heading_v6(line.text);
    reporter_.account(line.origin, LineClass::modelled, "port proxies");
    return true;
  }
  if (where_ == Where::outside) return false;
  if (where_ == Where::heading) {
    if (is_ruler(text)) where_ = Where::rows;
    reporter_.account(line.origin, LineClass::irrelevant, "heading");
    return true;
  }
  const auto found = columns(text);
  if (found.size() != 4) return where_ = Where::outside, false;
  put(firewall_, {lower(found[0]), lower(found[1]), listens_v6_, false, fmt::format("portproxy {}", fmt::join(found, " ")), line.origin});
  firewall_.assumptions.push_back(fmt::format("relays are not followed: portproxy {}", fmt::join(found, " ")));
  reporter_.account(line.origin, LineClass::approximated, "port proxy");
  return true;
}

std::vector<model::Interception> lower_portproxies(const Firewall& firewall) {
  std::vector<model::Interception> facts;
  for (const PortProxy& proxy : firewall.proxies) {
    const auto addresses = listen_addresses(proxy);
    const auto port = text::parse_decimal(proxy.port, 65535);
    model::Interception fact;
    fact.kind = "portproxy";
    fact.text = proxy.text;
    // A name of a host or a service: anywhere, perhaps.
    fact.addresses = addresses.value_or(AddressSet::all());
    fact.ports = port ? IntervalSet::of(*port) : IntervalSet::all(16);
    fact.sure = addresses && port && !proxy.unsure;
    fact.local = true;
    fact.origin = proxy.origin;
    facts.push_back(std::move(fact));
  }
  for (size_t i = 0; i < std::min(firewall.opaque.size(), kMostUnknown); ++i)
    facts.push_back({"command", firewall.opaque[i].text, AddressSet::all(), 6, IntervalSet::all(16), false, true, firewall.opaque[i].origin});
  return facts;
}

}  // namespace fwproof::importers::netsh
