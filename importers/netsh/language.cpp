#include "importers/netsh/language.h"

#include <array>
#include <unordered_map>

#include "importers/netsh/words.h"

namespace fwproof::importers::netsh {
namespace {

const std::array kLanguages = {
#define FWPROOF_LANGUAGE(name) &languages_table::name,
#include "importers/netsh/languages.def"
#undef FWPROOF_LANGUAGE
};

constexpr size_t kWordKinds = static_cast<size_t>(WordKind::protocol) + 1;

// All tables joined, keyed by folded text. That no two languages disagree on a text is a test.
struct Index {
  struct Label {
    Key key;
    const Language* language;
  };
  std::unordered_map<std::string, Label> labels;
  std::array<std::unordered_map<std::string, std::string_view>, kWordKinds> words;
  std::unordered_map<std::string, HeadingKind> headings;
  std::unordered_map<std::string, SettingKind> settings;
  std::array<bool, 256> starts_entry{};   // first bytes of labels and headings

  void note_start(std::string_view text) {
    const std::string folded = fold(text);
    if (folded.empty()) return;
    const auto first = static_cast<unsigned char>(folded[0]);
    starts_entry[first] = true;
    if (first >= 'a' && first <= 'z') starts_entry[first - 'a' + 'A'] = true;
  }

  Index() {
    for (const Language* language : kLanguages) {
      for (const LabelRow& row : language->labels) labels.try_emplace(fold(row.text), Label{row.key, language});
      for (const WordRow& row : language->words)
        if (!row.presumed) words[static_cast<size_t>(row.kind)].try_emplace(fold(row.text), row.english);
      for (const HeadingRow& row : language->headings) headings.try_emplace(fold(row.text), row.kind);
      for (const LabelRow& row : language->labels) note_start(row.text);
      for (const HeadingRow& row : language->headings) note_start(row.text);
      for (const SettingRow& row : language->settings) settings.try_emplace(fold(row.text), row.kind);
    }
  }
};

const Index& index() {
  static const Index instance;  // immutable after construction
  return instance;
}

template <typename Map>
auto find_in(const Map& map, std::string_view text) -> const typename Map::mapped_type* {
  constexpr size_t kLongestEntry = 200;  // nothing in the tables is longer, so long lines cost nothing
  if (text.size() > kLongestEntry) return nullptr;
  const auto at = map.find(fold(text));
  return at == map.end() ? nullptr : &at->second;
}

std::string_view without_colon(std::string_view line) {
  line = trim(line);
  if (line.ends_with(':')) line.remove_suffix(1);
  if (line.ends_with("\xef\xbc\x9a")) line.remove_suffix(3);
  return trim(line);
}

}  // namespace

std::span<const Language* const> languages() { return kLanguages; }

bool may_start_entry(std::string_view trimmed_line) {
  const auto first = trimmed_line.empty() ? '\0' : static_cast<unsigned char>(trimmed_line[0]);
  return first >= 0x80 || index().starts_entry[first];   // folding changes first bytes beyond ASCII
}

std::optional<Key> find_label(std::string_view label) {
  const auto* found = find_in(index().labels, label);
  return found ? std::optional(found->key) : std::nullopt;
}

std::optional<std::string_view> find_word(WordKind kind, std::string_view word) {
  const auto* found = find_in(index().words[static_cast<size_t>(kind)], word);
  return found ? std::optional(*found) : std::nullopt;
}

std::optional<HeadingKind> find_heading(std::string_view line) {
  const auto* found = find_in(index().headings, without_colon(line));
  return found ? std::optional(*found) : std::nullopt;
}

std::optional<SettingKind> find_setting(std::string_view label) {
  const auto* found = find_in(index().settings, without_colon(label));
  return found ? std::optional(*found) : std::nullopt;
}

const Language* language_of_label(std::string_view label) {
  const auto* found = find_in(index().labels, label);
  return found ? found->language : nullptr;
}

size_t count_labels(const Language& language, std::span<const std::string_view> lines) {
  std::unordered_map<std::string, int> texts;
  for (const LabelRow& row : language.labels) texts[fold(row.text)];
  for (const HeadingRow& row : language.headings) texts[fold(row.text)];
  for (const SettingRow& row : language.settings) texts[fold(row.text)];
  size_t count = 0;
  for (const std::string_view line : lines) {
    LabelLine parts;
    if (line.size() > 2000 || (!split_label(line, parts) && !split_columns(line, parts))) continue;
    count += texts.contains(fold(parts.label));
  }
  return count;
}

}  // namespace fwproof::importers::netsh
