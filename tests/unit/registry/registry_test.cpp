// Files as they come: encodings, line ends, several outputs in one file, and what is no configuration at all.
#include <gtest/gtest.h>

#include "importers/registry.h"
#include "importers/text/decode.h"

namespace fwproof::importers {
namespace {

ImportedHost import_bytes(const std::vector<std::string>& files, const std::vector<std::string>& as = {}) {
  model::Sources sources;
  std::vector<uint32_t> indices;
  for (const std::string& bytes : files) {
    indices.push_back(static_cast<uint32_t>(sources.files.size()));
    sources.files.push_back({"f", bytes});
  }
  return import_host(sources, indices, as);
}

bool has(const ImportedHost& host, std::string_view id) {
  for (const model::Diagnostic& diagnostic : host.diagnostics)
    if (model::id_text(diagnostic.id) == id) return true;
  return false;
}

const std::string kCommand = "netsh advfirewall firewall add rule name=w dir=in action=allow protocol=TCP localport=80\r\n";

std::string utf16(const std::string& text, bool big, bool mark) {
  std::string out = !mark ? "" : big ? "\xfe\xff" : "\xff\xfe";
  for (const char c : text) out += big ? std::string("\0", 1) + c : std::string(1, c) + std::string("\0", 1);
  return out;
}

TEST(Registry, RefusesWhatIsNoConfiguration) {
  struct Row {
    std::string bytes;
    const char* id;
  };
  const std::vector<Row> rows = {{"", "input.empty"},
                                 {" \r\n\t\n", "input.empty"},
                                 {std::string("\x7f" "ELF\0\0\0\1\2\3", 10), "input.binary"},
                                 {"lorem ipsum dolor\n", "input.unrecognised"},
                                 {std::string(text::kMaxLineBytes + 1, 'x'), "input.too-large"}};
  for (const Row& row : rows) {
    const ImportedHost host = import_bytes({row.bytes});
    EXPECT_FALSE(host.understood) << row.id;
    EXPECT_TRUE(has(host, row.id)) << row.id;
    EXPECT_EQ(host.inputs.size(), 1U);
  }
}

TEST(Registry, ReadsEveryEncoding) {
  struct Row {
    std::string bytes;
    const char* encoding;
  };
  const std::vector<Row> rows = {{kCommand, "UTF-8"},
                                 {"\xef\xbb\xbf" + kCommand, "UTF-8"},
                                 {utf16(kCommand, false, true), "UTF-16LE"},
                                 {utf16(kCommand, true, true), "UTF-16BE"},
                                 {utf16(kCommand, false, false), "UTF-16LE"},
                                 {utf16(kCommand, true, false), "UTF-16BE"},
                                 {"rem \x81\x84\n" + kCommand, "bytes"}};
  for (const Row& row : rows) {
    const ImportedHost host = import_bytes({row.bytes});
    EXPECT_TRUE(host.understood) << row.encoding;
    ASSERT_EQ(host.inputs.size(), 1U);
    EXPECT_EQ(host.inputs[0].encoding, row.encoding);
    EXPECT_EQ(host.inputs[0].importer, "netsh");
    EXPECT_EQ(host.policies.size(), 1U) << row.encoding;
  }
}

TEST(Registry, CountsEveryLine) {
  const ImportedHost host = import_bytes({"title\n\n" + kCommand + "rem x\n"});
  EXPECT_EQ(host.inputs[0].account.total(), 3U);
}

TEST(Registry, TakesTheGivenImporter) {
  EXPECT_TRUE(has(import_bytes({kCommand}, {"nonsense"}), "input.unrecognised"));
  EXPECT_TRUE(import_bytes({kCommand}, {"netsh"}).understood);
}

// The declaration stands in front of either root.
const std::string kTwoRoots = "<?xml version=\"1.0\"?>\n<pfsense>\n</pfsense>\n<opnsense>\n</opnsense>\n";

TEST(Registry, RefusesWhatTwoImportersClaim) {
  const ImportedHost host = import_bytes({kTwoRoots, kTwoRoots, kCommand});
  EXPECT_FALSE(host.understood);
  std::vector<std::string> told;
  for (const model::Diagnostic& diagnostic : host.diagnostics)
    if (diagnostic.id == model::DiagnosticId::input_ambiguous) told.push_back(diagnostic.message + "; " + diagnostic.notes.at(0));
  EXPECT_EQ(told, std::vector<std::string>(2, "both pfsense and opnsense claim this line; --as pfsense or --as opnsense settles it"));
  EXPECT_EQ(host.inputs.at(0).importer, "");
  EXPECT_EQ(host.inputs.at(0).account.count(model::LineClass::unrecognised), 5U);
  EXPECT_EQ(host.policies.size(), 1U);  // of the third file
}

TEST(Registry, AsSettlesWhatTwoImportersClaim) {
  const ImportedHost host = import_bytes({kTwoRoots}, {"pfsense"});
  EXPECT_FALSE(has(host, "input.ambiguous"));
  EXPECT_EQ(host.inputs.at(0).importer, "pfsense");
}

TEST(Decode, SplitsLines) {
  const auto lines = text::split_lines("a\r\nb\nc\rd");
  ASSERT_EQ(lines.lines.size(), 4U);
  EXPECT_EQ(lines.lines[3], "d");
}

TEST(Decode, TellsUtf8) {
  EXPECT_TRUE(text::is_utf8("h\xc3\xa9"));
  EXPECT_FALSE(text::is_utf8("h\xe9"));
  EXPECT_FALSE(text::is_utf8("\xc0\x80"));
  EXPECT_FALSE(text::is_utf8("\xed\xa0\x80"));
}

}  // namespace
}  // namespace fwproof::importers
