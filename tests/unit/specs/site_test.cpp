#include "specs/site.h"

#include <gtest/gtest.h>

#include "tests/unit/specs/fixtures.h"

namespace fwproof::specs {
namespace {

LoadedSite load(const std::string& text, const std::string& path = "dir/site.json") { return load_site(one_source(path, text), 0); }

std::vector<std::string> texts(const model::AddressSet& set) { return model::prefix_texts(set); }

TEST(Site, ReadsEveryKey) {
  const LoadedSite loaded = load(R"({ "site": "hosting", "specs": ["mailstore-spe-multi", "own.json"],
  "zones": {"ADM": ["192.0.2.0/24"], "MGMT": "198.51.100.10", "IH": ["198.51.100.30-198.51.100.31", "2001:db8::/32"],
            "mailstore-gateway:ADM": ["10.0.0.0/255.0.0.0"], "my.mailstore.com": ["203.0.113.80"]},
  "devices": [{"name": "mgmt", "host": "MGMT", "configs": ["mgmt/rules.txt", "mgmt/profiles.txt"], "profile": "domain"},
              {"name": "edge", "format": "iptables_save", "configs": "edge.cfg", "ingress": {"ADM": "eth1", "ANY": "eth0"},
               "interfaces": {"eth0": {"addresses": ["198.51.100.1/24"], "mac": "02:00:00:00:00:01"}},
               "routes": [{"to": "0.0.0.0/0", "via": "198.51.100.254", "dev": "eth1", "metric": 7}]},
              {"name": "bare"}],
  "accept": [{"id": "mailstore-spe-multi/443-ANY-CAS", "src": ["10.0.0.0/8"], "reason": "anti-spoofing"},
             {"id": "a/b", "reason": "all of it"}],
  "unlisted": {"tcp": "warning", "other": "ignore"}, "unlisted_outbound": true })");
  ASSERT_TRUE(loaded.diagnostics.empty()) << listing(loaded.diagnostics, "site.json");
  const Site& site = loaded.site;
  EXPECT_EQ(site.name, "hosting");
  EXPECT_EQ(site.directory, "dir");
  EXPECT_EQ(site.specs, (std::vector<std::string>{"mailstore-spe-multi", "own.json"}));
  EXPECT_EQ(texts(site.zones.at("IH").addresses), (std::vector<std::string>{"198.51.100.30/31", "2001:db8::/32"}));
  EXPECT_EQ(texts(site.zones.at("mailstore-gateway:ADM").addresses), std::vector<std::string>{"10.0.0.0/8"});
  EXPECT_TRUE(site.zones.at("MGMT").bound);
  EXPECT_FALSE(site.zones.at("MGMT").any);
  ASSERT_EQ(site.devices.size(), 3u);
  EXPECT_EQ(site.devices[0].host, "MGMT");
  EXPECT_EQ(site.devices[0].profile, "domain");
  EXPECT_EQ(site.devices[0].line, 4u);
  const SiteDevice& edge = site.devices[1];
  EXPECT_EQ(edge.configs, std::vector<std::string>{"edge.cfg"});
  EXPECT_EQ(edge.zone_interfaces.at("ANY"), "eth0");
  EXPECT_EQ(edge.facts.interfaces.at(0).addresses.at(0).length, 24u);
  EXPECT_EQ(model::to_text(*edge.facts.routes.at(0).via), "198.51.100.254");
  EXPECT_EQ(edge.facts.routes.at(0).metric, 7u);
  EXPECT_EQ(edge.facts.routes.at(0).origin.line, 7u);
  EXPECT_TRUE(site.devices[2].configs.empty());
  EXPECT_EQ(texts(site.accept.at(0).src), std::vector<std::string>{"10.0.0.0/8"});
  EXPECT_EQ(site.accept.at(1).src, model::AddressSet::all());
  EXPECT_EQ(site.unlisted.at("other"), "ignore");
  EXPECT_TRUE(site.unlisted_outbound);
}

TEST(Site, KnowsItsDirectory) {
  const std::string text = R"({"site": "s", "specs": ["x"], "zones": {"A": "192.0.2.1"}, "devices": [{"name": "d"}]})";
  EXPECT_EQ(load(text, "site.json").site.directory, ".");
  EXPECT_EQ(load(text, "/site.json").site.directory, "/");
  EXPECT_EQ(load(text, "a/b/site.json").site.directory, "a/b");
}

TEST(Site, SaysWhatIsWrongAndWhere) {
  const LoadedSite loaded = load(R"({ "site": "", "specs": ["x", "x"],
  "zones": {"ADM": ["192.0.2.1/24", "300.1.1.1", "192.0.2.9-192.0.2.1", "192.0.2.1-2001:db8::1", "2001:db8::1/64"],
            "MGMT": [], "ANY": "192.0.2.0/24", "A B": "192.0.2.1", "x:ANY": "192.0.2.1", "C": {}},
  "devices": [{"name": "m", "host": "MGTM", "configs": [], "profile": "home"},
              {"name": "m", "hots": "MGMT", "configs": ["a", "a"], "ingress": {"ADN": "eth0"},
               "interfaces": {"eth0": {"addresses": ["192.0.2.1/33"]}, "eth1": {}},
               "routes": [{"to": "192.0.2.1/24", "via": "192.0.2.0/24", "metric": -1}]}],
  "accept": [{"id": "443-ANY-CAS", "src": "anywhere", "reason": ""}],
  "unlisted": {"udp": "warning", "tcp": "warn"}, "unlisted_outbound": 1 })");
  const std::string expected =
      R"(site.json:1:11: /site: the text is empty [json.schema]
site.json:1:30: /specs/1: the specification 'x' is named twice [json.schema]
site.json:2:21: /zones/ADM/0: 192.0.2.1/24 has host bits set; write 192.0.2.0/24 [address.invalid]
site.json:2:37: /zones/ADM/1: cannot read '300.1.1.1' as an address (192.0.2.7), a prefix (192.0.2.0/24) or a range (192.0.2.1-192.0.2.9) [address.invalid]
site.json:2:50: /zones/ADM/2: the range '192.0.2.9-192.0.2.1' ends before it starts [address.invalid]
site.json:2:73: /zones/ADM/3: the range '192.0.2.1-2001:db8::1' mixes IPv4 and IPv6 [address.invalid]
site.json:2:98: /zones/ADM/4: 2001:db8::1/64 has host bits set; write 2001:db8::/64 [address.invalid]
site.json:3:21: /zones/MGMT: the list is empty [json.schema]
site.json:3:25: /zones: ANY stands for every address and cannot be bound [bind.invalid]
site.json:3:48: /zones: 'A B' is not a role (or SPEC:ROLE): letters, digits, '.', '-' and '_' only [json.schema]
site.json:3:68: /zones: ANY stands for every address and cannot be bound [bind.invalid]
site.json:3:95: /zones/C: expected a list, found an object [json.schema]
site.json:4:37: /devices/0/host: 'MGTM' is not a zone that "zones" binds to addresses; did you mean MGMT? [role.unknown]
site.json:4:56: /devices/0/configs: the list is empty [json.schema]
site.json:4:71: /devices/0/profile: 'home' is not a network profile (domain, private, public) [value.unknown]
site.json:5:15: /devices/1: the name 'm' is used by an earlier device [json.schema]
site.json:5:29: /devices/1: unknown key 'hots'; did you mean host? [json.schema]
site.json:5:62: /devices/1/configs/1: the file 'a' is named twice [json.schema]
site.json:5:80: /devices/1/ingress: 'ADN' is not a zone; did you mean ADM? [role.unknown]
site.json:6:54: /devices/1/interfaces/eth0/addresses/0: cannot read '192.0.2.1/33' as an address with its prefix length (192.0.2.7/24) [address.invalid]
site.json:7:34: /devices/1/routes/0/to: 192.0.2.1/24 has host bits set; write 192.0.2.0/24 [address.invalid]
site.json:7:57: /devices/1/routes/0/via: cannot read '192.0.2.0/24' as an address [address.invalid]
site.json:7:83: /devices/1/routes/0/metric: '-1' is not a whole number from 0 to 4294967295 [number.invalid]
site.json:8:21: /accept/0/id: '443-ANY-CAS' is not the id of a result (mailstore-spe-multi/443-ANY-CAS) [json.schema]
site.json:8:43: /accept/0/src: cannot read 'anywhere' as an address (192.0.2.7), a prefix (192.0.2.0/24) or a range (192.0.2.1-192.0.2.9) [address.invalid]
site.json:8:65: /accept/0/reason: the text is empty [json.schema]
site.json:9:16: /unlisted: unknown key 'udp' [json.schema]
site.json:9:41: /unlisted/tcp: 'warn' is not a strictness (violation, warning, ignore) [value.unknown]
site.json:9:71: /unlisted_outbound: expected true or false, found a number [json.schema]
)";
  EXPECT_EQ(listing(loaded.diagnostics, "site.json"), expected);
  EXPECT_EQ(loaded.diagnostics.at(2).line_text.substr(0, 20), R"(  "zones": {"ADM": [)");
}

TEST(Site, MissingKeys) {
  EXPECT_EQ(listing(load("{}").diagnostics, "site.json"),
            "site.json:1:1: /: the key \"site\" is missing [json.schema]\n"
            "site.json:1:1: /: the key \"specs\" is missing [json.schema]\n"
            "site.json:1:1: /: the key \"zones\" is missing [json.schema]\n"
            "site.json:1:1: /: the key \"devices\" is missing [json.schema]\n");
}

// A long list is read in one go: adding address by address would be quadratic.
TEST(Site, ALongZoneIsQuick) {
  std::string text = R"({"site": "s", "specs": ["x"], "devices": [{"name": "d"}], "zones": {"A": ["192.0.2.1")";
  for (int i = 0; i < 200'000; ++i) text += ",\"10." + std::to_string(i >> 16) + "." + std::to_string(i >> 8 & 255) + "." + std::to_string(i & 254) + "\"";
  const LoadedSite loaded = load(text + "]}}");
  EXPECT_TRUE(loaded.diagnostics.empty());
  EXPECT_EQ(loaded.site.zones.at("A").addresses.v4.intervals().size(), 100'001u);
}

// ---- bind ---------------------------------------------------------------------------------------------------------

TEST(Bind, AddsUp) {
  std::map<std::string, model::Zone> zones;
  EXPECT_TRUE(specs::bind("ADM=192.0.2.0/24,198.51.100.7", zones).empty());
  EXPECT_TRUE(specs::bind("ADM=2001:db8::1-2001:db8::2", zones).empty());
  EXPECT_TRUE(specs::bind("spec-1:my.example.com=192.0.2.1", zones).empty());
  EXPECT_EQ(texts(zones.at("ADM").addresses), (std::vector<std::string>{"192.0.2.0/24", "198.51.100.7", "2001:db8::1", "2001:db8::2"}));
  EXPECT_TRUE(zones.at("ADM").bound);
  EXPECT_EQ(zones.at("ADM").name, "ADM");
  EXPECT_TRUE(zones.contains("spec-1:my.example.com"));
}

TEST(Bind, ReadsFiles) {
  const std::string path = testing::TempDir() + "/addresses.txt";
  std::ofstream(path) << "# administrators\n192.0.2.0/24   # office\r\n\n  198.51.100.7\n";
  std::map<std::string, model::Zone> zones;
  EXPECT_TRUE(specs::bind("ADM=@" + path + ",203.0.113.1", zones).empty());
  EXPECT_EQ(texts(zones.at("ADM").addresses), (std::vector<std::string>{"192.0.2.0/24", "198.51.100.7", "203.0.113.1"}));
  std::ofstream(path) << "# nobody\n";
  EXPECT_EQ(specs::bind("X=@" + path, zones).at(0).message, "the file '" + path + "' holds no address");
  std::ofstream(path) << "192.0.2.0/24\n192.0.2.1/24\nhello\n";
  const auto wrong = specs::bind("X=@" + path, zones);
  ASSERT_EQ(wrong.size(), 2u);
  EXPECT_EQ(wrong[0].message, path + ":2: 192.0.2.1/24 has host bits set; write 192.0.2.0/24");
  EXPECT_FALSE(zones.contains("X"));
}

TEST(Bind, SaysWhatIsWrong) {
  struct Bad {
    std::string text;
    std::string message;
  };
  const std::vector<Bad> rows = {
      {"ADM", "expected ROLE=ADDRESS,…, found 'ADM'"},
      {"ADM=", "'ADM=' holds an empty address"},
      {"ADM=192.0.2.1,", "'ADM=192.0.2.1,' holds an empty address"},
      {"=192.0.2.1", "'' is not ROLE or SPEC:ROLE"},
      {":ADM=192.0.2.1", "':ADM' is not ROLE or SPEC:ROLE"},
      {"a:b:c=192.0.2.1", "'a:b:c' is not ROLE or SPEC:ROLE"},
      {"ANY=192.0.2.1", "ANY stands for every address and cannot be bound"},
      {"ADM=192.0.2.1/24", "'ADM=192.0.2.1/24': 192.0.2.1/24 has host bits set; write 192.0.2.0/24"},
      {"ADM=@/does/not/exist", "cannot read the file '/does/not/exist'"},
      {"ADM=@/", "cannot read the file '/'"},
  };
  for (const Bad& row : rows) {
    std::map<std::string, model::Zone> zones;
    const auto diagnostics = specs::bind(row.text, zones);
    ASSERT_EQ(diagnostics.size(), 1u) << row.text;
    EXPECT_EQ(diagnostics[0].message, row.message);
    EXPECT_TRUE(zones.empty()) << row.text;
  }
}

// ---- requirements -------------------------------------------------------------------------------------------------

Specification spec(const std::string& id) {
  Specification result;
  result.id = id;
  result.roles = {{"ANY", {}}, {"ADM", {}}, {"SRV", {}}};
  Row row;
  row.id = "1";
  row.from = {"ADM", "ANY"};
  row.to = {"SRV"};
  result.rows.push_back(row);
  return result;
}

TEST(Requirements, LooksUpTheSpecificationsOwnZoneFirst) {
  std::map<std::string, model::Zone> zones;
  for (const char* text : {"ADM=192.0.2.0/24", "b:ADM=198.51.100.0/24"}) ASSERT_TRUE(specs::bind(text, zones).empty());
  std::vector<model::Diagnostic> diagnostics;
  const auto result = requirements({spec("a"), spec("b")}, zones, diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  ASSERT_EQ(result.rows.size(), 2u);
  EXPECT_EQ(result.rows[0].id, "a/1");
  EXPECT_EQ(result.rows[0].from, (std::vector<std::string>{"ADM", "ANY"}));
  EXPECT_EQ(result.rows[1].from, (std::vector<std::string>{"b:ADM", "ANY"}));
  EXPECT_EQ(result.closures.size(), 2u);
  EXPECT_TRUE(zones.at("ANY").any);
  EXPECT_FALSE(zones.at("SRV").bound);
}

TEST(Requirements, TellsANameFromAHost) {
  std::map<std::string, model::Zone> zones;
  std::vector<model::Diagnostic> diagnostics;
  Specification named = spec("a");
  named.roles["my.example"].is_name = true;
  named.rows[0].to = {"my.example"};
  for (const char* text : {"ADM=192.0.2.0/24", "my.example=203.0.113.80"}) ASSERT_TRUE(specs::bind(text, zones).empty());
  requirements({named}, zones, diagnostics);
  EXPECT_TRUE(zones.at("my.example").is_name);
  EXPECT_FALSE(zones.at("ADM").is_name);
}

TEST(Requirements, RefusesNamesThatNoRoleBears) {
  std::map<std::string, model::Zone> zones;
  for (const char* text : {"ADN=192.0.2.0/24", "aa:ADM=192.0.2.0/24", "SRV=192.0.2.1"}) ASSERT_TRUE(specs::bind(text, zones).empty());
  std::vector<model::Diagnostic> diagnostics;
  requirements({spec("a"), spec("a")}, zones, diagnostics);
  EXPECT_EQ(listing(diagnostics, ""),
            ":0:0: 'ADN' is not a role of the specifications in question; did you mean ADM? [role.unknown]\n"
            ":0:0: 'aa:ADM' is not a role of the specifications in question; did you mean a:ADM? [role.unknown]\n"
            ":0:0: two specifications have the id 'a'; results could not be told apart [spec.unknown]\n");
}

}  // namespace
}  // namespace fwproof::specs
