// `ip nat …` of the top. Grammar: Cisco IOS IP Addressing Services Command Reference, "ip nat inside source", "ip nat outside source",
// "ip nat inside destination", "ip nat pool".
#include <algorithm>

#include "importers/cisco_ios/parser.h"
#include "importers/text/number.h"
#include "importers/cisco_ios/names.h"

namespace fwproof::importers::cisco_ios {

using model::DiagnosticId;
using model::Family;
using model::IntervalSet;
using model::LineClass;

namespace {

constexpr size_t kMaxRules = 65536;

std::optional<model::Address> take_v4(Cursor& cursor) {
  const auto address = model::parse_address(cursor.peek());
  if (!address || address->family != Family::v4) return std::nullopt;
  cursor.take();
  return address;
}

bool eat_interface(Cursor& cursor) { return cursor.eat("interface") || cursor.eat("int"); }

// What may follow a rule; false: a word that is not known.
bool take_options(Cursor& cursor, NatRule& rule) {
  while (!cursor.done()) {
    if (cursor.eat("route-map")) rule.route_map = std::string(cursor.take());
    else if (cursor.eat("vrf")) rule.vrf = std::string(cursor.take());
    else if (cursor.eat("redundancy") || cursor.eat("mapping-id")) cursor.take();
    else if (cursor.eat("overload")) rule.overload = true;
    else if (cursor.eat("extendable") || cursor.eat("no-alias") || cursor.eat("no-payload") || cursor.eat("add-route") || cursor.eat("forced") ||
             cursor.eat("match-in-vrf") || cursor.eat("oer") || cursor.eat("portmap")) continue;
    else if (cursor.eat("reversible")) rule.reversible = true;
    else return cursor.peek()[0] == '(';
  }
  return true;
}

}  // namespace

void Parser::finish_nat(NatRule rule, Cursor& cursor, bool understood) {
  rule.origin = line_.origin;
  rule.text = std::string(line_.text.substr(0, 200));
  if (!understood || !take_options(cursor, rule) || config_.nat.size() >= kMaxRules) {
    rule.kind = NatRule::Kind::opaque;
    refuse(DiagnosticId::line_unrecognised, cursor.at(), "a translation rule");
  } else {
    modelled("translation rule");
  }
  config_.nat.push_back(std::move(rule));
}

// LOCAL GLOBAL | LOCAL interface NAME | tcp|udp LOCAL PORT GLOBAL|interface NAME PORT | network LOCAL GLOBAL MASK (outside: the other way round)
bool Parser::nat_static(Cursor& cursor, NatRule& rule) {
  const bool network = cursor.eat("network");
  if (cursor.eat("tcp")) rule.protocol = model::proto_tcp;
  else if (cursor.eat("udp")) rule.protocol = model::proto_udp;
  else if (cursor.eat("esp")) rule.protocol = 50;
  const bool ports = rule.protocol == model::proto_tcp || rule.protocol == model::proto_udp;
  const auto take_port = [&](uint16_t& out) {
    const auto number = port(cursor.peek(), rule.protocol == model::proto_tcp, rule.protocol == model::proto_udp);
    if (!number) return false;
    cursor.take();
    out = *number;
    return true;
  };
  const bool inside = rule.kind == NatRule::Kind::inside_static;
  auto& first = inside ? rule.local : rule.global;
  auto& second = inside ? rule.global : rule.local;
  first = take_v4(cursor);
  if (!first || (ports && !take_port(inside ? rule.local_port : rule.global_port))) return false;
  if (inside && eat_interface(cursor)) {
    rule.global_interface = take_interface(cursor);
    if (rule.global_interface.empty()) return false;
  } else {
    second = take_v4(cursor);
    if (!second) return false;
  }
  if (ports && !take_port(inside ? rule.global_port : rule.local_port)) return false;
  if (!network) return true;
  const std::string_view mask = cursor.take();
  if (mask.starts_with('/')) {
    if (const auto length = text::parse_decimal(mask.substr(1), 32)) rule.network_length = static_cast<unsigned>(*length);
  } else {
    rule.network_length = mask_length(mask);
  }
  return rule.network_length.has_value();
}

// list NAME | route-map NAME, then pool NAME | interface NAME
bool Parser::nat_dynamic(Cursor& cursor, NatRule& rule) {
  if (cursor.eat("list")) rule.list = std::string(cursor.take());
  else if (cursor.eat("route-map")) rule.route_map = std::string(cursor.take());
  else return false;
  if (cursor.eat("pool")) rule.pool = std::string(cursor.take());
  else if (eat_interface(cursor)) rule.interface = take_interface(cursor);
  else return false;
  return !rule.pool.empty() || !rule.interface.empty();
}

void Parser::nat_inside_source(Cursor& cursor) {
  NatRule rule;
  const bool fixed = cursor.eat("static");
  rule.kind = fixed ? NatRule::Kind::inside_static : NatRule::Kind::inside_source;
  const bool understood = fixed ? nat_static(cursor, rule) : nat_dynamic(cursor, rule);
  finish_nat(std::move(rule), cursor, understood);
}

void Parser::nat_outside_source(Cursor& cursor) {
  NatRule rule;
  const bool fixed = cursor.eat("static");
  rule.kind = fixed ? NatRule::Kind::outside_static : NatRule::Kind::outside_source;
  const bool understood = fixed ? nat_static(cursor, rule) : nat_dynamic(cursor, rule);
  finish_nat(std::move(rule), cursor, understood);
}

void Parser::nat_inside_destination(Cursor& cursor) {
  NatRule rule;
  rule.kind = NatRule::Kind::inside_destination;
  const bool understood = same(cursor.peek(), "list") && nat_dynamic(cursor, rule);
  finish_nat(std::move(rule), cursor, understood);
}

void Parser::nat_pool(Cursor& cursor) {
  NatPool pool;
  pool.origin = line_.origin;
  const std::string name(cursor.take());
  modelled("address pool of translation");
  const auto low = take_v4(cursor);
  const auto high = low ? take_v4(cursor) : std::nullopt;
  if (low && (!high || high->value >= low->value)) pool.addresses = IntervalSet::range(low->value, high ? high->value : low->value);
  else if (low || !(same(cursor.peek(), "prefix-length") || same(cursor.peek(), "netmask"))) {
    pool.opaque = true;
    refuse(DiagnosticId::address_invalid, cursor.at(), "the first and the last address of a pool");
  }
  while (!cursor.done() && !pool.opaque) {
    if (cursor.eat("prefix-length")) {
      const auto length = text::parse_decimal(cursor.take(), 32);
      pool.opaque = !length;
      if (length) pool.prefix_length = static_cast<unsigned>(*length);
    } else if (cursor.eat("netmask")) {
      const auto length = mask_length(cursor.take());
      pool.opaque = !length;
      if (length) pool.prefix_length = *length;
    } else if (cursor.eat("type")) {
      pool.match_host = cursor.eat("match-host");
      if (!pool.match_host && !cursor.eat("rotary")) pool.opaque = true;
    } else if (cursor.eat("accounting")) {
      cursor.take();
    } else if (!cursor.eat("add-route") && !cursor.eat("arp-ping")) {
      pool.opaque = true;
    }
    if (pool.opaque) refuse(DiagnosticId::line_unrecognised, cursor.at(), "a setting of a pool");
  }
  if (!low && !pool.opaque) enter(Mode::nat_pool);
  current_pool_ = name;
  config_.pools[name] = std::move(pool);
}

bool Parser::nat_pool_sub(Cursor& cursor) {
  const auto found = config_.pools.find(current_pool_);
  if (found == config_.pools.end() || !cursor.eat("address")) return false;
  NatPool& pool = found->second;
  const size_t at = cursor.at();
  const auto low = take_v4(cursor), high = take_v4(cursor);
  if (!low || !high || low->value > high->value || ++removals_ > 10000) {
    pool.opaque = true;
    return refuse(DiagnosticId::address_invalid, at, "the first and the last address of a pool"), true;
  }
  pool.addresses = pool.addresses.united(IntervalSet::range(low->value, high->value));
  return modelled("address pool of translation"), true;
}

void Parser::nat_other(Cursor& cursor) {
  NatRule rule;
  rule.kind = NatRule::Kind::opaque;
  rule.origin = line_.origin;
  rule.text = std::string(line_.text.substr(0, 200));
  opaque("translation without sides", "'ip nat " + std::string(line_.words[2 < line_.words.size() ? 2 : 1].text.substr(0, 40)) + "' is not modelled");
  static_cast<void>(cursor);
  config_.nat.push_back(std::move(rule));
}

// `no ip nat …` takes back the line that reads the same.
void Parser::no_nat(Cursor& cursor) {
  Cursor plain(line_, 1);
  const std::string text = lower_case(plain.rest());
  static_cast<void>(cursor);
  size_t gone = 0;
  if (++removals_ <= 1000)
    gone = std::erase_if(config_.nat, [&](const NatRule& rule) {
      const std::string old = lower_case(rule.text);
      const size_t start = old.find_first_not_of(" \t");
      return start != std::string::npos && std::string_view(old).substr(start).starts_with(text);
    });
  if (gone == 0 && line_.words.size() > 3 && same(line_.words[3].text, "pool") && line_.words.size() > 4) gone = config_.pools.erase(std::string(line_.words[4].text));
  set(gone != 0 ? LineClass::modelled : LineClass::irrelevant, gone != 0 ? "translation rule removed" : "switched off");
}

}  // namespace fwproof::importers::cisco_ios
