// A Kea configuration as it is written: a tree of JSON values with their lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/source.h"

namespace fwproof::importers::kea {

struct Node {
  enum class Kind : uint8_t { null, boolean, number, text, list, object, include };
  Kind kind = Kind::null;
  std::string key;                 // in an object
  std::string text;                // of a scalar; of an include: the file
  uint32_t line = 0;               // of the key, or of the value where there is none
  uint32_t last_line = 0;
  std::vector<Node> children;      // in the order of the file; an include may stand among them

  const Node* find(std::string_view wanted) const {
    for (const Node& child : children)
      if (child.key == wanted) return &child;
    return nullptr;
  }
  bool is_true() const { return kind == Kind::boolean && text == "true"; }
};

struct Document {
  Node root;
  std::string problem;             // not empty: it does not parse, and why
  model::Origin at;                // of the problem
  uint32_t column = 0;
};

}  // namespace fwproof::importers::kea
