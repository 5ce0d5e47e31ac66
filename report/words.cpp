#include "report/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "model/prefix_list.h"

namespace fwproof::report {
namespace {

using model::Family;
using model::Field;
using model::IntervalSet;
using model::Policy;
using model::u128;

struct NumberName {
  unsigned number;
  std::string_view name;
};

// IANA "Assigned Internet Protocol Numbers", the ones that firewalls name.
constexpr NumberName kProtocols[] = {{1, "icmp"},     {2, "igmp"},    {4, "ipencap"},  {6, "tcp"},   {17, "udp"},   {33, "dccp"},
                                     {41, "ipv6"},    {47, "gre"},    {50, "esp"},     {51, "ah"},   {58, "icmpv6"}, {89, "ospf"},
                                     {112, "vrrp"},   {132, "sctp"},  {136, "udplite"}};
constexpr NumberName kFlags[] = {{model::tcp_fin, "FIN"}, {model::tcp_syn, "SYN"}, {model::tcp_rst, "RST"}, {model::tcp_psh, "PSH"},
                                 {model::tcp_ack, "ACK"}, {model::tcp_urg, "URG"}, {model::tcp_ece, "ECE"}, {model::tcp_cwr, "CWR"}};
constexpr NumberName kStates[] = {{model::state_new, "new"},
                                  {model::state_established, "established"},
                                  {model::state_related, "related"},
                                  {model::state_invalid, "invalid"},
                                  {model::state_untracked, "untracked"}};
constexpr NumberName kProfiles[] = {
    {model::profile_domain, "domain"}, {model::profile_private, "private"}, {model::profile_public, "public"}};
constexpr NumberName kRpcPorts[] = {{model::rpc_no, "no"}, {model::rpc_default_range, "default-range"}, {model::rpc_any_range, "any-range"}};

constexpr size_t kListedValues = 40;

template <size_t N>
std::string named(const NumberName (&names)[N], u128 value) {
  for (const NumberName& row : names)
    if (row.number == value) return std::string(row.name);
  return number_text(value);
}

std::string mac_text(u128 value) {
  std::string text;
  for (int shift = 40; shift >= 0; shift -= 8) text += fmt::format("{}{:02x}", text.empty() ? "" : ":", static_cast<unsigned>((value >> shift) & 0xFF));
  return text;
}

std::string ct_status_text(u128 value) {
  constexpr std::string_view kTexts[] = {"none", "SNAT", "DNAT", "SNAT,DNAT"};
  return std::string(kTexts[static_cast<size_t>(value & 3)]);
}

std::string hex(u128 value) { return fmt::format("{:#x}", static_cast<uint64_t>(value)); }

// "SYN of FIN,SYN,RST,ACK" when the set is all values with these bits, else numbers.
std::vector<std::string> flag_set_texts(const IntervalSet& set) {
  unsigned all_ones = 0xFF, all_zeros = 0xFF;
  size_t size = 0;
  for (unsigned value = 0; value < 256; ++value) {
    if (!set.contains(value)) continue;
    all_ones &= value;
    all_zeros &= ~value;
    ++size;
  }
  const unsigned fixed = all_ones | all_zeros;
  if (size == size_t{1} << (8 - std::popcount(fixed & 0xFFu))) return {fmt::format("{} of {}", flags_text(all_ones), flags_text(fixed))};
  std::vector<std::string> texts;
  for (const model::Interval& part : set.intervals()) texts.push_back(part.lo == part.hi ? hex(part.lo) : hex(part.lo) + "-" + hex(part.hi));
  return texts;
}

bool is_listed(Field field) {
  return field == Field::protocol || field == Field::state || field == Field::profile || field == Field::ct_status ||
         field == Field::ct_dir || field == Field::in || field == Field::out || field == Field::program || field == Field::service || field == Field::rpc_port;
}

// Order and JSON keys of a region's fields; ICMP type and code are one entry.
constexpr std::pair<Field, std::string_view> kRegionFields[] = {
    {Field::src, "src"},           {Field::dst, "dst"},         {Field::protocol, "protocol"}, {Field::src_port, "src_port"},
    {Field::dst_port, "dst_port"}, {Field::tcp_flags, "tcp_flags"}, {Field::fragment, "fragment"}, {Field::state, "state"},
    {Field::ct_dir, "ct_dir"},     {Field::ct_status, "ct_status"}, {Field::in, "in"},         {Field::out, "out"},
    {Field::mac, "mac"},           {Field::mark, "mark"},       {Field::connmark, "connmark"}, {Field::profile, "profile"},
    {Field::program, "program"},   {Field::service, "service"}, {Field::rpc_port, "rpc_port"}};

const IntervalSet* find(const solver::Region& region, Field field) {
  const auto found = region.sets.find(field);
  return found == region.sets.end() ? nullptr : &found->second;
}

std::vector<std::string> icmp_texts(const solver::Region& region) {
  const auto texts = [&](Field field) {
    const IntervalSet* set = find(region, field);
    return set == nullptr || is_everything(field, region.family, *set, nullptr) ? std::vector<std::string>{} : range_texts(*set);
  };
  const std::vector<std::string> types = texts(Field::icmp_type);
  const std::vector<std::string> codes = texts(Field::icmp_code);
  if (codes.empty()) return types;
  std::vector<std::string> both;
  for (const std::string& type : types.empty() ? std::vector<std::string>{"0-255"} : types)
    for (const std::string& code : codes) both.push_back(type + "/" + code);
  return both;
}

// Ports and ICMP numbers say nothing where the protocol cannot have them.
bool bears(const solver::Region& region, Field field) {
  const IntervalSet* protocols = find(region, Field::protocol);
  if (protocols == nullptr || protocols->empty()) return true;
  const auto any = [&](auto... numbers) { return (protocols->contains(numbers) || ...); };
  if (field == Field::src_port || field == Field::dst_port)
    return any(model::proto_tcp, model::proto_udp, model::proto_dccp, model::proto_sctp, model::proto_udplite);
  if (field == Field::tcp_flags) return any(model::proto_tcp);
  if (field == Field::icmp_type || field == Field::icmp_code) return any(model::proto_icmp, model::proto_icmpv6);
  return true;
}

}  // namespace

std::string number_text(u128 value) {
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return digits;
}

std::string protocol_text(u128 protocol) { return named(kProtocols, protocol); }
std::string state_text(u128 state) { return named(kStates, state); }
std::string profile_text(u128 profile) { return named(kProfiles, profile); }

std::string flags_text(u128 flags) {
  std::string text;
  for (const NumberName& flag : kFlags)
    if ((flags & flag.number) != 0) text += fmt::format("{}{}", text.empty() ? "" : ",", flag.name);
  return text.empty() ? "none" : text;
}

std::vector<std::string> range_texts(const IntervalSet& set) {
  std::vector<std::string> texts;
  for (const model::Interval& part : set.intervals())
    texts.push_back(part.lo == part.hi ? number_text(part.lo) : number_text(part.lo) + "-" + number_text(part.hi));
  return texts;
}

bool is_shown(const model::Packet& packet, Field field) {
  if (!packet.has(field)) return false;
  if (!packet.has(Field::protocol)) return true;
  const u128 protocol = packet.get(Field::protocol);
  if (field == Field::icmp_type || field == Field::icmp_code) return protocol == model::proto_icmp || protocol == model::proto_icmpv6;
  if (field == Field::src_port || field == Field::dst_port) return model::has_ports(protocol);
  return field != Field::tcp_flags || protocol == model::proto_tcp;
}

bool is_number(Field field) {
  return field == Field::src_port || field == Field::dst_port || field == Field::icmp_type || field == Field::icmp_code || field == Field::fragment ||
         field == Field::mark || field == Field::connmark;
}

std::string value_text(Field field, Family family, u128 value, const Policy* policy) {
  switch (field) {
    case Field::src:
    case Field::dst: return model::to_text(model::Address{family, value});
    case Field::protocol: return protocol_text(value);
    case Field::tcp_flags: return flags_text(value);
    case Field::state: return state_text(value);
    case Field::profile: return profile_text(value);
    case Field::rpc_port: return named(kRpcPorts, value);
    case Field::mac: return mac_text(value);
    case Field::ct_status: return ct_status_text(value);
    case Field::ct_dir: return value == 0 ? "original" : "reply";
    case Field::mark:
    case Field::connmark: return hex(value);
    case Field::in:
    case Field::out:
    case Field::program:
    case Field::service: {
      const model::NameDomain* names = policy == nullptr ? nullptr : model::names_of(*policy, field);
      return names != nullptr && value < names->size() ? names->text(static_cast<uint32_t>(value)) : "#" + number_text(value);
    }
    case Field::src_port:
    case Field::dst_port:
    case Field::icmp_type:
    case Field::icmp_code:
    case Field::fragment: break;
  }
  return number_text(value);
}

bool is_everything(Field field, Family family, const IntervalSet& set, const Policy* policy) {
  if (policy != nullptr)
    if (const model::NameDomain* names = model::names_of(*policy, field)) return set.contains(names->all());
  u128 last = model::max_value(model::field_bits(field, family));
  if (field == Field::state) last = model::state_untracked;
  if (field == Field::profile) last = model::profile_public;
  if (field == Field::rpc_port) last = model::rpc_default_range;
  return set.contains(IntervalSet::range(0, last));
}

std::vector<std::string> set_texts(Field field, Family family, const IntervalSet& set, const Policy* policy) {
  if (is_everything(field, family, set, policy)) return {};
  if (field == Field::src || field == Field::dst) return model::prefix_texts(model::AddressSet::of(family, set));
  if (field == Field::tcp_flags) return flag_set_texts(set);
  if (!is_listed(field)) {
    if (field != Field::mark && field != Field::connmark && field != Field::mac) return range_texts(set);
    std::vector<std::string> texts;
    for (const model::Interval& part : set.intervals()) {
      const std::string first = value_text(field, family, part.lo, policy);
      texts.push_back(part.lo == part.hi ? first : first + "-" + value_text(field, family, part.hi, policy));
    }
    return texts;
  }
  std::vector<std::string> texts;
  for (const model::Interval& part : set.intervals()) {
    // A long run of protocols or names is a range, a short one its members.
    if (part.hi - part.lo >= (field == Field::protocol ? 8u : 4096u)) {
      texts.push_back(number_text(part.lo) + "-" + number_text(part.hi));
      continue;
    }
    for (u128 value = part.lo; value <= part.hi; ++value) texts.push_back(value_text(field, family, value, policy));
  }
  return texts;
}

namespace {

NamedTexts region_texts(const solver::Region& region, const Policy* policy, bool with_addresses) {
  NamedTexts result;
  const std::string everywhere = region.family == Family::v4 ? "0.0.0.0/0" : "::/0";
  for (const auto& [field, key] : kRegionFields) {
    const bool address = field == Field::src || field == Field::dst;
    if (address && !with_addresses) continue;
    const IntervalSet* set = find(region, field);
    if (set != nullptr && !bears(region, field)) continue;
    std::vector<std::string> texts = set == nullptr ? std::vector<std::string>{} : set_texts(field, region.family, *set, policy);
    if (address && texts.empty() && (set == nullptr || !set->empty())) texts = {everywhere};
    if (address || !texts.empty()) result.emplace_back(key, std::move(texts));
    if (field == Field::dst_port && bears(region, Field::icmp_type))
      if (std::vector<std::string> icmp = icmp_texts(region); !icmp.empty()) result.emplace_back("icmp", std::move(icmp));
  }
  return result;
}

}  // namespace

NamedTexts region_texts(const solver::Region& region, const Policy* policy) { return region_texts(region, policy, true); }

std::string address_words(Family family, const IntervalSet& set) {
  constexpr size_t kListed = 24;
  const std::string any = family == Family::v4 ? "any" : "any IPv6";
  const IntervalSet rest = set.complement(model::max_value(model::address_bits(family)));
  if (rest.empty()) return any;
  if (set.empty()) return "no address";
  const auto listed = [&](const IntervalSet& some, size_t enough) { return model::first_prefixes(family, some, kListed, enough); };
  const auto words = [&](const model::PrefixList& list) {
    std::vector<std::string> texts;
    for (const model::Prefix& prefix : list.first) texts.push_back(model::to_text(prefix));
    return joined(texts) + (list.count > texts.size() ? fmt::format(" and {} more", list.count - texts.size()) : "");
  };
  constexpr size_t kAll = static_cast<size_t>(-1);
  // The longer list is not shown, so it is not made.
  const model::PrefixList inside = listed(set, kAll), outside = listed(rest, inside.count);
  if (const auto hull = model::covering_prefix(family, set); hull && inside.count > 2) {
    const model::PrefixList holes = listed(model::AddressSet::of(*hull).in(family).minus(set), std::min(inside.count, outside.count));
    if (holes.count + 1 < std::min(inside.count, outside.count)) return model::to_text(*hull) + " except " + words(holes);
  }
  return outside.count < inside.count ? any + " except " + words(outside) : words(inside);
}

const IntervalSet* set_of(const solver::Region& region, Field field) { return find(region, field); }

namespace {

// "any protocol except tcp, udp" where that is the shorter list.
std::string protocol_set_words(const solver::Region& region, const std::vector<std::string>& listed, const Policy* policy) {
  if (listed.empty()) return "any protocol";
  const IntervalSet rest = find(region, Field::protocol)->complement(255);
  const std::vector<std::string> others = set_texts(Field::protocol, region.family, rest, policy);
  return others.size() < listed.size() ? "any protocol except " + joined(others) : joined(listed);
}

}  // namespace

std::string source_words(const solver::Region& region) {
  const IntervalSet* set = set_of(region, Field::src);
  if (set == nullptr) return "ANY";
  // Loopback and multicast never come from outside.
  const IntervalSet special = region.family == Family::v4
                                  ? IntervalSet::range(0x7F000000, 0x7FFFFFFF).united(IntervalSet::range(0xE0000000, 0xEFFFFFFF))
                                  : IntervalSet::of(1).united(IntervalSet::range(u128{0xFF} << 120, ~u128{0}));
  const std::string any = region.family == Family::v4 ? "ANY" : "ANY IPv6";
  if (set->united(special) == IntervalSet::all(model::address_bits(region.family))) return any;
  return address_words(region.family, *set);
}

std::string service_words(const solver::Region& region, const Policy* policy) {
  const auto texts = [&](Field field) {
    const IntervalSet* set = find(region, field);
    return set == nullptr || !bears(region, field) ? std::vector<std::string>{} : set_texts(field, region.family, *set, policy);
  };
  const std::vector<std::string> protocols = texts(Field::protocol), ports = texts(Field::dst_port);
  std::string words = protocol_set_words(region, protocols, policy);
  if (!ports.empty()) words += (ports.size() > 1 || ports[0].find('-') != std::string::npos ? " ports " : " port ") + shortened(ports, kListedValues);
  else if (bears(region, Field::dst_port) && !protocols.empty()) words += " any port";
  if (!bears(region, Field::icmp_type)) return words;
  if (const std::vector<std::string> icmp = icmp_texts(region); !icmp.empty()) words += " type " + shortened(icmp, kListedValues);
  return words;
}

std::string rest_words(const solver::Region& region, const Policy* policy) {
  constexpr std::string_view kSaid[] = {"protocol", "dst_port", "icmp"};
  std::string words;
  for (const auto& [key, values] : region_texts(region, policy, false)) {
    if (std::find(std::begin(kSaid), std::end(kSaid), key) != std::end(kSaid)) continue;
    if (key == "src_port" && values == std::vector<std::string>{"1024-65535"}) continue;
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", key == "src_port" ? "source port" : key, shortened(values, kListedValues));
  }
  return words;
}

std::string flow_words(const model::Packet& packet) {
  const auto text = [&](Field field) { return packet.has(field) ? value_text(field, packet.family, packet.get(field), nullptr) : "?"; };
  const bool ports = packet.has(Field::protocol) && model::has_ports(packet.get(Field::protocol));
  const auto endpoint = [&](Field address, Field port) {
    const std::string host = packet.family == Family::v6 && ports ? "[" + text(address) + "]" : text(address);
    return ports ? host + ":" + text(port) : host;
  };
  return fmt::format("{} > {}", endpoint(Field::src, Field::src_port), endpoint(Field::dst, Field::dst_port));
}

std::string packet_words(const model::Packet& packet, const Policy* policy) {
  const auto text = [&](Field field) { return packet.has(field) ? value_text(field, packet.family, packet.get(field), policy) : "?"; };
  std::string words = text(Field::protocol) + " " + flow_words(packet);
  for (const auto& [field, key] : kRegionFields) {
    const bool said = field == Field::src || field == Field::dst || field == Field::protocol || field == Field::src_port || field == Field::dst_port;
    if (said || !packet.has(field) || (field == Field::tcp_flags && packet.get(Field::protocol) != model::proto_tcp)) continue;
    if ((field == Field::fragment || field == Field::ct_dir || field == Field::ct_status || field == Field::mark || field == Field::connmark ||
         field == Field::mac) && packet.get(field) == 0)
      continue;
    words += fmt::format(", {} {}", key, text(field));
  }
  if (packet.has(Field::icmp_type) && (packet.get(Field::protocol) == model::proto_icmp || packet.get(Field::protocol) == model::proto_icmpv6))
    words += fmt::format(", type {} code {}", text(Field::icmp_type), text(Field::icmp_code));
  return words;
}

std::string dependence_words(const model::Dependence& dependence, bool roles) {
  const std::string_view whose = roles ? "ROLE=" : "";
  if (dependence.kind != "field") return dependence.kind + ": " + dependence.what;
  if (dependence.what == model::field_text(Field::profile)) return fmt::format("the Windows profile in use, which nothing tells: --profile {}domain, private or public", whose);
  if (dependence.what == model::field_text(Field::in)) return fmt::format("the interface by which packets come in, which nothing tells: --iface {}INTERFACE", whose);
  if (dependence.what == model::field_text(Field::rpc_port)) return "which of the host's ports RPC assigned";
  if (dependence.what.starts_with("which ")) return dependence.what;   // of a translation's choice
  return "the packet's " + dependence.what;
}

std::string_view does_text(solver::DeviceSeen::Does does) {
  switch (does) {
    case solver::DeviceSeen::Does::passes: return "open";
    case solver::DeviceSeen::Does::not_reached: return "not reached";
    case solver::DeviceSeen::Does::depends: return "depends";
    case solver::DeviceSeen::Does::leads_astray: return "leads elsewhere";
    case solver::DeviceSeen::Does::stops: return "blocks";
  }
  return "";
}

std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
  std::string result;
  for (const std::string& text : texts) {
    if (!result.empty()) result += separator;
    result += text;
  }
  return result;
}

std::string shortened(const std::vector<std::string>& texts, size_t limit) {
  if (texts.size() <= limit) return joined(texts);
  return fmt::format("{} and {} more", joined({texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(limit)}), texts.size() - limit);
}

}  // namespace fwproof::report
