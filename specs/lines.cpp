#include "specs/lines.h"

#include <algorithm>

namespace fwproof::specs {
namespace {

constexpr size_t kMaxLineText = 300;  // model::Diagnostic::line_text

// Cuts at a character boundary, so that the text stays UTF-8 where it was.
std::string_view cut(std::string_view text) {
  if (text.size() <= kMaxLineText) return text;
  size_t end = kMaxLineText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
    if (length == 0 || i + length > text.size()) return false;
    for (size_t k = 1; k < length; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    i += length;
  }
  return true;
}

// Diagnostics promise UTF-8, also about a file that is none.
std::string as_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string plain(text);
  std::replace_if(plain.begin(), plain.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  return plain;
}

}  // namespace

Lines::Lines(std::string_view text, uint32_t file) : text_(text), file_(file) {
  for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) starts_.push_back(at + 1);
}

Place Lines::place(size_t offset, size_t length) const {
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const auto line = static_cast<uint32_t>(after - starts_.begin());
  return {line, static_cast<uint32_t>(offset - starts_[line - 1] + 1), static_cast<uint32_t>(length)};
}

model::Diagnostic Lines::error(model::DiagnosticId id, const Place& at, std::string message) const {
  model::Diagnostic diagnostic;
  diagnostic.id = id;
  diagnostic.severity = model::Severity::error;
  diagnostic.origin = {file_, at.line};
  diagnostic.column = at.column;
  diagnostic.length = at.length;
  diagnostic.message = as_utf8(message);
  diagnostic.line_text = as_utf8(cut(line_text(at.line)));
  return diagnostic;
}

std::string_view Lines::line_text(uint32_t line) const {
  if (line == 0 || line > starts_.size()) return {};
  const size_t start = starts_[line - 1];
  std::string_view text = text_.substr(start, line < starts_.size() ? starts_[line] - 1 - start : std::string_view::npos);
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

}  // namespace fwproof::specs
