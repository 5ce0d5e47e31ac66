#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "specs/digest.h"
#include "specs/specification.h"
#include "tests/unit/specs/fixtures.h"

namespace fwproof::specs {
namespace {

TEST(Digest, IsSha256) {
  // FIPS 180-4, example of one block.
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Library, HoldsTheTables) {
  struct Table {
    std::string id;
    size_t rows, optional, several_sources, dynamic, constraints;
    bool complete;  // the document says that it lists all TCP ports
  };
  const std::vector<Table> tables = {
      {"evo-nat-router", 13, 3, 0, 0, 3, false},    {"evo-windows-firewall", 13, 3, 0, 0, 0, false}, {"exchange-2010", 12, 0, 3, 4, 0, false},
      {"mailstore-gateway", 11, 0, 0, 0, 1, true}, {"mailstore-spe-multi", 17, 1, 3, 0, 1, true},   {"mailstore-spe-single", 13, 0, 0, 0, 1, true}};
  ASSERT_EQ(builtin().size(), tables.size());
  for (size_t i = 0; i < tables.size(); ++i) {
    const Specification spec = builtin()[i];
    SCOPED_TRACE(spec.id);
    const auto count = [&](auto has) { return static_cast<size_t>(std::count_if(spec.rows.begin(), spec.rows.end(), has)); };
    EXPECT_EQ(spec.id, tables[i].id);
    EXPECT_EQ(spec.rows.size(), tables[i].rows);
    EXPECT_EQ(count([](const Row& row) { return row.optional; }), tables[i].optional);
    EXPECT_EQ(count([](const Row& row) { return row.from.size() > 1; }), tables[i].several_sources);
    EXPECT_EQ(count([](const Row& row) { return row.dynamic_rpc && !row.program.empty(); }), tables[i].dynamic);
    EXPECT_EQ(spec.unlisted_tcp, tables[i].complete ? model::Strictness::violation : model::Strictness::warning);
    EXPECT_EQ(spec.unlisted_other, model::Strictness::warning);
    EXPECT_EQ(spec.unlisted_citation.line > 0, tables[i].complete);
    EXPECT_EQ(spec.constraints.size(), tables[i].constraints);
    ASSERT_NE(find_builtin(spec.id), nullptr);
    EXPECT_EQ(*find_builtin(spec.id), spec);
    EXPECT_EQ(find_builtin(spec.id), find_builtin(spec.id));
    EXPECT_NE(builtin_text(spec.id).find("\"" + spec.id + "\""), std::string_view::npos);
  }
  EXPECT_EQ(find_builtin("mailstore"), nullptr);
  EXPECT_TRUE(builtin_text("mailstore").empty());
}

TEST(Library, SaysHowOpenPointsWereRead) {
  for (const char* id : {"evo-nat-router", "evo-windows-firewall", "exchange-2010"})
    for (const Row& row : find_builtin(id)->rows) {
      ASSERT_FALSE(row.readings.empty()) << row.id;
      for (const Reading& reading : row.readings) {
        EXPECT_FALSE(reading.review) << row.id;
        EXPECT_FALSE(reading.accepted.empty()) << row.id;
      }
    }
  const Row& mail = find_builtin("evo-windows-firewall")->rows.front();
  EXPECT_EQ(to_text(mail.readings), "direction and source: from ANY to SERVER (else: both ways)");
  for (const Row& row : find_builtin("exchange-2010")->rows)
    if (row.dynamic_rpc) {
      EXPECT_EQ(row.ports, model::IntervalSet::range(1025, 65535));
      EXPECT_EQ(std::count(row.from.begin(), row.from.end(), "ANY"), 0) << row.id;
    }
}

TEST(Library, TheHostAndItsRouterHaveTheSameRows) {
  const Specification& host = *find_builtin("evo-windows-firewall");
  const Specification& router = *find_builtin("evo-nat-router");
  ASSERT_EQ(host.rows.size(), router.rows.size());
  for (size_t i = 0; i < host.rows.size(); ++i) {
    EXPECT_EQ(host.rows[i].id, router.rows[i].id);
    EXPECT_EQ(host.rows[i].ports, router.rows[i].ports);
    EXPECT_EQ(host.rows[i].optional, router.rows[i].optional);
  }
  EXPECT_EQ(router.constraints[1].alternatives, (std::vector<std::string>{"internal-dns", "hosts-file", "internal-address"}));
}

TEST(Library, NamesItsRows) {
  const auto has = [](const char* spec, const char* id) {
    const auto& rows = find_builtin(spec)->rows;
    return std::any_of(rows.begin(), rows.end(), [&](const Row& row) { return row.id == id && row.citation.line > 0; });
  };
  EXPECT_TRUE(has("mailstore-spe-multi", "8474-ADM-MGMT"));
  EXPECT_TRUE(has("mailstore-spe-multi", "8471-CAS+IH-MGMT"));
  EXPECT_TRUE(has("mailstore-spe-multi", "443-MGMT-my.mailstore.com"));
  EXPECT_TRUE(has("mailstore-gateway", "8450-ADM-GTW"));
  EXPECT_TRUE(has("exchange-2010", "rpc-EdgeSyncSvc.exe-EXCHANGE-EDGE"));
  EXPECT_TRUE(has("evo-nat-router", "3389-ANY-SERVER"));
  EXPECT_EQ(find_builtin("mailstore-gateway")->constraints[0].kind, model::Constraint::Kind::port_forward);
  EXPECT_EQ(find_builtin("mailstore-spe-single")->constraints[0].kind, model::Constraint::Kind::not_intercepted);
}

// ---- against the documents, where they are at hand -----------------------------------------------------------------

std::string corpus_folder() {
  const char* corpus = std::getenv("FWPROOF_CORPUS");
  return corpus ? std::string(corpus) : std::string(FWPROOF_SOURCE_DIR) + "/../shared/corpus";
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

std::string strip(const std::string& text) {
  const size_t first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

// A row of the document's table: "port | sources | target | …", or the same three words separated by blanks.
struct Cells {
  std::string port;
  std::vector<std::string> from, to;
};

Cells cells(const std::string& line) {
  const bool pipes = line.find('|') != std::string::npos;
  const std::vector<std::string> parts = split(line, pipes ? '|' : ' ');
  if (parts.size() < 3) return {};
  Cells result{strip(parts[0]), {}, {}};
  for (const std::string& name : split(parts[1], ',')) result.from.push_back(strip(name));
  for (const std::string& name : split(parts[2], ',')) result.to.push_back(strip(name));
  return result;
}

void expect_cited(const model::Citation& citation, const std::vector<std::string>& lines) {
  ASSERT_GE(citation.line, 1u);
  ASSERT_LE(citation.line, lines.size());
  EXPECT_EQ(citation.sha256, sha256(lines[citation.line - 1])) << citation.line;
}

// The number stands by itself: 25 is not in 1025.
bool names_number(const std::string& line, const std::string& number) {
  const auto is_digit = [&](size_t at) { return at < line.size() && line[at] >= '0' && line[at] <= '9'; };
  for (size_t at = line.find(number); at != std::string::npos; at = line.find(number, at + 1))
    if (!(at > 0 && is_digit(at - 1)) && !is_digit(at + number.size())) return true;
  return false;
}

void expect_table(const Specification& spec, const std::vector<std::string>& lines) {
  size_t rows_of_table = 0;
  for (const std::string& line : lines) rows_of_table += !line.empty() && line[0] >= '0' && line[0] <= '9';
  EXPECT_EQ(spec.rows.size(), spec.id == "mailstore-gateway" ? rows_of_table : spec.id == "mailstore-spe-single" ? rows_of_table - 17 : rows_of_table - 13);
  for (const Row& row : spec.rows) {
    const std::string& line = lines[row.citation.line - 1];
    const Cells expected = cells(line);
    EXPECT_EQ(row.port_texts, std::vector<std::string>{expected.port}) << row.id;
    EXPECT_EQ(row.from, expected.from) << row.id;
    EXPECT_EQ(row.to, expected.to) << row.id;
    EXPECT_EQ(row.optional, line.find("Optional") != std::string::npos) << row.id;
  }
}

// Lists and prose: a row's line names its port, or that it is above 1024, and its program.
void expect_prose(const Specification& spec, const std::vector<std::string>& lines) {
  size_t listed = 0;
  for (const std::string& line : lines) listed += line.find("TCP ") != std::string::npos && line.find(" / ") != std::string::npos;
  if (listed > 0) { EXPECT_EQ(spec.rows.size(), listed); }
  for (const Row& row : spec.rows) {
    const std::string& line = lines[row.citation.line - 1];
    EXPECT_TRUE(names_number(line, row.dynamic_rpc ? "1024" : row.port_texts.at(0))) << row.id;
    EXPECT_NE(line.find(row.program), std::string::npos) << row.id;
    EXPECT_EQ(row.optional, line.find("(optional)") != std::string::npos) << row.id;
  }
}

TEST(Library, AgreesWithTheDocuments) {
  const std::string folder = corpus_folder() + "/../documents/";
  if (!std::filesystem::is_directory(folder))
    GTEST_SKIP() << "NOT CHECKED: the vendor documents are not at hand (" << folder << "); set FWPROOF_CORPUS";
  for (const Specification& spec : builtin()) {
    SCOPED_TRACE(spec.id);
    const std::string bytes = read_file(folder + spec.document.file);
    ASSERT_FALSE(bytes.empty()) << spec.document.file;
    EXPECT_EQ(spec.document.sha256, sha256(bytes));
    const std::vector<std::string> lines = split(bytes, '\n');
    EXPECT_EQ(spec.document.document, lines[0].substr(0, spec.document.document.size()));
    if (spec.unlisted_citation.line > 0) expect_cited(spec.unlisted_citation, lines);
    for (const Constraint& constraint : spec.constraints) expect_cited(constraint.citation, lines);
    for (const Note& note : spec.notes) expect_cited(note.citation, lines);
    for (const LeftOver& number : spec.left_over) expect_cited(number.citation, lines);
    for (const Row& row : spec.rows) {
      expect_cited(row.citation, lines);
      EXPECT_EQ(row.protocol_number, 6u);
      EXPECT_EQ(bytes.find(row.description), std::string::npos) << "a copied sentence: " << row.id;
    }
    if (spec.id.starts_with("mailstore-")) expect_table(spec, lines);
    else expect_prose(spec, lines);
  }
}

}  // namespace
}  // namespace fwproof::specs
