#include "importers/netsh/words.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace fwproof::importers::netsh {
namespace {

constexpr std::string_view kFullwidthColon = "\xef\xbc\x9a";  // U+FF1A
// Blanks of other scripts: no-break space (French typography), narrow no-break space, ideographic space.
constexpr std::string_view kBlanks[] = {"\xc2\xa0", "\xe2\x80\xaf", "\xe3\x80\x80"};

char lower_char(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_word_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

bool is_ascii_blank(char c) { return is_blank(c) || c == '\r' || c == '\f' || c == '\v'; }

bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// Length of the blank that the text starts with.
size_t leading_blank(std::string_view text) {
  if (text.empty()) return 0;
  if (!is_beyond_ascii(text[0])) return is_ascii_blank(text[0]) ? 1 : 0;
  for (const std::string_view blank : kBlanks)
    if (text.starts_with(blank)) return blank.size();
  return 0;
}

size_t trailing_blank(std::string_view text) {
  for (const std::string_view blank : kBlanks)
    if (text.ends_with(blank)) return blank.size();
  return 0;
}

// Lower case of a two-byte UTF-8 letter (Latin-1, Latin Extended-A, Greek, Cyrillic).
uint32_t lower_code(uint32_t code) {
  if (code >= 0xc0 && code <= 0xde && code != 0xd7) return code + 0x20;
  if ((code >= 0x100 && code <= 0x137) || (code >= 0x14a && code <= 0x177)) return code | 1;
  if ((code >= 0x139 && code <= 0x148) || (code >= 0x179 && code <= 0x17e)) return code % 2 == 1 ? code + 1 : code;
  if (code >= 0x391 && code <= 0x3a9) return code + 0x20;
  if (code >= 0x410 && code <= 0x42f) return code + 0x20;
  if (code >= 0x400 && code <= 0x40f) return code + 0x50;
  return code;
}

}  // namespace

// The most frequent call of an import, and nearly every byte is ASCII: other blanks are only looked for where one may be.
std::string_view trim(std::string_view text) {
  const char *begin = text.data(), *end = begin + text.size();
  const auto rest = [&] { return std::string_view(begin, static_cast<size_t>(end - begin)); };
  while (true) {
    while (begin != end && is_ascii_blank(*begin)) ++begin;
    const size_t n = begin != end && is_beyond_ascii(*begin) ? leading_blank(rest()) : 0;
    if (n == 0) break;
    begin += n;
  }
  while (true) {
    while (begin != end && is_ascii_blank(end[-1])) --end;
    const size_t n = begin != end && is_beyond_ascii(end[-1]) ? trailing_blank(rest()) : 0;
    if (n == 0) break;
    end -= n;
  }
  return rest();
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower_char);
  return result;
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower_char(x) == lower_char(y); });
}

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && same(text.substr(0, word.size()), word) &&
         (text.size() == word.size() || !is_word_char(text[word.size()]));
}

size_t find_word(std::string_view text, std::string_view word) {
  const char first = lower_char(word[0]), upper = first >= 'a' && first <= 'z' ? static_cast<char>(first - 32) : first;
  for (size_t at = 0; at + word.size() <= text.size(); ++at) {
    const char c = text.data()[at];
    if ((c != first && c != upper) || (at > 0 && is_word_char(text[at - 1]))) continue;
    if (starts_with_word(text.substr(at), word)) return at;
  }
  return std::string_view::npos;
}

std::string fold(std::string_view text) {
  text = trim(text);
  std::string result(text.size(), '\0');   // never longer: letters keep their length, blanks become one byte
  char* out = result.data();
  for (size_t i = 0; i < text.size();) {
    const char c = text.data()[i];
    if (const size_t n = c > ' ' ? 0 : leading_blank(text.substr(i))) {
      if (out == result.data() || out[-1] != ' ') *out++ = ' ';
      i += n;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 || byte >= 0xe0 || i + 1 >= text.size()) {
      *out++ = lower_char(c);
      ++i;
      continue;
    }
    const uint32_t code = lower_code(((byte & 0x1fU) << 6) | (static_cast<unsigned char>(text[i + 1]) & 0x3fU));
    *out++ = static_cast<char>(0xc0 | (code >> 6));
    *out++ = static_cast<char>(0x80 | (code & 0x3f));
    i += 2;
  }
  result.resize(static_cast<size_t>(out - result.data()));
  return result;
}

bool split_label(std::string_view line, LabelLine& out) {
  const size_t plain = line.find(':');
  const size_t wide = line.substr(0, plain).find(kFullwidthColon);
  const size_t at = std::min(plain, wide);
  if (at == std::string_view::npos) return false;
  out = {trim(line.substr(0, at)), trim(line.substr(at + (at == wide ? kFullwidthColon.size() : 1)))};
  return !out.label.empty();
}

bool split_columns(std::string_view line, LabelLine& out) {
  const std::string_view text = trim(line);
  const size_t at = text.find("  ");
  if (at == std::string_view::npos) return false;
  out = {text.substr(0, at), trim(text.substr(at))};
  return true;
}

bool is_dashes(std::string_view line) {
  const std::string_view text = trim(line);
  return text.size() >= 10 && text.find_first_not_of('-') == std::string_view::npos;
}

std::vector<std::string_view> split_list(std::string_view text, char separator) {
  std::vector<std::string_view> result;
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find(separator, start), text.size());
    if (const std::string_view part = trim(text.substr(start, end - start)); !part.empty()) result.push_back(part);
    start = end + 1;
  }
  return result;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  constexpr size_t kLongestWord = 64;  // longer words are no typing errors of ours, and the distance costs their product
  if (word.size() > kLongestWord) return {};
  std::string_view best;
  size_t best_distance = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    std::vector<size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), size_t{0});
    for (size_t i = 0; i < word.size(); ++i) {
      size_t diagonal = row[0];
      row[0] = i + 1;
      for (size_t j = 0; j < candidate.size(); ++j) {
        const size_t change = diagonal + (lower_char(word[i]) != lower_char(candidate[j]));
        diagonal = row[j + 1];
        row[j + 1] = std::min({change, row[j] + 1, row[j + 1] + 1});
      }
    }
    if (row.back() < best_distance) best_distance = row.back(), best = candidate;
  }
  return best;
}

}  // namespace fwproof::importers::netsh
