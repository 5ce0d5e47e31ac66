#include "report/source_lines.h"

#include <fmt/format.h>

#include <string_view>

#include "model/utf8.h"
#include "report/escape.h"

namespace fwproof::report {
namespace {

constexpr size_t kLongestShown = 300;

enum class Wide { no, little, big };

Wide wide_of(std::string_view bytes) {
  if (bytes.size() < 2) return Wide::no;
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if ((byte(0) == 0xFF && byte(1) == 0xFE) || (byte(0) != 0 && byte(1) == 0)) return Wide::little;
  if ((byte(0) == 0xFE && byte(1) == 0xFF) || (byte(0) == 0 && byte(1) != 0)) return Wide::big;
  return Wide::no;
}

// UTF-16 to UTF-8 (RFC 2781); what is no character becomes U+FFFD.
std::string from_utf16(std::string_view bytes, bool little) {
  const auto unit = [&](size_t i) {
    const auto a = static_cast<unsigned char>(bytes[i]);
    const auto b = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<char32_t>(little ? a | (b << 8) : b | (a << 8));
  };
  std::string out;
  out.reserve(bytes.size() / 2);
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    char32_t value = unit(i);
    if (i == 0 && value == 0xFEFF) continue;
    if (value >= 0xD800 && value <= 0xDBFF && i + 3 < bytes.size()) {
      const char32_t low = unit(i + 2);
      if (low >= 0xDC00 && low <= 0xDFFF) {
        value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      }
    }
    model::append_utf8(out, value >= 0xD800 && value <= 0xDFFF ? 0xFFFD : value);
  }
  return out;
}

}  // namespace

const SourceLines::Index& SourceLines::index_of(uint32_t file) {
  const auto [slot, added] = indexes_.try_emplace(file);
  Index& index = slot->second;
  if (!added) return index;
  std::string_view text = sources_.files[file].bytes;
  if (const Wide wide = wide_of(text); wide != Wide::no) {
    index.decoded = from_utf16(text, wide == Wide::little);
    index.is_decoded = true;
    text = index.decoded;
  }
  for (size_t at = 0; at < text.size();) {
    index.starts.push_back(at);
    const size_t end = text.find('\n', at);
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
  return index;
}

std::string SourceLines::line(const model::Origin& origin) {
  if (origin.line == 0 || origin.file >= sources_.files.size()) return {};
  const Index& index = index_of(origin.file);
  if (origin.line > index.starts.size()) return {};
  const std::string_view text = index.is_decoded ? std::string_view(index.decoded) : std::string_view(sources_.files[origin.file].bytes);
  std::string_view line = text.substr(index.starts[origin.line - 1]);
  line = line.substr(0, std::min(line.find('\n'), kLongestShown + 4));
  if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (line.size() <= kLongestShown) return std::string(line);
  size_t cut = kLongestShown;
  while (cut > 0 && (static_cast<unsigned char>(line[cut]) & 0xC0) == 0x80) --cut;
  return std::string(line.substr(0, cut)) + "…";
}

std::string SourceLines::path(const model::Origin& origin) const {
  return origin.file < sources_.files.size() ? sources_.files[origin.file].path : std::string();
}

std::string SourceLines::place(const model::Origin& origin) const {
  const std::string name = escape(path(origin));
  return origin.line == 0 ? name : fmt::format("{}:{}", name, origin.line);
}

}  // namespace fwproof::report
