#include "specs/specification.h"

#include <gtest/gtest.h>

#include "specs/site.h"
#include "tests/unit/specs/fixtures.h"

namespace fwproof::specs {
namespace {

LoadedSpecifications load(const std::string& text) { return load_specifications(one_source("s.json", text), 0); }

// A specification with one row, into which the tests put what they are about.
std::string with_row(const std::string& row) {
  return "{\"id\": \"x\", \"title\": \"X\", \"roles\": {\"A\": {}, \"my.example.com\": {}},\n \"rows\": [\n" + row + "]}";
}
std::string good_row(const std::string& more) {
  return "{\"id\": \"1\", \"from\": [\"ANY\"], \"to\": [\"A\"], \"ports\": [\"80\"]" + more + "}";
}

const Row& only_row(const LoadedSpecifications& loaded) { return loaded.specifications.at(0).rows.at(0); }

TEST(Specification, ReadsEveryKey) {
  const auto loaded = load(R"({ // a comment
    "id": "x", "title": "X", "document": {"title": "Ports", "revision": "3", "file": "p.txt"},
    "unlisted": {"tcp": "violation", "other": "ignore", "cite": {"line": 4}},
    "roles": {"A": {"title": "the a"}, "B": {}, "my.example.com": {}},
    "rows": [{"id": "1", "from": ["A", "B"], "to": "my.example.com", "protocol": 17, "ports": ["53", "1000-1009", 7],
              "src_ports": ["0-65535"], "optional": true, "program": "p.exe", "service": "svc", "description": "d", "reading": "r",
              "cite": {"line": 9, "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}}],
    "constraints": [{"kind": "not-intercepted", "cite": {"line": 2}}] })");
  ASSERT_TRUE(loaded.diagnostics.empty()) << listing(loaded.diagnostics, "s.json");
  const Specification& spec = loaded.specifications.at(0);
  EXPECT_EQ(spec.unlisted_tcp, model::Strictness::violation);
  EXPECT_EQ(spec.unlisted_other, model::Strictness::ignore);
  EXPECT_EQ(spec.unlisted_citation.line, 4u);
  EXPECT_EQ(spec.unlisted_citation.document, "Ports");
  EXPECT_TRUE(spec.roles.contains("ANY"));
  EXPECT_TRUE(spec.roles.at("my.example.com").is_name);
  EXPECT_FALSE(spec.roles.at("A").is_name);
  EXPECT_EQ(spec.constraints.at(0).kind, model::Constraint::Kind::not_intercepted);
  const Row& row = spec.rows.at(0);
  EXPECT_EQ(row.from, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(row.to, std::vector<std::string>{"my.example.com"});
  EXPECT_EQ(row.protocol_number, 17u);
  EXPECT_EQ(row.port_texts, (std::vector<std::string>{"53", "1000-1009", "7"}));
  EXPECT_EQ(row.ports, model::IntervalSet::from({{53, 53}, {1000, 1009}, {7, 7}}));
  EXPECT_EQ(row.src_ports, model::IntervalSet::range(0, 65535));
  EXPECT_TRUE(row.optional);
  EXPECT_EQ(row.citation.line, 9u);
  EXPECT_EQ(row.citation.document, "Ports");
}

TEST(Specification, Defaults) {
  const auto loaded = load(with_row(good_row("")));
  ASSERT_TRUE(loaded.diagnostics.empty()) << listing(loaded.diagnostics, "s.json");
  EXPECT_EQ(loaded.specifications[0].unlisted_tcp, model::Strictness::warning);
  EXPECT_EQ(only_row(loaded).protocol_number, 6u);
  EXPECT_EQ(only_row(loaded).src_ports, model::IntervalSet::range(1024, 65535));
}

TEST(Specification, ProtocolsWithoutPorts) {
  const auto loaded = load(with_row(R"({"id": "1", "from": "A", "to": "A", "protocol": "gre"})"));
  ASSERT_TRUE(loaded.diagnostics.empty()) << listing(loaded.diagnostics, "s.json");
  EXPECT_EQ(only_row(loaded).protocol_number, 47u);
  EXPECT_TRUE(only_row(loaded).ports.empty());
  EXPECT_TRUE(only_row(loaded).src_ports.empty());
}

TEST(Specification, ReadsReadings) {
  const auto loaded = load(with_row(good_row(R"(, "reading": ["inbound", {"open": "direction", "chosen": "from ANY", "alternative": "both ways", "review": true},
    {"chosen": "tcp", "accepted": "asked the vendor"}])") + ",\n" + R"({"id": "2", "from": "A", "to": "A", "ports": 1, "reading": {"chosen": "x"}})"));
  ASSERT_TRUE(loaded.diagnostics.empty()) << listing(loaded.diagnostics, "s.json");
  const std::vector<Reading> expected = {
      {"", "inbound", "", false, ""}, {"direction", "from ANY", "both ways", true, ""}, {"", "tcp", "", false, "asked the vendor"}};
  EXPECT_TRUE(only_row(loaded).readings == expected);
  EXPECT_EQ(to_text(expected), "inbound; direction: from ANY (else: both ways) [not reviewed]; tcp");
  EXPECT_EQ(to_text(loaded.specifications[0].rows[1].readings), "x");
  EXPECT_EQ(to_text(std::vector<Reading>{}), "");
}

TEST(Specification, ResultsCarryTheReading) {
  const auto loaded = load(with_row(good_row(R"(, "reading": {"open": "source", "chosen": "ANY", "alternative": "A"})")));
  std::map<std::string, model::Zone> zones;
  std::vector<model::Diagnostic> diagnostics;
  EXPECT_EQ(requirements(loaded.specifications, zones, diagnostics).rows.at(0).reading, "source: ANY (else: A)");
}

TEST(Specification, ReadsWhatIsBesideRows) {
  const auto loaded = load(R"({"id": "x", "title": "X", "document": {"title": "Ports"}, "roles": {"A": {}, "LAN": {}},
    "rows": [{"id": "1", "from": "ANY", "to": "A", "ports": "1025-65535", "dynamic": "rpc", "service": "mapi"}],
    "constraints": [{"kind": "nat-loopback", "from": "LAN", "to": ["A"], "alternatives": ["hosts-file", "internal-dns"], "cite": {"line": 3}},
                    {"kind": "static-address-outside-dhcp"}],
    "notes": [{"text": "n", "cite": {"line": 7}}, {"text": "m"}],
    "left_over": [{"text": "2010", "why": "a year", "cite": {"line": 1}}]})");
  ASSERT_TRUE(loaded.diagnostics.empty()) << listing(loaded.diagnostics, "s.json");
  const Specification& spec = loaded.specifications.at(0);
  EXPECT_TRUE(spec.rows[0].dynamic_rpc);
  EXPECT_EQ(spec.constraints[0].from, std::vector<std::string>{"LAN"});
  EXPECT_EQ(spec.constraints[0].to, std::vector<std::string>{"A"});
  EXPECT_EQ(spec.constraints[0].alternatives, (std::vector<std::string>{"hosts-file", "internal-dns"}));
  EXPECT_EQ(spec.constraints[0].citation.line, 3u);
  EXPECT_TRUE(spec.constraints[1].from.empty() && spec.constraints[1].to.empty() && spec.constraints[1].alternatives.empty());
  EXPECT_EQ(spec.notes.at(0).citation.line, 7u);
  EXPECT_EQ(spec.notes.at(1).text, "m");
  EXPECT_EQ(spec.left_over.at(0).why, "a year");
  EXPECT_EQ(spec.left_over.at(0).citation.document, "Ports");
  std::map<std::string, model::Zone> zones;
  std::vector<model::Diagnostic> diagnostics;
  const model::Requirements asked = requirements(loaded.specifications, zones, diagnostics);
  EXPECT_TRUE(asked.rows.at(0).dynamic_rpc);
  EXPECT_EQ(asked.constraints.at(0).id, "x/nat-loopback");
  EXPECT_EQ(asked.constraints.at(0).alternatives.size(), 2u);
}

TEST(Specification, AFileMayHoldAList) {
  const std::string one = with_row(good_row(""));
  std::string other = one;
  other.replace(other.find("\"x\""), 3, "\"y\"");
  EXPECT_EQ(load("[" + one + "," + other + "]").specifications.size(), 2u);
  const auto twice = load("[" + one + ",\n" + one + "]");
  EXPECT_EQ(listing(twice.diagnostics, "s.json"), "s.json:4:1: /1: the id 'x' is used by an earlier specification [json.schema]\n");
  // An error in one leaves the others usable.
  EXPECT_EQ(load("[" + one + ", {}]").specifications.size(), 1u);
}

struct Bad {
  std::string text;
  std::string errors;  // without "s.json:"
};

TEST(Specification, SaysWhatIsWrongAndWhere) {
  const std::vector<Bad> rows = {
      {"[]", "1:1: /: the list is empty [json.schema]\n"},
      {"7", "1:1: /: expected an object, found a number [json.schema]\n"},
      {"{\"id\": \"x\", \"titel\": \"X\", \"roles\": {}, \"rows\": []}",
       "1:1: /: the key \"title\" is missing [json.schema]\n"
       "1:13: /: unknown key 'titel'; did you mean title? [json.schema]\n"
       "1:48: /rows: the list is empty [json.schema]\n"},
      {with_row(R"({"id": "1", "from": ["ANNY"], "to": ["B"], "ports": ["80"]})"),
       "3:22: /rows/0/from/0: 'ANNY' is not a role that \"roles\" defines; did you mean ANY? [role.unknown]\n"
       "3:38: /rows/0/to/0: 'B' is not a role that \"roles\" defines [role.unknown]\n"},
      {with_row(R"({"id": "1", "from": [], "to": ["A", "A"], "ports": []})"),
       "3:21: /rows/0/from: the list is empty [json.schema]\n"
       "3:37: /rows/0/to/1: the role 'A' is named twice [json.schema]\n"
       "3:52: /rows/0/ports: the list is empty [json.schema]\n"},
      {with_row(good_row("") + ",\n" + good_row("")), "4:8: /rows/1/id: the id '1' is used by an earlier row [json.schema]\n"},
      {with_row(good_row(", \"protocol\": \"tpc\"")),
       "3:72: /rows/0/protocol: 'tpc' is not a protocol (a name such as tcp, or a number from 0 to 255); did you mean tcp? [value.unknown]\n"},
      {with_row(good_row(", \"protocol\": 256")),
       "3:72: /rows/0/protocol: '256' is not a protocol (a name such as tcp, or a number from 0 to 255) [value.unknown]\n"},
      {with_row(good_row(", \"protocol\": \"icmp\"")), "3:1: /rows/0: the protocol 'icmp' has no ports [json.schema]\n"},
      {with_row(R"({"id": "1", "from": "A", "to": "A"})"),
       "3:1: /rows/0: the key \"ports\" is missing (\"0-65535\" for every port) [json.schema]\n"},
      {with_row(good_row(", \"src_ports\": [\"9-1\", 65536, \"80,81\", true]")),
       "3:74: /rows/0/src_ports/0: cannot read '9-1' as a port (8450) or a range of ports (1024-65535) [number.invalid]\n"
       "3:81: /rows/0/src_ports/1: cannot read '65536' as a port (8450) or a range of ports (1024-65535) [number.invalid]\n"
       "3:88: /rows/0/src_ports/2: cannot read '80,81' as a port (8450) or a range of ports (1024-65535) [number.invalid]\n"
       "3:97: /rows/0/src_ports/3: expected a string, found true or false [json.schema]\n"},
      {with_row(good_row(", \"optional\": \"yes\", \"cite\": {\"line\": 0, \"sha256\": \"ab\"}")),
       "3:72: /rows/0/optional: expected true or false, found a string [json.schema]\n"
       "3:96: /rows/0/cite/line: '0' is not a whole number from 1 to 1000000000 [number.invalid]\n"
       "3:109: /rows/0/cite/sha256: 'ab' is not a SHA-256 digest of 64 lower-case hexadecimal digits [value.unknown]\n"},
      {"{\"id\": \"x\", \"title\": \"X\", \"unlisted\": {\"tcp\": \"violations\"}, \"roles\": {\"A B\": {\"name\": 1}}, \"rows\": [" +
           good_row("") + "], \"constraints\": [{\"kind\": \"nat-loop\"}]}",
       "1:47: /unlisted/tcp: 'violations' is not a strictness (violation, warning, ignore); did you mean violation? [value.unknown]\n"
       "1:72: /roles: 'A B' is not a role: letters, digits, '.', '-' and '_' only [json.schema]\n"
       "1:80: /roles/A B: unknown key 'name' [json.schema]\n"
       "1:138: /rows/0/to/0: 'A' is not a role that \"roles\" defines [role.unknown]\n"
       "1:188: /constraints/0/kind: 'nat-loop' is not a kind of constraint (port-forward, nat-loopback, static-address-outside-dhcp, "
       "not-intercepted) [value.unknown]\n"},
      {with_row(good_row(", \"reading\": [{\"open\": \"direction\", \"chose\": \"in\"}, \"\", 3], \"dynamic\": \"portmap\"")),
       "3:72: /rows/0/reading/0: the key \"chosen\" is missing [json.schema]\n"
       "3:94: /rows/0/reading/0: unknown key 'chose'; did you mean chosen? [json.schema]\n"
       "3:110: /rows/0/reading/1: the text is empty [json.schema]\n"
       "3:114: /rows/0/reading/2: expected a string, found a number [json.schema]\n"
       "3:129: /rows/0/dynamic: 'portmap' is not a way of choosing ports (rpc) [value.unknown]\n"},
      {"{\"id\": \"x\", \"title\": \"X\", \"roles\": {\"A\": {}}, \"rows\": [" + good_row("") + "],\n" +
           "\"constraints\": [{\"kind\": \"nat-loopback\", \"to\": \"B\", \"alternatives\": \"dns\"},\n{\"kind\": \"nat-loopback\", \"via\": 1}],\n" +
           "\"notes\": [{\"cite\": {\"line\": 2}}], \"left_over\": [{\"text\": \"5\"}, {\"text\": \"6\", \"why\": 7}]}",
       "2:48: /constraints/0/to: 'B' is not a role that \"roles\" defines [role.unknown]\n"
       "2:69: /constraints/0/alternatives: 'dns' is not an alternative to NAT loopback (internal-dns, hosts-file, internal-address) [value.unknown]\n"
       "3:1: /constraints/1: there is a constraint of this kind already [json.schema]\n"
       "3:26: /constraints/1: unknown key 'via' [json.schema]\n"
       "4:11: /notes/0: the key \"text\" is missing [json.schema]\n"
       "4:49: /left_over/0: the key \"why\" is missing [json.schema]\n"
       "4:85: /left_over/1/why: expected a string, found a number [json.schema]\n"},
  };
  for (const Bad& row : rows) {
    const auto loaded = load(row.text);
    std::string expected;
    std::istringstream in(row.errors);
    for (std::string line; std::getline(in, line);) expected += "s.json:" + line + "\n";
    EXPECT_EQ(listing(loaded.diagnostics, "s.json"), expected) << row.text;
    EXPECT_TRUE(loaded.specifications.empty());
  }
}

TEST(Specification, ErrorsAreBounded) {
  std::string text = "{\"id\": \"x\", \"title\": \"X\", \"roles\": {}";
  for (int i = 0; i < 50'000; ++i) text += ", \"k" + std::to_string(i) + "\": 0";
  const auto loaded = load(text + "}");
  EXPECT_EQ(loaded.diagnostics.size(), 1000u);
}

TEST(Nearest, WordsThatAreNear) {
  const std::vector<std::string> known = {"ADM", "MGMT", "CAS", "mailstore-gateway"};
  struct Near {
    std::string word;
    std::string nearest;
  };
  for (const auto& [word, near] : std::vector<Near>{{"ADN", "ADM"},
                                                    {"adm", "ADM"},
                                                    {"AMD", "ADM"},
                                                    {"MGTM", "MGMT"},
                                                    {"mailstore-gatway", "mailstore-gateway"},
                                                    {"", ""},
                                                    {"ROUTER", ""},
                                                    {std::string(100, 'A'), ""}}) {
    EXPECT_EQ(nearest(word, known), near) << word;
  }
  EXPECT_EQ(nearest("iptables", {"nftables", "iptables-save", "ipset-save"}), "iptables-save");
  EXPECT_EQ(nearest("iptables", {"nftables", "iptables-save", "iptables-list"}), "nftables");
}

}  // namespace
}  // namespace fwproof::specs
