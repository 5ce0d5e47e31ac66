#include "specs/derive/read_visible.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "model/utf8.h"
#include "specs/derive/decode.h"

namespace fwproof::specs::derive {
namespace {

enum class Sort : uint8_t { shown, space, hidden };

struct Range {
  uint32_t first;
  uint32_t last;
  Sort sort;
};
// Unicode 15: White_Space, and of Default_Ignorable_Code_Point what occurs in running text.
constexpr Range kRanges[] = {
    {0x00, 0x08, Sort::hidden},     {0x09, 0x0d, Sort::space},      {0x0e, 0x1f, Sort::hidden},     {0x20, 0x20, Sort::space},
    {0x7f, 0x84, Sort::hidden},     {0x85, 0x85, Sort::space},      {0x86, 0x9f, Sort::hidden},     {0xa0, 0xa0, Sort::space},
    {0xad, 0xad, Sort::hidden},     {0x34f, 0x34f, Sort::hidden},   {0x61c, 0x61c, Sort::hidden},   {0x1680, 0x1680, Sort::space},
    {0x180e, 0x180e, Sort::hidden}, {0x2000, 0x200a, Sort::space},  {0x200b, 0x200f, Sort::hidden}, {0x2028, 0x2029, Sort::space},
    {0x202a, 0x202e, Sort::hidden}, {0x202f, 0x202f, Sort::space},  {0x205f, 0x205f, Sort::space},  {0x2060, 0x206f, Sort::hidden},
    {0x3000, 0x3000, Sort::space},  {0xfe00, 0xfe0f, Sort::hidden}, {0xfeff, 0xfeff, Sort::hidden},
};

Sort sort_of(uint32_t code) {
  if (code > 0x20 && code < 0x7f) return Sort::shown;
  for (const Range& range : kRanges)
    if (code >= range.first && code <= range.last) return range.sort;
  return Sort::shown;
}

struct Entity {
  std::string_view name;
  uint32_t code;
};
// Those that occur in Markdown and wiki text; HTML's own are the parser's matter.
constexpr Entity kEntities[] = {
    {"amp", '&'},       {"lt", '<'},        {"gt", '>'},        {"quot", '"'},      {"apos", '\''},     {"nbsp", 0xa0},     {"ndash", 0x2013},
    {"mdash", 0x2014},  {"hellip", 0x2026}, {"copy", 0xa9},     {"reg", 0xae},      {"trade", 0x2122},  {"bull", 0x2022},   {"middot", 0xb7},
    {"rarr", 0x2192},   {"larr", 0x2190},   {"harr", 0x2194},   {"rsquo", 0x2019},  {"lsquo", 0x2018},  {"rdquo", 0x201d},  {"ldquo", 0x201c},
    {"shy", 0xad},      {"zwj", 0x200d},    {"zwnj", 0x200c},   {"ensp", 0x2002},   {"emsp", 0x2003},   {"thinsp", 0x2009}, {"times", 0xd7},
    {"ge", 0x2265},     {"le", 0x2264},     {"sup1", 0xb9},     {"sup2", 0xb2},     {"sup3", 0xb3},     {"check", 0x2713},  {"num", '#'},
    {"vert", '|'},      {"verbar", '|'},    {"ast", '*'},       {"lowbar", '_'},    {"lsqb", '['},      {"rsqb", ']'},      {"colon", ':'},
    {"auml", 0xe4},     {"ouml", 0xf6},     {"uuml", 0xfc},     {"szlig", 0xdf},    {"eacute", 0xe9},   {"plusmn", 0xb1},   {"Tab", '\t'},
};

std::optional<uint32_t> entity_code(std::string_view name) {
  if (name.starts_with('#')) {
    name.remove_prefix(1);
    const bool hex = name.starts_with('x') || name.starts_with('X');
    name.remove_prefix(hex ? 1 : 0);
    uint32_t code = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
    const bool valid = error == std::errc() && end == name.data() + name.size() && code > 0 && code < 0x110000 && (code < 0xd800 || code > 0xdfff);
    return valid ? std::optional(code) : std::nullopt;
  }
  for (const Entity& entity : kEntities)
    if (entity.name == name) return entity.code;
  return std::nullopt;
}

}  // namespace

std::string visible(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool space = false;
  for (size_t at = 0; at < text.size();) {
    const size_t from = at;
    const Sort sort = sort_of(next_character(text, at));
    if (sort == Sort::space) space = true;
    if (sort != Sort::shown) continue;
    if (space && !out.empty()) out += ' ';
    space = false;
    out.append(text.substr(from, at - from));
  }
  return out;
}

std::string resolve_entities(std::string_view text) {
  constexpr size_t kLongestName = 10;
  if (text.find('&') == std::string_view::npos) return std::string(text);
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text[at] == '&' ? text.substr(0, std::min(text.size(), at + kLongestName + 2)).find(';', at) : std::string_view::npos;
    const auto code = end == std::string_view::npos ? std::nullopt : entity_code(text.substr(at + 1, end - at - 1));
    if (code) model::append_utf8(out, *code);
    else out += text[at];
    at = code ? end + 1 : at + 1;
  }
  return out;
}

std::string_view trim(std::string_view text) {
  const size_t from = text.find_first_not_of(" \t\r\f\v");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\f\v") - from + 1);
}

bool is_blank(std::string_view text) { return trim(text).empty(); }

size_t indent_of(std::string_view line) {
  size_t columns = 0;
  for (const char c : line) {
    if (c == '\t') columns += 4 - columns % 4;
    else if (c == ' ') ++columns;
    else break;
  }
  return columns;
}

std::string_view without_indent(std::string_view line, size_t columns) {
  size_t column = 0, at = 0;
  while (at < line.size() && column < columns && (line[at] == ' ' || line[at] == '\t')) {
    column += line[at] == '\t' ? 4 - column % 4 : 1;
    ++at;
  }
  return line.substr(at);
}

bool is_run_of(std::string_view line, char c, size_t least) {
  const size_t end = line.find_last_not_of(" \t\r");
  return end != std::string_view::npos && end + 1 >= least && line.substr(0, end + 1).find_first_not_of(c) == std::string_view::npos;
}

std::string to_lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view lower_prefix) {
  return text.size() >= lower_prefix.size() && to_lower(text.substr(0, lower_prefix.size())) == lower_prefix;
}

}  // namespace fwproof::specs::derive
