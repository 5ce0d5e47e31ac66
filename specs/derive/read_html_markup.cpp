#include "specs/derive/read_html_markup.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "specs/derive/read_styles.h"
#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kMaxOpen = 200;
constexpr size_t kMaxElements = 6'000'000;  // the parser's tree takes about 300 bytes for each
constexpr size_t kNone = std::string_view::npos;
constexpr std::string_view kSoftHyphen = "\u00ad";       // two bytes
constexpr std::string_view kZeroWidthSpace = "\u200b";   // three

enum class Role : uint8_t {
  inline_text,  // blanked to nothing, unless it hides its content
  spaced,       // blanked to white space
  block,        // kept; ends with its end tag or that of an element around it
  list,         // a block whose items are <li>
  definitions,  // a block whose items are <dt>, <dd>
  item,         // kept where the nearest list holds such; ends by itself
  term,
  implied,      // kept; ends by itself (<p>, <tr>, <html>)
  table,
  table_part,   // kept; ends what is open in the table
  caption,
  empty,        // kept; has no content
  raw,          // kept; its content is text up to its own end tag
  removed,      // blanked with its content up to its end tag
  marked,       // kept inline text: <sup>, <del>
};

const std::unordered_map<std::string_view, Role>& roles() {
  static const std::unordered_map<std::string_view, Role> table = [] {
    std::unordered_map<std::string_view, Role> map;
    const auto all = [&](Role role, std::initializer_list<std::string_view> names) {
      for (const std::string_view name : names) map.emplace(name, role);
    };
    all(Role::block, {"div", "section", "article", "aside", "header", "footer", "main", "nav", "address", "blockquote", "center", "details", "summary",
                      "dialog", "fieldset", "figure", "figcaption", "legend", "h1", "h2", "h3", "h4", "h5", "h6", "hgroup", "pre", "listing"});
    all(Role::list, {"ul", "ol", "menu", "dir"});
    all(Role::definitions, {"dl"});
    all(Role::item, {"li"});
    all(Role::term, {"dt", "dd"});
    all(Role::implied, {"p", "html", "head", "body"});
    all(Role::table, {"table"});
    all(Role::table_part, {"thead", "tbody", "tfoot", "tr", "td", "th", "colgroup"});
    all(Role::caption, {"caption"});
    all(Role::empty, {"br", "hr", "img", "input"});
    all(Role::raw, {"title", "textarea", "xmp"});
    all(Role::removed, {"script", "style", "iframe", "template"});
    all(Role::marked, {"sup", "s", "del", "strike"});
    all(Role::spaced, {"form", "select", "option", "optgroup", "button", "object", "applet", "marquee", "svg", "math", "noscript", "noframes", "noembed",
                       "frameset", "frame", "isindex", "plaintext", "area", "embed", "param", "keygen", "link", "meta", "base",
                       "track", "source", "col", "image", "video", "audio", "canvas", "rt", "rp", "bgsound", "basefont"});
    return map;
  }();
  return table;
}

Role role_of(std::string_view name) {
  const auto found = roles().find(name);
  return found == roles().end() ? Role::inline_text : found->second;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_control(char c) { return (c > 0 && c < ' ' && !is_space(c)) || c == 0x7f; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// <h2> … </h3> ends the heading (section 13.2.6.4.7).
bool is_heading(std::string_view name) { return name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6'; }

struct Tag {
  std::string name;     // lower case
  bool closing = false;
  bool hides = false;   // hidden, or display: none
  bool looks = false;   // struck out, or of a class that says so
  size_t end = kNone;   // behind its ">"; kNone: never
};

bool hides(std::string_view name, std::string_view value) {
  if (to_lower(name) == "hidden") return to_lower(value) != "until-found";
  if (to_lower(name) != "style") return false;
  std::string style = to_lower(value.substr(0, 4096));
  std::erase_if(style, is_space);
  return style.find("display:none") != kNone || style.find("visibility:hidden") != kNone;
}

bool looks(std::string_view name, std::string_view value) {
  if (to_lower(name) == "class") return look_of_names(value) != Look::plain;
  return to_lower(name) == "style" && strikes_out(value);
}

// The tag that starts at text[at] == '<', as the HTML standard reads it (section 13.2.5: quotes matter only behind "=").
class TagReader {
 public:
  TagReader(std::string_view text, size_t at) : text_(text), at_(at + 1) {}

  Tag read() {
    Tag tag;
    tag.closing = at_ < text_.size() && text_[at_] == '/';
    at_ += tag.closing;
    const size_t from = at_;
    while (at_ < text_.size() && !is_space(text_[at_]) && text_[at_] != '/' && text_[at_] != '>') ++at_;
    tag.name = to_lower(text_.substr(from, std::min<size_t>(at_ - from, 64)));
    while (next_attribute(tag)) {
    }
    if (at_ < text_.size()) tag.end = at_ + 1;
    return tag;
  }

 private:
  void skip_spaces() {
    while (at_ < text_.size() && (is_space(text_[at_]) || text_[at_] == '/')) ++at_;
  }

  bool next_attribute(Tag& tag) {
    skip_spaces();
    if (at_ >= text_.size() || text_[at_] == '>') return false;
    const size_t from = at_++;
    while (at_ < text_.size() && !is_space(text_[at_]) && text_[at_] != '/' && text_[at_] != '>' && text_[at_] != '=') ++at_;
    const std::string_view name = text_.substr(from, at_ - from);
    const size_t after = at_;
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    std::string_view value;
    if (at_ < text_.size() && text_[at_] == '=') value = read_value();
    else at_ = after;
    tag.hides |= name.size() < 8 && hides(name, value);
    tag.looks |= name.size() < 8 && looks(name, value);
    return true;
  }

  std::string_view read_value() {
    ++at_;
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    if (at_ >= text_.size() || text_[at_] == '>') return {};
    const bool quoted = text_[at_] == '"' || text_[at_] == '\'';
    const size_t from = at_ + quoted;
    if (quoted) at_ = std::min(text_.find(text_[at_], from), text_.size());
    else while (at_ < text_.size() && !is_space(text_[at_]) && text_[at_] != '>') ++at_;
    const std::string_view value = text_.substr(from, at_ - from);
    at_ += quoted && at_ < text_.size();
    return value;
  }

  std::string_view text_;
  size_t at_;
};

// Keeps a stack of the elements that are surely or possibly open in the parser. It may hold more than the parser has, never fewer (but for
// those that end by themselves, of which the parser opens a few at most for each that is here), so its limit bounds the parser's depth:
// an element leaves it only where the standard closes it whatever else is open (section 13.2.6).
class Simplifier {
 public:
  Simplifier(const Text& text, Output& output) : first_(text.first), output_(output) {
    size_t size = 0;
    for (const std::string_view line : text.lines) size += line.size() + 1;
    page_.reserve(size);
    for (const std::string_view line : text.lines) {
      markup_.line_starts.push_back(page_.size());
      page_ += line;
      page_ += '\n';
    }
    std::replace_if(page_.begin(), page_.end(), is_control, ' ');
    markup_.text = page_;
  }

  Markup run() {
    while (at_ < page_.size()) {
      const size_t next = page_.find_first_of("<&", at_);
      if (next == kNone) break;
      at_ = next;
      if (page_[at_] == '&') read_reference();
      else read_markup();
    }
    return std::move(markup_);
  }

 private:
  struct Open {
    std::string name;
    Role role;
    Role list;   // of the nearest list around: list, definitions, or block for none
  };

  uint32_t line_at(size_t offset) const {
    const auto after = std::upper_bound(markup_.line_starts.begin(), markup_.line_starts.end(), offset);
    return first_ + static_cast<uint32_t>(after - markup_.line_starts.begin()) - 1;
  }

  // Line ends stay, so that lines can still be counted.
  void blank(size_t from, size_t to) {
    for (size_t i = from; i < to; ++i)
      if (markup_.text[i] != '\n') markup_.text[i] = ' ';
  }

  // Blanks markup that may stand inside a word, "T<b>CP</b>": there characters that show nothing take its place (the parser would replace
  // control characters). Not elsewhere: in the head of a page or between the rows of a table any character but white space matters.
  void blank_inside_word(size_t from, size_t to) {
    const char before = from == 0 ? ' ' : markup_.text[from - 1];
    if (is_space(before) || before == '>') return blank(from, to);
    for (size_t end = from; from < to; from = end + 1) {
      end = std::min(markup_.text.find('\n', from), to);
      const size_t length = end - from;
      std::string filler = length == 1 ? " " : length % 2 == 1 ? std::string(kZeroWidthSpace) : std::string();
      while (filler.size() < length) filler += kSoftHyphen;
      markup_.text.replace(from, length, filler);
    }
  }

  // A line feed written as a reference ("&#10;", "&#x0A;", "&NewLine;") would be counted as the end of a line of the source.
  void read_reference() {
    const std::string_view rest = std::string_view(page_).substr(at_);
    const bool hex = rest.starts_with("&#x") || rest.starts_with("&#X");
    const size_t digits = rest.starts_with("&#") ? std::min(rest.find_first_not_of('0', hex ? 3 : 2), rest.size()) : 0;
    const std::string_view feed = hex ? "a" : "10";
    size_t end = starts_with_ignoring_case(rest.substr(digits), feed) ? digits + feed.size() : 0;
    const bool longer = end < rest.size() && std::string_view(hex ? "0123456789abcdefABCDEF" : "0123456789").find(rest[end]) != kNone;
    if (digits == 0 || longer) end = rest.starts_with("&NewLine;") ? 8 : 0;
    if (end > 0 && end < rest.size() && rest[end] == ';') ++end;
    blank(at_, at_ + end);
    ++at_;
  }

  void read_markup() {
    const char next = at_ + 1 < page_.size() ? page_[at_ + 1] : '\0';
    const bool end_tag = next == '/' && at_ + 2 < page_.size() && is_letter(page_[at_ + 2]);
    if (page_.compare(at_, 4, "<!--") == 0) remove("a comment", comment_end());
    else if (next == '!' || next == '?' || (next == '/' && !end_tag)) remove("a declaration", page_.find('>', at_ + 1));
    else if (is_letter(next) || end_tag) read_tag();
    else ++at_;
  }

  size_t comment_end() const {
    for (const std::string_view empty : {"<!-->", "<!--->"})
      if (page_.compare(at_, empty.size(), empty) == 0) return at_ + empty.size() - 1;
    for (size_t at = page_.find("--", at_ + 4); at != kNone; at = page_.find("--", at + 1))
      for (const std::string_view end : {"-->", "--!>"})
        if (page_.compare(at, end.size(), end) == 0) return at + end.size() - 1;
    return kNone;
  }

  // Blanks up to and with the byte at `last`; what never ends hides the rest of the page.
  void remove(std::string_view what, size_t last) {
    if (last == kNone)
      output_.warn(model::DiagnosticId::document_unfinished, line_at(at_), fmt::format("{} starts in this line and never ends; the rest of the page is not read", what));
    const size_t end = last == kNone ? page_.size() : last + 1;
    blank_inside_word(at_, end);
    at_ = end;
  }

  void read_tag() {
    const Tag tag = TagReader(page_, at_).read();
    if (tag.end == kNone) return remove("a tag", kNone);
    const size_t start = std::exchange(at_, tag.end);
    const Role role = role_of(tag.name);
    const bool kept = tag.closing ? close(tag, role) : open(tag, role, start);
    if (kept && !tag.closing && ++elements_ == kMaxElements) stop();
    if (!kept && role == Role::inline_text) blank_inside_word(start, tag.end);
    else if (!kept && role != Role::removed) blank(start, tag.end);
  }

  void stop() {
    output_.stop(line_at(at_), fmt::format("the page has more than {} elements", kMaxElements));
    markup_.text.resize(at_);
    at_ = page_.size();
  }

  Role list_around() const { return open_.empty() ? Role::block : open_.back().list; }
  bool in_hidden() const { return hidden_ > 0; }

  // Whether the start tag is kept.
  bool open(const Tag& tag, Role role, size_t start) {
    switch (role) {
      case Role::spaced: return false;
      case Role::empty: case Role::implied: return true;
      case Role::item: return list_around() != Role::definitions;
      case Role::term: return list_around() == Role::definitions;
      case Role::removed: case Role::raw: return read_raw(tag, role, start);
      case Role::inline_text: return (tag.hides || tag.looks || in_hidden()) && push(tag, role);
      case Role::table_part: return close_in_table();
      case Role::caption: return close_in_table() && push(tag, role);
      case Role::block: case Role::list: case Role::definitions: case Role::table: case Role::marked: return push(tag, role);
    }
    return false;
  }

  bool push(const Tag& tag, Role role) {
    if (open_.size() >= kMaxOpen) {
      if (beyond_++ == 0 && !said_) {
        said_ = true;
        output_.warn(model::DiagnosticId::document_limit, line_at(at_ - 1), fmt::format("elements are open in each other deeper than {}; from this line on the text of deeper ones is kept without their structure", kMaxOpen));
      }
      return false;
    }
    const bool is_list = role == Role::list || role == Role::definitions;
    hidden_ += role == Role::inline_text;
    open_.push_back({tag.name, role, is_list ? role : list_around()});
    return true;
  }

  void pop_to(size_t size) {
    for (; open_.size() > size; open_.pop_back()) hidden_ -= open_.back().role == Role::inline_text;
  }

  // The start of a row or cell ends whatever is open inside the table. Outside of a table it means nothing.
  bool close_in_table() {
    const auto table = std::find_if(open_.rbegin(), open_.rend(), [](const Open& open) { return open.role == Role::table; });
    if (table == open_.rend()) return false;
    pop_to(static_cast<size_t>(open_.rend() - table));
    return true;
  }

  // Whether the end tag is kept.
  bool close(const Tag& tag, Role role) {
    if (role == Role::implied || role == Role::item || role == Role::term || role == Role::table_part) return tag.name != "html" && tag.name != "body" && tag.name != "head";
    if (role == Role::empty || role == Role::raw || role == Role::removed || role == Role::spaced) return false;
    if (beyond_ > 0) {
      --beyond_;
      return false;
    }
    const bool only_top = role == Role::inline_text || role == Role::marked;
    for (size_t size = open_.size(); size > 0; --size) {
      const Open& open = open_[size - 1];
      if (open.name == tag.name || (is_heading(open.name) && is_heading(tag.name))) {
        pop_to(size - 1);
        return true;
      }
      if (only_top || (role != Role::table && (open.role == Role::table || open.role == Role::caption))) return false;
    }
    return false;
  }

  // Content that is no markup: kept (a title) or removed (a script) as a whole.
  bool read_raw(const Tag& tag, Role role, size_t start) {
    const size_t closing = raw_end(tag.name);
    const size_t end = closing == kNone ? kNone : TagReader(page_, closing).read().end;
    if (end == kNone || role == Role::removed) {
      at_ = start;
      remove("<" + tag.name + ">", end == kNone ? kNone : end - 1);
      return false;
    }
    at_ = end;
    return true;
  }

  // Where "</name" starts that ends the content. One that is missing is looked for only once.
  size_t raw_end(const std::string& name) {
    if (const auto missing = missing_.find(name); missing != missing_.end()) return kNone;
    for (size_t at = page_.find("</", at_); at != kNone; at = page_.find("</", at + 2)) {
      const size_t after = at + 2 + name.size();
      if (after < page_.size() && (is_space(page_[after]) || page_[after] == '/' || page_[after] == '>') && to_lower(page_.substr(at + 2, name.size())) == name) return at;
    }
    missing_[name] = true;
    return kNone;
  }

  uint32_t first_;
  Output& output_;
  std::string page_;
  Markup markup_;
  size_t at_ = 0;
  size_t elements_ = 0;
  std::vector<Open> open_;
  size_t beyond_ = 0;   // start tags that were blanked for being too deep
  size_t hidden_ = 0;   // inline elements that are kept
  bool said_ = false;
  std::unordered_map<std::string, bool> missing_;
};

}  // namespace

Markup simplify_html(const Text& text, Output& output) { return Simplifier(text, output).run(); }

}  // namespace fwproof::specs::derive
