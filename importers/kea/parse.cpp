#include "importers/kea/parse.h"

namespace fwproof::importers::kea {
namespace {

constexpr unsigned kMaxDepth = 64;
constexpr size_t kMaxNodes = 2'000'000;

class Parser {
 public:
  explicit Parser(const Section& section) : section_(section) {}

  Document run() {
    Document document;
    if (value(document.root, 0)) {
      skip();
      if (row_ < section_.lines.size()) fail("nothing more behind the configuration");
    }
    document.problem = problem_;
    document.at = {section_.file, problem_line_};
    document.column = problem_column_;
    return document;
  }

 private:
  std::string_view line() const { return row_ < section_.lines.size() ? section_.lines[row_] : std::string_view(); }
  char peek() const { return row_ >= section_.lines.size() ? '\0' : at_ < line().size() ? line()[at_] : '\n'; }
  bool looks(std::string_view text) const { return line().substr(std::min(at_, line().size()), text.size()) == text; }
  uint32_t number() const { return section_.first_line + static_cast<uint32_t>(row_); }

  void step() {
    if (at_ < line().size()) ++at_;
    else ++row_, at_ = 0;
  }

  bool fail(std::string expected) {
    if (!problem_.empty()) return false;
    problem_ = "expected " + std::move(expected);
    problem_line_ = std::min(number(), section_.first_line + static_cast<uint32_t>(section_.lines.size()) - 1);
    problem_column_ = static_cast<uint32_t>(at_ + 1);
    return false;
  }

  void skip_line() { ++row_, at_ = 0; }

  // Blanks and comments.
  void skip() {
    while (row_ < section_.lines.size()) {
      const char c = peek();
      if (c == '#' || looks("//")) skip_line();
      else if (looks("/*")) skip_block();
      else if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v') step();
      else return;
    }
  }

  void skip_block() {
    at_ += 2;
    while (row_ < section_.lines.size()) {
      const size_t end = line().find("*/", at_);
      if (end != std::string_view::npos) return at_ = end + 2, void();
      skip_line();
    }
    fail("the end of a comment");
  }

  bool value(Node& node, unsigned depth) {
    skip();
    if (node.line == 0) node.line = number();
    if (++nodes_ > kMaxNodes) return fail("fewer values");
    if (depth > kMaxDepth) return fail("fewer levels");
    bool good = false;
    switch (peek()) {
      case '{': node.kind = Node::Kind::object, good = members(node, depth, '}'); break;
      case '[': node.kind = Node::Kind::list, good = members(node, depth, ']'); break;
      case '"': node.kind = Node::Kind::text, good = text(node.text); break;
      case '<': good = include(node); break;
      default: good = scalar(node); break;
    }
    node.last_line = std::min(number(), section_.first_line + static_cast<uint32_t>(section_.lines.size()) - 1);
    return good;
  }

  bool members(Node& node, unsigned depth, char end) {
    step();
    for (skip(); peek() != end; skip()) {
      if (row_ >= section_.lines.size()) return fail(end == '}' ? "'}'" : "']'");
      if (peek() == ',') {
        step();
        continue;
      }
      Node& child = node.children.emplace_back();
      child.line = number();
      if (end == '}' && peek() != '<' && !key(child)) return false;
      if (!value(child, depth + 1)) return false;
      skip();
      if (peek() != ',' && peek() != end && child.kind != Node::Kind::include) return fail(end == '}' ? "',' or '}'" : "',' or ']'");
    }
    step();
    return true;
  }

  bool key(Node& child) {
    if (peek() != '"') return fail("a name in quotes");
    if (!text(child.key)) return false;
    skip();
    if (peek() != ':') return fail("':'");
    step();
    return true;
  }

  // Escapes other than \" and \\ stay as they are: no value that matters has one.
  bool text(std::string& into) {
    step();
    while (peek() != '"') {
      if (peek() == '\n' || peek() == '\0') return fail("the end of a string");
      if (peek() == '\\' && at_ + 1 < line().size() && (line()[at_ + 1] == '"' || line()[at_ + 1] == '\\')) step();
      into += peek();
      step();
    }
    step();
    return true;
  }

  // <?include "FILE"?>
  bool include(Node& node) {
    node.kind = Node::Kind::include;
    if (!looks("<?include")) return fail("a value");
    at_ += 9;
    skip();
    if (peek() != '"') return fail("a file in quotes");
    if (!text(node.text)) return false;
    skip();
    if (!looks("?>")) return fail("'?>'");
    at_ += 2;
    return true;
  }

  bool scalar(Node& node) {
    const size_t start = at_;
    while (at_ < line().size() && std::string_view(",]}# \t\r/").find(line()[at_]) == std::string_view::npos) ++at_;
    node.text = line().substr(start, at_ - start);
    if (node.text == "true" || node.text == "false") node.kind = Node::Kind::boolean;
    else if (node.text == "null") node.kind = Node::Kind::null;
    else if (!node.text.empty() && node.text.find_first_not_of("0123456789+-.eE") == std::string::npos) node.kind = Node::Kind::number;
    else return at_ = start, fail("a value");
    return true;
  }

  const Section& section_;
  size_t row_ = 0, at_ = 0;
  size_t nodes_ = 0;
  std::string problem_;
  uint32_t problem_line_ = 0, problem_column_ = 0;
};

}  // namespace

Document parse(const Section& section) { return Parser(section).run(); }

}  // namespace fwproof::importers::kea
