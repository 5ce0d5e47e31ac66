#include "importers/linux_ip/parse.h"

#include <algorithm>

#include "importers/text/number.h"
#include "model/address.h"

namespace fwproof::importers::linux_ip {
namespace {

void cut_words(std::string_view text, std::vector<std::string_view>& words) {
  words.clear();
  while (true) {
    const size_t start = text.find_first_not_of(" \t\r\\");
    if (start == std::string_view::npos) return;
    text.remove_prefix(start);
    const std::string_view word = text.substr(0, text.find_first_of(" \t\r"));
    words.push_back(word);
    text.remove_prefix(word.size());
  }
}

// "eth0@if3" is eth0.
std::string_view interface_name(std::string_view word) {
  if (word.ends_with(':')) word.remove_suffix(1);
  return word.substr(0, word.find('@'));
}

bool is_index(std::string_view word) { return word.ends_with(':') && text::parse_decimal(word.substr(0, word.size() - 1), 0xffffffff).has_value(); }

bool is_null_route(std::string_view word) { return word == "blackhole" || word == "unreachable" || word == "prohibit" || word == "throw"; }
bool is_local_type(std::string_view word) { return word == "local" || word == "broadcast" || word == "multicast" || word == "anycast" || word == "unicast"; }
bool is_destination(std::string_view word) { return word == "default" || model::parse_prefix(word).has_value(); }

bool has_route_words(const std::vector<std::string_view>& words) {
  return std::any_of(words.begin(), words.end(), [](std::string_view w) { return w == "dev" || w == "via"; });
}

}  // namespace

void parse_line(std::string_view text, Line& line) {
  cut_words(text, line.words);
  line.kind = LineKind::other;
  line.interface = line.value = {};
  const auto& words = line.words;
  if (words.empty()) {  // a backslash cuts words in `ip -o`, and does not make a line blank
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) line.kind = LineKind::blank;
    return;
  }
  if (is_index(words[0]) && words.size() > 2) {
    line.interface = interface_name(words[1]);
    line.kind = LineKind::interface;
    if ((words[2] == "inet" || words[2] == "inet6") && words.size() > 3) {
      line.kind = LineKind::address;
      line.value = words[3];
    }
    return;
  }
  const std::string_view first = words[0];
  if ((first == "inet" || first == "inet6") && words.size() > 1) return line.value = words[1], void(line.kind = LineKind::address);
  if (first.starts_with("link/")) return line.value = words.size() > 1 ? words[1] : std::string_view(), void(line.kind = LineKind::link);
  if (first == "valid_lft" || first == "altname" || first == "vlan" || first == "bridge" || first == "veth" || first == "alias")
    return void(line.kind = LineKind::detail);
  if (first == "nexthop") return void(line.kind = LineKind::nexthop);
  if (is_null_route(first) && words.size() > 1 && is_destination(words[1])) return line.value = words[1], void(line.kind = LineKind::null_route);
  const size_t at = is_local_type(first) && words.size() > 1 ? 1 : 0;
  if (!is_destination(words[at])) return;
  line.value = words[at];
  line.kind = at == 1 && first != "unicast" ? LineKind::detail : LineKind::route;
}

std::string_view word_after(const Line& line, std::string_view key) {
  for (size_t i = 0; i + 1 < line.words.size(); ++i)
    if (line.words[i] == key) return line.words[i + 1];
  return {};
}

bool is_interface_line(std::string_view text) {
  if (text.empty() || text[0] < '0' || text[0] > '9') return false;
  const size_t colon = text.find(": ");
  if (colon == std::string_view::npos || colon > 10 || !is_index(text.substr(0, colon + 1))) return false;
  return text.find("<") != std::string_view::npos || text.find(" inet") != std::string_view::npos;
}

bool is_route_line(std::string_view text) {
  if (text.empty() || text.size() > 1000) return false;
  const std::string_view first = text.substr(0, text.find(' '));
  if (first.size() == text.size() || (!is_destination(first) && !is_null_route(first))) return false;
  Line line;
  parse_line(text, line);
  return (line.kind == LineKind::route && has_route_words(line.words)) || (line.kind == LineKind::null_route && is_destination(line.value));
}

}  // namespace fwproof::importers::linux_ip
