#include "importers/netsh/code_page.h"

#include <algorithm>
#include <optional>
#include <set>

#include "importers/netsh/language.h"
#include "importers/netsh/words.h"
#include "importers/text/decode.h"

namespace fwproof::importers::netsh {
namespace {

constexpr size_t kSampleLines = 200;  // enough to tell languages apart
constexpr std::string_view kFallback = "CP850";

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Labels, headings and words of the language in the lines as this code page reads them.
size_t fitness(const Language& language, const char* code_page, std::span<const std::string_view> sample) {
  std::vector<std::string> decoded;
  std::vector<std::string_view> views;
  const text::CodePage page(code_page);
  for (const std::string_view line : sample)
    if (auto text = page.decode(line)) decoded.push_back(std::move(*text));
  std::set<std::string> known;
  for (const WordRow& row : language.words)
    if (!is_ascii(row.text)) known.insert(fold(row.text));
  views.assign(decoded.begin(), decoded.end());
  size_t words = 0;
  LabelLine parts;
  for (const std::string_view line : views) {
    if (!split_label(line, parts) && !split_columns(line, parts)) continue;
    for (const std::string_view value : split_list(parts.value.substr(0, 200), ','))
      words += known.contains(fold(value));
  }
  return 2 * count_labels(language, views) + words;
}

std::string best_code_page(const Section& section) {
  std::vector<std::string_view> sample;
  for (const std::string_view line : section.lines)
    if (sample.size() < kSampleLines && line.size() < 2000 && !is_ascii(line)) sample.push_back(line);
  std::string best(kFallback);
  if (sample.empty()) return best;
  size_t most = 0;
  for (const Language* language : languages())
    for (const std::string_view code_page : language->code_pages)
      if (const size_t fits = fitness(*language, std::string(code_page).c_str(), sample); fits > most) most = fits, best = std::string(code_page);
  return best;
}

}  // namespace

Utf8Section to_utf8(const Section& section) {
  Utf8Section result{section, nullptr, {}};
  if (section.encoding != "bytes") return result;
  result.code_page = best_code_page(section);
  result.text = std::make_shared<std::string>();
  std::vector<size_t> ends;
  const text::CodePage page(result.code_page.c_str());
  for (const std::string_view line : section.lines) {
    auto decoded = is_ascii(line) ? std::optional<std::string>(line) : page.decode(line);
    if (!decoded) {
      // A byte that the code page does not have: kept as '?', so that the line stays a line.
      decoded = std::string(line);
      for (char& c : *decoded)
        if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    }
    *result.text += *decoded;
    ends.push_back(result.text->size());
  }
  size_t start = 0;
  for (size_t i = 0; i < ends.size(); ++i) {
    result.section.lines[i] = std::string_view(*result.text).substr(start, ends[i] - start);
    start = ends[i];
  }
  return result;
}

bool raw_rule_start(std::string_view line) {
  constexpr size_t kLongestLabel = 60;
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon > kLongestLabel) return false;
  const std::string_view label = line.substr(0, colon);
  if (is_ascii(label) || text::is_utf8(label)) return false;
  for (const Language* language : languages())
    for (const std::string_view code_page : language->code_pages)
      if (const auto decoded = text::from_code_page(label, std::string(code_page).c_str()); decoded && find_label(*decoded) == Key::name) return true;
  return false;
}

}  // namespace fwproof::importers::netsh
