#include "report/json_text.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace fwproof::report {
namespace {

bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

}  // namespace

void JsonText::begin_value() {
  if (!first_ && !has_key_) out_ += ',';
  first_ = has_key_ = false;
}

JsonText& JsonText::open(char bracket) {
  begin_value();
  out_ += bracket;
  first_ = true;
  return *this;
}

JsonText& JsonText::close(char bracket) {
  out_ += bracket;
  first_ = false;
  return *this;
}

JsonText& JsonText::key(std::string_view key) {
  if (!first_) out_ += ',';
  out_ += '"';
  out_ += key;
  out_ += "\":";
  first_ = false;
  has_key_ = true;
  return *this;
}

JsonText& JsonText::text(std::string_view value) {
  begin_value();
  if (!std::all_of(value.begin(), value.end(), is_plain)) {
    out_ += nlohmann::json(value).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    return *this;
  }
  out_ += '"';
  out_ += value;
  out_ += '"';
  return *this;
}

JsonText& JsonText::number(uint64_t value) {
  begin_value();
  char digits[20];
  out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  return *this;
}

JsonText& JsonText::truth(bool value) {
  begin_value();
  out_ += value ? "true" : "false";
  return *this;
}

}  // namespace fwproof::report
