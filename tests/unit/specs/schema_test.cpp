// The published schemas against the loaders: the same keys in both, and every built-in and example file passes both.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "specs/keys.h"
#include "specs/library.h"
#include "specs/site.h"
#include "tests/support/json_schema.h"
#include "tests/unit/specs/fixtures.h"

namespace fwproof::specs {
namespace {

using Json = nlohmann::json;
using tests::Validator;

Json parse(const std::string& text) { return Json::parse(text, nullptr, true, true); }
std::string source(const std::string& path) { return std::string(FWPROOF_SOURCE_DIR) + "/" + path; }
Json schema(const std::string& name) { return parse(read_file(source("docs/" + name + ".schema.json"))); }

void expect_same_keys(const KeysByObject& loader, const Json& schema) {
  for (const auto& [object, keys] : loader) {
    ASSERT_TRUE(schema["$defs"].contains(object)) << object;
    const Json& definition = schema["$defs"][object];
    EXPECT_EQ(definition["additionalProperties"], false) << object;
    std::vector<std::string> published;
    for (const auto& [key, rule] : definition["properties"].items()) published.push_back(key);
    std::vector<std::string> accepted = keys;
    std::sort(accepted.begin(), accepted.end());
    EXPECT_EQ(accepted, published) << object;
  }
  for (const auto& [name, definition] : schema["$defs"].items()) {
    EXPECT_EQ(definition.contains("properties"), loader.contains(name)) << name << " is not in both";
  }
}

TEST(Schema, HasTheKeysThatTheLoadersAccept) {
  expect_same_keys(specification_keys(), schema("specification"));
  expect_same_keys(site_keys(), schema("site"));
}

TEST(Schema, BuiltInSpecificationsPass) {
  Validator validator(schema("specification"));
  for (const EmbeddedFile& file : embedded_library()) EXPECT_EQ(validator.check(parse(std::string(file.text))), "") << file.path;
}

TEST(Schema, ExamplesPassAndLoad) {
  Validator validator(schema("site"));
  size_t sites = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source("examples"))) {
    if (entry.path().filename() != "site.json") continue;
    ++sites;
    const std::string text = read_file(entry.path());
    EXPECT_EQ(validator.check(parse(text)), "") << entry.path();
    const LoadedSite loaded = load_site(one_source(entry.path(), text), 0);
    EXPECT_EQ(listing(loaded.diagnostics, entry.path()), "");
    for (const SiteDevice& device : loaded.site.devices)
      for (const std::string& config : device.configs) EXPECT_TRUE(std::filesystem::exists(loaded.site.directory + "/" + config)) << config;
    std::vector<Specification> specifications;
    for (const std::string& name : loaded.site.specs) specifications.push_back(*find_builtin(name));
    std::map<std::string, model::Zone> zones = loaded.site.zones;
    std::vector<model::Diagnostic> diagnostics;
    EXPECT_FALSE(requirements(specifications, zones, diagnostics).rows.empty());
    EXPECT_EQ(listing(diagnostics, entry.path()), "");
  }
  EXPECT_GE(sites, 2u);
}

// The validator itself is not blind.
TEST(Schema, RefusesWhatTheLoadersRefuse) {
  Validator spec(schema("specification"));
  Validator site(schema("site"));
  for (const char* text : {R"({})", R"([])", R"({"id": "x", "title": "X", "roles": {}, "rows": []})",
                           R"({"id": "x", "title": "X", "roles": {}, "rows": [{"id": "1", "from": "ANY", "to": "ANY", "prot": "tcp"}]})",
                           R"({"id": "x", "title": "X", "roles": {"A B": {}}, "rows": [{"id": "1", "from": "ANY", "to": "ANY", "ports": "1"}]})",
                           R"({"id": "x", "title": "X", "roles": {}, "rows": [{"id": "1", "from": "ANY", "to": "ANY", "ports": ["x"]}]})"}) {
    EXPECT_NE(spec.check(parse(text)), "") << text;
    EXPECT_FALSE(load_specifications(one_source("s", text), 0).diagnostics.empty()) << text;
  }
  for (const char* text : {R"({})", R"({"site": "s", "specs": [], "zones": {}, "devices": [{"name": "d"}]})",
                           R"({"site": "s", "specs": "x", "zones": {"ANY": "192.0.2.1"}, "devices": [{"name": "d"}]})",
                           R"({"site": "s", "specs": "x", "zones": {"A": "example"}, "devices": [{"name": "d"}]})",
                           R"({"site": "s", "specs": "x", "zones": {}, "devices": [{"name": "d", "profile": "home"}]})"}) {
    EXPECT_NE(site.check(parse(text)), "") << text;
    EXPECT_FALSE(load_site(one_source("s", text), 0).diagnostics.empty()) << text;
  }
}

TEST(Schema, CheckOutputOfTheDesign) {
  Validator validator(schema("check-output"));
  const Json output = parse(R"({ "fwproof": {"version": "0.1.0", "schema": 1},
    "inputs": [{"path": "p", "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "importer": "netsh",
                "lines": {"modelled": 0, "irrelevant": 0, "approximated": 0, "opaque": 0, "unrecognised": 0}}],
    "results": [{"id": "mailstore-spe-multi/8474-ADM-MGMT", "kind": "required", "verdict": "violated", "severity": "error",
      "summary": "ADM cannot reach MGMT:8474", "optional": false, "citation": {"document": "d", "line": 75, "sha256": "s"}, "complete": true,
      "counterexamples": [{"region": {"src": ["192.0.2.0/24"], "dst_port": ["8474"]},
        "packet": {"src": "192.0.2.1", "dst": "198.51.100.10", "protocol": "tcp", "src_port": 1024, "dst_port": 8474, "state": "new"},
        "decided_by": [{"device": "mgmt", "file": "f", "line": 41, "rule": "r"}]}],
      "undecided": [], "depends_on": [{"kind": "k", "what": "w", "file": "f", "line": 7}], "assumes": [],
      "proof": {"by": "z3", "queries": 2, "slice": 5}}],
    "not_asked": [], "summary": {"holds": 0, "violated": 1, "cannot_tell": 0, "optional": 0, "warnings": 0, "not_asked": 0} })");
  EXPECT_EQ(validator.check(output), "");
  Json broken = output;
  broken["results"][0]["verdict"] = "hold";
  EXPECT_NE(validator.check(broken), "");
}

}  // namespace
}  // namespace fwproof::specs
