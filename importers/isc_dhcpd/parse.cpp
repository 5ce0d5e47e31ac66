#include "importers/isc_dhcpd/parse.h"

namespace fwproof::importers::isc_dhcpd {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }
bool is_mark(char c) { return c == '{' || c == '}' || c == ';' || c == ','; }

// A string of dhcpd ends in its line; a backslash takes the next character with it.
size_t string_end(std::string_view line, size_t at) {
  for (++at; at < line.size() && line[at] != '"'; ++at)
    if (line[at] == '\\') ++at;
  return at;
}

// Deeper than any configuration: what is in a block looks at the blocks around it.
constexpr size_t kMaxDepth = 200;

class Parser {
 public:
  Parser(const Section& section, Config& config) : section_(section), config_(config) {}

  void run() {
    for (size_t i = 0; i < section_.lines.size(); ++i) {
      number_ = section_.first_line + static_cast<uint32_t>(i);
      bool open_string = false;
      for (const Word& word : words_of(section_.lines[i], number_, &open_string)) take(word);
      if (open_string) config_.unclosed.push_back({section_.file, number_});
    }
    finish();
  }

 private:
  void take(const Word& word) {
    const bool mark = !word.quoted && word.text.size() == 1 && is_mark(word.text[0]);
    if (!mark || word.text[0] == ',') return pending_.push_back(word);
    // The type of an option may be a record: option x code 9 = { ip-address, text };
    const bool record = !pending_.empty() && !pending_.front().quoted && pending_.front().text == "option";
    if (record && word.text[0] == '{') return ++record_, void();
    if (record_ > 0 && word.text[0] == '}') return --record_, void();
    if (word.text[0] == ';') return add(false, false);
    if (word.text[0] == '}') return close(word);
    if (open_.size() >= kMaxDepth) return config_.stray.push_back({section_.file, word.line});
    add(true, false);
    open_.push_back(config_.statements.size() - 1);
  }

  void close(const Word& word) {
    if (!pending_.empty()) add(false, true);
    if (open_.empty()) return config_.stray.push_back({section_.file, word.line});
    config_.statements[open_.back()].close_line = word.line;
    open_.pop_back();
  }

  void add(bool is_block, bool unfinished) {
    record_ = 0;
    if (pending_.empty() && !is_block) return;
    Statement statement;
    statement.words = std::move(pending_);
    statement.file = section_.file;
    statement.last_line = number_;
    statement.parent = open_.empty() ? kNone : open_.back();
    statement.is_block = is_block;
    statement.unfinished = unfinished;
    config_.statements.push_back(std::move(statement));
    pending_.clear();
  }

  void finish() {
    if (!pending_.empty()) {
      config_.unclosed.push_back({section_.file, pending_.front().line});
      add(false, true);
    }
    for (const size_t block : open_) config_.unclosed.push_back({section_.file, config_.statements[block].first_line()});
  }

  const Section& section_;
  Config& config_;
  uint32_t number_ = 0;
  unsigned record_ = 0;
  std::vector<Word> pending_;
  std::vector<size_t> open_;
};

}  // namespace

std::vector<Word> words_of(std::string_view line, uint32_t number, bool* open_string) {
  std::vector<Word> words;
  for (size_t at = 0; at < line.size();) {
    if (is_blank(line[at])) {
      ++at;
      continue;
    }
    if (line[at] == '#') break;
    const size_t start = at;
    const bool quoted = line[at] == '"';
    if (quoted) {
      at = string_end(line, at);
      if (at >= line.size() && open_string != nullptr) *open_string = true;
      words.push_back({line.substr(start + 1, std::min(at, line.size()) - start - 1), number, static_cast<uint32_t>(start + 1), true});
      at = std::min(at + 1, line.size());
      continue;
    }
    if (is_mark(line[at])) ++at;
    else
      while (at < line.size() && !is_blank(line[at]) && !is_mark(line[at]) && line[at] != '"' && line[at] != '#') ++at;
    words.push_back({line.substr(start, at - start), number, static_cast<uint32_t>(start + 1), false});
  }
  return words;
}

void parse(const Section& section, Config& config) { Parser(section, config).run(); }

}  // namespace fwproof::importers::isc_dhcpd
