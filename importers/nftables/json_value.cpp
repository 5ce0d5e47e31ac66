// RFC 8259. Names that repeat in an object are refused: which one counts would be a guess.
#include "importers/nftables/json_value.h"

#include <algorithm>

namespace fwproof::importers::nftables {
namespace {

constexpr unsigned kMaxDepth = 100;

class Reader {
 public:
  Reader(std::string_view text, std::deque<std::string>& strings) : text_(text), strings_(strings) {}

  JsonDocument run() {
    JsonDocument document;
    skip_blanks();
    if (value(document.root, 0)) {
      skip_blanks();
      if (at_ < text_.size()) fail("text behind the document");
    }
    document.problem = problem_;
    document.problem_line = line_;
    return document;
  }

 private:
  bool fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r' || text_[at_] == '\n')) {
      if (text_[at_] == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      }
      ++at_;
    }
  }

  bool value(JsonValue& out, unsigned depth) {
    if (depth > kMaxDepth) return fail("values nested too deep");
    if (at_ >= text_.size()) return fail("the document ends inside a value");
    out.line = line_;
    out.column = static_cast<uint32_t>(at_ - line_start_ + 1);
    out.begin = at_;
    const bool fine = any(out, depth);
    out.last_line = line_;
    out.end = at_;
    return fine;
  }

  bool any(JsonValue& out, unsigned depth) {
    switch (text_[at_]) {
      case '{': return object(out, depth);
      case '[': return array(out, depth);
      case '"': out.kind = JsonValue::Kind::string; return string(out.text);
      default: return word(out);
    }
  }

  bool word(JsonValue& out) {
    const size_t begin = at_;
    while (at_ < text_.size() && std::string_view(",]} \t\r\n:\"{[").find(text_[at_]) == std::string_view::npos) ++at_;
    out.text = text_.substr(begin, at_ - begin);
    if (out.text == "null") return out.kind = JsonValue::Kind::null, true;
    if (out.text == "true" || out.text == "false") return out.kind = JsonValue::Kind::boolean, true;
    out.kind = JsonValue::Kind::number;
    if (out.text.empty() || out.text.find_first_not_of("0123456789.+-eE") != std::string_view::npos) return fail("this is no JSON value");
    return true;
  }

  bool string(std::string_view& out) {
    const size_t begin = ++at_;
    bool escaped = false;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\n') return fail("a string goes beyond its line");
      if (text_[at_] == '\\') escaped = true, ++at_;
      ++at_;
    }
    if (at_ >= text_.size()) return fail("the document ends inside a string");
    out = text_.substr(begin, at_ - begin);
    ++at_;
    if (escaped) out = strings_.emplace_back(unescaped(out));
    return true;
  }

  static std::string unescaped(std::string_view text) {
    std::string result;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\' || i + 1 == text.size()) {
        result += text[i];
        continue;
      }
      const char c = text[++i];
      if (c == 'n' || c == 't' || c == 'r' || c == 'b' || c == 'f') result += ' ';
      else if (c == 'u') result += "\\u";  // no word of nft holds one
      else result += c;
    }
    return result;
  }

  bool array(JsonValue& out, unsigned depth) {
    out.kind = JsonValue::Kind::array;
    ++at_;
    for (skip_blanks(); !take(']'); skip_blanks()) {
      if (!out.items.empty() && !take(',')) return fail("',' or ']' is expected");
      skip_blanks();
      if (!value(out.items.emplace_back(), depth + 1)) return false;
    }
    return true;
  }

  bool object(JsonValue& out, unsigned depth) {
    out.kind = JsonValue::Kind::object;
    ++at_;
    for (skip_blanks(); !take('}'); skip_blanks()) {
      if (!out.items.empty() && !take(',')) return fail("',' or '}' is expected");
      skip_blanks();
      if (at_ >= text_.size() || text_[at_] != '"') return fail("a name in quotes is expected");
      std::string_view key;
      if (!string(key)) return false;
      if (out.keys.size() >= 64) return fail("an object of more than 64 members");
      if (std::find(out.keys.begin(), out.keys.end(), key) != out.keys.end()) return fail("the name '" + std::string(key.substr(0, 40)) + "' twice in one object");
      skip_blanks();
      if (!take(':')) return fail("':' is expected");
      skip_blanks();
      out.keys.push_back(key);
      if (!value(out.items.emplace_back(), depth + 1)) return false;
    }
    return true;
  }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  std::deque<std::string>& strings_;
  size_t at_ = 0;
  size_t line_start_ = 0;
  uint32_t line_ = 1;
  std::string problem_;
};

}  // namespace

JsonDocument parse_document(std::string_view text, std::deque<std::string>& strings) { return Reader(text, strings).run(); }

}  // namespace fwproof::importers::nftables
