#include "specs/derive/read_comments.h"

#include <algorithm>

#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kNone = std::string_view::npos;

bool is_in_code(std::string_view line, size_t at) { return std::count(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(at), '`') % 2 == 1; }

std::string without_comments(std::string_view line, bool code_spans, bool& inside) {
  std::string kept;
  while (!line.empty()) {
    size_t at = line.find(inside ? "-->" : "<!--");
    if (!inside && code_spans && at != kNone && is_in_code(line, at)) at = kNone;
    if (!inside) kept += line.substr(0, at);
    if (at == kNone) break;
    line.remove_prefix(at + (inside ? 3 : 4));
    inside = !inside;
  }
  return kept;
}

}  // namespace

char code_fence(std::string_view line) {
  const std::string_view text = trim(line);
  if (text.starts_with("```") && text.substr(3).find('`') == kNone) return '`';
  return text.starts_with("~~~") ? '~' : '\0';
}

void remove_comments(Text& text, bool fences, std::deque<std::string>& kept, Output& output) {
  bool inside = false;
  uint32_t opened = 0;
  char fence = 0;
  for (size_t i = 0; i < text.lines.size(); ++i) {
    std::string_view& line = text.lines[i];
    const char marks = inside || !fences ? '\0' : code_fence(line);
    if (marks && (!fence || fence == marks)) fence = fence ? '\0' : marks;
    if (fence || (!inside && line.find("<!--") == kNone)) continue;
    if (!inside) opened = text.number(i);
    kept.push_back(without_comments(line, fences, inside));
    line = kept.back();
  }
  if (inside)
    output.warn(model::DiagnosticId::document_unfinished, opened, "a comment starts in this line and never ends; the rest of the document is not read");
}

}  // namespace fwproof::specs::derive
