// One line of an iptables-save dump in iptables' own words: which options, belonging to which match or target, with which values.
// It points into the line (or into the Words' store for values that had escapes) and is reused from line to line.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "importers/iptables_save/grammar.h"
#include "model/diagnostic.h"

namespace fwproof::importers::iptables_save {

struct Word {
  std::string_view text;
  uint32_t column = 1;
  bool quoted = false;
};

struct OptionUse {
  std::string_view name;             // in full, without dashes
  const OptionSpec* spec = nullptr;  // nullptr: an option of a target, or of a module whose options are not looked into
  int32_t owner = 0;                 // index into RuleAst::matches, or kGeneric, or kTarget
  bool negated = false;
  uint32_t word = 0;                 // the option itself
  uint32_t first_value = 0;          // index into RuleAst::words
  uint32_t value_count = 0;
};
constexpr int32_t kGeneric = -1;
constexpr int32_t kTarget = -2;

struct MatchUse {
  const ModuleSpec* spec = nullptr;  // nullptr: a match that nobody knows
  std::string_view name;
  uint32_t word = 0;                 // of the name; for implied matches (-p tcp --dport) of the option
};

// Something that netfilter itself would refuse.
struct Problem {
  model::DiagnosticId id = model::DiagnosticId::line_unrecognised;
  uint32_t word = 0;
  std::string message;
  std::string note;
};

enum class Verb : uint8_t { append, insert, new_chain, policy, flush, harmless, other };

struct RuleAst {
  std::string_view line;
  std::vector<Word> words;
  std::deque<std::string> unescaped;   // values that had escapes
  Verb verb = Verb::append;
  std::string_view chain;
  uint32_t position = 1;               // -I CHAIN position
  std::string_view policy;             // -P
  std::vector<MatchUse> matches;
  std::vector<OptionUse> options;
  const TargetSpec* target_spec = nullptr;
  std::string_view target;             // empty: none
  uint32_t target_word = 0;
  bool is_goto = false;
  std::vector<Problem> problems;

  std::string_view value(const OptionUse& use, uint32_t i = 0) const { return words[use.first_value + i].text; }
};

}  // namespace fwproof::importers::iptables_save
