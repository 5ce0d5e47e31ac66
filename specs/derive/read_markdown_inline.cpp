#include "specs/derive/read_markdown_inline.h"

#include <algorithm>
#include <cstdint>

#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kNone = std::string_view::npos;

bool is_word(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }
bool is_punctuation(char c) { return c > ' ' && c < 0x7f && !is_word(c); }

// One pass from left to right. What closes a construct is looked for ahead once: that it is missing is remembered, so that a line of openers
// alone takes linear time.
class Inline {
 public:
  explicit Inline(std::string_view line) : line_(line) {}

  std::vector<std::string> read() {
    while (at_ < line_.size()) step();
    end_line();
    return std::move(out_);
  }

 private:
  void step() {
    switch (line_[at_]) {
      case '\\': return escape();
      case '`': return code();
      case '<': return angle();
      case '!': return take(at_ + 1 < line_.size() && line_[at_ + 1] == '[' ? 1 : 0);
      case '[': return bracket();
      case ']': return close_bracket();
      case '*': return skip_run('*', false);
      case '_': return skip_run('_', true);
      default: return copy(1);
    }
  }

  void copy(size_t length) {
    current_ += line_.substr(at_, length);
    at_ += length;
  }
  void take(size_t length) {
    if (length == 0) return copy(1);
    at_ += length;
  }

  // Brackets that are still open are text.
  void end_line() {
    for (; !marks_.empty(); marks_.pop_back()) current_.insert(marks_.back(), "[");
    open_.clear();
    out_.back() = std::move(current_);
    current_.clear();
  }

  void escape() {
    if (at_ + 1 < line_.size() && is_punctuation(line_[at_ + 1])) ++at_;
    copy(1);
  }

  // Backticks: content is literal up to a run as long. Runs that nothing closes are text; how far that is known is kept.
  void code() {
    const size_t length = std::min(line_.find_first_not_of('`', at_), line_.size()) - at_;
    const size_t from = at_ + length;
    size_t at = length >= kMaxRun || unclosed_[length] ? kNone : line_.find('`', from);
    while (at != kNone) {
      const size_t end = std::min(line_.find_first_not_of('`', at), line_.size());
      if (end - at == length) break;
      at = line_.find('`', end);
    }
    if (at == kNone) {
      if (length < kMaxRun) unclosed_[length] = true;
      return copy(length);
    }
    current_ += literal(line_.substr(from, at - from));
    at_ = at + length;
  }

  // "&" in code is itself: entities are resolved later.
  static std::string literal(std::string_view text) {
    std::string result;
    for (const char c : text) result += c == '&' ? "&amp;" : std::string(1, c);
    return result;
  }

  // A tag, an autolink, or text.
  void angle() {
    const char next = at_ + 1 < line_.size() ? line_[at_ + 1] : ' ';
    if (!is_word(next) && next != '/' && next != '!' && next != '?') return copy(1);
    const size_t end = no_angle_ ? kNone : line_.find('>', at_);
    no_angle_ |= end == kNone;
    const std::string_view inside = end == kNone ? std::string_view() : line_.substr(at_ + 1, end - at_ - 1);
    const std::string_view name = inside.substr(inside.starts_with('/') ? 1 : 0);
    const bool autolink = end != kNone && inside.find_first_of(":@") != kNone && inside.find(' ') == kNone && !inside.empty() && is_word(inside[0]);
    if (autolink) {
      current_ += inside;
    } else if (end == kNone || name.empty() || (!inside.starts_with('/') && is_placeholder(name))) {
      return copy(1);
    } else {
      tag(inside, name);
    }
    at_ = end + 1;
  }

  // "32<nn>": right behind a letter or digit, and none of the tags that stand there.
  bool is_placeholder(std::string_view name) const {
    constexpr std::string_view kInline[] = {"br", "p", "li", "div", "s", "del", "strike", "sup", "sub", "b", "i", "u", "em", "strong", "code", "a", "span", "small", "big", "font", "img", "kbd", "tt", "ins", "mark", "hr",
                                            "wbr", "ul", "ol", "td", "th", "tr", "table", "abbr", "cite", "q", "samp", "var", "nobr", "center", "input", "label", "tbody", "thead", "!--", "details", "summary", "h1",
                                            "h2", "h3", "h4", "h5", "h6", "pre", "script", "style", "iframe", "object", "svg", "figure", "figcaption", "section", "article", "header", "footer", "nav", "video", "audio", "button", "form", "select", "option", "dl", "dt", "dd", "blockquote"};
    const std::string word = to_lower(name.substr(0, name.find_first_of(" /\t")));
    return at_ > 0 && is_word(line_[at_ - 1]) && !word.starts_with('!') && std::find(std::begin(kInline), std::end(kInline), word) == std::end(kInline);
  }

  void tag(std::string_view inside, std::string_view name) {
    const std::string word = to_lower(name.substr(0, name.find_first_of(" /\t")));
    if (word == "br" || word == "p" || word == "li" || word == "div") {
      end_line();
      out_.emplace_back();
    } else if (word == "s" || word == "del" || word == "strike") {
      current_ += "~~";
    } else if (word == "sup") {
      current_ += inside.starts_with('/') ? "]" : " [";
    }
  }

  // "[text](target)", "[text][ref]", "[^1]": the text is read as what it is, the target dropped at its closing bracket.
  void bracket() {
    if (line_.substr(at_).starts_with("[^")) {
      current_ += " [";
      at_ += 2;
      open_.push_back('^');
      return;
    }
    if (open_.size() >= kMaxNested || at_ + 3 > line_.size()) return copy(1);
    const bool task = line_.substr(at_ + 3).starts_with(' ') && (line_.substr(at_).starts_with("[ ]") || line_.substr(at_).starts_with("[x]") || line_.substr(at_).starts_with("[X]"));
    if (task) return copy(3);
    open_.push_back('[');
    marks_.push_back(current_.size());
    ++at_;
  }

  void close_bracket() {
    if (open_.empty()) return copy(1);
    const char kind = open_.back();
    open_.pop_back();
    ++at_;
    if (kind == '^') {
      current_ += ']';
      return;
    }
    const size_t mark = marks_.back();
    marks_.pop_back();
    const size_t end = target_end();
    if (end == kNone) {  // not a link: the brackets are text
      current_.insert(mark, "[");
      current_ += ']';
    } else {
      at_ = end;
    }
  }

  // Behind "(…)" or "[…]" that follows at once.
  size_t target_end() {
    if (at_ >= line_.size() || (line_[at_] != '(' && line_[at_] != '[')) return kNone;
    if (line_[at_] == '[') {
      const size_t end = line_.find(']', at_);
      return end == kNone ? kNone : end + 1;
    }
    size_t depth = 0;
    for (size_t at = at_; at < std::min(line_.size(), at_ + kMaxTarget) && budget_ > 0; ++at, --budget_) {
      if (line_[at] == '\\') ++at;
      else if (line_[at] == '(') ++depth;
      else if (line_[at] == ')' && --depth == 0) return at + 1;
    }
    return kNone;
  }

  // Emphasis; a star or underscore by itself, between brackets ("(*)"), or inside a word (underscores) is text.
  void skip_run(char c, bool only_at_words) {
    const size_t end = std::min(line_.find_first_not_of(c, at_), line_.size());
    const bool before = at_ > 0 && line_[at_ - 1] != ' ', after = end < line_.size() && line_[end] != ' ';
    const bool in_word = before && after && is_word(line_[at_ - 1]) && is_word(line_[end]);
    const bool lone = line_.find(c) == at_ && line_.find(c, end) == kNone;
    const bool in_brackets = before && after && line_[at_ - 1] == '(' && line_[end] == ')';
    if ((!before && !after) || (only_at_words && in_word) || lone || in_brackets) return copy(end - at_);
    at_ = end;
  }

  static constexpr size_t kMaxRun = 32;
  static constexpr size_t kMaxTarget = 4096;   // bytes of a link's address
  static constexpr size_t kMaxNested = 32;

  std::string_view line_;
  size_t at_ = 0;
  std::string current_;
  std::vector<std::string> out_ = {""};
  std::vector<char> open_;
  std::vector<size_t> marks_;
  bool unclosed_[kMaxRun] = {};
  bool no_angle_ = false;
  size_t budget_ = 4 * line_.size() + 4096;   // for addresses that never end
};

}  // namespace

std::vector<std::string> markdown_inline(std::string_view line) {
  std::vector<std::string> lines = Inline(line).read();
  for (std::string& text : lines) text = resolve_entities(text);
  return lines;
}

}  // namespace fwproof::specs::derive
