#include "specs/reader.h"

#include <algorithm>
#include <charconv>

#include "specs/specification.h"

namespace fwproof::specs {

using Kind = JsonNode::Kind;
using model::DiagnosticId;

std::string quoted(std::string_view text) {
  constexpr size_t kMost = 80;
  if (text.size() <= kMost) return "'" + std::string(text) + "'";
  size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return "'" + std::string(text.substr(0, end)) + "…'";
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  return near.empty() ? "" : "; did you mean " + near + "?";
}

std::vector<model::Diagnostic> Reader::take_diagnostics() {
  model::sort_by_place(diagnostics_);
  return std::move(diagnostics_);
}

void Reader::error_at(const Place& at, std::string_view path, std::string_view message, DiagnosticId id) {
  if (full()) return;
  diagnostics_.push_back(lines_.error(id, at, (path.empty() ? "/" : std::string(path)) + ": " + std::string(message)));
  if (full()) diagnostics_.back().notes.push_back("further errors are not listed");
}

void Reader::unknown_word(const Value& value, std::string_view what, const std::vector<std::string>& known, DiagnosticId id) {
  if (full()) return;
  error(value, quoted(value.node->text) + " is not " + std::string(what) + did_you_mean(value.node->text, known), id);
}

bool Reader::expect(const Value& value, Kind kind) {
  if (value.node->kind == kind) return true;
  error(value, "expected " + std::string(to_text(kind)) + ", found " + std::string(to_text(value.node->kind)));
  return false;
}

std::optional<std::string> Reader::text(const Value& value) {
  if (!expect(value, Kind::string)) return std::nullopt;
  if (!value.node->text.empty()) return value.node->text;
  error(value, "the text is empty");
  return std::nullopt;
}

std::optional<bool> Reader::boolean(const Value& value) {
  if (!expect(value, Kind::boolean)) return std::nullopt;
  return value.node->truth;
}

std::optional<uint32_t> Reader::number(const Value& value, uint32_t least, uint32_t most) {
  if (!expect(value, Kind::number)) return std::nullopt;
  const std::string& text = value.node->text;
  uint32_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault == std::errc{} && end == text.data() + text.size() && number >= least && number <= most) return number;
  error(value, quoted(text) + " is not a whole number from " + std::to_string(least) + " to " + std::to_string(most), DiagnosticId::number_invalid);
  return std::nullopt;
}

std::optional<std::string> Reader::one_of(const Value& value, std::string_view what, std::span<const std::string_view> known) {
  const auto word = text(value);
  if (!word) return std::nullopt;
  if (std::find(known.begin(), known.end(), *word) != known.end()) return word;
  std::string expected;
  for (std::string_view k : known) expected += (expected.empty() ? "" : ", ") + std::string(k);
  unknown_word(value, std::string(what) + " (" + expected + ")", {known.begin(), known.end()}, DiagnosticId::value_unknown);
  return std::nullopt;
}

void Reader::each_item(const Value& value, const Visit& visit) {
  if (!expect(value, Kind::array)) return;
  if (value.node->items.empty()) error(value, "the list is empty");
  for (size_t i = 0; i < value.node->items.size(); ++i) visit({&value.node->items[i], join_path(value.path, std::to_string(i))});
}

void Reader::each_item_or_self(const Value& value, const Visit& visit) {
  if (value.node->kind == Kind::string || value.node->kind == Kind::number) visit(value);
  else each_item(value, visit);
}

void Reader::each_member(const Value& value, const std::function<void(const JsonNode::Key&, const Value&)>& visit) {
  if (!expect(value, Kind::object)) return;
  for (size_t i = 0; i < value.node->items.size(); ++i) {
    const JsonNode::Key& key = value.node->keys[i];
    visit(key, {&value.node->items[i], join_path(value.path, key.text)});
  }
}

std::optional<size_t> find_key(const JsonNode& object, std::string_view key) {
  for (size_t i = 0; i < object.keys.size(); ++i)
    if (object.keys[i].text == key) return i;
  return std::nullopt;
}

void report_unknown_keys(Reader& reader, const Value& value, const std::vector<std::string>& known) {
  for (const JsonNode::Key& key : value.node->keys) {
    if (reader.full()) return;
    if (std::find(known.begin(), known.end(), key.text) != known.end()) continue;
    const std::string message = "unknown key " + quoted(key.text) + did_you_mean(key.text, known);
    reader.error_at(key.at, value.path, message, DiagnosticId::json_schema);
  }
}

}  // namespace fwproof::specs
