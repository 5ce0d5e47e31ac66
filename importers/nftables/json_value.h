// JSON with places: which line each value stands on, so that a rule of a document has an origin.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace fwproof::importers::nftables {

struct JsonValue {
  enum class Kind : uint8_t { null, boolean, number, string, array, object };
  Kind kind = Kind::null;
  std::string_view text;              // number and string: its text; boolean: true or false
  std::vector<std::string_view> keys; // object: of items
  std::vector<JsonValue> items;
  uint32_t line = 0;                  // from 1, within the document
  uint32_t last_line = 0;
  uint32_t column = 1;
  size_t begin = 0;                   // bytes of the document
  size_t end = 0;

  const JsonValue* find(std::string_view key) const {
    for (size_t i = 0; i < keys.size(); ++i)
      if (keys[i] == key) return &items[i];
    return nullptr;
  }
  std::string_view string(std::string_view key) const {
    const JsonValue* value = find(key);
    return value && value->kind == Kind::string ? value->text : std::string_view();
  }
};

struct JsonDocument {
  JsonValue root;
  std::string problem;                // empty: it parses
  uint32_t problem_line = 0;
};

// `strings` takes those that the text holds with escapes.
JsonDocument parse_document(std::string_view text, std::deque<std::string>& strings);

}  // namespace fwproof::importers::nftables
