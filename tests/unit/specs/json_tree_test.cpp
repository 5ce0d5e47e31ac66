#include "specs/json_tree.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/specs/fixtures.h"

namespace fwproof::specs {
namespace {

struct Read {
  std::optional<JsonNode> root;
  std::string errors;
};

Read read(const std::string& text) {
  const model::Sources sources = one_source("f.json", text);
  std::vector<model::Diagnostic> diagnostics;
  Read result;
  result.root = read_json(sources, 0, diagnostics);
  result.errors = listing(diagnostics, "f.json");
  return result;
}

// Every node with the bytes that stand at its place.
void collect(const JsonNode& node, const std::vector<std::string>& lines, std::vector<std::string>& places) {
  places.push_back(lines[node.at.line - 1].substr(node.at.column - 1, node.at.length));
  for (size_t i = 0; i < node.items.size(); ++i) {
    if (node.kind == JsonNode::Kind::object) {
      const Place& at = node.keys[i].at;
      places.push_back(lines[at.line - 1].substr(at.column - 1, at.length));
    }
    collect(node.items[i], lines, places);
  }
}

TEST(JsonTree, KnowsThePlaceOfEveryToken) {
  const std::string text =
      "\xEF\xBB\xBF// a comment with \"quotes\" and {\r\n"
      "{ \"a\\\"b\" /* : , */ : [ 1,-2.5e+3 ,true,\tfalse, null, \"x//y\" , {}, [] ], // ] }\n"
      "\"\\u00e9\":\"\\\\\"/**/,\n"
      "\"z\":7}";
  const Read result = read(text);
  ASSERT_TRUE(result.root) << result.errors;
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::vector<std::string> places;
  collect(*result.root, lines, places);
  const std::vector<std::string> expected = {"{", "\"a\\\"b\"", "[", "1",  "-2.5e+3", "true",        "false",    "null",
                                             "\"x//y\"", "{", "[", "\"\\u00e9\"", "\"\\\\\"", "\"z\"", "7"};
  EXPECT_EQ(places, expected);
}

struct Bad {
  std::string text;
  std::string errors;
};

TEST(JsonTree, SaysWhatIsWrongAndWhere) {
  const std::vector<Bad> rows = {
      {"", "f.json:0:0: the file is empty [input.empty]\n"},
      {" \n\t", "f.json:0:0: the file is empty [input.empty]\n"},
      {std::string("{\"a\":1}\0{}", 10), "f.json:0:0: the file holds NUL bytes; JSON is UTF-8 text [input.binary]\n"},
      {"{\"a\": 1,\n \"b\": {\"c\": 1, \"c\": 2}, \"a\": 3}",
       "f.json:2:16: /b: the key \"c\" is written twice [json.schema]\nf.json:2:25: /: the key \"a\" is written twice [json.schema]\n"},
      {"{\"a\": [1,\n  2 3]}",
       "f.json:2:5: /a: syntax error while parsing array - unexpected number literal; expected ']' [json.invalid]\n"},
  };
  for (const Bad& row : rows) EXPECT_EQ(read(row.text).errors, row.errors) << row.text;
}

TEST(JsonTree, BoundsDepthAndSize) {
  EXPECT_TRUE(read(std::string(kMaxJsonDepth, '[') + std::string(kMaxJsonDepth, ']')).root);
  EXPECT_NE(read(std::string(200'000, '[')).errors.find("nested deeper than 64 levels [input.too-large]"), std::string::npos);
  std::string many = "[0";
  for (size_t i = 0; i < kMaxJsonNodes; ++i) many += ",0";
  EXPECT_NE(read(many + "]").errors.find("more than 1000000 values [input.too-large]"), std::string::npos);
  EXPECT_NE(read(std::string(kMaxJsonBytes + 1, ' ')).errors.find("larger than 16 MiB [input.too-large]"), std::string::npos);
}

TEST(JsonTree, SurvivesEveryCutAndEveryBrokenByte) {
  const std::string text = "{\"site\": \"s\", /* c */ \"zones\": {\"A\\u00e9\": [\"192.0.2.0/24\", 1.5, true]}, // x\n \"n\": null}";
  for (size_t i = 0; i < text.size(); ++i) {
    EXPECT_FALSE(read(text.substr(0, i)).root) << i;
    for (char c : {'\x80', '\xff', '"', '\\', '{', ']', '/', '\r'}) {
      std::string broken = text;
      broken[i] = c;
      const Read result = read(broken);
      EXPECT_NE(result.root.has_value() && result.errors.empty(), !result.errors.empty()) << i;
    }
  }
}

TEST(JsonTree, EscapesPaths) { EXPECT_EQ(join_path(join_path("", "a/b"), "c~d"), "/a~1b/c~0d"); }

}  // namespace
}  // namespace fwproof::specs
