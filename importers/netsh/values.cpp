#include "importers/netsh/values.h"

#include <algorithm>
#include <array>

#include "importers/netsh/language.h"
#include "importers/netsh/words.h"

namespace fwproof::importers::netsh {
namespace {

using model::Address;
using model::AddressSet;
using model::Interval;
using model::IntervalSet;

// Folder variables and their values on a Windows that was installed with the defaults ("Recognized environment variables", Windows USMT,
// Microsoft Docs). %ProgramFiles% is the 64-bit one.
struct Folder {
  std::string_view variable;
  std::string_view path;
};
constexpr std::array kFolders = {
    Folder{"%systemroot%", "c:\\windows"},
    Folder{"%windir%", "c:\\windows"},
    Folder{"%systemdrive%", "c:"},
    Folder{"%programfiles%", "c:\\program files"},
    Folder{"%programw6432%", "c:\\program files"},
    Folder{"%programfiles(x86)%", "c:\\program files (x86)"},
    Folder{"%commonprogramfiles%", "c:\\program files\\common files"},
    Folder{"%commonprogramfiles(x86)%", "c:\\program files (x86)\\common files"},
    Folder{"%programdata%", "c:\\programdata"},
    Folder{"%allusersprofile%", "c:\\programdata"},
};

struct NamedNumber {
  std::string_view name;
  unsigned number;
};
// The names that the snap-in and netsh print (Windows Firewall, New Inbound Rule Wizard, protocol type); numbers: IANA protocol numbers.
constexpr std::array kProtocols = {
    NamedNumber{"hopopt", 0},   NamedNumber{"icmpv4", 1},      NamedNumber{"icmp", 1},        NamedNumber{"igmp", 2},
    NamedNumber{"tcp", 6},      NamedNumber{"udp", 17},        NamedNumber{"ipv6", 41},       NamedNumber{"ipv6-route", 43},
    NamedNumber{"ipv6-frag", 44}, NamedNumber{"gre", 47},      NamedNumber{"icmpv6", 58},     NamedNumber{"ipv6-nonxt", 59},
    NamedNumber{"ipv6-opts", 60}, NamedNumber{"vrrp", 112},    NamedNumber{"pgm", 113},       NamedNumber{"l2tp", 115},
};

// Port keywords: [MS-FASP] 2.2.3 FW_PORT_KEYWORD and the help of `add rule`; the spelling of netsh and that of the registry.
constexpr std::array<std::string_view, 16> kPortKeywords = {"rpc",      "rpc-epmap", "rpcepmap", "iphttps", "iphttpsin",  "iphttpsout",      "teredo", "ply2disc",
                                                            "iptlsin",  "iptlsout",  "mdns",     "cortana", "cortanaout", "playtodiscovery", "dhcp",   "tcpcdpsvc"};

// Address keywords: [MS-FASP] 2.2.21 FW_ADDRESS_KEYWORD and the help of `add rule`. Left: folded, right: the one name used from here on.
struct Keyword {
  std::string_view folded;
  std::string_view name;
};
constexpr std::array kAddressKeywords = {
    Keyword{"localsubnet", "LocalSubnet"},       Keyword{"localsubnet4", "LocalSubnet4"}, Keyword{"localsubnet6", "LocalSubnet6"},
    Keyword{"dns", "DNS"},                       Keyword{"dhcp", "DHCP"},                 Keyword{"wins", "WINS"},
    Keyword{"defaultgateway", "DefaultGateway"}, Keyword{"internet", "Internet"},         Keyword{"intranet", "Intranet"},
    Keyword{"rmtintranet", "RmtIntranet"},       Keyword{"remoteintranet", "RmtIntranet"}, Keyword{"ply2renders", "Ply2Renders"},
    Keyword{"playtorenderers", "Ply2Renders"},   Keyword{"captiveportal", "CaptivePortal"}, Keyword{"remotecorpnetwork", "RemoteCorpNetwork"},
};

std::string_view address_keyword(std::string_view word) {
  const std::string folded = lower(word);
  for (const Keyword& keyword : kAddressKeywords)
    if (keyword.folded == folded) return keyword.name;
  return {};
}

std::optional<Interval> port_range(std::string_view text) {
  const size_t dash = text.find('-');
  const auto lo = parse_number(trim(text.substr(0, dash)), 65535);
  const auto hi = dash == std::string_view::npos ? lo : parse_number(trim(text.substr(dash + 1)), 65535);
  if (!lo || !hi || *lo > *hi) return std::nullopt;
  return Interval{*lo, *hi};
}

// "010.0.0.1": Windows reads a leading zero as octal in some places and refuses it in others.
bool has_leading_zero(std::string_view text) {
  if (text.find(':') != std::string_view::npos) return false;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    const bool starts = i == 0 || text[i - 1] == '.' || text[i - 1] == '-' || text[i - 1] == ' ';
    if (starts && text[i] == '0' && text[i + 1] >= '0' && text[i + 1] <= '9') return true;
  }
  return false;
}

// ADDR, ADDR/LEN, ADDR/MASK or ADDR-ADDR.
bool add_address(std::string_view text, std::array<std::vector<Interval>, 2>& found) {
  const auto add = [&](model::Family family, Interval interval) { found[family == model::Family::v6].push_back(interval); };
  if (has_leading_zero(text)) return false;
  if (const size_t dash = text.find('-'); dash != std::string_view::npos) {
    const auto lo = model::parse_address(trim(text.substr(0, dash)));
    const auto hi = model::parse_address(trim(text.substr(dash + 1)));
    if (!lo || !hi || lo->family != hi->family || lo->value > hi->value) return false;
    add(lo->family, {lo->value, hi->value});
    return true;
  }
  const auto prefix = model::parse_prefix(text);
  if (!prefix) return false;
  // Windows stores a subnet without its host bits, so 192.0.2.7/24 is 192.0.2.0/24.
  add(prefix->address.family, prefix->interval());
  return true;
}

}  // namespace

std::optional<unsigned> parse_number(std::string_view text, unsigned limit) {
  if (text.empty() || text.size() > 9) return std::nullopt;
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value <= limit ? std::optional(value) : std::nullopt;
}

bool is_any(std::string_view text) {
  text = trim(text);
  return text.empty() || text == "*" || find_word(WordKind::any, text) == "any";
}

Ports parse_ports(std::string_view text) {
  Ports ports;
  std::vector<Interval> numbers;
  if (is_any(text)) ports.any = true;
  for (const std::string_view part : split_list(text, ',')) {
    if (is_any(part)) {
      ports.any = true;
    } else if (const auto range = port_range(part)) {
      numbers.push_back(*range);
    } else {
      const std::string word = lower(part);
      bool keyword = false;
      for (const std::string_view known : kPortKeywords) keyword |= known == word;
      (keyword ? ports.keywords : ports.invalid).push_back(keyword ? word : std::string(part));
    }
  }
  ports.numbers = IntervalSet::from(std::move(numbers));
  return ports;
}

Addresses parse_addresses(std::string_view text) {
  Addresses addresses;
  std::array<std::vector<Interval>, 2> found;
  if (is_any(text)) addresses.any = true;
  for (const std::string_view part : split_list(text, ',')) {
    if (is_any(part)) {
      addresses.any = true;
    } else if (const std::string_view keyword = address_keyword(part); !keyword.empty()) {
      addresses.keywords.emplace_back(keyword);
    } else if (!add_address(part, found)) {
      addresses.invalid.emplace_back(part);
    }
  }
  addresses.set.v4 = IntervalSet::from(std::move(found[0]));
  addresses.set.v6 = IntervalSet::from(std::move(found[1]));
  return addresses;
}

bool same_addresses(std::string_view a, std::string_view b) {
  const Addresses x = parse_addresses(a), y = parse_addresses(b);
  return x.any == y.any && (x.any || (x.set == y.set && x.keywords == y.keywords && x.invalid == y.invalid));
}

bool same_ports(std::string_view a, std::string_view b) {
  const Ports x = parse_ports(a), y = parse_ports(b);
  return x.any == y.any && (x.any || (x.numbers == y.numbers && x.keywords == y.keywords && x.invalid == y.invalid));
}

std::optional<unsigned> parse_profiles(std::string_view text, std::string* unknown_word) {
  if (is_any(text)) return 7;
  unsigned mask = 0;
  for (std::string_view part : split_list(text, ',')) {
    if (is_any(part)) return 7;
    const auto word = find_word(WordKind::profile, part);
    if (!word) {
      if (unknown_word) *unknown_word = std::string(part);
      return std::nullopt;
    }
    mask |= *word == "domain" ? 1U : *word == "private" ? 2U : 4U;
  }
  return mask == 0 ? 7 : mask;
}

std::optional<ProtocolValue> parse_protocol(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view name = trim(text.substr(0, colon));
  ProtocolValue value;
  if (colon != std::string_view::npos) value.icmp = std::string(trim(text.substr(colon + 1)));
  if (is_any(name) || name == "256") {
    value.any = true;
    return value;
  }
  if (const auto number = parse_number(name, 255)) {
    value.number = *number;
    return value;
  }
  const std::string folded = lower(name);
  for (const NamedNumber& protocol : kProtocols)
    if (protocol.name == folded) {
      value.number = protocol.number;
      return value;
    }
  return std::nullopt;
}

std::string normal_program(std::string_view path) {
  std::string normal = lower(trim(path));
  if (normal.size() > 1 && normal.front() == '"' && normal.back() == '"') normal = normal.substr(1, normal.size() - 2);
  std::replace(normal.begin(), normal.end(), '/', '\\');
  for (const Folder& folder : kFolders)
    if (normal.starts_with(folder.variable)) return std::string(folder.path) + normal.substr(folder.variable.size());
  return normal;
}

bool is_ambiguous_program(std::string_view normal) {
  return normal.find_first_of("%~$*?") != std::string_view::npos || normal.starts_with("\\") || (normal != "system" && normal.find('\\') == std::string_view::npos);
}

std::optional<std::vector<IcmpPair>> parse_icmp(std::string_view text) {
  std::vector<IcmpPair> pairs;
  for (const std::string_view part : split_list(text, ';')) {
    const size_t comma = part.find_first_of(",:");
    const std::string_view type = trim(part.substr(0, comma));
    const std::string_view code = comma == std::string_view::npos ? std::string_view("any") : trim(part.substr(comma + 1));
    IcmpPair pair;
    if (!is_any(type) && !(pair.type = parse_number(type, 255))) return std::nullopt;
    if (!is_any(code) && !(pair.code = parse_number(code, 255))) return std::nullopt;
    pairs.push_back(pair);
  }
  return pairs;
}

}  // namespace fwproof::importers::netsh
