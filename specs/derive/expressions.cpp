#include "specs/derive/expressions.h"

#include <algorithm>

#include "model/packet.h"
#include "specs/derive/vocabulary.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kLookBack = 4;   // tokens between "port" and its number: "ports (s) :", "port number is"

bool is_plain_word(const Passage& passage, size_t token, bool (*test)(std::string_view)) {
  return token < passage.size() && passage.tokens[token].kind == TokenKind::word && test(passage.word(token));
}
bool is_protocol(const Passage& passage, size_t token) {
  if (token >= passage.size() || passage.tokens[token].kind != TokenKind::word) return false;
  const auto protocol = transport(passage.word(token));
  return protocol && model::has_ports(*protocol);
}

// A protocol that has ports: "protocol 47 (GRE)" is no port of GRE.
bool has_ports(const std::vector<unsigned>& protocols) { return std::any_of(protocols.begin(), protocols.end(), model::has_ports); }

bool is_filler(const Passage& passage, size_t token) {
  if (passage.tokens[token].kind == TokenKind::mark) {
    const uint32_t mark = passage.tokens[token].value;
    return mark == ':' || mark == '#' || mark == '=' || mark == '(' || mark == ')' || mark == '`' || mark == '"' || mark == '*';
  }
  const std::string_view word = passage.word(token);
  return word == "number" || word == "numbers" || word == "s" || word == "range" || word == "ranges" || word == "is" || word == "are" || word == "no" || word == "nr" || word == "in";
}

// Where the expression begins that leads to the ports at `token`: at "TCP", "port" or the ports themselves.
size_t begin_of(const Passage& passage, size_t token, size_t begin, bool& evident) {
  size_t start = token;
  for (size_t at = token, steps = 0; at > begin && steps <= kLookBack; --at, ++steps) {
    if (is_plain_word(passage, at - 1, is_port_word)) {
      evident = true;
      start = at - 1;
      break;
    }
    if (!is_filler(passage, at - 1)) break;
  }
  size_t at = start;
  if (at > begin && (passage.is_mark(at - 1, '/') || passage.is_mark(at - 1, ':') || passage.is_mark(at - 1, '-'))) --at;
  while (at > begin && (is_protocol(passage, at - 1) || (at > begin + 1 && is_protocol(passage, at - 2) &&
         (passage.is_mark(at - 1, '/') || is_plain_word(passage, at - 1, is_and) || is_plain_word(passage, at - 1, is_or))))) {
    evident = true;
    start = --at;
  }
  return start;
}

// Behind "(IMAP)" where a comma or "and" and a number go on, else the same place.
size_t skip_aside(const Passage& passage, size_t token, size_t end) {
  constexpr size_t kLongestAside = 12;
  if (!passage.is_mark(token, '(')) return token;
  for (size_t at = token + 1; at < std::min(end, token + kLongestAside); ++at)
    if (passage.is_mark(at, ')')) return at + 1;
  return token;
}

// The next item of the list behind `token`, or nothing.
std::optional<size_t> next_item(const Passage& passage, size_t token, size_t end) {
  size_t at = skip_aside(passage, token, end);
  const size_t start = at;
  if (passage.is_mark(at, ',') || passage.is_mark(at, '/') || passage.is_mark(at, '&') || passage.is_mark(at, '+')) ++at;
  if (is_plain_word(passage, at, is_and) || is_plain_word(passage, at, is_or)) ++at;
  if (at == start || at >= end) return std::nullopt;
  at = protocols_at(passage, at, end).second;
  if (at < end && (passage.is_mark(at, '/') || passage.is_mark(at, ':'))) ++at;
  if (is_plain_word(passage, at, is_port_word)) ++at;
  const auto item = ports_at(passage, at, end);
  return item ? std::optional(item->second) : std::nullopt;
}

// "/tcp", "(TCP)", "UDP" behind the ports.
std::optional<size_t> protocol_behind(const Passage& passage, size_t token, size_t end) {
  size_t at = token;
  if (passage.is_mark(at, '/') || passage.is_mark(at, '(') || passage.is_mark(at, '`')) ++at;
  if (passage.is_word(at, "for") || passage.is_word(at, "over") || passage.is_word(at, "via") || passage.is_word(at, "on")) ++at;
  if (is_plain_word(passage, at, is_port_word)) ++at;
  const auto [protocols, behind] = protocols_at(passage, at, end);
  return has_ports(protocols) ? std::optional(behind) : std::nullopt;
}

Expression expression_at(const Passage& passage, size_t token, size_t first_end, size_t begin, size_t end) {
  Expression expression;
  const size_t start = begin_of(passage, token, begin, expression.evident);
  size_t behind = first_end;
  for (bool more = true; more;) {
    more = false;
    if (const auto protocol = protocol_behind(passage, behind, end)) behind = *protocol, expression.evident = true, more = true;
    if (const auto item = next_item(passage, behind, end)) behind = *item, more = true;
  }
  for (size_t at = token; at < behind; ++at)
    if (is_plain_word(passage, at, is_port_word)) expression.evident = true;
  if (is_plain_word(passage, behind, is_port_word) && behind < end) expression.evident = true;
  expression.list = ports_of_range(passage, start, behind);
  return expression;
}

bool is_separator(const Passage& passage, size_t token) {
  if (token >= passage.size() || passage.tokens[token].kind != TokenKind::mark) return false;
  const uint32_t mark = passage.tokens[token].value;
  return mark == ':' || mark == '-' || mark == ',' || mark == '=' || mark == '(' || mark == '/' || (mark >= 0x2010 && mark <= 0x2015) || mark == 0x2192;
}

// At the very start, apart from quotes: "4369: epmd", "`80 TCP` => …".
bool leads(const Passage& item, const Expression& expression, bool about_ports) {
  size_t first = 0;
  while (first < item.size() && (item.is_mark(first, '`') || item.is_mark(first, '*') || item.is_mark(first, '"'))) ++first;
  if (expression.list.begin != first) return false;
  const size_t behind = expression.list.end;
  if (expression.evident || !about_ports || behind >= item.size()) return expression.evident || about_ports;
  const bool apart = item.tokens[behind].spaced || behind + 1 >= item.size() || item.tokens[behind + 1].spaced;   // not "02:00:5e"
  return is_separator(item, behind) && apart;
}

// Behind a colon or dash, to the end or to a bracket: "SSH: 22", "Web interface - 8006 (default)".
bool trails(const Passage& item, const Expression& expression) {
  const size_t begin = expression.list.begin, end = expression.list.end;
  return begin > 0 && is_separator(item, begin - 1) && !item.is_mark(begin - 1, '(') && (end >= item.size() || is_separator(item, end) || item.is_mark(end, '.'));
}

// "http_max_header_size = 8192": the value of a setting whose name says nothing of a port.
bool is_setting(const Passage& item, const Expression& expression) {
  constexpr std::string_view kOfPorts[] = {"port", "bind", "listen", "addr", "uri", "url", "endpoint"};
  const size_t begin = expression.list.begin;
  if (begin == 2 && item.is_word(0, "default") && item.is_mark(1, ':')) return true;   // of the setting above
  if (begin < 2 || !item.is_mark(begin - 1, '=') || item.tokens[begin - 2].kind != TokenKind::word) return false;
  const std::string_view name = item.word(begin - 2);
  return !transport(name) && std::none_of(std::begin(kOfPorts), std::end(kOfPorts), [&](std::string_view part) { return name.find(part) != std::string_view::npos; });
}

// "192.0.2.0/24"
bool is_prefix_length(const Passage& passage, size_t token) {
  return token > 1 && passage.is_mark(token - 1, '/') && passage.tokens[token - 2].kind == TokenKind::number && passage.tokens[token - 2].dotted;
}

}  // namespace

std::vector<Expression> expressions_in(const Passage& passage, size_t begin, size_t end) {
  std::vector<Expression> found;
  for (size_t at = begin; at < end;) {
    const auto ports = is_prefix_length(passage, at) ? std::nullopt : ports_at(passage, at, end);
    if (!ports) {
      ++at;
      continue;
    }
    found.push_back(expression_at(passage, at, ports->second, found.empty() ? begin : found.back().list.end, end));
    at = std::max(found.back().list.end, at + 1);
  }
  return found;
}

std::optional<Expression> expression_of_item(const Passage& item, bool about_ports) {
  constexpr size_t kFarthest = 16;   // what comes later in an item is part of a sentence
  const std::vector<Expression> all = expressions_in(item, 0, item.size());
  if (!all.empty() && leads(item, all[0], about_ports)) return all[0];
  for (const Expression& expression : all) {
    const size_t begin = expression.list.begin;
    if (is_setting(item, expression)) continue;
    const bool label = begin > 0 && is_separator(item, begin - 1);
    if (expression.evident && begin <= kFarthest && (label || (about_ports && begin <= kFarthest / 2))) return expression;
    if (about_ports && begin <= kFarthest && trails(item, expression)) return expression;
  }
  return std::nullopt;
}

}  // namespace fwproof::specs::derive
