// Text of a document as words, numbers and marks that remember their lines, and what became of each number.
//
//   Passage passage = make_passage(block.lines);       // "- TCP 587 / used for sending"
//   passage.tokens[2].value;                           // 587
//   passage.line_of(2);                                // the line on which it stands
//
// A number here is what looks like a port: at most 65535, not part of a word ("POP3", "SHA256" hold none), alone or behind a protocol
// ("TCP25"). Numbers within "1.2.3.4" or "2.0" are dotted: they never become ports, but they are accounted for as well.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "specs/derive/document.h"

namespace fwproof::specs::derive {

constexpr uint32_t kLastPort = 65535;
inline constexpr const char* kStruckOut = "struck out";   // why of numbers between "~~", which are no ports

enum class TokenKind : uint8_t { word, number, mark };

struct Token {
  TokenKind kind = TokenKind::mark;
  bool dotted = false;       // number: part of "10.0.0.1", "1.2", "h.264"
  bool used = false;         // number: a row has it
  bool spaced = false;       // white space stands before it
  uint32_t at = 0;           // in Passage::text
  uint32_t length = 0;
  uint32_t value = 0;        // of a number; of a mark its code point
  const char* why = nullptr; // number: why it is in no row, where whoever read the passage knows
};

struct Passage {
  std::string text;          // lines joined by blanks
  std::string lower;         // the same in lower case (letters of ASCII and Latin-1), so that offsets agree
  std::vector<std::pair<uint32_t, uint32_t>> starts;   // offset in text → line
  std::vector<Token> tokens;

  size_t size() const { return tokens.size(); }
  bool empty() const { return tokens.empty(); }
  std::string_view word(size_t token) const { return std::string_view(lower).substr(tokens[token].at, tokens[token].length); }
  std::string_view written(size_t token) const { return std::string_view(text).substr(tokens[token].at, tokens[token].length); }
  // As written, from the first token to before the last.
  std::string_view between(size_t begin, size_t end) const;
  uint32_t line_of(size_t token) const { return line_at(tokens[token].at); }
  uint32_t line_at(uint32_t offset) const;

  bool is_number(size_t token) const { return token < tokens.size() && tokens[token].kind == TokenKind::number && !tokens[token].dotted; }
  bool is_mark(size_t token, uint32_t code) const { return token < tokens.size() && tokens[token].kind == TokenKind::mark && tokens[token].value == code; }
  bool is_word(size_t token, std::string_view lower_word) const {
    return token < tokens.size() && tokens[token].kind == TokenKind::word && word(token) == lower_word;
  }
};

Passage make_passage(const std::vector<Line>& lines);
Passage make_passage(std::string_view text, uint32_t line);

// Tokens of sentences, as [begin, end): they end at ".", "!", "?" or ";" before white space, and at the end.
std::vector<std::pair<size_t, size_t>> sentences(const Passage& passage);

// ---- plain text ---------------------------------------------------------------------------------------------------

std::string lower_case(std::string_view text);
// Without white space and without these characters at both ends.
std::string_view strip(std::string_view text, std::string_view also = {});
// Whole words of `text` (lower case) hold the phrase: "in and out" holds "in" but not "i".
bool holds_phrase(std::string_view lower_text, std::string_view phrase);
size_t find_phrase(std::string_view lower_text, std::string_view phrase, size_t from = 0);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

}  // namespace fwproof::specs::derive
