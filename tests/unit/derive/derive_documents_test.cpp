// The vendor documents that the library is written from, where they are at hand: what derive makes of them, against the library.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "specs/digest.h"
#include "specs/specification.h"
#include "tests/support/corpus.h"
#include "tests/support/derive_document.h"

namespace fwproof::specs::derive {
namespace {

using tests::DerivedDocument;

std::optional<std::filesystem::path> documents() {
  const auto corpus = tests::corpus();
  if (!corpus || !std::filesystem::is_directory(*corpus / ".." / "documents")) return std::nullopt;
  return *corpus / ".." / "documents";
}

DerivedDocument derive_file(const std::filesystem::path& path) { return tests::derive_text(tests::read_all(path), path.filename().string()); }

// Documents by what they are, so that no sentence of theirs stands here: the first characters of their names.
struct Expected {
  std::string file;
  std::vector<size_t> rows;     // of each specification
  size_t optional;
  size_t open;                  // rows with a reading
  size_t commands;
  std::vector<std::string> constraints;
  int unlisted_line;            // of the first
};
const std::vector<Expected> kExpected = {
    {"000", {13}, 3, 13, 0, {}, 0},
    {"001", {13}, 3, 13, 0, {"nat-loopback", "static-address-outside-dhcp", "port-forward"}, 0},
    {"002", {11}, 0, 0, 0, {"port-forward"}, 11},
    {"003", {13, 17}, 1, 0, 3, {"not-intercepted", "not-intercepted"}, 7},
    {"004", {12}, 0, 12, 0, {}, 0},
};

TEST(DeriveDocuments, FindsTheRows) {
  const auto folder = documents();
  if (!folder) GTEST_SKIP() << "NOT CHECKED: the vendor documents are not at hand; set FWPROOF_CORPUS";
  for (const Expected& expected : kExpected) {
    for (const auto& path : tests::files_in(*folder)) {
      if (path.filename().string().rfind(expected.file, 0) != 0) continue;
      SCOPED_TRACE(path.filename());
      const DerivedDocument document = derive_file(path);
      std::vector<size_t> rows;
      std::vector<std::string> constraints;
      size_t optional = 0, open = 0;
      for (const Specification& spec : document.derived.specifications) {
        rows.push_back(spec.rows.size());
        for (const Constraint& constraint : spec.constraints) constraints.emplace_back(model::to_text(constraint.kind));
        optional += static_cast<size_t>(std::count_if(spec.rows.begin(), spec.rows.end(), [](const specs::Row& row) { return row.optional; }));
        open += static_cast<size_t>(std::count_if(spec.rows.begin(), spec.rows.end(), [](const specs::Row& row) { return !row.readings.empty(); }));
      }
      EXPECT_EQ(rows, expected.rows);
      EXPECT_EQ(optional, expected.optional);
      EXPECT_EQ(open, expected.open);
      EXPECT_EQ(constraints, expected.constraints);
      EXPECT_EQ(document.derived.commands.size(), expected.commands);
      EXPECT_EQ(document.derived.specifications[0].unlisted_citation.line, expected.unlisted_line);
      EXPECT_EQ(tests::unaccounted(document), "");
    }
  }
}

// What the library knows beyond the text: names that it gave to hosts which the text does not abbreviate.
struct Explained {
  std::string spec;
  std::map<std::string, std::string> roles;   // of the library → derived; empty: the text names no such host
};
const std::vector<Explained> kExplained = {
    {"exchange-2010", {{"EXCHANGE", "SERVER"}, {"EDGE", "Edge-Transport-Server"}, {"DC", ""}}},
};

std::vector<std::string> translated(const std::vector<std::string>& roles, const std::string& spec) {
  std::vector<std::string> result;
  for (std::string role : roles) {
    for (const Explained& explained : kExplained)
      if (const auto at = explained.roles.find(role); explained.spec == spec && at != explained.roles.end()) role = at->second;
    if (!role.empty()) result.push_back(role);
  }
  return result;
}

std::string row_text(const specs::Row& row, const std::string& spec) {
  std::string text = std::to_string(row.citation.line) + " " + row.citation.sha256 + " " + row.protocol + (row.optional ? " optional" : "") + (row.dynamic_rpc ? " rpc " + row.program : "");
  for (const std::string& port : row.port_texts) text += " " + port;
  for (const std::string& role : translated(row.from, spec)) text += " " + role;
  text += " ->";
  for (const std::string& role : translated(row.to, spec)) text += " " + role;
  return text;
}

std::vector<std::string> row_texts(const Specification& spec, const std::string& id) {
  std::vector<std::string> texts;
  for (const specs::Row& row : spec.rows) texts.push_back(row_text(row, id));
  return texts;
}

// The derived specification that cites the line of the library's first row.
const Specification* same_table(const Derived& derived, const Specification& library) {
  for (const Specification& spec : derived.specifications)
    for (const specs::Row& row : spec.rows)
      if (row.citation.line == library.rows[0].citation.line) return &spec;
  return nullptr;
}

TEST(DeriveDocuments, AgreesWithTheLibrary) {
  const auto folder = documents();
  if (!folder) GTEST_SKIP() << "NOT CHECKED: the vendor documents are not at hand; set FWPROOF_CORPUS";
  for (const Specification& library : builtin()) {
    SCOPED_TRACE(library.id);
    const DerivedDocument document = derive_file(*folder / library.document.file);
    const Specification* derived = same_table(document.derived, library);
    ASSERT_NE(derived, nullptr);
    EXPECT_EQ(row_texts(*derived, ""), row_texts(library, library.id));
    EXPECT_EQ(derived->document.document, library.document.document);
    EXPECT_EQ(derived->document.revision, library.document.revision);
    EXPECT_EQ(derived->document.sha256, library.document.sha256);
    EXPECT_EQ(derived->unlisted_tcp, library.unlisted_tcp);
    EXPECT_EQ(derived->unlisted_other, library.unlisted_other);
    EXPECT_EQ(derived->unlisted_citation.line, library.unlisted_citation.line);
    ASSERT_EQ(derived->constraints.size(), library.constraints.size());
    for (const Constraint& constraint : library.constraints) {
      const auto same = std::find_if(derived->constraints.begin(), derived->constraints.end(), [&](const Constraint& other) { return other.kind == constraint.kind; });
      ASSERT_NE(same, derived->constraints.end()) << model::to_text(constraint.kind);
      EXPECT_EQ(same->citation.line, constraint.citation.line);
      EXPECT_EQ(same->citation.sha256, constraint.citation.sha256);
      EXPECT_EQ(same->alternatives, constraint.alternatives);
    }
  }
}

}  // namespace
}  // namespace fwproof::specs::derive
