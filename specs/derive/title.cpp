#include "specs/derive/title.h"

#include <algorithm>
#include <array>
#include <optional>

#include "specs/derive/roles.h"
#include "specs/derive/tokens.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kMostTitle = 200;

struct Month {
  std::string_view name;
  unsigned number;
};
constexpr Month kMonths[] = {
    {"january", 1}, {"february", 2}, {"march", 3}, {"april", 4}, {"may", 5}, {"june", 6}, {"july", 7}, {"august", 8}, {"september", 9}, {"october", 10},
    {"november", 11}, {"december", 12}, {"jan", 1}, {"feb", 2}, {"mar", 3}, {"apr", 4}, {"jun", 6}, {"jul", 7}, {"aug", 8}, {"sep", 9}, {"oct", 10}, {"nov", 11},
    {"dec", 12}, {"januar", 1}, {"februar", 2}, {"märz", 3}, {"mai", 5}, {"juni", 6}, {"juli", 7}, {"oktober", 10}, {"dezember", 12}, {"janvier", 1},
    {"février", 2}, {"mars", 3}, {"avril", 4}, {"juin", 6}, {"juillet", 7}, {"août", 8}, {"septembre", 9}, {"octobre", 10}, {"novembre", 11}, {"décembre", 12},
    {"enero", 1}, {"febrero", 2}, {"marzo", 3}, {"abril", 4}, {"mayo", 5}, {"junio", 6}, {"julio", 7}, {"agosto", 8}, {"septiembre", 9}, {"octubre", 10},
    {"noviembre", 11}, {"diciembre", 12}};
constexpr std::string_view kRevisionWords[] = {"revision", "revised", "updated", "last updated", "last modified", "modified", "last edited", "last changed", "published",
                                               "date", "ms.date", "stand", "geändert", "aktualisiert", "mise à jour", "mis à jour", "actualizado", "actualización", "edited"};

std::optional<unsigned> month_of(std::string_view word) {
  for (const Month& month : kMonths)
    if (month.name == word) return month.number;
  return std::nullopt;
}

struct Date {
  uint32_t year, month, day;
  bool valid() const { return year >= 1980 && year <= 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31; }
};

std::string to_text(const Date& date) {
  const auto two = [](uint32_t value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  return std::to_string(date.year) + "-" + two(date.month) + "-" + two(date.day);
}

uint32_t number(const Passage& line, size_t token) {
  return token < line.size() && line.tokens[token].kind == TokenKind::number ? line.tokens[token].value : 0;
}

// "10 April 2019", "10. April 2019", "April 10, 2019"
std::optional<std::string> named_date(const Passage& line, size_t month_token, unsigned month) {
  size_t day = month_token == 0 ? line.size() : month_token - 1;
  if (day < line.size() && line.tokens[day].kind == TokenKind::mark && day > 0) --day;
  const Date before{number(line, month_token + 1), month, number(line, day)};
  if (before.valid()) return to_text(before);
  const size_t year = line.is_mark(month_token + 2, ',') ? month_token + 3 : month_token + 2;
  const Date after{number(line, year), month, number(line, month_token + 1)};
  return after.valid() ? std::optional(to_text(after)) : std::nullopt;
}

// "2019-04-10", "10.04.2019", "11/06/2018"
std::optional<std::string> written_date(const Passage& line, size_t token) {
  const bool dotted = line.tokens[token].dotted;
  const size_t step = dotted ? 1 : 2;
  const uint32_t a = number(line, token), b = number(line, token + step), c = number(line, token + 2 * step);
  const auto mark = [&](uint32_t code) { return !dotted && line.is_mark(token + 1, code) && line.is_mark(token + 3, code); };
  if (mark('-') && Date{a, b, c}.valid()) return to_text({a, b, c});
  if (dotted && Date{c, b, a}.valid()) return to_text({c, b, a});
  if (!mark('/') || (!Date{c, a, b}.valid() && !Date{c, b, a}.valid())) return std::nullopt;
  if (!Date{c, a, b}.valid() || a == b) return to_text({c, b, a});
  return Date{c, b, a}.valid() ? std::string(line.between(token, token + 5)) : to_text({c, a, b});
}

std::optional<std::string> date_in(const Passage& line) {
  for (size_t token = 0; token < line.size(); ++token) {
    std::optional<std::string> date;
    if (const auto month = month_of(line.word(token))) date = named_date(line, token, *month);
    else if (line.tokens[token].kind == TokenKind::number) date = written_date(line, token);
    if (date) return date;
  }
  return std::nullopt;
}

}  // namespace

bool is_title_line(std::string_view line) {
  constexpr size_t kMostWords = 10;
  line = strip(line);
  if (line.empty() || line.size() > 100 || std::string_view(".,;:!?)]}|=`\\").find(line.back()) != std::string_view::npos) {
    if (!line.ends_with(')') || line.size() > 100) return false;
  }
  const auto first = static_cast<unsigned char>(line[0]);
  if (!(first >= 'A' && first <= 'Z') && first < 0x80) return false;
  return std::count(line.begin(), line.end(), ' ') < static_cast<long>(kMostWords) && line.find("://") == std::string_view::npos &&
         line.find(". ") == std::string_view::npos && line.find('=') == std::string_view::npos && line.find('|') == std::string_view::npos;
}

std::string title_of(const Document& document) {
  if (!document.title.empty()) return clip(document.title, kMostTitle);
  for (const Block& block : document.blocks)
    if (block.kind == Block::Kind::heading && !block.lines.empty()) return clip(make_passage(block.lines).text, kMostTitle);
  for (const Block& block : document.blocks)
    if (!block.lines.empty() && block.kind != Block::Kind::code) return clip(strip(block.lines[0].text), kMostTitle);
  return {};
}

std::string revision_of(const Document& document) {
  constexpr size_t kMostTokens = 30, kMostBlocks = 1000;
  for (size_t i = 0; i < std::min(document.blocks.size(), kMostBlocks); ++i) {
    for (const Line& text : document.blocks[i].lines) {
      if (text.text.size() > 300) continue;
      const std::string lower = lower_case(text.text);
      if (std::none_of(std::begin(kRevisionWords), std::end(kRevisionWords), [&](std::string_view word) { return holds_phrase(lower, word); })) continue;
      const Passage line = make_passage(text.text, text.number);
      const auto date = line.size() <= kMostTokens ? date_in(line) : std::nullopt;
      if (date) return *date;
    }
  }
  return {};
}

}  // namespace fwproof::specs::derive
