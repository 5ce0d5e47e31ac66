// One line of a configuration as words with their columns, and the small questions that a parser asks of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/source.h"

namespace fwproof::importers::cisco_ios {

struct Word {
  std::string_view text;
  uint32_t column = 1;
};

struct Line {
  model::Origin origin;
  std::string_view text;
  uint32_t indent = 0;
  std::vector<Word> words;
  bool too_many_words = false;   // the rest is not looked at: nothing sensible is that long
};

constexpr size_t kMaxWords = 512;

void split(std::string_view text, Line& line);

// IOS does not tell capitals from small letters in its keywords.
bool same(std::string_view a, std::string_view b);
bool begins(std::string_view word, std::string_view keyword);   // word starts with keyword
std::string lower_case(std::string_view text);

// Reads a line word by word.
class Cursor {
 public:
  explicit Cursor(const Line& line, size_t at = 0) : line_(&line), at_(at) {}
  bool done() const { return at_ >= line_->words.size(); }
  std::string_view peek(size_t ahead = 0) const { return at_ + ahead < line_->words.size() ? line_->words[at_ + ahead].text : std::string_view(); }
  std::string_view take() { return done() ? std::string_view() : line_->words[at_++].text; }
  bool eat(std::string_view keyword) {
    if (done() || !same(peek(), keyword)) return false;
    ++at_;
    return true;
  }
  // All of the words of `keywords`, or none.
  bool eat_all(std::string_view keywords);
  size_t at() const { return at_; }
  void back(size_t at) { at_ = at; }
  std::string rest() const;
  const Line& line() const { return *line_; }

 private:
  const Line* line_;
  size_t at_;
};

// "Gi 0/1", "gi0/1", "GigabitEthernet0/1" are one interface: the full name without blanks. Other names stay as they are.
std::string interface_name(std::string_view text);
// The same from one or two words of a line.
std::string take_interface(Cursor& cursor);

}  // namespace fwproof::importers::cisco_ios
