#include "importers/cisco_ios/words.h"

#include <algorithm>
#include <array>

namespace fwproof::importers::cisco_ios {
namespace {

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_letter(char c) { return small(c) >= 'a' && small(c) <= 'z'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }

// Interface types of IOS and IOS-XE ("show interfaces", command reference of each platform). The order decides what an abbreviation means.
constexpr auto kTypes = std::to_array<std::string_view>({
    "Ethernet", "FastEthernet", "GigabitEthernet", "TenGigabitEthernet", "TwentyFiveGigE", "FortyGigabitEthernet", "HundredGigE",
    "TwoGigabitEthernet", "FiveGigabitEthernet", "AppGigabitEthernet", "Serial", "Loopback", "Vlan", "Tunnel", "Dialer", "Port-channel",
    "BVI", "BDI", "ATM", "Async", "Null", "Multilink", "Cellular", "Virtual-Template", "Virtual-Access", "VirtualPortGroup", "BRI", "POS",
    "Group-Async", "Embedded-Service-Engine", "ISM", "SM", "Wlan-GigabitEthernet", "Dot11Radio", "Hssi", "TokenRing", "Fddi", "Management",
    "NVI", "LISP", "Service-Engine", "Integrated-Service-Engine", "CEM", "MFR", "nve", "Overlay", "EFXS", "Ucse", "vasileft", "vasiright",
});

}  // namespace

void split(std::string_view text, Line& line) {
  line.text = text;
  line.words.clear();
  line.too_many_words = false;
  size_t at = 0;
  while (true) {
    while (at < text.size() && is_blank(text[at])) ++at;
    if (line.words.empty()) line.indent = static_cast<uint32_t>(at);
    if (at == text.size()) return;
    const size_t begin = at;
    while (at < text.size() && !is_blank(text[at])) ++at;
    if (line.words.size() == kMaxWords) {
      line.too_many_words = true;
      return;
    }
    line.words.push_back({text.substr(begin, at - begin), static_cast<uint32_t>(begin + 1)});
  }
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return small(x) == small(y); });
}

bool begins(std::string_view word, std::string_view keyword) {
  return word.size() >= keyword.size() && same(word.substr(0, keyword.size()), keyword);
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = small(c);
  return result;
}

bool Cursor::eat_all(std::string_view keywords) {
  const size_t start = at_;
  while (!keywords.empty()) {
    const size_t end = keywords.find(' ');
    if (!eat(keywords.substr(0, end))) {
      at_ = start;
      return false;
    }
    keywords = end == std::string_view::npos ? std::string_view() : keywords.substr(end + 1);
  }
  return true;
}

std::string Cursor::rest() const {
  if (done()) return {};
  std::string_view text = line_->text.substr(line_->words[at_].column - 1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return std::string(text.substr(0, 200));
}

std::string interface_name(std::string_view text) {
  std::string compact;
  for (const char c : text)
    if (!is_blank(c)) compact += c;
  size_t letters = 0;
  while (letters < compact.size() && (is_letter(compact[letters]) || compact[letters] == '-')) ++letters;
  if (compact.starts_with("Dot11Radio") || same(compact.substr(0, 10), "Dot11Radio")) return "Dot11Radio" + compact.substr(std::min<size_t>(10, compact.size()));
  const std::string_view type = std::string_view(compact).substr(0, letters);
  if (type.empty() || letters == compact.size()) return compact;
  for (const std::string_view full : kTypes)
    if (same(full, type)) return std::string(full) + compact.substr(letters);
  // One letter is enough for the common ones: `interface g1`.
  for (const std::string_view full : std::to_array<std::string_view>({"GigabitEthernet", "FastEthernet", "Ethernet", "Serial", "Vlan", "Loopback"}))
    if (type.size() == 1 && same(full.substr(0, 1), type)) return std::string(full) + compact.substr(letters);
  if (type.size() < 2) return compact;
  for (const std::string_view full : kTypes)
    if (begins(full, type)) return std::string(full) + compact.substr(letters);
  return compact;
}

std::string take_interface(Cursor& cursor) {
  std::string text(cursor.take());
  const bool has_number = text.find_first_of("0123456789") != std::string::npos;
  if (!has_number && !cursor.done() && cursor.peek()[0] >= '0' && cursor.peek()[0] <= '9') text += cursor.take();
  return interface_name(text);
}

}  // namespace fwproof::importers::cisco_ios
