#include "importers/ipconfig/parse.h"

#include "importers/ipconfig/words.h"

namespace fwproof::importers::ipconfig {
namespace {

constexpr size_t kLongestLine = 2000;
constexpr size_t kColons = 3;  // labels hold at most one of their own ("Vínculo: dirección IPv6 local")

std::string_view trim(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\r"), end = text.find_last_not_of(" \t\r");
  return start == std::string_view::npos ? std::string_view() : text.substr(start, end - start + 1);
}

// "DHCP Enabled. . . . . . . . . . . " without its dots; the no-break space is 0xA0 or 0xFF in code pages and C2 A0 in UTF-8.
std::string_view without_dots(std::string_view label) {
  while (!label.empty()) {
    const auto last = static_cast<unsigned char>(label.back());
    if (last != ' ' && last != '.' && last != '\t' && last != 0xa0 && last != 0xc2 && last != 0xff) break;
    label.remove_suffix(1);
  }
  return label;
}

bool label_of(std::string_view text, Line& line) {
  size_t colon = text.find(':');
  for (size_t n = 0; n < kColons && colon != std::string_view::npos; ++n, colon = text.find(':', colon + 1)) {
    const auto key = find_label(fold(without_dots(text.substr(0, colon))));
    if (!key) continue;
    line.kind = Line::Kind::label;
    line.key = *key;
    line.value = trim(text.substr(colon + 1));
    return true;
  }
  return false;
}

// "Ethernet adapter LAN:", "Carte Ethernet LAN :".
bool adapter_of(std::string_view text, Line& line) {
  if (!text.ends_with(':')) return false;
  const std::string_view heading = trim(text.substr(0, text.size() - 1));
  // A byte beyond ASCII is folded to one, so the kind's length is that of the text up to the same number of characters.
  const std::string folded = fold(heading);
  const size_t kind = adapter_kind(folded, line.is_point_to_point);
  if (kind == 0) return false;
  size_t at = 0;
  for (size_t n = 0; n < kind && at < heading.size(); ++n) {
    const bool beyond = static_cast<unsigned char>(heading[at]) >= 0x80;
    ++at;
    while (beyond && at < heading.size() && static_cast<unsigned char>(heading[at]) >= 0x80) ++at;
  }
  line.kind = Line::Kind::adapter;
  line.value = heading.substr(at);
  return true;
}

}  // namespace

Line parse_line(std::string_view whole) {
  Line line;
  const std::string_view text = trim(whole);
  if (text.empty()) return line.kind = Line::Kind::blank, line;
  if (whole.size() > kLongestLine) return line;
  if (is_title(fold(text))) return line.kind = Line::Kind::title, line;
  if (label_of(text, line) || adapter_of(text, line)) return line;
  const bool indented = whole.front() == ' ' || whole.front() == '\t';
  line.kind = indented ? Line::Kind::more : Line::Kind::other;
  line.value = text;
  return line;
}

bool is_start(std::span<const std::string_view> lines, size_t at) {
  constexpr size_t kLook = 8;
  const std::string_view first = lines[at];
  if (first.empty() || first.size() > 300) return false;
  const bool heading = trim(first).ends_with(':');
  if (!heading) return first.find("IP") != std::string_view::npos && is_title(fold(trim(first)));
  const Line line = parse_line(first);
  if (line.kind == Line::Kind::title) return true;
  if (line.kind != Line::Kind::adapter) return false;
  for (size_t i = at + 1; i < lines.size() && i < at + kLook; ++i) {
    const bool dotted = lines[i].find(". .") != std::string_view::npos || lines[i].find("...") != std::string_view::npos;
    if (dotted && parse_line(lines[i]).kind == Line::Kind::label) return true;
  }
  return false;
}

}  // namespace fwproof::importers::ipconfig
