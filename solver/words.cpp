#include "solver/words.h"

#include <fmt/format.h>

#include <array>

#include "model/prefix_list.h"

namespace fwproof::solver {

using namespace model;

namespace {

constexpr std::array kFlagNames = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
constexpr std::array kStateNames = {"new", "established", "related", "invalid", "untracked"};
constexpr std::array kProfileNames = {"domain", "private", "public"};

// A list is cut where it would bury the sentence that it stands in; the exact set is in the region.
constexpr size_t kMaxListed = 8;

// `items` may end behind those that are shown.
template <typename Items, typename Text>
std::string joined(const Items& items, size_t count, Text text) {
  std::string result;
  size_t listed = 0;
  for (const auto& item : items) {
    if (listed == kMaxListed) break;
    result += (listed++ ? ", " : "") + text(item);
  }
  return count > listed ? result + fmt::format(", … ({} more)", count - listed) : result;
}

template <typename Items, typename Text>
std::string joined(const Items& items, Text text) {
  return joined(items, items.size(), text);
}

std::string joined(const PrefixList& list) {
  return joined(list.first, list.count, [](const Prefix& p) { return to_text(p); });
}

std::string flag_words(u128 flags) {
  std::string text;
  for (unsigned bit = 0; bit < 8; ++bit)
    if ((flags >> bit) & 1) text += (text.empty() ? "" : "+") + std::string(kFlagNames[bit]);
  return text.empty() ? "none" : text;
}

std::string hex(u128 value) { return fmt::format("{:#x}", static_cast<uint64_t>(value)); }

}  // namespace

std::string address_words(Family family, const IntervalSet& set) {
  if (set == IntervalSet::all(address_bits(family))) return family == Family::v4 ? "any IPv4 address" : "any IPv6 address";
  const PrefixList list = first_prefixes(family, set, kMaxListed);
  if (const auto hull = covering_prefix(family, set); hull && hull->length > 0 && list.count > 2) {
    const PrefixList holes = first_prefixes(family, AddressSet::of(*hull).in(family).minus(set), kMaxListed, 4);
    if (holes.count + 1 < list.count && holes.count < 4) return to_text(*hull) + " except " + joined(holes);
  }
  // A range that is no short list of prefixes reads better as a range.
  if (list.count > set.intervals().size() * 3)
    return joined(set.intervals(), [&](const Interval& i) {
      return to_text(Address{family, i.lo}) + (i.lo == i.hi ? "" : "-" + to_text(Address{family, i.hi}));
    });
  return joined(list);
}

std::string address_words(const AddressSet& set) {
  if (set.v6.empty()) return address_words(Family::v4, set.v4);
  if (set.v4.empty()) return address_words(Family::v6, set.v6);
  if (set == AddressSet::all()) return "any address";
  return address_words(Family::v4, set.v4) + ", " + address_words(Family::v6, set.v6);
}

std::string number_words(const IntervalSet& set) {
  return joined(set.intervals(), [](const Interval& i) {
    const auto lo = static_cast<uint64_t>(i.lo);
    const auto hi = static_cast<uint64_t>(i.hi);
    return lo == hi ? std::to_string(lo) : fmt::format("{}-{}", lo, hi);
  });
}

std::string protocol_words(unsigned protocol) {
  switch (protocol) {
    case proto_icmp: return "icmp";
    case proto_tcp: return "tcp";
    case proto_udp: return "udp";
    case proto_icmpv6: return "ipv6-icmp";
    case proto_dccp: return "dccp";
    case proto_sctp: return "sctp";
    case proto_udplite: return "udplite";
    case 47: return "gre";
    case 50: return "esp";
    case 51: return "ah";
  }
  return fmt::format("protocol {}", protocol);
}

std::string value_words(const Policy& policy, Field field, Family family, u128 value) {
  if (const NameDomain* names = names_of(policy, field))
    return value < names->size() ? names->text(static_cast<uint32_t>(value)) : "(other)";
  switch (field) {
    case Field::src:
    case Field::dst: return to_text(Address{family, value});
    case Field::protocol: return protocol_words(static_cast<unsigned>(value));
    case Field::tcp_flags: return flag_words(value);
    case Field::state: return value < kStateNames.size() ? kStateNames[static_cast<size_t>(value)] : "?";
    case Field::profile: return value < kProfileNames.size() ? kProfileNames[static_cast<size_t>(value)] : "?";
    case Field::mark:
    case Field::connmark:
    case Field::mac: return hex(value);
    case Field::src_port:
    case Field::dst_port:
    case Field::icmp_type:
    case Field::icmp_code:
    case Field::fragment:
    case Field::ct_dir:
    case Field::ct_status:
    case Field::in:
    case Field::out:
    case Field::program:
    case Field::service:
    case Field::rpc_port: break;
  }
  return std::to_string(static_cast<uint64_t>(value));
}

std::string set_words(const Policy& policy, Field field, Family family, const IntervalSet& set) {
  if (field == Field::src || field == Field::dst) return address_words(family, set);
  const bool named = names_of(policy, field) != nullptr || field == Field::state || field == Field::profile || field == Field::protocol ||
                     field == Field::tcp_flags;
  if (!named) return number_words(set);
  std::vector<u128> values;
  for (const Interval& i : set.intervals()) {
    if (values.size() > kMaxListed) break;
    for (u128 v = i.lo; v <= i.hi && values.size() <= kMaxListed; ++v) values.push_back(v);
  }
  if (values.size() > kMaxListed) return number_words(set);
  return joined(values, [&](u128 v) { return value_words(policy, field, family, v); });
}

}  // namespace fwproof::solver
