// The account of an input: each non-blank line (or element, see `unit`) ends in exactly one class. A line that nobody
// accounts for counts as unrecognised, so the counts add up by construction.
//
//   Account account(3);
//   account.set(1, LineClass::irrelevant, "comment");
//   account.set(2, LineClass::modelled, "rule");
//   account.count(LineClass::unrecognised);   // 1: line 3
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fwproof::model {

// Ordered from best to worst: a line that is set twice keeps the worse class.
enum class LineClass : uint8_t { modelled, irrelevant, approximated, opaque, unrecognised };
constexpr size_t kLineClasses = 5;
std::string_view to_text(LineClass line_class);

class Account {
 public:
  Account() = default;
  explicit Account(size_t lines) : lines_(lines) {}

  std::string unit = "line";

  void set_blank(size_t line);
  // `construct`: what the line is in the format's words ("rule", "comment", "-m string"); short, from a small vocabulary, it is counted.
  void set(size_t line, LineClass line_class, std::string_view construct);
  // Every line that nobody has set yet.
  void set_rest(LineClass line_class, std::string_view construct);
  bool is_set(size_t line) const { return line >= 1 && line <= lines_.size() && lines_[line - 1].state() == State::set; }

  size_t total() const;  // non-blank lines
  size_t count(LineClass line_class) const;
  LineClass line_class(size_t line) const;
  std::string_view construct(size_t line) const;
  // Takes over every line that `other` has set or called blank, and its unit: an importer's part of a file that several importers share.
  void merge(const Account& other);
  // class → construct → how many lines
  std::map<LineClass, std::map<std::string, size_t>> constructs() const;

 private:
  enum class State : uint8_t { unset, blank, set };
  // Files have millions of lines, so each takes four bytes.
  struct Line {
    uint32_t state_bits : 2 = 0;
    uint32_t class_bits : 3 = static_cast<uint32_t>(LineClass::unrecognised);
    uint32_t construct : 27 = 0;
    State state() const { return static_cast<State>(state_bits); }
    LineClass line_class() const { return static_cast<LineClass>(class_bits); }
  };
  // Beyond what 27 bits number, all are "another line".
  uint32_t intern(std::string_view construct);
  static Line line_of(State state, LineClass line_class, uint32_t construct) {
    Line line;
    line.state_bits = static_cast<uint32_t>(state);
    line.class_bits = static_cast<uint32_t>(line_class);
    line.construct = construct;
    return line;
  }

  std::vector<Line> lines_;
  std::vector<std::string> construct_names_ = {"line that no importer knows", "another line"};
  std::map<std::string, uint32_t, std::less<>> construct_ids_;
  uint32_t last_construct_ = 0;   // most lines are what the one before was
};

}  // namespace fwproof::model
