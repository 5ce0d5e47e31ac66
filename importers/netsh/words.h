// Small helpers on words: trimming, folding, lists.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fwproof::importers::netsh {

std::string_view trim(std::string_view text);
std::string lower(std::string_view text);  // ASCII only
bool same(std::string_view a, std::string_view b);  // ASCII case-insensitive
bool starts_with_word(std::string_view text, std::string_view word);  // case-insensitive, followed by a blank or the end
size_t find_word(std::string_view text, std::string_view word);       // case-insensitive, not inside another word; npos

// Folded for comparison with the tables: lower case (Latin, Greek, Cyrillic), every kind of blank one blank, trimmed.
std::string fold(std::string_view text);

// A label line "Label:   value", split at the first colon, also a fullwidth one; false when there is none.
struct LabelLine {
  std::string_view label;
  std::string_view value;
};
bool split_label(std::string_view line, LabelLine& out);
// "State        ON": two columns, split at two or more blanks.
bool split_columns(std::string_view line, LabelLine& out);

bool is_dashes(std::string_view line);
std::vector<std::string_view> split_list(std::string_view text, char separator);  // elements trimmed, empty ones dropped

// The candidate with the smallest edit distance to `word`, if it is near enough to be a typing error; else empty.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace fwproof::importers::netsh
