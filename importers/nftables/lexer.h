// nft's text as tokens, one after the other: a rule set of millions of lines is never held as tokens.
//
//   Lexer lexer(section.lines);
//   lexer.peek().text; lexer.take();
//
// Comments are left out, except for what nft prints behind a # for rules of iptables that it cannot show ("# xt_recent …"):
// that is a token of its own, since the rest of the line is still the rule.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

namespace fwproof::importers::nftables {

enum class TokenKind : uint8_t { word, quoted, mark, newline, variable, set_ref, raw_payload, hidden_xt, end };

struct Token {
  TokenKind kind = TokenKind::end;
  bool spaced = false;       // blanks in front
  std::string_view text;     // without quotes, $ and @
  uint32_t line = 0;         // index into the lines
  uint32_t column = 1;       // byte, from 1

  bool is(std::string_view mark) const { return kind == TokenKind::mark && text == mark; }
  bool is_word(std::string_view word) const { return kind == TokenKind::word && text == word; }
};

class Lexer {
 public:
  explicit Lexer(std::span<const std::string_view> lines) : lines_(lines), comment_(lines.size(), false) {}

  const Token& peek(size_t ahead = 0);
  Token take();
  const Token& last() const { return last_; }   // the one taken last
  // The text from one token to the end of another when both stand on one line; else what the first line holds.
  std::string_view between(const Token& first, const Token& last) const;
  // Lines that hold nothing but a comment, as far as they have been read.
  bool is_comment(size_t line) const { return comment_[line]; }

 private:
  void fill();
  void read_word(std::string_view line);
  void push(TokenKind kind, size_t begin, size_t end);
  void push_split(size_t begin, size_t end);

  std::span<const std::string_view> lines_;
  std::vector<bool> comment_;
  std::deque<Token> queue_;
  Token last_;
  uint32_t line_ = 0;
  size_t at_ = 0;
  bool spaced_ = false;
  bool seen_on_line_ = false;
};

}  // namespace fwproof::importers::nftables
