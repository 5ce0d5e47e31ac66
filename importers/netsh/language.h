// One table per display language of Windows: the labels and words that netsh prints, each with several accepted spellings, since
// they differ between Windows versions and are partly left in English.
//
//   find_label("Lokaler Port")                    // Key::local_port
//   find_word(WordKind::action, "Zulassen")       // "allow"
//
// A new language is one file languages/<name>.cpp with its sources, one declaration below and one line in languages.def.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "importers/netsh/ast.h"

namespace fwproof::importers::netsh {

struct LabelRow {
  Key key;
  std::string_view text;
};

enum class WordKind : uint8_t { yes_no, direction, profile, action, any, on_off, interface_type, security, source, edge, protocol };
struct WordRow {
  WordKind kind;
  std::string_view text;
  std::string_view english;  // as `netsh advfirewall firewall add rule` takes it
  // Written from memory or taken from another part of Windows: no output of netsh with it was found. Such a word tells the language, but
  // decides nothing: its value counts as unknown.
  bool presumed = false;
};

// Lines that stand alone.
enum class HeadingKind : uint8_t { domain_profile, private_profile, public_profile, end, no_rules };
struct HeadingRow {
  HeadingKind kind;
  std::string_view text;  // without the colon
};

// Labels of `show allprofiles`, which have two columns and no colon.
enum class SettingKind : uint8_t { state, policy, other };
struct SettingRow {
  SettingKind kind;
  std::string_view text;
};

struct Language {
  std::string_view name;                          // "German"
  std::span<const std::string_view> code_pages;   // of the console, as iconv names them
  std::span<const LabelRow> labels;
  std::span<const WordRow> words;
  std::span<const HeadingRow> headings;
  std::span<const SettingRow> settings;
};

std::span<const Language* const> languages();

// Lookups over all languages. The texts are folded first.
// False: no label and no heading of any language starts with the line's first character.
bool may_start_entry(std::string_view trimmed_line);
std::optional<Key> find_label(std::string_view label);
std::optional<std::string_view> find_word(WordKind kind, std::string_view word);
std::optional<HeadingKind> find_heading(std::string_view line);
std::optional<SettingKind> find_setting(std::string_view label);
// The language whose label this is (the first one where several share it), or nullptr.
const Language* language_of_label(std::string_view label);
// How many of the lines carry a label or a heading of the language.
size_t count_labels(const Language& language, std::span<const std::string_view> lines);

#define FWPROOF_LANGUAGE(name) extern const Language name;
namespace languages_table {
#include "importers/netsh/languages.def"
}
#undef FWPROOF_LANGUAGE

}  // namespace fwproof::importers::netsh
