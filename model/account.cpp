#include "model/account.h"

#include <algorithm>

namespace fwproof::model {

std::string_view to_text(LineClass line_class) {
  switch (line_class) {
    case LineClass::modelled: return "modelled";
    case LineClass::irrelevant: return "irrelevant";
    case LineClass::approximated: return "approximated";
    case LineClass::opaque: return "opaque";
    case LineClass::unrecognised: return "unrecognised";
  }
  return "";
}

void Account::set_blank(size_t line) {
  if (line < 1 || line > lines_.size() || lines_[line - 1].state() != State::unset) return;
  lines_[line - 1].state_bits = static_cast<uint32_t>(State::blank);
}

void Account::set(size_t line, LineClass line_class, std::string_view construct) {
  if (line < 1 || line > lines_.size()) return;
  Line& entry = lines_[line - 1];
  if (entry.state() == State::set && entry.line_class() >= line_class) return;
  entry = line_of(State::set, line_class, intern(construct));
}

void Account::set_rest(LineClass line_class, std::string_view construct) {
  const uint32_t id = intern(construct);
  for (Line& entry : lines_)
    if (entry.state() == State::unset) entry = line_of(State::set, line_class, id);
}

size_t Account::total() const {
  size_t total = 0;
  for (const Line& entry : lines_) total += entry.state() != State::blank;
  return total;
}

size_t Account::count(LineClass line_class) const {
  size_t count = 0;
  for (const Line& entry : lines_) count += entry.state() != State::blank && entry.line_class() == line_class;
  return count;
}

LineClass Account::line_class(size_t line) const { return lines_.at(line - 1).line_class(); }

std::string_view Account::construct(size_t line) const { return construct_names_[lines_.at(line - 1).construct]; }

void Account::merge(const Account& other) {
  if (other.unit != "line") unit = other.unit;
  constexpr uint32_t kNotYet = 0xffffffff;
  std::vector<uint32_t> ids(other.construct_names_.size(), kNotYet);   // here, by that there
  for (size_t i = 0; i < std::min(lines_.size(), other.lines_.size()); ++i) {
    const Line& theirs = other.lines_[i];
    if (theirs.state() == State::blank) set_blank(i + 1);
    if (theirs.state() != State::set) continue;
    Line& mine = lines_[i];
    if (mine.state() == State::set && mine.line_class() >= theirs.line_class()) continue;
    uint32_t& id = ids[theirs.construct];
    if (id == kNotYet) id = intern(other.construct_names_[theirs.construct]);
    mine = line_of(State::set, theirs.line_class(), id);
  }
}

std::map<LineClass, std::map<std::string, size_t>> Account::constructs() const {
  std::vector<std::array<size_t, kLineClasses>> counts(construct_names_.size());
  for (const Line& entry : lines_)
    if (entry.state() != State::blank) ++counts[entry.construct][entry.class_bits];
  std::map<LineClass, std::map<std::string, size_t>> result;
  for (size_t construct = 0; construct < counts.size(); ++construct)
    for (size_t i = 0; i < kLineClasses; ++i)
      if (counts[construct][i] > 0) result[static_cast<LineClass>(i)][construct_names_[construct]] += counts[construct][i];
  return result;
}

uint32_t Account::intern(std::string_view construct) {
  if (last_construct_ < construct_names_.size() && last_construct_ != 0 && construct_names_[last_construct_] == construct) return last_construct_;
  if (const auto found = construct_ids_.find(construct); found != construct_ids_.end()) return last_construct_ = found->second;
  constexpr size_t kMost = size_t{1} << 27;
  if (construct_names_.size() >= kMost) return 1;
  const auto id = static_cast<uint32_t>(construct_names_.size());
  construct_names_.emplace_back(construct);
  construct_ids_.emplace(construct, id);
  return id;
}

}  // namespace fwproof::model
