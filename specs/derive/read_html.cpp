#include "specs/derive/read_html.h"

#include <fmt/format.h>
#include <gumbo.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <unordered_map>

#include "specs/derive/read_html_flow.h"
#include "specs/derive/read_html_markup.h"
#include "specs/derive/read_styles.h"
#include "specs/derive/read_table.h"
#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

struct Tree {
  explicit Tree(const std::string& text) : options(kGumboDefaultOptions) {
    options.max_errors = 0;  // a browser does not mind either
    output = gumbo_parse_with_options(&options, text.data(), text.size());
  }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  ~Tree() { gumbo_destroy_output(&options, output); }

  GumboOptions options;
  GumboOutput* output;
};

bool is_element(const GumboNode* node) { return node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE; }

std::string_view attribute(const GumboNode* node, const char* name) {
  const GumboAttribute* const found = gumbo_get_attribute(&node->v.element.attributes, name);
  return found ? found->value : std::string_view();
}
bool has_attribute(const GumboNode* node, const char* name) { return gumbo_get_attribute(&node->v.element.attributes, name) != nullptr; }

bool is_hidden(const GumboNode* node) {
  if (has_attribute(node, "hidden") && to_lower(attribute(node, "hidden")) != "until-found") return true;
  std::string style = to_lower(attribute(node, "style").substr(0, 4096));
  std::erase_if(style, [](char c) { return c == ' ' || c == '\t' || c == '\n'; });
  return style.find("display:none") != std::string::npos || style.find("visibility:hidden") != std::string::npos;
}

Look own_look(const GumboNode* node) {
  if (strikes_out(attribute(node, "style"))) return Look::struck;
  return look_of_names(attribute(node, "class"));
}

bool is_last_cell(const GumboNode* cell) {
  const GumboVector& all = cell->parent->v.element.children;
  for (size_t i = all.length; i > cell->index_within_parent + 1; --i)
    if (is_element(static_cast<const GumboNode*>(all.data[i - 1]))) return false;
  return true;
}

// Of what holds text by itself. What a row is stands in each cell of it; that it is deprecated, in its last one.
Look look_of(const GumboNode* node) {
  switch (node->v.element.tag) {
    case GUMBO_TAG_TD: case GUMBO_TAG_TH: {
      const bool in_row = node->parent && is_element(node->parent) && node->parent->v.element.tag == GUMBO_TAG_TR;
      const Look row = in_row ? own_look(node->parent) : Look::plain;
      return row == Look::struck || (row == Look::aged && is_last_cell(node)) ? row : own_look(node);
    }
    case GUMBO_TAG_LI: case GUMBO_TAG_P: case GUMBO_TAG_SPAN: case GUMBO_TAG_CODE: case GUMBO_TAG_FONT: case GUMBO_TAG_EM: case GUMBO_TAG_STRONG: case GUMBO_TAG_B: case GUMBO_TAG_I: case GUMBO_TAG_A:
      return own_look(node);
    default: return Look::plain;
  }
}

uint32_t number_attribute(const GumboNode* node, const char* name, uint32_t otherwise) {
  const std::string_view text = trim(attribute(node, name));
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end != text.data() ? number : otherwise;
}

unsigned heading_level(GumboTag tag) { return tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6 ? static_cast<unsigned>(tag - GUMBO_TAG_H1) + 1 : 0; }

// Walks the tree without recursion.
template <class Enter, class Leave>
void walk(const GumboNode* root, Enter enter, Leave leave) {
  struct Frame {
    const GumboNode* node;
    unsigned next;
  };
  std::vector<Frame> frames;
  if (enter(root)) frames.push_back({root, 0});
  while (!frames.empty()) {
    Frame& frame = frames.back();
    const GumboVector& children = frame.node->v.element.children;
    if (frame.next == children.length) {
      leave(frame.node);
      frames.pop_back();
      continue;
    }
    const auto* const child = static_cast<const GumboNode*>(children.data[frame.next++]);
    if (enter(child)) {
      if (is_element(child)) frames.push_back({child, 0});
    }
  }
}

// Tables that only place things on the page: what they hold is read as if they were not there.
class LayoutTables {
 public:
  explicit LayoutTables(const GumboNode* root) {
    std::vector<const GumboNode*> open;
    walk(root, [&](const GumboNode* node) { return enter(node, open); },
         [&](const GumboNode* node) { if (node->v.element.tag == GUMBO_TAG_TABLE) open.pop_back(); });
  }

  bool holds(const GumboNode* table) const {
    const auto found = facts_.find(table);
    if (found == facts_.end()) return false;
    const Facts& facts = found->second;
    return to_lower(attribute(table, "role")) == "presentation" || ((facts.nested || facts.headings) && !facts.header);
  }

 private:
  struct Facts {
    bool nested = false;
    bool headings = false;
    bool header = false;
  };

  bool enter(const GumboNode* node, std::vector<const GumboNode*>& open) {
    if (!is_element(node)) return false;
    const GumboTag tag = node->v.element.tag;
    if (!open.empty()) {
      Facts& facts = facts_[open.back()];
      facts.nested |= tag == GUMBO_TAG_TABLE;
      facts.headings |= heading_level(tag) > 0;
      facts.header |= tag == GUMBO_TAG_TH || tag == GUMBO_TAG_CAPTION;
    }
    if (tag == GUMBO_TAG_TABLE) {
      facts_[node];
      open.push_back(node);
    }
    return true;
  }

  std::unordered_map<const GumboNode*, Facts> facts_;
};

struct List {
  bool ordered;
  char type;       // of <ol type>
  uint32_t next;   // number of the next item
};

std::string marker_of(List& list) {
  if (!list.ordered) return "•";
  const uint32_t number = list.next++;
  const bool letters = (list.type == 'a' || list.type == 'A') && number >= 1 && number <= 26;
  return letters ? std::string(1, static_cast<char>(list.type + number - 1)) + "." : fmt::format("{}.", number);
}

class HtmlReader {
 public:
  HtmlReader(const Text& text, const Markup& markup, const GumboNode* root, Output& output)
      : first_(text.first), markup_(markup), layout_(root), output_(output) {}

  bool enter(const GumboNode* node) {
    if (output_.full()) return false;
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE || node->type == GUMBO_NODE_CDATA) read_text_node(node);
    if (!is_element(node) || !enter_element(node)) return false;
    if (look_of(node) == Look::struck) flow_.text("~~", number_);
    return true;
  }

  void leave(const GumboNode* node) {
    const GumboTag tag = node->v.element.tag;
    if (const Look look = look_of(node); look != Look::plain) flow_.text(look == Look::struck ? "~~" : " (deprecated)", number_);
    switch (tag) {
      case GUMBO_TAG_SUP: return flow_.close_mark();
      case GUMBO_TAG_S: case GUMBO_TAG_DEL: case GUMBO_TAG_STRIKE: return flow_.text("~~", number_);
      case GUMBO_TAG_PRE: case GUMBO_TAG_LISTING: case GUMBO_TAG_XMP: --pre_; return end_part();
      case GUMBO_TAG_DT: return table_ ? flow_.break_line() : flow_.end_term();
      case GUMBO_TAG_UL: case GUMBO_TAG_OL: case GUMBO_TAG_MENU: case GUMBO_TAG_DIR: case GUMBO_TAG_DL: return leave_list();
      case GUMBO_TAG_TABLE: return leave_table(node);
      case GUMBO_TAG_THEAD: case GUMBO_TAG_TBODY: case GUMBO_TAG_TFOOT: return leave_group(node);
      case GUMBO_TAG_TR: if (in_data(node)) table_->header(in_head_ || (cells_ > 0 && cells_ == headers_)); return;
      case GUMBO_TAG_TD: case GUMBO_TAG_TH: return leave_cell(node);
      case GUMBO_TAG_CAPTION: if (in_data(node)) table_->caption(flow_.take()); else end_part(); return;
      default: if (heading_level(tag) > 0 || tag == GUMBO_TAG_LI) end_block(); else if (is_block(tag)) end_part();
    }
  }

  void finish() { end_block(); }

 private:
  static bool is_block(GumboTag tag) {
    constexpr GumboTag kBlocks[] = {GUMBO_TAG_P, GUMBO_TAG_DIV, GUMBO_TAG_SECTION, GUMBO_TAG_ARTICLE, GUMBO_TAG_ASIDE, GUMBO_TAG_HEADER, GUMBO_TAG_FOOTER, GUMBO_TAG_MAIN,
                                    GUMBO_TAG_NAV, GUMBO_TAG_ADDRESS, GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_CENTER, GUMBO_TAG_DETAILS, GUMBO_TAG_SUMMARY, GUMBO_TAG_FIELDSET,
                                    GUMBO_TAG_LEGEND, GUMBO_TAG_FIGURE, GUMBO_TAG_FIGCAPTION, GUMBO_TAG_HGROUP, GUMBO_TAG_HR, GUMBO_TAG_DD};
    return std::find(std::begin(kBlocks), std::end(kBlocks), tag) != std::end(kBlocks);
  }

  uint32_t line_at(const char* place) const {
    const size_t offset = place ? static_cast<size_t>(place - markup_.text.data()) : markup_.text.size();
    if (offset >= markup_.text.size()) return number_;
    const auto after = std::upper_bound(markup_.line_starts.begin(), markup_.line_starts.end(), offset);
    return first_ + static_cast<uint32_t>(after - markup_.line_starts.begin()) - 1;
  }

  // In white space a line end is a blank; in preformatted text it breaks.
  void read_text_node(const GumboNode* node) {
    number_ = line_at(node->v.text.original_text.data);
    std::string_view text = node->v.text.text;
    for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
      flow_.text(text.substr(0, end), number_);
      flow_.text(" ", number_++);
      if (pre_ > 0) flow_.break_line();
      text.remove_prefix(end + 1);
    }
    if (!text.empty()) flow_.text(text, number_);
  }

  bool enter_element(const GumboNode* node) {
    const GumboTag tag = node->v.element.tag;
    if (node->v.element.original_tag.length > 0) number_ = line_at(node->v.element.original_tag.data);
    if (is_hidden(node)) return false;
    switch (tag) {
      case GUMBO_TAG_HEAD: case GUMBO_TAG_HTML: case GUMBO_TAG_BODY: return true;
      case GUMBO_TAG_TITLE: return read_title(node);
      case GUMBO_TAG_BR: flow_.break_line(); return false;
      case GUMBO_TAG_IMG: flow_.text(fmt::format(" {} ", attribute(node, "alt")), number_); return false;
      case GUMBO_TAG_INPUT: read_input(node); return false;
      case GUMBO_TAG_SUP: flow_.open_mark(); return true;
      case GUMBO_TAG_S: case GUMBO_TAG_DEL: case GUMBO_TAG_STRIKE: flow_.text("~~", number_); return true;
      case GUMBO_TAG_PRE: case GUMBO_TAG_LISTING: case GUMBO_TAG_XMP: enter_pre(); return true;
      case GUMBO_TAG_UL: case GUMBO_TAG_OL: case GUMBO_TAG_MENU: case GUMBO_TAG_DIR: case GUMBO_TAG_DL: enter_list(node); return true;
      case GUMBO_TAG_LI: enter_item(node); return true;
      case GUMBO_TAG_DT: enter_term(); return true;
      case GUMBO_TAG_DD: enter_definition(); return true;
      case GUMBO_TAG_TABLE: enter_table(node); return true;
      case GUMBO_TAG_THEAD: in_head_ = in_head_ || in_data(node); return true;
      case GUMBO_TAG_TR: enter_row(node); return true;
      case GUMBO_TAG_TD: case GUMBO_TAG_TH: case GUMBO_TAG_CAPTION: end_part(); return true;
      default: break;
    }
    if (const unsigned level = heading_level(tag); level > 0) begin(make_block(Block::Kind::heading, level));
    else if (is_block(tag)) end_part();
    return true;
  }

  // What a field shows that is filled in; a hidden one, or the value of a box to tick, is not seen.
  void read_input(const GumboNode* node) {
    const std::string type = to_lower(attribute(node, "type"));
    const bool shown = type.empty() || type == "text" || type == "number" || type == "search" || type == "url" || type == "button" || type == "submit";
    if (shown) flow_.text(fmt::format(" {} ", attribute(node, "value")), number_);
  }

  bool read_title(const GumboNode* node) {
    if (node->parent && is_element(node->parent) && node->parent->v.element.tag == GUMBO_TAG_HEAD && node->v.element.children.length > 0) {
      const auto* const text = static_cast<const GumboNode*>(node->v.element.children.data[0]);
      if (text->type == GUMBO_NODE_TEXT) output_.set_title(visible(text->v.text.text));
    }
    return false;
  }

  // ---- blocks. Inside a cell of a table everything is lines of the cell.

  void end_block() {
    if (table_) return flow_.break_line();
    block_.lines = flow_.take();
    output_.add(std::move(block_));
    block_ = {};
  }
  void begin(Block block) {
    end_block();
    if (!table_) block_ = std::move(block);
  }
  // A paragraph inside of a list item is a line of the item.
  void end_part() {
    if (block_.kind == Block::Kind::list_item && !block_.marker.empty() && !lists_.empty()) flow_.break_line();
    else end_block();
  }

  void enter_pre() {
    ++pre_;
    begin(make_block(Block::Kind::code));
  }

  void enter_list(const GumboNode* node) {
    end_block();
    const std::string_view type = attribute(node, "type");
    lists_.push_back({node->v.element.tag == GUMBO_TAG_OL, type.empty() ? '1' : type[0], number_attribute(node, "start", 1)});
  }
  void leave_list() {
    end_block();
    if (!lists_.empty()) lists_.pop_back();
  }
  unsigned depth() const { return static_cast<unsigned>(std::max<size_t>(lists_.size(), 1)); }

  void enter_item(const GumboNode* node) {
    if (!lists_.empty() && has_attribute(node, "value")) lists_.back().next = number_attribute(node, "value", lists_.back().next);
    begin(make_block(Block::Kind::list_item, depth(), lists_.empty() ? "•" : marker_of(lists_.back())));
  }
  // Several terms may share a definition.
  void enter_term() {
    if (!table_ && block_.marker == ":" && !defined_) return flow_.break_line();
    begin(make_block(Block::Kind::list_item, depth(), ":"));
    defined_ = false;
  }
  void enter_definition() {
    if (table_ || block_.marker == ":") flow_.break_line();
    else begin(make_block(Block::Kind::list_item, depth(), ":"));
    defined_ = true;
  }

  // ---- tables

  // Whether the row, cell, … is of the table that is being read, not of one inside its cells.
  bool in_data(const GumboNode* node) const {
    if (!table_) return false;
    const GumboNode* up = node->parent;
    for (int i = 0; i < 2 && up && is_element(up) && up->v.element.tag != GUMBO_TAG_TABLE; ++i) up = up->parent;
    return up == data_;
  }

  void enter_table(const GumboNode* node) {
    end_block();
    if (table_ || layout_.holds(node)) return;
    table_.emplace(output_);
    data_ = node;
    in_head_ = false;
  }
  void leave_table(const GumboNode* node) {
    if (!table_ || node != data_) return end_block();
    flow_.take();
    Block table = table_->take();
    table_.reset();
    data_ = nullptr;
    output_.add(std::move(table));
  }
  void leave_group(const GumboNode* node) {
    if (!in_data(node)) return;
    table_->end_group();
    in_head_ = false;
  }
  void enter_row(const GumboNode* node) {
    if (!in_data(node)) return end_part();
    table_->start_row(number_, false);
    cells_ = headers_ = 0;
  }
  void leave_cell(const GumboNode* node) {
    if (!in_data(node)) return end_part();
    ++cells_;
    headers_ += node->v.element.tag == GUMBO_TAG_TH;
    // The limits of the standard (section 4.9.11): 1000 columns, 65534 rows; a rowspan of 0 reaches to the end of the group.
    const uint32_t rows = number_attribute(node, "rowspan", 1);
    const Cell cell{flow_.take(), std::clamp<uint32_t>(number_attribute(node, "colspan", 1), 1, 1000)};
    table_->add(cell, rows == 0 ? 65534 : std::min<uint32_t>(rows, 65534));
  }

  uint32_t first_;
  const Markup& markup_;
  LayoutTables layout_;
  Output& output_;
  uint32_t number_ = 0;
  Flow flow_;
  Block block_;
  std::vector<List> lists_;
  bool defined_ = false;
  int pre_ = 0;
  std::optional<SpanTable> table_;
  const GumboNode* data_ = nullptr;
  bool in_head_ = false;
  size_t cells_ = 0;
  size_t headers_ = 0;
};

}  // namespace

void read_html(const Text& text, Output& output) {
  const Markup markup = simplify_html(text, output);
  const Tree tree(markup.text);
  if (!tree.output || !tree.output->root) return;
  HtmlReader reader(text, markup, tree.output->root, output);
  walk(tree.output->root, [&](const GumboNode* node) { return reader.enter(node); }, [&](const GumboNode* node) { reader.leave(node); });
  reader.finish();
}

}  // namespace fwproof::specs::derive
