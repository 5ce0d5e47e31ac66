#include "specs/derive/tokens.h"

#include <algorithm>

namespace fwproof::specs::derive {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word_char(char c) { return is_digit(c) || is_letter(c) || c == '_'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// Letters of Latin, Greek, Cyrillic and the scripts behind them: U+00C0 to U+1FFF. What follows is punctuation, arrows and symbols, then
// scripts without blanks between words, where a number stands alone.
bool starts_high_letter(std::string_view text, size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  return (lead >= 0xc3 && lead <= 0xdf) || lead == 0xe0 || lead == 0xe1;
}

// U+FFFD: bytes that were no character. What it stands in is no number, whatever stands on both sides of it.
bool is_replaced(std::string_view text, size_t at) { return text.substr(at, 3) == "\xef\xbf\xbd"; }
bool starts_part_of_word(std::string_view text, size_t at) { return is_word_char(text[at]) || (is_high(text[at]) && (starts_high_letter(text, at) || is_replaced(text, at))); }

size_t high_length(std::string_view text, size_t at) {
  size_t end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
  return end - at;
}

uint32_t code_point(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes[0]);
  if (bytes.size() < 2) return lead;
  uint32_t code = lead & (0xff >> (bytes.size() + 1));
  for (size_t i = 1; i < bytes.size(); ++i) code = (code << 6) | (static_cast<unsigned char>(bytes[i]) & 0x3f);
  return code;
}

// Value of the digits, or more than any port.
uint32_t value_of(std::string_view digits) {
  uint32_t value = 0;
  for (const char c : digits) value = std::min<uint32_t>(value * 10 + static_cast<uint32_t>(c - '0'), 1'000'000);
  return value;
}

class Lexer {
 public:
  explicit Lexer(Passage& passage) : passage_(passage), text_(passage.text) {}

  void run() {
    for (size_t at = 0; at < text_.size();) {
      if (is_space(text_[at])) {
        spaced_ = true;
        ++at;
        continue;
      }
      if (starts_part_of_word(text_, at)) at = lex_atom(at);
      else at = lex_mark(at);
    }
  }

 private:
  size_t lex_mark(size_t at) {
    const size_t length = is_high(text_[at]) ? high_length(text_, at) : 1;
    add(TokenKind::mark, at, length, code_point(text_.substr(at, length)));
    return at + length;
  }

  // Letters, digits and underscores, dots between them, and hyphens and apostrophes between letters.
  size_t lex_atom(size_t at) {
    size_t end = at;
    bool dots = false;
    while (end < text_.size()) {
      const char c = text_[end];
      if (is_word_char(c)) ++end;
      else if (is_high(c) && starts_part_of_word(text_, end)) end += high_length(text_, end);
      else if (c == '.' && end + 1 < text_.size() && is_word_char(text_[end + 1])) dots = true, ++end;
      else if ((c == '-' || c == '\'') && end + 1 < text_.size() && is_letter(text_[end - 1]) && is_letter(text_[end + 1])) ++end;
      else break;
    }
    classify(at, end, dots);
    return end;
  }

  void classify(size_t at, size_t end, bool dots) {
    const std::string_view atom = text_.substr(at, end - at);
    const size_t digits = std::min(atom.find_first_not_of("0123456789"), atom.size());
    if (digits == atom.size()) return add_number(at, end, false);
    if (dots) return lex_dotted(at, end);
    if (atom.find("\xef\xbf\xbd") != std::string_view::npos) return add_broken(at, end);
    const size_t letters = atom.find_first_of("0123456789");
    if (letters != std::string_view::npos && letters > 0 && is_glue(at, letters) && atom.find_first_not_of("0123456789", letters) == std::string_view::npos) {
      add(TokenKind::word, at, atom[letters - 1] == '_' ? letters - 1 : letters);
      return add_number(at + letters, end, false);
    }
    if (digits > 0 && is_glue(at + digits, atom.size() - digits)) {
      add_number(at, at + digits, false);
      return add(TokenKind::word, at + digits, atom.size() - digits);
    }
    add(TokenKind::word, at, atom.size());
  }

  // "4?43" with bytes between them that are no character.
  void add_broken(size_t at, size_t end) {
    add(TokenKind::word, at, end - at);
    if (text_.substr(at, end - at).find_first_of("0123456789") != std::string_view::npos) passage_.tokens.back().why = "broken by bytes that are no characters";
  }

  // "TCP25", "25udp", "UDP_53"
  bool is_glue(size_t at, size_t length) const {
    std::string_view word = std::string_view(passage_.lower).substr(at, length);
    if (word.size() > 1 && word.back() == '_') word.remove_suffix(1);
    return word == "tcp" || word == "udp" || word == "sctp" || word == "port" || word == "ports";
  }

  // A word ("my.example.com") if no part of it is a number; else its numbers, and words between them.
  void lex_dotted(size_t at, size_t end) {
    bool any = false;
    for (size_t from = at; from < end;) {
      const size_t to = std::min(text_.find('.', from), end);
      any = any || is_all_digits(text_.substr(from, to - from));
      from = to + 1;
    }
    if (!any) return add(TokenKind::word, at, end - at);
    for (size_t from = at; from < end;) {
      const size_t to = std::min(text_.find('.', from), end);
      if (is_all_digits(text_.substr(from, to - from))) add_number(from, to, true);
      else if (to > from) add(TokenKind::word, from, to - from);
      from = to + 1;
    }
  }

  static bool is_all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

  void add_number(size_t at, size_t end, bool dotted) {
    const uint32_t value = value_of(text_.substr(at, end - at));
    const bool port = value <= kLastPort && end - at <= 5;
    add(port ? TokenKind::number : TokenKind::word, at, end - at, value);
    passage_.tokens.back().dotted = port && dotted;
  }

  void add(TokenKind kind, size_t at, size_t length, uint32_t value = 0) {
    Token token;
    token.kind = kind;
    token.at = static_cast<uint32_t>(at);
    token.length = static_cast<uint32_t>(length);
    token.value = value;
    token.spaced = spaced_;
    spaced_ = false;
    passage_.tokens.push_back(token);
  }

  Passage& passage_;
  std::string_view text_;
  bool spaced_ = false;
};

bool is_strike(const Passage& passage, size_t token) {
  const auto tilde = [&](size_t at) { return passage.is_mark(at, '~'); };
  return tilde(token) && tilde(token + 1) && !tilde(token + 2) && (token == 0 || !tilde(token - 1));
}

// "~~23~~": numbers of it become no ports, and its words say nothing.
void strike_out(Passage& passage) {
  constexpr size_t kMost = 200;
  for (size_t begin = 0; begin + 2 < passage.size(); ++begin) {
    if (!is_strike(passage, begin)) continue;
    size_t end = begin + 2;
    while (end < std::min(passage.size(), begin + kMost) && !is_strike(passage, end)) ++end;
    if (!is_strike(passage, end)) continue;
    for (size_t token = begin; token < end + 2; ++token) {
      Token& struck = passage.tokens[token];
      if (struck.kind == TokenKind::number) struck.dotted = true, struck.why = kStruckOut;
      else struck.kind = TokenKind::mark, struck.value = 0;
    }
    begin = end + 1;
  }
}

bool ends_sentence(const Passage& passage, size_t token) {
  if (passage.tokens[token].kind != TokenKind::mark) return false;
  const uint32_t mark = passage.tokens[token].value;
  const bool last = token + 1 == passage.size() || passage.tokens[token + 1].spaced;
  return mark == 0x3002 || (last && (mark == '.' || mark == '!' || mark == '?' || mark == ';'));
}

}  // namespace

std::string_view Passage::between(size_t begin, size_t end) const {
  if (begin >= end || begin >= tokens.size()) return {};
  const Token& last = tokens[std::min(end, tokens.size()) - 1];
  return std::string_view(text).substr(tokens[begin].at, last.at + last.length - tokens[begin].at);
}

uint32_t Passage::line_at(uint32_t offset) const {
  auto after = std::upper_bound(starts.begin(), starts.end(), std::pair(offset, UINT32_MAX));
  return after == starts.begin() ? 0 : std::prev(after)->second;
}

namespace {

// First digits of scripts that write numbers as ASCII does, ten in a row each: Arabic-Indic, its eastern form, Devanagari, full width (Unicode, class Nd).
constexpr uint32_t kZeros[] = {0x0660, 0x06f0, 0x0966, 0xff10};

// "４４３" → "443".
void plain_digits(Passage& passage) {
  const std::string& text = passage.text;
  if (std::none_of(text.begin(), text.end(), is_high)) return;
  std::string plain;
  size_t line = 0;
  for (size_t at = 0; at < text.size();) {
    for (; line < passage.starts.size() && passage.starts[line].first <= at; ++line) passage.starts[line].first = static_cast<uint32_t>(plain.size());
    const size_t length = is_high(text[at]) ? high_length(text, at) : 1;
    const uint32_t code = length > 1 ? code_point(std::string_view(text).substr(at, length)) : 0;
    const auto* const zero = std::find_if(std::begin(kZeros), std::end(kZeros), [&](uint32_t first) { return code >= first && code < first + 10; });
    if (zero != std::end(kZeros)) plain += static_cast<char>('0' + (code - *zero));
    else plain.append(text, at, length);
    at += length;
  }
  passage.text = std::move(plain);
}

}  // namespace

Passage make_passage(const std::vector<Line>& lines) {
  Passage passage;
  for (const Line& line : lines) {
    if (!passage.text.empty()) passage.text += ' ';
    passage.starts.push_back({static_cast<uint32_t>(passage.text.size()), line.number});
    passage.text += line.text;
  }
  plain_digits(passage);
  passage.lower = lower_case(passage.text);
  Lexer(passage).run();
  if (passage.text.find("~~") != std::string::npos) strike_out(passage);
  constexpr size_t kMany = 4096;
  if (passage.size() > kMany) passage.tokens.shrink_to_fit();   // statements stay until the end
  return passage;
}

Passage make_passage(std::string_view text, uint32_t line) { return make_passage({Line{std::string(text), line}}); }

std::vector<std::pair<size_t, size_t>> sentences(const Passage& passage) {
  std::vector<std::pair<size_t, size_t>> result;
  size_t begin = 0;
  for (size_t token = 0; token < passage.size(); ++token) {
    if (!ends_sentence(passage, token)) continue;
    result.push_back({begin, token + 1});
    begin = token + 1;
  }
  if (begin < passage.size()) result.push_back({begin, passage.size()});
  return result;
}

// U+00C0 to U+00DE are C3 80 to C3 9E in UTF-8, their small letters 20h behind; C3 97 is the sign of multiplication.
std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  for (size_t at = lower.find('\xc3'); at != std::string::npos && at + 1 < lower.size(); at = lower.find('\xc3', at + 1)) {
    const auto second = static_cast<unsigned char>(lower[at + 1]);
    if (second >= 0x80 && second <= 0x9e && second != 0x97) lower[at + 1] = static_cast<char>(second + 0x20);
  }
  return lower;
}

std::string_view strip(std::string_view text, std::string_view also) {
  const auto gone = [&](char c) { return is_space(c) || also.find(c) != std::string_view::npos; };
  while (!text.empty() && gone(text.front())) text.remove_prefix(1);
  while (!text.empty() && gone(text.back())) text.remove_suffix(1);
  return text;
}

size_t find_phrase(std::string_view lower_text, std::string_view phrase, size_t from) {
  const auto inside = [&](size_t at) { return is_word_char(lower_text[at]) || is_high(lower_text[at]); };
  for (size_t at = lower_text.find(phrase, from); at != std::string_view::npos; at = lower_text.find(phrase, at + 1)) {
    const size_t end = at + phrase.size();
    if ((at == 0 || !inside(at - 1) || !inside(at)) && (end >= lower_text.size() || !inside(end) || !inside(end - 1))) return at;
  }
  return std::string_view::npos;
}

bool holds_phrase(std::string_view lower_text, std::string_view phrase) { return find_phrase(lower_text, phrase) != std::string_view::npos; }

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) text.append(text.empty() ? std::string_view() : separator).append(part);
  return text;
}

}  // namespace fwproof::specs::derive
