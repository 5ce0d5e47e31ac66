// Sources: src/scanner.l of nftables 1.0.6 for the marks, words and quotes; src/xt.c of 0.9 for "# xt_NAME".
#include "importers/nftables/lexer.h"

#include <algorithm>

#include "importers/text/number.h"
#include "model/address.h"

namespace fwproof::importers::nftables {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v' || c == '\0'; }

bool is_word_char(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80) return true;
  return std::string_view("_.-/:*\\%+~?").find(c) != std::string_view::npos;
}

bool is_name_char(char c) { return is_word_char(c) && c != ':' && c != '*' && c != '/' && c != '\\'; }

bool is_v6(std::string_view text) {
  const auto prefix = model::parse_prefix(text);
  return prefix && prefix->address.family == model::Family::v6;
}

// "2001:db8::1", "fe80::/10", "::1-::9", "00:11:22:33:44:55": colons that are no separators.
bool colons_belong(std::string_view word) {
  if (std::count(word.begin(), word.end(), ':') < 2) return false;
  if (text::parse_mac(word) || is_v6(word)) return true;
  const size_t dash = word.find('-');
  return dash != std::string_view::npos && is_v6(word.substr(0, dash)) && is_v6(word.substr(dash + 1));
}

constexpr std::string_view kTwoCharMarks[] = {"==", "!=", "<=", ">=", "<<", ">>"};

}  // namespace

const Token& Lexer::peek(size_t ahead) {
  while (queue_.size() <= ahead) fill();
  return queue_[ahead];
}

Token Lexer::take() {
  peek();
  const Token token = queue_.front();
  queue_.pop_front();
  if (token.kind != TokenKind::newline) last_ = token;
  return token;
}

std::string_view Lexer::between(const Token& first, const Token& last) const {
  if (first.line >= lines_.size()) return {};
  const std::string_view line = lines_[first.line];
  const size_t begin = std::min<size_t>(first.column - 1, line.size());
  size_t end = line.size();
  if (last.line == first.line && last.text.data() >= line.data() && last.text.data() <= line.data() + line.size())
    end = static_cast<size_t>(last.text.data() - line.data()) + last.text.size() + (last.kind == TokenKind::quoted ? 1 : 0);
  end = std::clamp(end, begin, line.size());
  constexpr size_t kMaxText = 300;
  return line.substr(begin, std::min(end - begin, kMaxText));
}

void Lexer::push(TokenKind kind, size_t begin, size_t end) {
  const std::string_view line = lines_[line_];
  queue_.push_back({kind, spaced_, line.substr(begin, end - begin), line_, static_cast<uint32_t>(begin + 1)});
  spaced_ = false;
  seen_on_line_ = true;
}

// Cuts a word at the colons that separate: "192.0.2.1:80", "lo:accept", "80:".
void Lexer::push_split(size_t begin, size_t end) {
  const std::string_view line = lines_[line_];
  while (begin < end) {
    const std::string_view word = line.substr(begin, end - begin);
    const size_t colon = word.find(':');
    if (colon == std::string_view::npos || colons_belong(word)) return push(TokenKind::word, begin, end);
    // "2001:db8::1:" in front of a map's value
    if (word.ends_with(':') && colons_belong(word.substr(0, word.size() - 1))) {
      push(TokenKind::word, begin, end - 1);
      return push(TokenKind::mark, end - 1, end);
    }
    if (colon > 0) push(TokenKind::word, begin, begin + colon);
    push(TokenKind::mark, begin + colon, begin + colon + 1);
    begin += colon + 1;
  }
}

void Lexer::read_word(std::string_view line) {
  const size_t begin = at_;
  while (at_ < line.size() && is_word_char(line[at_])) ++at_;
  if (at_ == line.size() && line[at_ - 1] == '\\' && at_ - begin > 1) --at_;  // goes on with the next line
  const std::string_view word = line.substr(begin, at_ - begin);
  if (word == "." || word == "-" || word == "/" || word == "*" || word == ":") return push(TokenKind::mark, begin, at_);
  push_split(begin, at_);
}

void Lexer::fill() {
  if (line_ >= lines_.size()) {
    const auto end = static_cast<uint32_t>(lines_.empty() ? 0 : lines_.size() - 1);
    queue_.push_back({TokenKind::end, true, {}, end, 1});
    return;
  }
  const std::string_view line = lines_[line_];
  while (at_ < line.size() && is_blank(line[at_])) ++at_, spaced_ = true;
  const bool continued = at_ < line.size() && line[at_] == '\\' && line.find_first_not_of(" \t\r", at_ + 1) == std::string_view::npos;
  if (at_ >= line.size() || continued) {
    if (!continued) queue_.push_back({TokenKind::newline, true, line.substr(line.size()), line_, static_cast<uint32_t>(line.size() + 1)});
    if (continued && !seen_on_line_) comment_[line_] = false;
    ++line_;
    at_ = 0;
    spaced_ = true;
    seen_on_line_ = false;
    return;
  }
  const char c = line[at_];
  if (c == '#') {
    const size_t begin = at_ + 1 + (at_ + 1 < line.size() && line[at_ + 1] == ' ' ? 1 : 0);
    if (seen_on_line_ && line.substr(begin).starts_with("xt_")) {
      at_ = begin;
      while (at_ < line.size() && is_name_char(line[at_])) ++at_;
      return push(TokenKind::hidden_xt, begin, at_);
    }
    if (!seen_on_line_) comment_[line_] = true;
    at_ = line.size();
    return;
  }
  if (c == '"') {
    const size_t close = line.find('"', at_ + 1);
    const size_t end = close == std::string_view::npos ? line.size() : close;
    const size_t begin = at_ + 1;
    at_ = std::min(end + 1, line.size());
    push(TokenKind::quoted, begin, end);
    queue_.back().column = static_cast<uint32_t>(begin);
    return;
  }
  if (c == '[') {  // an IPv6 address in front of a port
    const size_t close = line.find(']', at_);
    const size_t begin = at_ + 1;
    if (close != std::string_view::npos) {
      at_ = close + 1;
      return push(TokenKind::word, begin, close);
    }
  }
  if (c == '$' || c == '@') {
    const size_t begin = ++at_;
    while (at_ < line.size() && is_name_char(line[at_])) ++at_;
    const std::string_view name = line.substr(begin, at_ - begin);
    if (c == '@' && at_ < line.size() && line[at_] == ',' && (name == "ll" || name == "nh" || name == "th" || name == "ih")) {
      while (at_ < line.size() && (line[at_] == ',' || is_name_char(line[at_]))) ++at_;
      return push(TokenKind::raw_payload, begin, at_);
    }
    return push(c == '$' ? TokenKind::variable : TokenKind::set_ref, begin, at_);
  }
  if (is_word_char(c)) return read_word(line);
  for (const std::string_view mark : kTwoCharMarks)
    if (line.substr(at_).starts_with(mark)) {
      at_ += 2;
      return push(TokenKind::mark, at_ - 2, at_);
    }
  ++at_;
  push(TokenKind::mark, at_ - 1, at_);
}

}  // namespace fwproof::importers::nftables
