#include "report/json_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

namespace fwproof::report {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) { return json.dump(-1, ' ', true, Json::error_handler_t::replace); }

TEST(JsonText, WritesObjectsAndListsAsTheLibraryDoes) {
  std::string out;
  JsonText json(out);
  json.open('{').key("none").open('[').close(']').key("list").open('[').number(1).text("two").open('{').close('}').open('{').key("a").truth(false).close('}').close(']');
  json.key("large").number(UINT64_MAX).key("end").text("").close('}');
  EXPECT_EQ(out, dumped({{"none", Json::array()}, {"list", {1, "two", Json::object(), {{"a", false}}}}, {"large", UINT64_MAX}, {"end", ""}}));
}

TEST(JsonText, WritesAnyBytesAsTheLibraryDoes) {
  std::mt19937 dice(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (unsigned size = dice() % 6; size > 0; --size) text += static_cast<char>(dice() % 3 == 0 ? dice() % 256 : ' ' + dice() % 95);
    if (dice() % 4 == 0) text += "Größe 日本 \U0001F600";
    std::string out;
    JsonText(out).text(text);
    EXPECT_EQ(out, dumped(text));
  }
}

}  // namespace
}  // namespace fwproof::report
