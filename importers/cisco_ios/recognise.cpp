#include "importers/cisco_ios/recognise.h"

#include <algorithm>
#include <array>

#include "importers/cisco_ios/words.h"

namespace fwproof::importers::cisco_ios {
namespace {

// How far a line that may be IOS looks around for what says that it is not.
constexpr size_t kHead = 150, kAround = 75;

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

// The signs of each first letter as a list: 1 + index of the first, and of the next; 0 ends it. Millions of lines are asked.
struct ByLetter {
  std::array<uint8_t, 256> first{};
  std::array<uint8_t, kOthers.size()> next{};
};
constexpr ByLetter by_letter() {
  ByLetter result;
  for (size_t i = kOthers.size(); i > 0; --i) {
    const auto letter = static_cast<unsigned char>(kOthers[i - 1].start[0] | 0x20);
    result.next[i - 1] = result.first[letter];
    result.first[letter] = static_cast<uint8_t>(i);
  }
  return result;
}
constexpr ByLetter kByLetter = by_letter();

std::string_view trimmed(std::string_view line) {
  const size_t start = line.find_first_not_of(" \t");
  return start == std::string_view::npos ? std::string_view() : line.substr(start);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view word_at(std::string_view text, size_t wanted) {
  for (size_t at = 0;; ++at) {
    const size_t start = text.find_first_not_of(" \t\r");
    if (start == std::string_view::npos) return {};
    const size_t end = std::min(text.find_first_of(" \t\r", start), text.size());
    if (at == wanted) return text.substr(start, end - start);
    text = text.substr(end);
  }
}

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view each) { return same(each, word); });
}

// "ip access-list NAME" without a kind is NX-OS' and EOS' way, "access-list NAME extended" that of the ASA.
std::string_view by_grammar(std::string_view text) {
  text = text.substr(0, 300);
  const char first = static_cast<char>(text[0] | 0x20);
  if (first != 'a' && first != 'i' && first != 'v') return {};
  if (begins(text, "access-list ")) {
    const std::string_view kind = word_at(text, 2);
    if (one_of(kind, {"extended", "standard", "ethertype", "webtype"})) return "Cisco ASA";
    if (one_of(kind, {"permit", "deny", "line"}) && !is_digit(word_at(text, 1)[0])) return "Cisco ASA";
  } else if (begins(text, "access-group ")) {
    if (same(word_at(text, 3), "interface")) return "Cisco ASA";
  } else if (begins(text, "ip access-list ")) {
    if (!word_at(text, 2).empty() && word_at(text, 3).empty()) return "Cisco NX-OS or Arista EOS";
  } else if (begins(text, "ip address ")) {
    if (word_at(text, 2).find('/') != std::string_view::npos) return "Cisco NX-OS or Arista EOS";
  } else if (begins(text, "version ")) {
    if (text.find('(') != std::string_view::npos) return "Cisco NX-OS";
  }
  return {};
}

std::string_view other_system(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (text.empty()) return {};
  const auto letter = static_cast<unsigned char>(text[0] | 0x20);
  for (size_t next = kByLetter.first[letter]; next != 0; next = kByLetter.next[next - 1]) {
    const Sign& sign = kOthers[next - 1];
    if (!begins(text, sign.start)) continue;
    if (sign.start == "names" && text.size() > 5 && text[5] != '\r') continue;
    return sign.system;
  }
  return by_grammar(text);
}

std::string_view other_nearby(std::span<const std::string_view> lines, size_t at) {
  const size_t head = std::min(lines.size(), kHead);
  for (size_t i = 0; i < head; ++i)
    if (const std::string_view system = other_system(lines[i]); !system.empty()) return system;
  const size_t begin = std::max(head, at > kAround ? at - kAround : 0), end = std::min(lines.size(), at + kAround);
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
