#include "specs/derive/thousands.h"

#include <algorithm>

namespace fwproof::specs::derive {
namespace {

// Ports that stand side by side in lists so often that "80,443" is one (IANA, Service Name and Transport Protocol Port Number Registry).
constexpr uint32_t kListed[] = {20,  21,  22,  23,  25,  53,  67,  68,  69,  80,  81,  88,  110, 111, 119, 123, 135, 137, 138, 139, 143, 161, 162, 179, 389, 427, 443,
                                444, 445, 464, 465, 500, 514, 515, 543, 544, 546, 547, 548, 554, 587, 593, 623, 631, 636, 749, 853, 873, 902, 989, 990, 992, 993, 995};

bool is_listed(uint32_t port) { return std::find(std::begin(kListed), std::end(kListed), port) != std::end(kListed); }

struct Group {
  size_t end = 0;            // behind the token of the three digits; 0: it is none
  uint32_t value = 0;
  bool sure = false;         // three digits with a leading zero are no port
  bool list = false;         // both are known
};

bool is_group(const Passage& cell, size_t token) {
  return token < cell.size() && cell.tokens[token].kind == TokenKind::number && cell.tokens[token].length == 3;
}

// The token of the three digits behind a comma, an apostrophe, a point or one blank; 0: none.
size_t group_behind(const Passage& cell, size_t first) {
  const Token& number = cell.tokens[first];
  const size_t behind = number.at + number.length;
  if (is_group(cell, first + 1) && cell.tokens[first + 1].at == behind + 1) {
    const char between = cell.text[behind];
    return (between == '.' && number.dotted) || (between == ' ' && !number.dotted && !cell.tokens[first + 1].dotted) ? first + 1 : 0;
  }
  const bool mark = cell.is_mark(first + 1, ',') || cell.is_mark(first + 1, '\'') || cell.is_mark(first + 1, 0x2019);
  return mark && !cell.tokens[first + 1].spaced && is_group(cell, first + 2) && !cell.tokens[first + 2].spaced && !cell.tokens[first + 2].dotted ? first + 2 : 0;
}

// More digits behind the same mark: "80,443,8443" is a list, "1.234.5" a version.
bool goes_on(const Passage& cell, size_t first, size_t last) {
  const size_t next = group_behind(cell, last);
  if (next > 0 && cell.tokens[last].at + cell.tokens[last].length < cell.tokens[next].at && cell.text[cell.tokens[last].at + 3] != ' ') return true;
  if (cell.tokens[first].dotted) return last + 1 < cell.size() && cell.tokens[last + 1].dotted && cell.tokens[last + 1].at == cell.tokens[last].at + 4;
  return last == first + 2 && cell.is_mark(last + 1, cell.tokens[first + 1].value) && last + 2 < cell.size() && cell.tokens[last + 2].kind == TokenKind::number && !cell.tokens[last + 2].spaced;
}

bool starts(const Passage& cell, size_t token) {
  const Token& number = cell.tokens[token];
  if (number.kind != TokenKind::number || number.length > 3 || number.value == 0 || cell.text[number.at] == '0') return false;
  if (token == 0) return true;
  const Token& before = cell.tokens[token - 1];
  const bool touches = !number.spaced && before.kind == TokenKind::mark && (before.value == ',' || before.value == '\'');
  return !touches && !(number.dotted && before.dotted && !number.spaced);
}

Group group_at(const Passage& cell, size_t token) {
  if (!starts(cell, token)) return {};
  const size_t last = group_behind(cell, token);
  if (last == 0 || cell.line_of(token) != cell.line_of(last) || goes_on(cell, token, last)) return {};
  const uint32_t first = cell.tokens[token].value, rest = cell.tokens[last].value, value = first * 1000 + rest;
  if (value > kLastPort) return {};
  return {last + 1, value, rest < 100, is_listed(first) && is_listed(rest)};
}

void join(Passage& cell, size_t token, const Group& group) {
  Token& number = cell.tokens[token];
  const Token& last = cell.tokens[group.end - 1];
  number.length = last.at + last.length - number.at;
  number.value = group.value;
  number.dotted = false;
  cell.tokens.erase(cell.tokens.begin() + static_cast<long>(token) + 1, cell.tokens.begin() + static_cast<long>(group.end));
}

}  // namespace

std::string join_thousands(Passage& cell) {
  constexpr size_t kMostTokens = 64;
  if (cell.size() < 2 || cell.size() > kMostTokens) return {};
  bool sure = false;
  for (size_t token = 0; token < cell.size(); ++token)
    if (const Group group = group_at(cell, token); group.end > 0) sure = sure || group.sure;
  std::string open;
  for (size_t token = 0; token < cell.size(); ++token) {
    const Group group = group_at(cell, token);
    if (group.end == 0) continue;
    const bool pointed = cell.tokens[token].dotted;
    if (!sure && (pointed || !group.list)) open = std::to_string(group.value);
    if (sure || pointed) join(cell, token, group);
  }
  return open;
}

bool is_pointed_number(const Passage& cell) { return cell.size() >= 2 && cell.size() <= 3 && cell.tokens[0].dotted && group_at(cell, 0).end == 2; }

}  // namespace fwproof::specs::derive
