// JSON written straight into a string, for outputs of millions of lines: the same bytes as write_json_line() makes of a tree.
//
//   JsonText json(line);
//   json.open('{').key("verdict").text("accept").key("line").number(41).close('}');   // {"verdict":"accept","line":41}
//
// Requires: keys are plain ASCII without quotes; what is opened is closed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fwproof::report {

class JsonText {
 public:
  // Appends to `out`, which must outlive this.
  explicit JsonText(std::string& out) : out_(out) {}

  JsonText& open(char bracket);
  JsonText& close(char bracket);
  JsonText& key(std::string_view key);
  JsonText& text(std::string_view value);
  JsonText& number(uint64_t value);
  JsonText& truth(bool value);

 private:
  void begin_value();

  std::string& out_;
  bool first_ = true;       // in the open object or list
  bool has_key_ = false;
};

}  // namespace fwproof::report
