#include "specs/derive/read_rst_inline.h"

#include <algorithm>

#include "specs/derive/read_styles.h"
#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kNone = std::string_view::npos;

bool is_word(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }

class Inline {
 public:
  explicit Inline(std::string_view line) : line_(line) {}

  std::string read() {
    while (at_ < line_.size()) step();
    return std::move(out_);
  }

 private:
  bool next(std::string_view word) const { return line_.substr(at_).starts_with(word); }
  bool at_word_start() const { return at_ == 0 || !is_word(line_[at_ - 1]); }
  void copy(size_t length) {
    out_ += line_.substr(at_, length);
    at_ += length;
  }

  void step() {
    if (line_[at_] == '\\') return escape();
    if (next("``")) return literal();
    if (line_[at_] == ':' && at_word_start() && role()) return;
    if (line_[at_] == '`') return interpreted();
    if (next("**")) return void(at_ += 2);
    if (line_[at_] == '*') return star();
    if (line_[at_] == '|') return substitution();
    if (line_[at_] == ']' && next("]_")) return out_ += ']', void(at_ += 2);
    if (line_[at_] == '[' && at_ > 0 && line_[at_ - 1] == ' ' && (next("[#") || next("[*"))) return out_ += '[', void(at_ += line_.substr(at_).starts_with("[#") && at_ + 2 < line_.size() && is_word(line_[at_ + 2]) ? 2 : 1);
    if (line_[at_] == '_' && at_ > 0 && is_word(line_[at_ - 1]) && (at_ + 1 == line_.size() || !is_word(line_[at_ + 1]))) return void(++at_);  // a reference_
    copy(1);
  }

  // An escaped blank shows nothing.
  void escape() {
    ++at_;
    if (at_ >= line_.size()) return;
    if (line_[at_] == ' ') ++at_;
    else copy(1);
  }

  void literal() {
    const size_t end = no_literal_ ? kNone : line_.find("``", at_ + 2);
    if (end == kNone) {
      no_literal_ = true;
      return copy(2);
    }
    out_ += line_.substr(at_ + 2, end - at_ - 2);
    at_ = end + 2;
  }

  // ":ref:`" in front of interpreted text.
  bool role() {
    size_t end = at_ + 1;
    while (end < line_.size() && end - at_ < 40 && (is_word(line_[end]) || std::string_view("-+.:_").find(line_[end]) != kNone)) ++end;
    if (end >= line_.size() || line_[end] != '`' || line_[end - 1] != ':' || end == at_ + 1) return false;
    const Look look = look_of_names(line_.substr(at_ + 1, end - at_ - 2));
    at_ = end;
    if (look == Look::plain || line_.find('`', at_ + 1) == kNone) return true;
    const size_t from = out_.size();
    interpreted();
    const std::string text = out_.substr(from);
    out_.resize(from);
    out_ += marked(text, look);
    return true;
  }

  // `text <target>`_ shows the text.
  void interpreted() {
    const size_t end = no_quote_ ? kNone : line_.find('`', at_ + 1);
    if (end == kNone) {
      no_quote_ = true;
      return copy(1);
    }
    std::string_view inside = line_.substr(at_ + 1, end - at_ - 1);
    const size_t target = inside.ends_with('>') ? inside.rfind('<') : kNone;
    if (target != kNone && target > 0) inside = trim(inside.substr(0, target));
    out_ += inside.starts_with('~') ? inside.substr(1) : inside;
    at_ = end + 1;
    while (at_ < line_.size() && line_[at_] == '_') ++at_;
  }

  void star() {
    const bool before = at_ > 0 && line_[at_ - 1] != ' ', after = at_ + 1 < line_.size() && line_[at_ + 1] != ' ';
    const bool inside = before && after && is_word(line_[at_ - 1]) && is_word(line_[at_ + 1]);
    if ((!before && !after) || inside) return copy(1);
    ++at_;
  }

  // |name| shows what is defined elsewhere; its name stands for it.
  void substitution() {
    const size_t end = line_.substr(0, at_ + 64).find('|', at_ + 1);
    if (end == kNone || end == at_ + 1 || line_[at_ + 1] == ' ' || line_[end - 1] == ' ') return copy(1);
    out_ += line_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
  }

  std::string_view line_;
  size_t at_ = 0;
  std::string out_;
  bool no_literal_ = false;
  bool no_quote_ = false;
};

}  // namespace

std::string rst_inline(std::string_view line) { return Inline(line).read(); }

}  // namespace fwproof::specs::derive
