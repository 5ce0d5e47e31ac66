#include "specs/derive/derive.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "specs/derive/collect.h"
#include "specs/derive/columns.h"
#include "specs/derive/commands.h"
#include "specs/derive/demands.h"
#include "specs/derive/outline.h"
#include "specs/derive/rows_from_text.h"
#include "specs/derive/title.h"

namespace fwproof::specs::derive {
namespace {

using Kind = Block::Kind;

// Text that may hold sentences about ports: read when all tables and lists are known.
struct Statement {
  Passage passage;
  size_t section;
};

constexpr size_t kMostHeading = 300;
constexpr size_t kMostLinesOfText = 2000;   // that are taken as one text
constexpr size_t kMostParentWords = 12;   // of an item that names what the items below it have in common

class Interpreter {
 public:
  Interpreter(const Document& document, const DeriveOptions& options)
      : document_(document), options_(options), title_(title_of(document)), outline_(title_), footnotes_(read_footnotes(document)),
        citations_(document, options, title_, revision_of(document)), found_(title_) {
    read_legend(document, book_);
    find_footnote_ = [this](std::string_view mark) {
      const auto note = footnotes_.find(mark);
      return note == footnotes_.end() ? std::string() : note->second;
    };
  }

  Derived run() {
    for (size_t i = 0; i < document_.blocks.size();) i = read_block(i);
    read_statements();
    for (const Line& address : document_.addresses) collect_left_over(make_passage(address.text, address.number), "in an address that a link leads to", found_.left_over);
    return found_.finish(options_, outline_, book_, citations_);
  }

 private:
  size_t read_block(size_t i) {
    const Block& block = document_.blocks[i];
    switch (block.kind) {
      case Kind::heading: read_heading(block); return i + 1;
      case Kind::paragraph: return read_paragraph(i);
      case Kind::list_item: return read_list(i);
      case Kind::table: read_table(block); return i + 1;
      case Kind::code: read_code(block); return i + 1;
    }
    return i + 1;
  }

  void read_heading(const Block& block) {
    const Passage heading = make_passage(block.lines);
    forget_table();
    outline_.enter(clip(heading.text, kMostHeading), block.level, book_);
    collect_left_over(heading, "in a heading", found_.left_over);
  }

  // ---- tables ----

  void read_table(const Block& block) {
    Setting setting = setting_below(outline_.now());
    Place place{outline_.now().title, 0, false, true};
    const Passage caption = make_passage(block.lines);
    if (!caption.empty()) {
      const Scene scene = vouched(scene_of(caption.text), caption.text, book_);
      if (scene.names_roles() || !scene.host.empty()) setting.scene = scene;
      setting.around = within(setting.around, standing_of(caption.text, Stands::heading, "the caption"));
      place.own_title = true;
      place.title = clip(caption.text, kMostHeading);
      if (speaks_of_ports(caption.lower)) outline_.now().about_ports = true;
      const std::vector<unsigned> protocols = protocols_in(caption, 0, caption.size());
      if (!protocols.empty()) setting.protocols = protocols;
      collect_left_over(caption, "in a heading", found_.left_over);
    }
    place.line = block.rows.empty() ? 0 : block.rows[0].number;
    rows_from_table(block, reader(setting, place));
    close_rows(place.line);
  }

  // ---- text around tables and lists ----

  // What stands above a table or list: its section, sentences of it that speak of what follows, and the last sentence before it.
  Setting setting_below(const Section& section) const {
    Setting setting = section.setting;
    setting.around = within(within(setting.around, section.lead), last_sentence_);
    return setting;
  }

  void close_rows(uint32_t first_line) {
    Section& section = outline_.now();
    section.lead = in_doubt(section.lead, "the text above");
    last_sentence_ = {};
    rows_above_ = first_line;
    texts_below_ = 0;
  }

  void forget_table() {
    rows_above_.reset();
    last_sentence_ = {};
  }

  // A sentence may be about rows below it, or right behind a table about those above.
  void read_standing(const Passage& passage, std::pair<size_t, size_t> sentence) {
    constexpr size_t kMostTextsBelow = 3;
    const std::string_view text = passage.between(sentence.first, sentence.second);
    const std::string lower = lower_case(text);
    if (tells_incomplete(lower)) return;
    const Standing standing = standing_of(text, Stands::lead, "the text above");
    last_sentence_ = is_about_rows(lower) ? standing : Standing{};
    if (points_down(lower)) outline_.now().lead = within(standing.demands ? Standing{} : outline_.now().lead, standing);
    if (rows_above_ && texts_below_ < kMostTextsBelow && points_up(lower)) found_.add_doubt(*rows_above_, in_doubt(standing_of(text, Stands::lead, "the text below"), "the text below"));
  }

  TableReader reader(const Setting& setting, Place place) {
    const size_t section = outline_.index();
    return {book_, find_footnote_, setting, outline_.now().about_ports, [this] { return found_.full(); },
            [this, setting, section, place = std::move(place)](std::vector<Draft> drafts) { found_.add(std::move(drafts), outline_.at(section), setting, place); },
            found_.left_over};
  }
  TableReader reader(uint32_t line) {
    const Section& section = outline_.now();
    return reader(setting_below(section), {section.title, line, false, false});
  }

  // ---- paragraphs ----

  size_t read_paragraph(size_t i) {
    const Block& block = document_.blocks[i];
    if (const size_t cells = rows_from_cells(document_.blocks, i, reader(block.lines[0].number))) return i + cells;
    const std::vector<LineKind> kinds = kinds_of_lines(block.lines, false);
    take_commands(block.lines, kinds);
    std::vector<Line> text;
    for (size_t at = 0; at < block.lines.size(); ++at) {
      const Line& line = block.lines[at];
      if (kinds[at] != LineKind::text) {
        close_text(text);
      } else if (is_heading_line(block, kinds, at, text, i)) {
        close_text(text);
        forget_table();
        outline_.enter(std::string(strip(line.text)), kTitleLineLevel, book_);
        collect_left_over(make_passage(line.text, line.number), "in a heading", found_.left_over);
      } else if (const auto columns = flat_table_at(block, at)) {
        close_text(text);
        return read_flat_table(i, at + 1, *columns);
      } else {
        text.push_back(line);
        if (text.size() >= kMostLinesOfText) close_text(text);
      }
    }
    close_text(text);
    return i + 1;
  }

  // A short line at the start of a paragraph, or behind a whole sentence or a command, with something below it.
  bool is_heading_line(const Block& block, const std::vector<LineKind>& kinds, size_t at, const std::vector<Line>& text, size_t i) const {
    if (!is_title_line(block.lines[at].text) || flat_table_at(block, at)) return false;
    const bool starts = text.empty() || std::string_view(".:!?").find(text.back().text.back()) != std::string_view::npos;
    const bool last = at + 1 == block.lines.size();
    const bool below = last ? i + 1 < document_.blocks.size() : kinds[at + 1] != LineKind::text || starts_upper(block.lines[at + 1].text);
    return starts && below && expressions_are_absent(block.lines[at]);
  }

  static bool starts_upper(std::string_view text) { return !text.empty() && ((text[0] >= 'A' && text[0] <= 'Z') || static_cast<unsigned char>(text[0]) >= 0x80); }
  static bool expressions_are_absent(const Line& line) {
    const Passage passage = make_passage(line.text, line.number);
    return !(speaks_of_ports(passage.lower) && std::any_of(passage.tokens.begin(), passage.tokens.end(), [](const Token& token) { return token.kind == TokenKind::number; }));
  }

  // The line names columns, and the next one has what belongs in them.
  std::optional<std::vector<Column>> flat_table_at(const Block& block, size_t at) const {
    if (at + 1 >= block.lines.size()) return std::nullopt;
    for (std::vector<Column>& columns : columns_of_line(make_passage(block.lines[at].text, 1)))
      if (is_flat_row(block.lines[at + 1], columns, book_)) return std::move(columns);
    return std::nullopt;
  }

  // To the end of the paragraph, and on as long as paragraphs begin with a row.
  size_t read_flat_table(size_t i, size_t from, const std::vector<Column>& columns) {
    const Block& first = document_.blocks[i];
    std::vector<Line> lines(first.lines.begin() + static_cast<long>(from), first.lines.end());
    for (++i; i < document_.blocks.size(); ++i) {
      const Block& next = document_.blocks[i];
      if (next.kind != Kind::paragraph || !is_flat_row(next.lines[0], columns, book_)) break;
      lines.insert(lines.end(), next.lines.begin(), next.lines.end());
    }
    rows_from_flat_lines(lines, columns, reader(lines[0].number));
    close_rows(lines[0].number);
    return i;
  }

  void close_text(std::vector<Line>& text) {
    if (!text.empty()) read_text(make_passage(text));
    text.clear();
  }

  // Claims and constraints at once, ports later.
  void read_text(Passage passage) {
    Section& section = outline_.now();
    section.about_ports = section.about_ports || speaks_of_ports(passage.lower);
    for (const auto& [begin, end] : sentences(passage)) {
      read_standing(passage, {begin, end});
      read_demands(lower_case(passage.between(begin, end)), passage.line_of(begin));
      if (const std::string target = target_in(passage, begin, end); !target.empty()) {
        section.setting.scene.host = target;
        section.setting.scene.host_is_open = true;
      }
    }
    ++texts_below_;
    const bool numbers = std::any_of(passage.tokens.begin(), passage.tokens.end(), [](const Token& token) { return token.kind == TokenKind::number; });
    if (numbers) statements_.push_back({std::move(passage), outline_.index()});
  }

  void read_demands(const std::string& lower, uint32_t line) {
    if (const auto claim = claim_in(lower)) {
      found_.add_claim(*claim, line, outline_.index());
      if (!claim->protocols.empty()) outline_.now().setting.protocols = claim->protocols;
    }
    found_.read_demand(lower, line, outline_.index());
  }

  // ---- lists ----

  size_t read_list(size_t i) {
    const Setting setting = setting_below(outline_.now());
    const uint32_t first_line = document_.blocks[i].lines.empty() ? 0 : document_.blocks[i].lines[0].number;
    bool rows = false;
    std::vector<std::pair<unsigned, ItemParent>> parents;   // with their depths
    for (; i < document_.blocks.size() && document_.blocks[i].kind == Kind::list_item; ++i) {
      const Block& block = document_.blocks[i];
      while (!parents.empty() && parents.back().first >= block.level) parents.pop_back();
      count_marker(block);
      Passage item = make_passage(block.lines);
      const bool has_children = i + 1 < document_.blocks.size() && document_.blocks[i + 1].kind == Kind::list_item && document_.blocks[i + 1].level > block.level;
      const ItemParent parent = parents.empty() ? ItemParent{} : parents.back().second;
      if (read_item(item, parent, block, setting)) {
        rows = true;
        continue;
      }
      if (has_children && item.size() <= kMostParentWords) parents.push_back({block.level, {item.text, protocols_in(item, 0, item.size())}});
      read_item_as_text(block);
    }
    if (rows) close_rows(first_line);
    return i;
  }

  void count_marker(const Block& block) {
    if (block.lines.empty()) return;
    if (!block.marker.empty()) collect_left_over(make_passage(block.marker, block.lines[0].number), "the number of a list item", found_.left_over);
  }

  bool read_item(Passage& item, const ItemParent& parent, const Block& block, const Setting& setting) {
    if (block.lines.empty() || found_.full()) return false;
    const TableReader now = reader(setting, {outline_.now().title, block.lines[0].number, false, false});
    auto facts = facts_of_item(item, parent, now);
    if (!facts) return false;
    if (is_named_again(*facts)) {
      release(item, facts->ports, "named again: a row has it");
    } else if (const char* denied = denial_of(*facts, setting)) {
      release(item, facts->ports, denied);
    } else {
      now.add(drafts_of(*facts, setting));
    }
    collect_left_over(item, "in a row's description", found_.left_over);
    return true;
  }

  static void release(Passage& item, const PortList& list, const char* why) {
    for (const Ports& ports : list.ports)
      for (const size_t number : ports.numbers) item.tokens[number].used = false, item.tokens[number].why = why;
  }

  // A list that goes through the ports of a table once more.
  bool is_named_again(const Facts& facts) const {
    return std::all_of(facts.ports.ports.begin(), facts.ports.ports.end(), [&](const Ports& ports) { return found_.is_in_table({ports.lo, ports.hi}, ports.protocols.empty() ? facts.protocols : ports.protocols); });
  }

  void read_item_as_text(const Block& block) {
    const std::vector<LineKind> kinds = kinds_of_lines(block.lines, false);
    take_commands(block.lines, kinds);
    std::vector<Line> text;
    for (size_t at = 0; at < block.lines.size(); ++at)
      if (kinds[at] == LineKind::text) text.push_back(block.lines[at]);
    close_text(text);
  }

  // ---- commands ----

  void read_code(const Block& block) { take_commands(block.lines, kinds_of_lines(block.lines, true)); }

  void take_commands(const std::vector<Line>& lines, const std::vector<LineKind>& kinds) {
    found_.add_commands(commands_in(lines, kinds));
    for (size_t i = 0; i < lines.size(); ++i)
      if (kinds[i] != LineKind::text) collect_left_over(make_passage(lines[i].text, lines[i].number), kinds[i] == LineKind::command ? "in a command" : "beside a command", found_.left_over);
  }

  // ---- sentences, and the end ----

  void read_statements() {
    const bool only_text = found_.known().empty();
    for (Statement& statement : statements_) {
      const Section& section = outline_.at(statement.section);
      if (!found_.full())
        for (const Facts& facts : facts_of_sentences(statement.passage, found_.known(), section.setting, only_text))
          found_.add_sentence(drafts_of(facts, section.setting), section);
      collect_left_over(statement.passage, found_.full() ? "behind the last row that is read" : "not named as a port", found_.left_over);
    }
  }

  const Document& document_;
  const DeriveOptions& options_;
  std::string title_;
  Outline outline_;
  Footnotes footnotes_;
  Footnote find_footnote_;
  Citations citations_;
  RoleBook book_;
  Collector found_;
  std::vector<Statement> statements_;
  Standing last_sentence_;                   // of the text right above
  std::optional<uint32_t> rows_above_;       // first line of a table or list that ended here
  size_t texts_below_ = 0;                   // paragraphs since
};

}  // namespace

Derived derive(const Document& document, const DeriveOptions& options) { return Interpreter(document, options).run(); }

}  // namespace fwproof::specs::derive
