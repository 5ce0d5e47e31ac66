#include "importers/cisco_ios/recognise.h"

#include <algorithm>
#include <array>

#include "importers/cisco_ios/words.h"

namespace fwproof::importers::cisco_ios {
namespace {

// How far a line that may be IOS looks around for what says that it is not.
constexpr size_t kBefore = 400, kAfter = 400;

struct Sign {
  std::string_view start;   // of the line without blanks in front
  std::string_view system;
};

// Lines of systems that share IOS' look. From their vendors' manuals: ASA, NX-OS, EOS, IOS XR, and others with "!" and "interface".
constexpr auto kOthers = std::to_array<Sign>({
    {"ASA Version", "Cisco ASA"}, {"PIX Version", "Cisco PIX"}, {": Saved", "Cisco ASA"}, {"nameif ", "Cisco ASA"}, {"security-level ", "Cisco ASA"}, {"object network ", "Cisco ASA"},
    {"object service ", "Cisco ASA"}, {"service-object ", "Cisco ASA"}, {"same-security-traffic", "Cisco ASA"}, {"! Cisco Adaptive Security", "Cisco ASA"}, {"names", "Cisco ASA"}, {"NGFW Version", "Cisco FTD"},
    {"!RANCID-CONTENT-TYPE: cisco-nx", "Cisco NX-OS"}, {"!Command: ", "Cisco NX-OS"}, {"feature ", "Cisco NX-OS"}, {"vdc ", "Cisco NX-OS"}, {"vrf context", "Cisco NX-OS"}, {"system vlan long-name", "Cisco NX-OS"},
    {"!RANCID-CONTENT-TYPE: arista", "Arista EOS"}, {"! Command: ", "Arista EOS"}, {"! device: ", "Arista EOS"}, {"transceiver qsfp", "Arista EOS"}, {"management api", "Arista EOS"}, {"management security", "Arista EOS"}, {"agent ", "Arista EOS"},
    {"service routing protocols model", "Arista EOS"}, {"no aaa root", "Arista EOS"}, {"ip nat source ", "Arista EOS"},
    {"!RANCID-CONTENT-TYPE: cisco-xr", "Cisco IOS XR"}, {"!! IOS XR", "Cisco IOS XR"}, {"ipv4 access-list", "Cisco IOS XR"}, {"ipv4 address", "Cisco IOS XR"}, {"end-policy", "Cisco IOS XR"}, {"end-set", "Cisco IOS XR"}, {"route-policy ", "Cisco IOS XR"},
    {"prefix-set ", "Cisco IOS XR"}, {"vty-pool ", "Cisco IOS XR"}, {"line console", "Cisco IOS XR"}, {"interface preconfigure", "Cisco IOS XR"},
    {"sysname ", "Huawei VRP"}, {"acl number ", "Huawei VRP"}, {"frr version", "FRRouting"}, {"vyatta", "VyOS"}, {"config system", "FortiOS"}, {"set system ", "Junos"}, {"ip access-list session", "Aruba"},
});

std::string_view trimmed(std::string_view line) {
  const size_t start = line.find_first_not_of(" \t");
  return start == std::string_view::npos ? std::string_view() : line.substr(start);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "ip access-list NAME" without a kind is NX-OS' and EOS' way, "access-list NAME extended" that of the ASA.
std::string_view other_system(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (text.empty()) return {};
  for (const Sign& sign : kOthers) {
    if (!begins(text, sign.start)) continue;
    if (sign.start == "names" && text.size() > 5 && text[5] != '\r') continue;
    return sign.system;
  }
  Line words;
  if (begins(text, "ip access-list ") || begins(text, "access-list ") || begins(text, "access-group ") || begins(text, "ip address ")) {
    split(text.substr(0, 300), words);
    if (words.words.size() == 3 && same(words.words[0].text, "ip") && same(words.words[1].text, "access-list")) return "Cisco NX-OS or Arista EOS";
    if (words.words.size() >= 3 && same(words.words[0].text, "access-list")) {
      for (const std::string_view word : {"extended", "standard", "ethertype", "webtype"})
        if (same(words.words[2].text, word)) return "Cisco ASA";
      for (const std::string_view word : {"permit", "deny", "line"})
        if (same(words.words[2].text, word) && !is_digit(words.words[1].text[0])) return "Cisco ASA";
    }
    if (words.words.size() >= 4 && same(words.words[0].text, "access-group") && same(words.words[3].text, "interface")) return "Cisco ASA";
    if (words.words.size() >= 3 && same(words.words[0].text, "ip") && same(words.words[1].text, "address") && words.words[2].text.find('/') != std::string_view::npos)
      return "Cisco NX-OS or Arista EOS";
  }
  if (begins(text, "version ") && text.find('(') != std::string_view::npos) return "Cisco NX-OS";
  return {};
}

std::string_view other_nearby(std::span<const std::string_view> lines, size_t at) {
  const size_t begin = at > kBefore ? at - kBefore : 0, end = std::min(lines.size(), at + kAfter);
  for (size_t i = begin; i < end; ++i)
    if (const std::string_view system = other_system(lines[i]); !system.empty()) return system;
  return {};
}

bool number_in(std::string_view word, unsigned low, unsigned high) {
  if (word.empty() || word.size() > 4) return false;
  unsigned value = 0;
  for (const char c : word) {
    if (!is_digit(c)) return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value >= low && value <= high;
}

// Lines that only IOS writes (given that nothing around says otherwise).
Claim candidate(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (text.empty()) return Claim::no;
  switch (text[0] | 0x20) {
    case 'a': case 'i': case 'v': case 's': case 'b': case 'l': case 'o': case 'h': case 'n': case 'z': break;
    default: return Claim::no;
  }
  Line words;
  split(text.substr(0, 300), words);
  const auto word = [&](size_t i) { return i < words.words.size() ? words.words[i].text : std::string_view(); };
  const auto is = [&](size_t i, std::string_view keyword) { return same(word(i), keyword); };
  if (is(0, "ip") || is(0, "ipv6")) {
    if (is(1, "access-list") && (is(2, "extended") || is(2, "standard")) && !word(3).empty()) return Claim::yes;
    if (is(1, "nat") && (is(2, "inside") || is(2, "outside")) && (is(3, "source") || is(3, "destination"))) return Claim::yes;
    if (is(1, "nat") && is(2, "pool") && words.words.size() > 5) return Claim::yes;
    if (is(1, "access-group") && (is(3, "in") || is(3, "out")) && words.words.size() == 4) return Claim::maybe;
    if (is(1, "classless") || is(1, "subnet-zero") || is(1, "cef") || (is(1, "dhcp") && is(2, "excluded-address"))) return Claim::yes;
    if (is(0, "ip") && is(1, "route") && word(3).starts_with("255.")) return Claim::yes;
    if (is(0, "ip") && is(1, "address") && word(3).starts_with("255.")) return Claim::maybe;
    return Claim::no;
  }
  if (is(0, "access-list") && number_in(word(1), 1, 2699) && (is(2, "permit") || is(2, "deny") || is(2, "remark"))) return Claim::yes;
  if (is(0, "version") && (number_in(word(1).substr(0, 2), 11, 17)) && word(1).size() >= 4 && word(1)[2] == '.' && word(1).size() <= 5 && word(2).empty()) return Claim::yes;
  if (is(0, "boot-start-marker") || (is(0, "service") && is(1, "timestamps")) || (is(0, "line") && is(1, "vty") && number_in(word(2), 0, 999) && number_in(word(3), 0, 9999))) return Claim::yes;
  if (is(0, "zone-pair") && is(1, "security")) return Claim::yes;
  if (is(0, "object-group") && (is(1, "network") || is(1, "service") || is(1, "protocol")) && words.words.size() == 3) return Claim::maybe;
  return Claim::no;
}

}  // namespace

Claim starts_at(std::span<const std::string_view> lines, size_t at) {
  const Claim claim = candidate(lines[at]);
  if (claim == Claim::no || !other_nearby(lines, at).empty()) return Claim::no;
  return claim;
}

std::string nearly(std::span<const std::string_view> lines) {
  bool looks_alike = false;
  std::string_view other;
  for (size_t i = 0; i < std::min<size_t>(lines.size(), 5000); ++i) {
    looks_alike = looks_alike || candidate(lines[i]) != Claim::no;
    if (other.empty()) other = other_system(lines[i]);
    const std::string_view text = trimmed(lines[i]);
    if (text.starts_with("Extended IP access list") || text.starts_with("Standard IP access list") || text.starts_with("IPv6 access list"))
      return "the output of 'show access-lists', which does not say where the lists are applied; give 'show running-config'";
  }
  if (!looks_alike) return {};
  if (!other.empty()) return "it looks like a configuration of " + std::string(other);
  return {};
}

}  // namespace fwproof::importers::cisco_ios
