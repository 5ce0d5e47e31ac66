#include "specs/derive/ports.h"

#include <algorithm>

#include "specs/derive/vocabulary.h"

namespace fwproof::specs::derive {
namespace {

constexpr uint32_t kFirstPort = 1;   // RFC 6335, section 6: port 0 is reserved

void add_once(std::vector<unsigned>& protocols, const std::vector<unsigned>& more) {
  for (const unsigned protocol : more)
    if (std::find(protocols.begin(), protocols.end(), protocol) == protocols.end()) protocols.push_back(protocol);
}

bool is_word(const Passage& passage, size_t token, size_t end, bool (*test)(std::string_view)) {
  return token < end && passage.tokens[token].kind != TokenKind::number && test(passage.word(token));
}

// "/tcp", " TCP", "(TCP)" between the two ends of a range: "8630/tcp ~ 8679/tcp".
size_t skip_protocol(const Passage& passage, size_t token, size_t end) {
  const size_t slash = passage.is_mark(token, '/') ? token + 1 : token;
  const auto [protocols, behind] = protocols_at(passage, slash, end);
  return protocols.empty() ? token : behind;
}

// Length of the "-", "–", "to", "..", "-" in backquotes between two numbers, or 0.
size_t range_mark(const Passage& passage, size_t token, size_t end) {
  if (token >= end) return 0;
  if (passage.is_mark(token, '.') && passage.is_mark(token + 1, '.')) return passage.is_mark(token + 2, '.') ? 3 : 2;
  if (passage.is_mark(token, '{') && passage.is_word(token + 1, "range") && passage.is_mark(token + 2, '}')) return 3;   // an AsciiDoc attribute
  if (passage.is_mark(token, ':')) return token > 0 && is_colon_range(passage, token - 1) ? 1 : 0;
  if (passage.tokens[token].kind == TokenKind::mark && is_number_line_mark(passage.tokens[token].value)) return 1;
  if (passage.is_word(token, "up") && is_word(passage, token + 1, end, is_to)) return 2;
  return is_word(passage, token, end, is_to) ? 1 : 0;
}

// Behind a number: the other end of its range, where there is one.
std::optional<std::pair<size_t, size_t>> range_end(const Passage& passage, size_t number, size_t end, bool between) {
  for (const size_t from : {number + 1, skip_protocol(passage, number + 1, end)}) {
    size_t length = range_mark(passage, from, end);
    if (length == 0 && between && is_word(passage, from, end, is_and)) length = 1;
    size_t other = from + length;
    if (length > 0 && is_word(passage, other, end, is_port_word)) ++other;
    if (length == 0 || other >= end || !passage.is_number(other)) continue;
    if (passage.tokens[other].value > passage.tokens[number].value) return std::pair(other, other + 1);
  }
  return std::nullopt;
}

constexpr std::string_view kMore[] = {"more", "höher", "mehr", "größer", "plus", "más", "mais", "oltre", "superior", "superiore", "successive", "siguientes"};

// "1024+", "1024 and above", "1024 or higher"
size_t upwards(const Passage& passage, size_t token, size_t end) {
  if (passage.is_mark(token, '+') && !passage.tokens[token].spaced) return token + 1;
  const bool joined = is_word(passage, token, end, is_and) || is_word(passage, token, end, is_or);
  const size_t word = joined ? token + 1 : token;
  const bool up = word < end && (passage.is_word(word, "up") || passage.is_word(word, "upwards") || passage.is_word(word, "aufwärts")) && !is_word(passage, word + 1, end, is_to);
  const bool more = joined && word < end && std::any_of(std::begin(kMore), std::end(kMore), [&](std::string_view other) { return passage.is_word(word, other); }) && !passage.is_number(word + 1);
  return (joined && is_word(passage, word, end, is_above)) || up || more ? word + 1 : 0;
}

std::pair<Ports, size_t> number_at(const Passage& passage, size_t token, size_t end, bool between) {
  Ports ports{passage.tokens[token].value, passage.tokens[token].value, {}, {token}};
  if (const auto other = range_end(passage, token, end, between)) {
    ports.hi = passage.tokens[other->first].value;
    ports.numbers.push_back(other->first);
    return {ports, other->second};
  }
  if (const size_t behind = upwards(passage, token + 1, end)) {
    ports.hi = kLastPort;
    return {ports, behind};
  }
  return {ports, token + 1};
}

// "above [port] 1024", "greater than 1023", "> 1023": the number's token, or nothing.
std::optional<size_t> compared_number(const Passage& passage, size_t token, size_t end) {
  for (size_t at = token; at < end && at < token + 3; ++at) {
    if (passage.is_number(at)) return at;
    const std::string_view word = passage.word(at);
    if (!is_port_word(word) && word != "than" && word != "als" && word != "à" && word != "a") return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::pair<Ports, size_t>> compared_at(const Passage& passage, size_t token, size_t end) {
  // "->", and the end of a tag: "<b>443".
  const bool arrow = token > 0 && !passage.tokens[token].spaced && (passage.is_mark(token - 1, '-') || passage.is_mark(token - 1, '=') || passage.tokens[token - 1].kind == TokenKind::word);
  const bool above = is_word(passage, token, end, is_above) || (passage.is_mark(token, '>') && !arrow);
  const bool below = is_word(passage, token, end, is_below) || passage.is_mark(token, '<');
  const bool inclusive = passage.is_word(token, "ab") || passage.is_mark(token, 0x2265) || (passage.is_mark(token, '>') && passage.is_mark(token + 1, '='));
  if (!above && !below && !inclusive) return std::nullopt;
  const auto number = compared_number(passage, token + (passage.is_mark(token + 1, '=') ? 2 : 1), end);
  if (!number) return std::nullopt;
  const uint32_t value = passage.tokens[*number].value;
  if ((above && value >= kLastPort) || (below && value <= kFirstPort)) return std::nullopt;
  const Ports up{inclusive ? value : value + 1, kLastPort, {}, {*number}};
  const Ports down{kFirstPort, value - 1, {}, {*number}};
  return std::pair(below ? down : up, *number + 1);
}

// Which protocols belong to which ports, while a cell is read from left to right.
class Binder {
 public:
  explicit Binder(PortList& list) : list_(list) {}

  void ports(Ports ports) {
    ports.protocols = prefix_;
    if (prefix_.empty()) pending_.push_back(list_.ports.size());
    list_.ports.push_back(std::move(ports));
  }
  // `glued`: "/tcp" right behind a number. `leads`: a number stands right behind. `apart`: something stands between the number before and it.
  void protocols(const std::vector<unsigned>& protocols, bool glued, bool leads, bool apart) {
    add_once(list_.protocols, protocols);
    if (glued && !leads && pending_.empty() && !list_.ports.empty()) {   // not "TCP 80/UDP 81"
      list_.ports.back().protocols = protocols;
    } else if (!pending_.empty() && !(leads && apart)) {
      for (const size_t port : pending_) list_.ports[port].protocols = protocols;
      list_.mixed = list_.mixed || (leads && protocols.size() > 1);   // "95 TCP and UDP 96"
      pending_.clear();
    } else if (!leads && !prefix_.empty() && prefix_ != protocols && !list_.ports.empty()) {
      list_.ports.back().protocols = protocols;                       // "TCP 443, 444 UDP"
      list_.mixed = true;
    } else {
      pending_.clear();
      prefix_ = protocols;
    }
  }

 private:
  PortList& list_;
  std::vector<unsigned> prefix_;
  std::vector<size_t> pending_;   // ports that no protocol belongs to so far
};

// "02" of a date or an address is no port.
bool has_leading_zero(const Passage& passage, size_t token) { return passage.tokens[token].length > 1 && passage.written(token)[0] == '0'; }

bool is_leading(const Passage& passage, size_t token, size_t end) {
  if (passage.is_mark(token, '/') || passage.is_mark(token, ':')) ++token;
  if (is_word(passage, token, end, is_port_word)) ++token;
  return token < end && passage.is_number(token);
}

size_t skip_brackets(const Passage& passage, size_t token, size_t end) {
  while (token < end && !passage.is_mark(token, ']')) ++token;
  return token;
}

// "80 or 8530", "80/8530", "TCP/80 or TCP/8080"
bool is_alternative(const Passage& passage, size_t token, size_t end) {
  if (passage.is_mark(token, '/')) return passage.is_number(token - 1) && token + 1 < end && passage.is_number(token + 1);
  const size_t behind = passage.is_mark(token + 1, '.') ? token + 2 : token + 1;   // "bzw."
  return is_word(passage, token, end, is_or) && is_leading(passage, protocols_at(passage, behind, end).second, end);
}

}  // namespace

bool is_colon_range(const Passage& passage, size_t token) {
  if (!passage.is_number(token) || !passage.is_mark(token + 1, ':') || !passage.is_number(token + 2)) return false;
  const Token &low = passage.tokens[token], &high = passage.tokens[token + 2];
  return !passage.tokens[token + 1].spaced && !high.spaced && low.length >= 4 && low.length == high.length && low.value < high.value;
}

std::pair<std::vector<unsigned>, size_t> protocols_at(const Passage& passage, size_t token, size_t end) {
  std::vector<unsigned> protocols;
  size_t behind = token;
  for (size_t at = token; at < end;) {
    const auto protocol = passage.tokens[at].kind == TokenKind::word ? transport(passage.word(at)) : std::nullopt;
    if (!protocol) break;
    add_once(protocols, {*protocol});
    behind = ++at;
    const bool joins = passage.is_mark(at, '/') || passage.is_mark(at, ',') || passage.is_mark(at, '+') || passage.is_mark(at, '&') ||
                       is_word(passage, at, end, is_and) || is_word(passage, at, end, is_or);
    if (joins) ++at;
  }
  return {protocols, behind};
}

std::vector<unsigned> protocols_in(const Passage& passage, size_t begin, size_t end) {
  std::vector<unsigned> protocols;
  for (size_t at = begin; at < end; ++at)
    if (passage.tokens[at].kind == TokenKind::word)
      if (const auto protocol = transport(passage.word(at))) add_once(protocols, {*protocol});
  return protocols;
}

std::optional<std::pair<Ports, size_t>> ports_at(const Passage& passage, size_t token, size_t end) {
  if (token >= end) return std::nullopt;
  if (passage.is_number(token) && has_leading_zero(passage, token)) return std::nullopt;
  if (passage.is_number(token)) return number_at(passage, token, end, false);
  if (const auto compared = compared_at(passage, token, end)) return compared;
  if (is_word(passage, token, end, is_between) && passage.is_number(token + 1) && token + 1 < end) {
    const auto range = number_at(passage, token + 1, end, true);
    if (range.first.numbers.size() == 2) return range;
  }
  return std::nullopt;
}

PortList ports_of_range(const Passage& passage, size_t begin, size_t end) {
  PortList list;
  list.begin = begin;
  list.end = end;
  Binder binder(list);
  for (size_t at = begin; at < end;) {
    if (passage.is_mark(at, '[')) {
      at = skip_brackets(passage, at, end) + 1;
    } else if (auto ports = ports_at(passage, at, end)) {
      binder.ports(std::move(ports->first));
      at = ports->second;
    } else if (auto [protocols, behind] = protocols_at(passage, at, end); !protocols.empty()) {
      const bool glued = at > begin && passage.is_mark(at - 1, '/') && at > begin + 1 && passage.is_number(at - 2);
      const bool apart = !glued && at > begin && !passage.is_number(at - 1);
      binder.protocols(protocols, glued, is_leading(passage, behind, end), apart);
      at = behind;
    } else {
      list.alternatives = list.alternatives || (!list.ports.empty() && is_alternative(passage, at, end));
      ++at;
    }
  }
  return list;
}

PortList ports_of_cell(const Passage& cell) { return ports_of_range(cell, 0, cell.size()); }

std::string to_text(const Ports& ports) {
  return ports.lo == ports.hi ? std::to_string(ports.lo) : std::to_string(ports.lo) + "-" + std::to_string(ports.hi);
}

}  // namespace fwproof::specs::derive
