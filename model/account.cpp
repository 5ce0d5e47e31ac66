#include "model/account.h"

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
  if (line >= 1 && line <= lines_.size() && lines_[line - 1].state == State::unset) lines_[line - 1].state = State::blank;
}

void Account::set(size_t line, LineClass line_class, std::string_view construct) {
  if (line < 1 || line > lines_.size()) return;
  Line& entry = lines_[line - 1];
  if (entry.state == State::set && entry.line_class >= line_class) return;
  entry = {State::set, line_class, intern(construct)};
}

void Account::set_rest(LineClass line_class, std::string_view construct) {
  const uint32_t id = intern(construct);
  for (Line& entry : lines_)
    if (entry.state == State::unset) entry = {State::set, line_class, id};
}

size_t Account::total() const {
  size_t total = 0;
  for (const Line& entry : lines_) total += entry.state != State::blank;
  return total;
}

size_t Account::count(LineClass line_class) const {
  size_t count = 0;
  for (const Line& entry : lines_) count += entry.state != State::blank && entry.line_class == line_class;
  return count;
}

LineClass Account::line_class(size_t line) const { return lines_.at(line - 1).line_class; }

std::string_view Account::construct(size_t line) const { return construct_names_[lines_.at(line - 1).construct]; }

void Account::merge(const Account& other) {
  if (other.unit != "line") unit = other.unit;
  for (size_t line = 1; line <= other.lines_.size(); ++line) {
    if (other.is_set(line)) set(line, other.line_class(line), other.construct(line));
    else if (other.lines_[line - 1].state == State::blank) set_blank(line);
  }
}

std::map<LineClass, std::map<std::string, size_t>> Account::constructs() const {
  std::map<LineClass, std::map<std::string, size_t>> result;
  for (const Line& entry : lines_)
    if (entry.state != State::blank) ++result[entry.line_class][construct_names_[entry.construct]];
  return result;
}

uint32_t Account::intern(std::string_view construct) {
  if (last_construct_ < construct_names_.size() && last_construct_ != 0 && construct_names_[last_construct_] == construct) return last_construct_;
  if (const auto found = construct_ids_.find(construct); found != construct_ids_.end()) return last_construct_ = found->second;
  const auto id = static_cast<uint32_t>(construct_names_.size());
  construct_names_.emplace_back(construct);
  construct_ids_.emplace(construct, id);
  return id;
}

}  // namespace fwproof::model
