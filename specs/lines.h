// Byte offsets of a text as lines and columns, and diagnostics at such places.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "specs/json_tree.h"

namespace fwproof::specs {

// Of one file; a hostile file could otherwise have as many errors as bytes.
constexpr size_t kMaxDiagnostics = 1000;

class Lines {
 public:
  // Requires: text outlives this.
  Lines(std::string_view text, uint32_t file);

  Place place(size_t offset, size_t length) const;
  model::Diagnostic error(model::DiagnosticId id, const Place& at, std::string message) const;

 private:
  std::string_view line_text(uint32_t line) const;

  std::string_view text_;
  uint32_t file_;
  std::vector<size_t> starts_ = {0};
};

}  // namespace fwproof::specs
