#include <bit>

#include "importers/cisco_ios/names.h"
#include "importers/cisco_ios/parser.h"
#include "importers/text/number.h"

namespace fwproof::importers::cisco_ios {

using model::Family;
using model::Interval;
using model::IntervalSet;

namespace {

IntervalSet all_ports() { return IntervalSet::all(16); }

std::optional<uint32_t> address4(std::string_view text) {
  const auto address = model::parse_address(text);
  if (!address || address->family != Family::v4) return std::nullopt;
  return static_cast<uint32_t>(address->value);
}

TakenAddress failed(size_t word, std::string problem) {
  TakenAddress taken;
  taken.spec.kind = AddressSpec::Kind::unknown;
  taken.word = word;
  taken.problem = std::move(problem);
  return taken;
}

TakenAddress unknown(std::string_view text) {
  TakenAddress taken;
  taken.spec.kind = AddressSpec::Kind::unknown;
  taken.spec.text = std::string(text);
  return taken;
}

TakenAddress of(IntervalSet set) {
  TakenAddress taken;
  taken.spec.kind = AddressSpec::Kind::set;
  taken.spec.set = std::move(set);
  return taken;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.find_first_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string_view::npos &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") == std::string_view::npos;
}

TakenAddress take_host(Cursor& cursor, Family family) {
  const size_t at = cursor.at();
  const std::string_view text = cursor.take();
  const auto address = model::parse_address(text);
  if (address && address->family == family) return of(IntervalSet::of(address->value));
  if (is_name(text) || hidden(text)) return unknown(text);
  return failed(at, "an address");
}

// 1-bits of a wildcard mask are those that do not matter; they need not stand together.
TakenAddress with_wildcard(uint32_t address, uint32_t wildcard, std::string_view text) {
  if (wildcard == 0xffffffff) return {};
  const uint32_t mask = ~wildcard;
  if ((wildcard & (wildcard + 1)) == 0)
    return of(IntervalSet::range(address & mask, (address & mask) | wildcard));
  auto set = model::masked_values(32, mask, address & mask);
  return set ? of(std::move(*set)) : unknown(text);
}

TakenAddress take_pair(Cursor& cursor, bool standard) {
  const size_t at = cursor.at();
  std::string_view text = cursor.take();
  if (text.ends_with(',')) text.remove_suffix(1);  // "10.0.10.0, wildcard bits 0.255.0.255" in `show access-lists`
  const auto address = address4(text);
  if (!address) {
    if (hidden(text)) {
      if (hidden(cursor.peek()) || address4(cursor.peek())) cursor.take();
      return unknown(text);
    }
    if (standard && is_name(text) && text.find('.') != std::string_view::npos) return unknown(text);
    return failed(at, "an address");
  }
  cursor.eat_all("wildcard bits");
  if (hidden(cursor.peek())) {
    cursor.take();
    return unknown(text);
  }
  const auto wildcard = address4(cursor.peek());
  if (!wildcard) return standard ? of(IntervalSet::of(*address)) : failed(cursor.at(), "a wildcard mask");
  cursor.take();
  return with_wildcard(*address, *wildcard, text);
}

TakenAddress take_prefix6(Cursor& cursor) {
  const size_t at = cursor.at();
  const std::string_view text = cursor.take();
  const auto prefix = model::parse_prefix(text);
  if (!prefix || prefix->address.family != Family::v6) return failed(at, "an IPv6 prefix");
  return of(IntervalSet::range(prefix->interval().lo, prefix->interval().hi));
}

}  // namespace

bool hidden(std::string_view text) {
  if (text.find_first_of("xX*") == std::string_view::npos || text.find('.') == std::string_view::npos) return false;
  return text.find_first_not_of("xX*.0123456789/") == std::string_view::npos;
}

std::optional<unsigned> mask_length(std::string_view text) {
  const auto mask = address4(text);
  if (!mask) return std::nullopt;
  const auto length = static_cast<unsigned>(std::countl_one(*mask));
  if (length < 32 && (*mask << length) != 0) return std::nullopt;
  return length;
}

TakenAddress take_address(Cursor& cursor, Family family, bool standard) {
  if (cursor.done()) return failed(cursor.at(), "an address");
  if (cursor.eat("any") || (family == Family::v4 && cursor.eat("any4")) || (family == Family::v6 && cursor.eat("any6"))) return {};
  if (cursor.eat("host")) return take_host(cursor, family);
  if (cursor.eat("object-group")) {
    if (cursor.done()) return failed(cursor.at(), "the name of an object group");
    TakenAddress taken;
    taken.spec.kind = AddressSpec::Kind::group;
    taken.spec.text = std::string(cursor.take());
    return taken;
  }
  if (cursor.eat("fqdn-group") || cursor.eat("geo-group") || cursor.eat("interface")) return unknown(cursor.take());
  return family == Family::v4 ? take_pair(cursor, standard) : take_prefix6(cursor);
}

bool take_ports(Cursor& cursor, bool tcp, bool udp, PortSpec& ports, size_t& word) {
  const auto next = [&]() -> std::optional<uint16_t> {
    word = cursor.at();
    const auto number = port(cursor.peek(), tcp, udp);
    if (number) cursor.take();
    return number;
  };
  const bool eq = cursor.eat("eq"), neq = !eq && cursor.eat("neq");
  if (eq || neq) {
    std::vector<Interval> all;
    while (const auto number = next()) all.push_back({*number, *number});
    if (all.empty()) return false;
    const IntervalSet set = IntervalSet::from(std::move(all));
    ports = {true, eq ? set : all_ports().minus(set)};
    return true;
  }
  const bool lt = cursor.eat("lt"), gt = !lt && cursor.eat("gt");
  if (lt || gt) {
    const auto number = next();
    if (!number) return false;
    ports.present = true;
    ports.set = lt ? (*number == 0 ? IntervalSet() : IntervalSet::range(0, *number - 1u)) : IntervalSet::range(*number + 1u, 65535);
    return true;
  }
  if (!cursor.eat("range")) return true;
  const auto low = next();
  if (!low) return false;
  const auto high = next();
  if (!high) return false;
  // IOS swaps the ends where they are given the wrong way round.
  ports = {true, IntervalSet::range(std::min(*low, *high), std::max(*low, *high))};
  return true;
}

}  // namespace fwproof::importers::cisco_ios
