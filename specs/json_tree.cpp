#include "specs/json_tree.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "specs/lines.h"

namespace fwproof::specs {
namespace {

using Json = nlohmann::json;
using Kind = JsonNode::Kind;

// Walks the text in step with the parser: each event is one token, and between two tokens of valid JSON stand only white space,
// comments, commas and colons. So the place of every token is known without parsing anything twice.
class Follower {
 public:
  explicit Follower(std::string_view text) : text_(text) {
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") at_ = 3;
  }

  struct Token {
    size_t offset;
    std::string_view text;
  };

  Token next() {
    skip_between();
    const size_t start = at_;
    at_ = end_of_token(start);
    return {start, text_.substr(start, at_ - start)};
  }

 private:
  char peek(size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

  void skip_between() {
    while (at_ < text_.size()) {
      const size_t before = at_;
      at_ = std::min(text_.find_first_not_of(" \t\r\n,:", at_), text_.size());
      if (peek(at_) == '/') skip_comment();
      if (at_ == before) return;
    }
  }

  void skip_comment() {
    if (peek(at_ + 1) == '*') {
      const size_t end = text_.find("*/", at_ + 2);
      at_ = end == std::string_view::npos ? text_.size() : end + 2;
    } else {
      at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
    }
  }

  size_t end_of_token(size_t start) const {
    if (peek(start) == '"') return end_of_string(start);
    const size_t end = std::min(text_.find_first_of(" \t\r\n,:/[]{}", start), text_.size());
    return end == start ? std::min(start + 1, text_.size()) : end;
  }

  size_t end_of_string(size_t start) const {
    size_t at = start + 1;
    while (at < text_.size() && text_[at] != '"') at += text_[at] == '\\' ? 2 : 1;
    return std::min(at + 1, text_.size());
  }

  std::string_view text_;
  size_t at_ = 0;
};

// "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing value - unexpected …" → what follows the place.
std::string parser_words(std::string_view what) {
  const size_t column = what.find("column ");
  const size_t colon = column == std::string_view::npos ? column : what.find(": ", column);
  if (colon != std::string_view::npos) what.remove_prefix(colon + 2);
  return std::string(what.substr(0, 400));
}

// Builds the tree from the parser's events. Open containers are kept on a stack and move into their parent when they close.
class Builder : public nlohmann::json_sax<Json> {
 public:
  Builder(std::string_view text, uint32_t file, std::vector<model::Diagnostic>& diagnostics)
      : follower_(text), lines_(text, file), text_(text), diagnostics_(diagnostics) {}

  std::optional<JsonNode> result;

  bool null() override { return value(Kind::null, {}, false); }
  bool boolean(bool truth) override { return value(Kind::boolean, {}, truth); }
  bool number_integer(number_integer_t) override { return number(); }
  bool number_unsigned(number_unsigned_t) override { return number(); }
  bool number_float(number_float_t, const string_t&) override { return number(); }
  bool string(string_t& text) override { return value(Kind::string, std::move(text), false); }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return open(Kind::object); }
  bool start_array(size_t) override { return open(Kind::array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& text) override {
    const Place at = place(follower_.next());
    Open& open = stack_.back();
    open.skip = !open.seen.insert(text).second;
    if (open.skip) report(at, path() + ": the key \"" + std::string(text) + "\" is written twice", model::DiagnosticId::json_schema);
    open.key = {std::move(text), at};
    return true;
  }

  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    const size_t offset = std::min(position > 0 ? position - 1 : 0, text_.size());
    report(lines_.place(offset, 1), path() + ": " + parser_words(error.what()), model::DiagnosticId::json_invalid);
    return false;
  }

 private:
  struct Open {
    JsonNode node;
    std::set<std::string, std::less<>> seen;
    JsonNode::Key key;
    bool skip = false;  // the value of a key that was there already
  };

  Place place(const Follower::Token& token) const { return lines_.place(token.offset, token.text.size()); }

  bool number() {
    const Follower::Token token = follower_.next();
    return add(JsonNode{Kind::number, false, place(token), std::string(token.text), {}, {}});
  }

  bool value(Kind kind, std::string text, bool truth) {
    return add(JsonNode{kind, truth, place(follower_.next()), std::move(text), {}, {}});
  }

  bool open(Kind kind) {
    const Place at = place(follower_.next());
    if (stack_.size() >= kMaxJsonDepth) return refuse(at, "nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
    if (!count(at)) return false;
    stack_.emplace_back();
    stack_.back().node.kind = kind;
    stack_.back().node.at = at;
    return true;
  }

  bool close() {
    follower_.next();
    JsonNode node = std::move(stack_.back().node);
    stack_.pop_back();
    return attach(std::move(node));
  }

  bool add(JsonNode node) { return count(node.at) && attach(std::move(node)); }

  bool count(const Place& at) {
    if (++nodes_ <= kMaxJsonNodes) return true;
    return refuse(at, "more than " + std::to_string(kMaxJsonNodes) + " values");
  }

  bool attach(JsonNode node) {
    if (stack_.empty()) {
      result = std::move(node);
      return true;
    }
    Open& open = stack_.back();
    if (open.skip) return true;
    if (open.node.kind == Kind::object) open.node.keys.push_back(std::move(open.key));
    open.node.items.push_back(std::move(node));
    return true;
  }

  bool refuse(const Place& at, const std::string& why) {
    report(at, path() + ": " + why, model::DiagnosticId::input_too_large);
    return false;
  }

  void report(const Place& at, std::string message, model::DiagnosticId id) {
    if (diagnostics_.size() < kMaxDiagnostics) diagnostics_.push_back(lines_.error(id, at, std::move(message)));
  }

  // Of the container whose inside is being read.
  std::string path() const {
    std::string path;
    for (size_t i = 0; i + 1 < stack_.size(); ++i) {
      const bool object = stack_[i].node.kind == Kind::object;
      path = join_path(path, object ? stack_[i].key.text : std::to_string(stack_[i].node.items.size()));
    }
    return path.empty() ? "/" : path;
  }

  Follower follower_;
  Lines lines_;
  std::string_view text_;
  std::vector<model::Diagnostic>& diagnostics_;
  std::vector<Open> stack_;
  size_t nodes_ = 0;
};

// What the parser need not see: text that is none, or too much of it. The parser takes a NUL for the end of the text.
bool is_readable(std::string_view text, uint32_t file, std::vector<model::Diagnostic>& diagnostics) {
  const auto refuse = [&](model::DiagnosticId id, std::string message) {
    diagnostics.push_back(Lines({}, file).error(id, {}, std::move(message)));
    return false;
  };
  if (text.size() > kMaxJsonBytes) return refuse(model::DiagnosticId::input_too_large, "the file is larger than 16 MiB");
  if (text.find('\0') != std::string_view::npos) return refuse(model::DiagnosticId::input_binary, "the file holds NUL bytes; JSON is UTF-8 text");
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return refuse(model::DiagnosticId::input_empty, "the file is empty");
  return true;
}

}  // namespace

std::string_view to_text(JsonNode::Kind kind) {
  switch (kind) {
    case Kind::null: return "null";
    case Kind::boolean: return "true or false";
    case Kind::number: return "a number";
    case Kind::string: return "a string";
    case Kind::array: return "a list";
    case Kind::object: return "an object";
  }
  return "";
}

std::string join_path(std::string_view path, std::string_view key) {
  std::string joined(path == "/" ? std::string_view{} : path);
  joined += '/';
  for (char c : key) {
    if (c == '~') joined += "~0";
    else if (c == '/') joined += "~1";
    else joined += c;
  }
  return joined;
}

std::optional<JsonNode> read_json(const model::Sources& sources, uint32_t file, std::vector<model::Diagnostic>& diagnostics) {
  const std::string_view text = sources.files[file].bytes;
  if (!is_readable(text, file, diagnostics)) return std::nullopt;
  Builder builder(text, file, diagnostics);
  const bool ok = Json::sax_parse(text.begin(), text.end(), &builder, Json::input_format_t::json, true, true);
  if (!ok) return std::nullopt;
  return std::move(builder.result);
}

}  // namespace fwproof::specs
