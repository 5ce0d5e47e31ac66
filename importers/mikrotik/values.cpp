#include "importers/mikrotik/values.h"

#include <algorithm>
#include <array>

#include "importers/text/number.h"
#include "model/packet.h"

namespace fwproof::importers::mikrotik {
namespace {

using model::Interval;
using model::IntervalSet;

struct Named {
  std::string_view name;
  unsigned number;
};

// Manual "Filter", property protocol (help.mikrotik.com, 2025); numbers: IANA protocol numbers.
constexpr auto kProtocols = std::to_array<Named>({
    {"icmp", 1}, {"igmp", 2}, {"ggp", 3}, {"ip-encap", 4}, {"ipencap", 4}, {"st", 5}, {"tcp", 6}, {"egp", 8}, {"pup", 12}, {"udp", 17},
    {"hmp", 20}, {"xns-idp", 22}, {"rdp", 27}, {"iso-tp4", 29}, {"dccp", 33}, {"xtp", 36}, {"ddp", 37}, {"idpr-cmtp", 38}, {"ipv6", 41}, {"ipv6-encap", 41},
    {"ipv6-route", 43}, {"ipv6-frag", 44}, {"rsvp", 46}, {"gre", 47}, {"ipsec-esp", 50}, {"ipsec-ah", 51}, {"icmpv6", 58}, {"ipv6-nonxt", 59},
    {"ipv6-opts", 60}, {"rspf", 73}, {"vmtp", 81}, {"ospf", 89}, {"ipip", 94}, {"etherip", 97}, {"encap", 98}, {"pim", 103}, {"vrrp", 112},
    {"l2tp", 115}, {"sctp", 132}, {"udp-lite", 136}, {"udplite", 136},
});

constexpr auto kFlags = std::to_array<Named>({
    {"fin", model::tcp_fin}, {"syn", model::tcp_syn}, {"rst", model::tcp_rst}, {"psh", model::tcp_psh},
    {"ack", model::tcp_ack}, {"urg", model::tcp_urg}, {"ece", model::tcp_ece}, {"cwr", model::tcp_cwr},
});

template <size_t N>
std::optional<unsigned> number_of(std::string_view name, const std::array<Named, N>& table) {
  const auto at = std::find_if(table.begin(), table.end(), [&](const Named& n) { return n.name == name; });
  return at == table.end() ? std::nullopt : std::optional<unsigned>(at->number);
}

std::optional<Interval> range(std::string_view text, uint64_t max) {
  const size_t dash = text.find('-');
  const auto lo = text::parse_decimal(text.substr(0, dash), max);
  const auto hi = dash == std::string_view::npos ? lo : text::parse_decimal(text.substr(dash + 1), max);
  if (!lo || !hi || *lo > *hi) return std::nullopt;
  return Interval{*lo, *hi};
}

}  // namespace

std::optional<IntervalSet> parse_addresses(std::string_view text, model::Family family) {
  if (const size_t dash = text.find('-'); dash != std::string_view::npos) {
    const auto lo = model::parse_address(text.substr(0, dash)), hi = model::parse_address(text.substr(dash + 1));
    if (!lo || !hi || lo->family != family || hi->family != family || lo->value > hi->value) return std::nullopt;
    return IntervalSet::range(lo->value, hi->value);
  }
  const auto prefix = model::parse_prefix(text);
  if (!prefix || prefix->address.family != family) return std::nullopt;
  const Interval whole = prefix->interval();
  return IntervalSet::range(whole.lo, whole.hi);
}

std::optional<IntervalSet> parse_ports(std::string_view text) {
  std::vector<Interval> ports;
  std::string_view part;
  while (text::next_part(text, ',', part)) {
    const auto one = range(part, 65535);
    if (!one) return std::nullopt;
    ports.push_back(*one);
  }
  if (ports.empty()) return std::nullopt;
  return IntervalSet::from(std::move(ports));
}

std::optional<unsigned> parse_protocol(std::string_view text) {
  if (const auto number = text::parse_decimal(text, 255)) return static_cast<unsigned>(*number);
  return number_of(text, kProtocols);
}

std::optional<std::vector<IcmpOptions>> parse_icmp(std::string_view text) {
  std::vector<IcmpOptions> all;
  std::string_view part;
  while (text::next_part(text, ',', part)) {
    const size_t colon = part.find(':');
    const auto types = range(part.substr(0, colon), 255);
    if (!types) return std::nullopt;
    IcmpOptions one{IntervalSet::range(types->lo, types->hi), {}};
    if (colon != std::string_view::npos) {
      const auto codes = range(part.substr(colon + 1), 255);
      if (!codes) return std::nullopt;
      if (codes->lo != 0 || codes->hi != 255) one.codes = IntervalSet::range(codes->lo, codes->hi);
    }
    all.push_back(std::move(one));
    if (all.size() > 256) return std::nullopt;
  }
  if (all.empty()) return std::nullopt;
  return all;
}

std::optional<FlagMask> parse_flags(std::string_view text) {
  FlagMask flags;
  std::string_view part;
  while (text::next_part(text, ',', part)) {
    const bool clear = part.starts_with('!');
    if (clear) part.remove_prefix(1);
    const auto bit = number_of(part, kFlags);
    if (!bit) return std::nullopt;
    flags.mask |= *bit;
    flags.wanted = clear ? flags.wanted & ~*bit : flags.wanted | *bit;
  }
  return flags;
}

}  // namespace fwproof::importers::mikrotik
