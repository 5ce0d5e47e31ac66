#include "importers/openwrt/values.h"

#include <algorithm>

#include "importers/openwrt/words.h"
#include "importers/text/number.h"

namespace fwproof::importers::openwrt {
namespace {

using model::Family;
using model::IntervalSet;
using model::u128;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::optional<Net> parse_range(std::string_view from, std::string_view to) {
  const auto lo = model::parse_address(from), hi = model::parse_address(to);
  if (!lo || !hi || lo->family != hi->family || lo->value > hi->value) return std::nullopt;
  Net net;
  net.family = lo->family;
  net.address = lo->value;
  net.bits = model::address_bits(lo->family);
  net.range = true;
  net.set = IntervalSet::range(lo->value, hi->value);
  return net;
}

// "::ffff:ffff:ffff:ffff" and other masks with holes; fw4 takes a negative length as a mask of that many low bits.
std::optional<Net> parse_masked_subnet(const model::Address& address, u128 mask) {
  Net net;
  net.family = address.family;
  net.masked = true;
  net.mask = mask;
  net.address = address.value & mask;
  net.bits = model::address_bits(address.family);
  return net;
}

std::optional<Net> of_prefix(const model::Address& address, unsigned bits) {
  Net net;
  net.family = address.family;
  net.address = address.value;
  net.bits = bits;
  const model::Interval interval = model::Prefix{address, bits}.interval();
  net.set = IntervalSet::range(interval.lo, interval.hi);
  return net;
}

std::optional<Net> parse_with_mask(std::string_view address_text, std::string_view mask_text) {
  const auto address = model::parse_address(address_text);
  if (!address) return std::nullopt;
  const unsigned width = model::address_bits(address->family);
  const u128 all = model::max_value(width);
  if (const auto mask = model::parse_address(mask_text)) {
    if (mask->family != address->family) return std::nullopt;
    const u128 holes = ~mask->value & all;
    if ((holes & (holes + 1)) != 0) return parse_masked_subnet(*address, mask->value);
    unsigned bits = width;
    for (u128 rest = holes; rest != 0; rest >>= 1) --bits;
    return of_prefix(*address, bits);
  }
  const bool negative = mask_text.starts_with('-');
  const auto bits = text::parse_decimal(negative ? mask_text.substr(1) : mask_text, width);
  if (!bits) return std::nullopt;
  if (!negative) return of_prefix(*address, static_cast<unsigned>(*bits));
  if (*bits == 0) return std::nullopt;
  return parse_masked_subnet(*address, all >> *bits);
}

}  // namespace

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == '\n' || text.front() == '\r')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::vector<Value> words_of(const Option& option) {
  if (option.is_list) return option.values;
  std::vector<Value> words;
  for (const Value& value : option.values) {
    std::string_view rest = value.text;
    while (!(rest = trim(rest)).empty()) {
      const size_t end = std::min(rest.find_first_of(" \t"), rest.size());
      words.push_back({std::string(rest.substr(0, end)), value.origin, value.last_line, value.line});
      rest.remove_prefix(end);
    }
  }
  return words;
}

bool take_inversion(std::string_view& text) {
  text = trim(text);
  if (!text.starts_with('!')) return false;
  text = trim(text.substr(1));
  return true;
}

bool is_identifier(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.'; };
  const auto other = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '/' || c == '-'; };
  return !text.empty() && letter(text.front()) && std::all_of(text.begin(), text.end(), other);
}

std::optional<bool> parse_bool(std::string_view text) {
  if (text == "1" || text == "on" || text == "true" || text == "yes") return true;
  if (text == "0" || text == "off" || text == "false" || text == "no") return false;
  return std::nullopt;
}

std::optional<size_t> parse_enum(std::string_view text, std::initializer_list<std::string_view> choices) {
  const std::string wanted = lower(text);
  if (wanted.empty()) return std::nullopt;
  size_t index = 0;
  for (const std::string_view choice : choices) {
    if (lower(choice).starts_with(wanted)) return index;
    ++index;
  }
  return std::nullopt;
}

std::optional<FamilyChoice> parse_family(std::string_view text) {
  if (text == "any" || text == "all" || text == "*") return FamilyChoice::any;
  if (text == "inet" || text.find('4') != std::string_view::npos) return FamilyChoice::v4;
  if (text.find('6') != std::string_view::npos) return FamilyChoice::v6;
  return std::nullopt;
}

std::optional<Net> parse_subnet(std::string_view text) {
  if (const size_t slash = text.find('/'); slash != std::string_view::npos) return parse_with_mask(text.substr(0, slash), text.substr(slash + 1));
  if (const size_t dash = text.find('-'); dash != std::string_view::npos) return parse_range(text.substr(0, dash), text.substr(dash + 1));
  const auto address = model::parse_address(text);
  if (!address) return std::nullopt;
  return of_prefix(*address, model::address_bits(address->family));
}

std::optional<PortRange> parse_port(std::string_view text) {
  PortRange port;
  port.inverted = take_inversion(text);
  const size_t dash = text.find_first_of("-:");
  const auto lo = text::parse_decimal(text.substr(0, dash), 65535);
  const auto hi = dash == std::string_view::npos ? lo : text::parse_decimal(text.substr(dash + 1), 65535);
  if (!lo || !hi || *lo > *hi) return std::nullopt;
  port.lo = static_cast<uint16_t>(*lo);
  port.hi = static_cast<uint16_t>(*hi);
  return port;
}

std::optional<std::vector<Proto>> parse_protocol(std::string_view text) {
  Proto proto;
  proto.inverted = take_inversion(text);
  const std::string name = lower(text);
  if (name == "all" || name == "any" || name == "*") {
    proto.any = true;
    return std::vector<Proto>{proto};
  }
  if (name == "tcpudp") {
    Proto tcp{false, proto.inverted, "tcp", 6}, udp{false, proto.inverted, "udp", 17};
    return std::vector<Proto>{tcp, udp};
  }
  const auto number = protocol_number(name);
  if (!number) return std::nullopt;
  // Protocol 0 is what iptables calls any and nft calls hop-by-hop options.
  if (*number == 0) return std::nullopt;
  proto.number = *number;
  proto.name = *number == 1 ? "icmp" : *number == 58 ? "ipv6-icmp" : *number == 6 ? "tcp" : *number == 17 ? "udp" : name;
  return std::vector<Proto>{proto};
}

std::optional<IcmpType> parse_icmp_type(std::string_view text) {
  if (const IcmpName* name = find_icmp(text)) return IcmpType{name->type4, name->code4, name->type6, name->code6};
  const size_t slash = text.find('/');
  const auto type = text::parse_decimal(text.substr(0, slash), 255);
  if (!type) return std::nullopt;
  int code = -1;
  if (slash != std::string_view::npos) {
    const auto number = text::parse_decimal(text.substr(slash + 1), 255);
    if (!number) return std::nullopt;
    code = static_cast<int>(*number);
  }
  return IcmpType{static_cast<int>(*type), code, static_cast<int>(*type), code};
}

std::optional<Mark> parse_mark(std::string_view text) {
  Mark mark;
  mark.inverted = take_inversion(text);
  const auto number = text::parse_masked(text, 0xffffffff);
  if (!number) return std::nullopt;
  mark.value = static_cast<uint32_t>(number->value);
  mark.mask = static_cast<uint32_t>(number->mask);
  return mark;
}

std::optional<Mac> parse_mac_match(std::string_view text) {
  Mac mac;
  mac.inverted = take_inversion(text);
  std::string colons(text);
  std::replace(colons.begin(), colons.end(), '-', ':');
  const auto address = text::parse_mac(colons);
  if (!address) return std::nullopt;
  mac.address = *address;
  return mac;
}

}  // namespace fwproof::importers::openwrt
