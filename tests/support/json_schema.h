// JSON Schema for tests of what is published and what is written.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace fwproof::tests {

using Json = nlohmann::json;

// As much of JSON Schema 2020-12 as the published schemas use; an unknown keyword fails, so that none is quietly not checked.
class Validator {
 public:
  explicit Validator(const Json& root) : root_(root) {}

  std::string check(const Json& value) { return check(root_, value, ""); }

 private:
  std::string check(const Json& schema, const Json& value, const std::string& path) {
    for (const auto& [keyword, rule] : schema.items()) {
      const std::string wrong = one(schema, keyword, rule, value, path);
      if (!wrong.empty()) return wrong;
    }
    return {};
  }

  std::string one(const Json& schema, const std::string& keyword, const Json& rule, const Json& value, const std::string& path) {
    static const std::vector<std::string> notes = {"$schema", "$id", "title", "description", "$defs", "additionalProperties"};
    const auto unless = [&](bool ok) { return ok ? std::string() : path + ": " + keyword + " " + rule.dump() + " fails for " + value.dump(); };
    if (keyword == "additionalProperties") return members(schema, value, path);
    if (std::find(notes.begin(), notes.end(), keyword) != notes.end()) return {};
    if (keyword == "$ref") return check(root_.at(Json::json_pointer(rule.get<std::string>().substr(1))), value, path);
    if (keyword == "type") return unless(has_type(rule, value));
    if (keyword == "const") return unless(value == rule);
    if (keyword == "enum") return unless(std::find(rule.begin(), rule.end(), value) != rule.end());
    if (keyword == "pattern") return unless(!value.is_string() || std::regex_search(value.get<std::string>(), std::regex(rule.get<std::string>())));
    if (keyword == "minLength") return unless(!value.is_string() || value.get<std::string>().size() >= rule.get<size_t>());
    if (keyword == "minimum") return unless(!value.is_number() || value >= rule);
    if (keyword == "maximum") return unless(!value.is_number() || value <= rule);
    if (keyword == "minItems") return unless(!value.is_array() || value.size() >= rule.get<size_t>());
    if (keyword == "uniqueItems") return unless(std::set<Json>(value.begin(), value.end()).size() == value.size());
    if (keyword == "not") return unless(!check(rule, value, path).empty());
    if (keyword == "oneOf") return unless(std::count_if(rule.begin(), rule.end(), [&](const Json& s) { return check(s, value, path).empty(); }) == 1);
    if (keyword == "anyOf") return unless(std::any_of(rule.begin(), rule.end(), [&](const Json& s) { return check(s, value, path).empty(); }));
    if (keyword == "required") return unless(std::all_of(rule.begin(), rule.end(), [&](const Json& k) { return value.contains(k.get<std::string>()); }));
    if (keyword == "items") return items(rule, value, path);
    if (keyword == "properties") return properties(rule, value, path);
    if (keyword == "propertyNames") return names(rule, value, path);
    return path + ": the test does not know the keyword " + keyword;
  }

  static bool has_type(const std::string& type, const Json& value) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "boolean") return value.is_boolean();
    return type == "null" && value.is_null();
  }

  std::string items(const Json& rule, const Json& value, const std::string& path) {
    for (size_t i = 0; value.is_array() && i < value.size(); ++i)
      if (auto wrong = check(rule, value[i], path + "/" + std::to_string(i)); !wrong.empty()) return wrong;
    return {};
  }

  std::string properties(const Json& rule, const Json& value, const std::string& path) {
    for (const auto& [key, member] : rule.items())
      if (value.is_object() && value.contains(key))
        if (auto wrong = check(member, value[key], path + "/" + key); !wrong.empty()) return wrong;
    return {};
  }

  std::string names(const Json& rule, const Json& value, const std::string& path) {
    for (const auto& [key, member] : value.items())
      if (auto wrong = check(rule, key, path + "/" + key); !wrong.empty()) return wrong;
    return {};
  }

  // additionalProperties: false, or the schema of what `properties` does not name.
  std::string members(const Json& schema, const Json& value, const std::string& path) {
    const Json& rule = schema["additionalProperties"];
    for (const auto& [key, member] : value.items()) {
      if (schema.contains("properties") && schema["properties"].contains(key)) continue;
      if (rule.is_boolean()) return path + ": the schema does not know the key " + key;
      if (auto wrong = check(rule, member, path + "/" + key); !wrong.empty()) return wrong;
    }
    return {};
  }

  const Json root_;
};

}  // namespace fwproof::tests
