#include "model/hardware_address.h"

#include <algorithm>

namespace fwproof::model {
namespace {

constexpr size_t kMacDigits = 12;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Octets behind colons may be short: a leading nought is left out. Empty: no hexadecimal digits, or other marks.
std::string digits_of(std::string_view text) {
  const bool octets = text.find_first_of(":-") != std::string_view::npos;
  std::string digits, part;
  const auto end_part = [&] {
    if (part.empty() || (octets && part.size() > 2)) return false;
    if (octets && part.size() == 1) digits += '0';
    digits += part;
    part.clear();
    return true;
  };
  for (const char c : text) {
    if (is_hex(c)) part += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    else if ((octets ? c != ':' && c != '-' : c != '.') || !end_part()) return {};
  }
  return end_part() ? digits : std::string();
}

std::string mac_in(std::string_view text) {
  if (text.size() > 32) return {};
  std::string digits = digits_of(text);
  if (digits.size() == kMacDigits + 2 && digits.starts_with("01")) digits.erase(0, 2);
  if (digits.size() != kMacDigits) return {};
  for (size_t at = kMacDigits - 2; at > 0; at -= 2) digits.insert(at, 1, ':');
  return digits;
}

}  // namespace

std::vector<std::string> macs_in(std::string_view text) {
  std::vector<std::string> macs;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(" ,\t"), text.size());
    if (end > 0) {
      macs.push_back(mac_in(text.substr(0, end)));
      if (macs.back().empty()) return {};
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return macs;
}

}  // namespace fwproof::model
