// Reads a JSON tree by tables of keys: what is missing, unknown or of the wrong kind becomes an error at its place, with its path.
//
//   constexpr KeyRule<Role> kRoleKeys[] = {{"title", Need::optional, read_title}};
//   read_object(reader, value, kRoleKeys, role);
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "specs/json_tree.h"
#include "specs/lines.h"

namespace fwproof::specs {

struct Value {
  const JsonNode* node;
  std::string path;  // "/rows/3/ports/0"
};

// 'text', cut when it is long.
std::string quoted(std::string_view text);
// "; did you mean ADM?" or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

class Reader {
 public:
  // Requires: sources outlive this.
  Reader(const model::Sources& sources, uint32_t file) : lines_(sources.files[file].bytes, file) {}

  // Sorted by place.
  std::vector<model::Diagnostic> take_diagnostics();
  size_t errors() const { return diagnostics_.size(); }
  bool full() const { return diagnostics_.size() >= kMaxDiagnostics; }

  void error(const Value& value, std::string_view message, model::DiagnosticId id = model::DiagnosticId::json_schema) {
    error_at(value.node->at, value.path, message, id);
  }
  void error_at(const Place& at, std::string_view path, std::string_view message, model::DiagnosticId id);
  // Of an unknown word where one of `known` was expected: "'tpc' is not a protocol; did you mean tcp?"
  void unknown_word(const Value& value, std::string_view what, const std::vector<std::string>& known, model::DiagnosticId id);

  // Each reports what is wrong and returns nothing.
  std::optional<std::string> text(const Value& value);  // not empty
  std::optional<bool> boolean(const Value& value);
  std::optional<uint32_t> number(const Value& value, uint32_t least, uint32_t most);
  std::optional<std::string> one_of(const Value& value, std::string_view what, std::span<const std::string_view> known);

  using Visit = std::function<void(const Value&)>;
  void each_item(const Value& value, const Visit& visit);         // of a list that is not empty
  void each_item_or_self(const Value& value, const Visit& visit);  // a string or number stands for a list of one
  void each_member(const Value& value, const std::function<void(const JsonNode::Key&, const Value&)>& visit);

  bool expect(const Value& value, JsonNode::Kind kind);

 private:
  Lines lines_;
  std::vector<model::Diagnostic> diagnostics_;
};

enum class Need { required, optional };

// `read` is called in the table's order, so a later key may rely on an earlier one. nullptr: accepted and ignored.
template <class Target>
struct KeyRule {
  std::string_view key;
  Need need;
  void (*read)(Reader& reader, const Value& value, Target& target);
};

// The place of a key in an object, or nothing.
std::optional<size_t> find_key(const JsonNode& object, std::string_view key);
void report_unknown_keys(Reader& reader, const Value& value, const std::vector<std::string>& known);

template <class Target>
void read_object(Reader& reader, const Value& value, std::span<const KeyRule<Target>> rules, Target& target) {
  if (!reader.expect(value, JsonNode::Kind::object)) return;
  std::vector<std::string> known;
  for (const KeyRule<Target>& rule : rules) {
    known.emplace_back(rule.key);
    const auto at = find_key(*value.node, rule.key);
    if (at && rule.read) rule.read(reader, {&value.node->items[*at], join_path(value.path, rule.key)}, target);
    if (!at && rule.need == Need::required) reader.error(value, "the key \"" + std::string(rule.key) + "\" is missing");
  }
  report_unknown_keys(reader, value, known);
}

template <auto Member, class Target>
void read_text(Reader& reader, const Value& value, Target& target) {
  if (auto text = reader.text(value)) target.*Member = std::move(*text);
}

template <auto Member, class Target>
void read_boolean(Reader& reader, const Value& value, Target& target) {
  if (auto truth = reader.boolean(value)) target.*Member = *truth;
}

}  // namespace fwproof::specs
