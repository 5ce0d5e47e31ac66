#include "specs/derive/read_list.h"

#include <algorithm>

#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

constexpr std::string_view kBullets[] = {"-", "*", "+", "•", "◦", "▪", "‣", "●", "○", "∙", "·", "–", "■", "□", "►", "➢", "❖", "\uf0b7", "\uf0a7"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_roman(std::string_view text) { return text.size() > 1 && text.size() <= 5 && text.find_first_not_of("ivx") == std::string_view::npos; }

bool is_number(std::string_view text) {
  if (text.empty()) return false;
  const bool digits = text.size() <= 3 && std::all_of(text.begin(), text.end(), is_digit);
  return digits || (text.size() == 1 && is_letter(text[0])) || is_roman(text);
}

// Bytes of the marker at the start of the text, or 0.
size_t marker_length(std::string_view text) {
  for (const std::string_view bullet : kBullets)
    if (text.starts_with(bullet)) return bullet.size();
  const bool open = text.starts_with('(');
  const size_t end = text.substr(0, 8).find_first_of(open ? ")" : ".)");
  if (end == std::string_view::npos) return 0;
  return is_number(text.substr(open, end - open)) ? end + 1 : 0;
}

// '1' for numbers, 'a', 'A', or the bullet's first byte.
char kind_of(const std::string& marker) {
  const std::string_view text = std::string_view(marker).substr(marker[0] == '(' ? 1 : 0);
  if (is_digit(text[0])) return '1';
  if (is_roman(text.substr(0, text.size() - 1))) return 'i';
  if (text.size() == 2 && is_letter(text[0])) return text[0] >= 'a' ? 'a' : 'A';
  return marker.back();  // of bullets in UTF-8 the last byte differs
}

}  // namespace

Marker find_marker(std::string_view line) {
  const std::string_view text = trim(line);
  const size_t length = marker_length(text);
  if (length == 0 || (length < text.size() && text[length] != ' ' && text[length] != '\t' && !text.substr(length).starts_with("\u00a0"))) return {};
  const std::string_view rest = text.substr(length);
  if (visible(rest.substr(0, 64)).empty()) return {};
  return {std::string(text.substr(0, length)), indent_of(line), rest};
}

unsigned ListDepth::enter(const Marker& marker) {
  constexpr size_t kMaxDepth = 100;
  while (!open_.empty() && open_.back().indent > marker.indent) open_.pop_back();
  const char kind = kind_of(marker.text);
  const auto same = std::find_if(open_.begin(), open_.end(), [&](const Open& open) { return open.indent == marker.indent && open.kind == kind; });
  if (same != open_.end()) open_.erase(same + 1, open_.end());
  else if (open_.size() < kMaxDepth) open_.push_back({marker.indent, kind});
  return static_cast<unsigned>(open_.size());
}

}  // namespace fwproof::specs::derive
