#include "importers/text/number.h"

#include <charconv>

namespace fwproof::importers::text {
namespace {

std::optional<uint64_t> parse_base(std::string_view text, int base, uint64_t max) {
  if (text.empty() || text.front() == '-' || text.front() == '+') return std::nullopt;
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size() || value > max) return std::nullopt;
  return value;
}

}  // namespace

std::optional<uint64_t> parse_decimal(std::string_view text, uint64_t max) { return parse_base(text, 10, max); }

std::optional<uint64_t> parse_hex(std::string_view text, uint64_t max) { return parse_base(text, 16, max); }

std::optional<uint64_t> parse_any_base(std::string_view text, uint64_t max) {
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) return parse_base(text.substr(2), 16, max);
  if (text.size() > 1 && text[0] == '0') return parse_base(text, 8, max);
  return parse_base(text, 10, max);
}

std::optional<MaskedNumber> parse_masked(std::string_view text, uint64_t max) {
  const size_t slash = text.find('/');
  const auto value = parse_any_base(text.substr(0, slash), max);
  if (!value) return std::nullopt;
  if (slash == std::string_view::npos) return MaskedNumber{*value, max};
  const auto mask = parse_any_base(text.substr(slash + 1), max);
  if (!mask) return std::nullopt;
  return MaskedNumber{*value, *mask};
}

bool next_part(std::string_view& rest, char separator, std::string_view& part) {
  if (rest.data() == nullptr) return false;
  const size_t end = rest.find(separator);
  part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return true;
}

std::optional<uint64_t> parse_mac(std::string_view text) {
  if (text.size() != 17) return std::nullopt;
  uint64_t value = 0;
  for (size_t i = 0; i < 6; ++i) {
    if (i < 5 && text[3 * i + 2] != ':') return std::nullopt;
    const auto byte = parse_hex(text.substr(3 * i, 2), 255);
    if (!byte) return std::nullopt;
    value = value << 8 | *byte;
  }
  return value;
}

}  // namespace fwproof::importers::text
