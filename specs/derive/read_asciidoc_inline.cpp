#include "specs/derive/read_asciidoc_inline.h"

#include <algorithm>

#include "specs/derive/read_styles.h"
#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kNone = std::string_view::npos;

bool is_name(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_'; }
bool is_word(char c) { return is_name(c) && c != '-' && c != '_'; }

// Values may refer to other attributes; they were resolved when they were defined, so one pass is enough.
std::string with_attributes(std::string_view line, const Attributes& attributes) {
  std::string out;
  for (size_t at = 0; at < line.size();) {
    size_t end = at + 1;
    while (line[at] == '{' && end < line.size() && end - at < 64 && is_name(line[end])) ++end;
    const bool reference = line[at] == '{' && end < line.size() && line[end] == '}';
    const auto found = reference ? attributes.find(to_lower(line.substr(at + 1, end - at - 1))) : attributes.end();
    if (found != attributes.end()) {
      out += found->second;
      at = end + 1;
    } else {
      out += line[at++];
    }
  }
  return out;
}

// Inline macros: name, and what stands around the text in brackets.
struct Macro {
  std::string_view name;
  std::string_view before;
  std::string_view after;
};
constexpr Macro kMacros[] = {{"link:", "", ""},     {"mailto:", "", ""},   {"xref:", "", ""},      {"image:", "", ""},    {"footnote:", " [", "]"}, {"footnoteref:", " [", "]"},
                             {"kbd:", "", ""},      {"btn:", "", ""},      {"menu:", "", ""},      {"icon:", "", ""},     {"pass:", "", ""},        {"http://", "", ""},
                             {"https://", "", ""},  {"anchor:", "", ""},   {"indexterm:", "", ""}};

class Inline {
 public:
  explicit Inline(std::string_view line) : line_(line) {}

  std::string read() {
    while (at_ < line_.size()) step();
    return std::move(out_);
  }

 private:
  void copy(size_t length) {
    out_ += line_.substr(at_, length);
    at_ += length;
  }

  void step() {
    const char c = line_[at_];
    if (c == '\\' && at_ + 1 < line_.size() && !is_name(line_[at_ + 1])) return ++at_, copy(1);
    if (c == '<' && line_.substr(at_).starts_with("<<")) return reference();
    if (c == '[' && line_.substr(at_).starts_with("[[")) return anchor();
    if (c == '[' && styled()) return;
    if (c == '^') return superscript();
    if (c == ']' && !close_.empty()) return close_macro();
    if (std::string_view("*_`#+").find(c) != kNone) return mark(c);
    if (is_word(c) && (at_ == 0 || !is_word(line_[at_ - 1])) && open_macro()) return;
    copy(1);
  }

  // <<id,text>>
  void reference() {
    const size_t end = no_reference_ ? kNone : line_.find(">>", at_);
    if (end == kNone) {
      no_reference_ = true;
      return copy(2);
    }
    const std::string_view inside = line_.substr(at_ + 2, end - at_ - 2);
    const size_t comma = inside.find(',');
    out_ += comma == kNone ? inside : inside.substr(comma + 1);
    at_ = end + 2;
  }
  void anchor() {
    const size_t end = line_.substr(0, at_ + 128).find("]]", at_);
    if (end == kNone) return copy(2);
    at_ = end + 2;
  }

  // [line-through]#23#, [.red]##23##
  bool styled() {
    constexpr size_t kLongest = 128;
    const size_t close = line_.substr(0, at_ + kLongest).find(']', at_);
    if (close == kNone || close + 1 >= line_.size() || line_[close + 1] != '#') return false;
    const std::string_view mark = line_.substr(close + 1).starts_with("##") ? "##" : "#";
    const size_t from = close + 1 + mark.size(), end = line_.find(mark, from);
    if (end == kNone) return false;
    out_ += marked(Inline(line_.substr(from, end - from)).read(), look_of_names(line_.substr(at_ + 1, close - at_ - 1)));
    at_ = end + mark.size();
    return true;
  }

  // ^1^
  void superscript() {
    const size_t end = line_.substr(0, at_ + 64).find('^', at_ + 1);
    if (end == kNone || end == at_ + 1) return copy(1);
    out_ += " [";
    out_ += line_.substr(at_ + 1, end - at_ - 1);
    out_ += ']';
    at_ = end + 1;
  }

  // Marks of emphasis stand at the edge of a word, doubled ones anywhere.
  void mark(char c) {
    const size_t end = std::min(line_.find_first_not_of(c, at_), line_.size());
    const size_t length = end - at_;
    const bool before = at_ > 0 && is_word(line_[at_ - 1]), after = end < line_.size() && is_word(line_[end]);
    const bool edge = (at_ == 0 || line_[at_ - 1] == ' ') ? end < line_.size() && line_[end] != ' ' : !after || !before;
    const bool opens_or_closes = c == '#' || c == '+' ? line_.find(c, end) != kNone || opened_ == c : true;
    if (length > 2 || (length == 1 && (!edge || !opens_or_closes))) return copy(length);
    if (c == '#' || c == '+') opened_ = opened_ == c ? '\0' : c;
    at_ = end;
  }

  // "link:target[text]": the text is read on, what belongs around it is remembered for the bracket.
  bool open_macro() {
    constexpr size_t kMaxTarget = 2048;
    for (const Macro& macro : kMacros) {
      if (!line_.substr(at_).starts_with(macro.name)) continue;
      const size_t open = line_.substr(0, at_ + kMaxTarget).find_first_of("[ ", at_ + macro.name.size());
      if (open == kNone || line_[open] != '[' || close_.size() >= 8) return false;
      const bool shown = open + 1 < line_.size() && line_[open + 1] == ']';
      if (shown) out_ += line_.substr(at_, open - at_);
      out_ += macro.before;
      close_ += macro.after.empty() ? ' ' : ']';
      at_ = open + 1;
      return true;
    }
    return false;
  }
  void close_macro() {
    if (close_.back() == ']') out_ += ']';
    close_.pop_back();
    ++at_;
  }

  std::string_view line_;
  size_t at_ = 0;
  std::string out_;
  std::string close_;
  char opened_ = '\0';
  bool no_reference_ = false;
};

}  // namespace

std::string asciidoc_inline(std::string_view line, const Attributes& attributes) {
  return resolve_entities(Inline(with_attributes(line, attributes)).read());
}

}  // namespace fwproof::specs::derive
