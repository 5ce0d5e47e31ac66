#include "importers/hosts_file/parse.h"

#include <algorithm>

namespace fwproof::importers::hosts_file {
namespace {

constexpr std::string_view kBlanks = " \t\r\f\v";

bool is_name_character(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'; }

// RFC 1035: 255 octets at most.
bool is_name(std::string_view word) { return word.size() <= 255 && std::all_of(word.begin(), word.end(), is_name_character); }

std::string_view next_word(std::string_view& rest) {
  const size_t start = std::min(rest.find_first_not_of(kBlanks), rest.size());
  rest.remove_prefix(start);
  const size_t end = std::min(rest.find_first_of(kBlanks), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

Line invalid(std::string_view word, const char* problem) {
  Line line;
  line.kind = LineKind::invalid;
  line.wrong = word;
  line.problem = problem;
  return line;
}

// "192.168.1.010": inet_pton refuses it, Windows reads octal. Either way it is not the address that it looks like.
bool has_leading_zero(std::string_view text) {
  for (size_t i = 0; i + 1 < text.size(); ++i)
    if (text[i] == '0' && text[i + 1] >= '0' && text[i + 1] <= '9' && (i == 0 || text[i - 1] == '.')) return true;
  return false;
}

}  // namespace

std::optional<model::Address> read_address(std::string_view text) {
  if (text.find(':') == std::string_view::npos && has_leading_zero(text)) return std::nullopt;
  const size_t zone = text.find('%');
  if (zone == std::string_view::npos) return model::parse_address(text);
  const auto address = model::parse_address(text.substr(0, zone));
  return address && address->family == model::Family::v6 ? address : std::nullopt;
}

Line parse_line(std::string_view text) {
  Line line;
  std::string_view rest = text.substr(0, text.find('#'));
  line.address = next_word(rest);
  if (line.address.empty()) {
    line.kind = text.find('#') == std::string_view::npos ? LineKind::blank : LineKind::comment;
    return line;
  }
  if (!read_address(line.address)) return invalid(line.address, "this is no address");
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    if (!is_name(word)) return invalid(word, "this is no name of a host");
    line.names.push_back(word);
  }
  if (line.names.empty()) return invalid(line.address, "an address without a name");
  line.kind = LineKind::entry;
  return line;
}

}  // namespace fwproof::importers::hosts_file
