// A JSON text as a tree that remembers where each value stands, so that an error can name file, line, column and JSON path.
//
//   std::optional<JsonNode> root = read_json(sources, file, diagnostics);   // comments allowed; nothing when it does not parse
//   root->items[0].at.line;
//
// Ensures: no input crashes it; text over 16 MiB, nesting over 64 or more than a million values is an error. A key that is written
// twice in one object is an error, and the tree keeps its first value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/diagnostic.h"
#include "model/source.h"

namespace fwproof::specs {

constexpr size_t kMaxJsonBytes = size_t{16} << 20;
constexpr size_t kMaxJsonDepth = 64;
constexpr size_t kMaxJsonNodes = 1'000'000;

struct Place {
  uint32_t line = 0;    // 1-based
  uint32_t column = 0;  // 1-based, bytes
  uint32_t length = 0;  // bytes
};

struct JsonNode {
  enum class Kind : uint8_t { null, boolean, number, string, array, object };
  struct Key {
    std::string text;
    Place at;
  };

  Kind kind = Kind::null;
  bool truth = false;
  Place at;                     // arrays and objects: the opening bracket
  std::string text;             // string: its value; number: as written
  std::vector<JsonNode> items;  // of an array, or the values of an object
  std::vector<Key> keys;        // of an object: as many as items
};

std::string_view to_text(JsonNode::Kind kind);  // "a string"

// "zones", "ADM/1" → "/zones/ADM~11" (RFC 6901)
std::string join_path(std::string_view path, std::string_view key);

std::optional<JsonNode> read_json(const model::Sources& sources, uint32_t file, std::vector<model::Diagnostic>& diagnostics);

}  // namespace fwproof::specs
