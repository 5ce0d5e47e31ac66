// Every document of tests/fixtures/documents with what a faithful reading of it arrives at; SOURCES.md there says what the columns mean.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "specs/derive/roles.h"
#include "tests/support/corpus.h"
#include "tests/support/derive_document.h"

namespace fwproof::specs::derive {
namespace {

namespace fs = std::filesystem;
using tests::DerivedDocument;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::string part;
  for (std::istringstream in(text); std::getline(in, part, separator);) parts.push_back(part);
  if (!text.empty() && text.back() == separator) parts.emplace_back();
  return parts;
}

struct Expected {
  uint32_t line = 0;
  std::string protocol;                  // "left-over": no row
  std::vector<std::string> ports;
  std::vector<std::string> from;
  std::vector<std::string> to;
  std::string optional;
  std::vector<std::string> open;
};

std::vector<Expected> read_expected(const fs::path& path) {
  std::vector<Expected> rows;
  for (const std::string& line : split(tests::read_all(path), '\n')) {
    std::vector<std::string> cells = split(line, '\t');
    if (cells.size() < 3 || cells[0] == "line") continue;
    cells.resize(7);
    rows.push_back({static_cast<uint32_t>(std::stoul(cells[0])), cells[1], split(cells[2], ','), split(cells[3], ';'), split(cells[4], ';'), cells[5], split(cells[6], ',')});
  }
  return rows;
}

// One derived row, with the specification that its roles are in.
struct Found {
  const specs::Row* row;
  const Specification* spec;
  bool taken = false;
};

std::string text_of(const Found& found) {
  std::string text = std::to_string(found.row->citation.line) + " " + found.row->id + (found.row->optional ? " optional" : "");
  for (const Reading& reading : found.row->readings) text += " [" + reading.open + "]";
  return text;
}
std::string text_of(const Expected& row) {
  return std::to_string(row.line) + " " + row.protocol + " " + join(row.ports, ",") + " from " + join(row.from, ";") + " to " + join(row.to, ";") + " optional " + row.optional + " open " + join(row.open, ",");
}

bool is_role(const std::string& id, const Specification& spec, const std::string& expected) {
  if (expected == "?" || expected == "SERVER") return id != kAny;
  if (expected == "ANY" || id == kAny) return id == expected;
  const auto role = spec.roles.find(id);
  return id == expected || lower_case(id) == lower_case(slug(expected)) || (role != spec.roles.end() && lower_case(role->second.title) == lower_case(expected));
}

bool are_roles(const std::vector<std::string>& ids, const Specification& spec, const std::vector<std::string>& expected) {
  return ids.size() == expected.size() && std::all_of(expected.begin(), expected.end(), [&](const std::string& name) {
           return std::any_of(ids.begin(), ids.end(), [&](const std::string& id) { return is_role(id, spec, name); });
         });
}

bool same_row(const Found& found, const Expected& expected) {
  std::vector<std::string> ports = found.row->port_texts, wanted = expected.ports;
  std::sort(ports.begin(), ports.end());
  std::sort(wanted.begin(), wanted.end());
  return found.row->citation.line == expected.line && found.row->protocol == expected.protocol && ports == wanted &&
         are_roles(found.row->from, *found.spec, expected.from) && are_roles(found.row->to, *found.spec, expected.to);
}

bool has_reading(const specs::Row& row, const std::string& open) {
  return std::any_of(row.readings.begin(), row.readings.end(), [&](const Reading& reading) { return reading.review && holds_phrase(reading.open, open); });
}

// What is wrong with a row that is the right one, or nothing.
std::string faults(const specs::Row& row, const Expected& expected) {
  std::string faults;
  if (row.optional != (expected.optional == "yes")) faults += " optional";
  if (expected.optional == "if" && !has_reading(row, "condition")) faults += " condition";
  if (expected.open == std::vector<std::string>{"none"}) return row.readings.empty() ? faults : faults + " reading";
  for (const std::string& open : expected.open)
    if (!has_reading(row, open)) faults += " open-" + open;
  return faults;
}

bool is_left_over(const DerivedDocument& document, const Expected& expected) {
  for (const Specification& spec : document.derived.specifications) {
    for (const LeftOver& left : spec.left_over)
      if (left.citation.line == expected.line && holds_phrase(lower_case(left.text), lower_case(expected.ports[0]))) return true;
    for (const specs::Row& row : spec.rows)
      if (row.citation.line == expected.line && std::find(row.port_texts.begin(), row.port_texts.end(), expected.ports[0]) != row.port_texts.end()) return true;
  }
  return false;
}

std::string compare(const DerivedDocument& document, const std::vector<Expected>& expected) {
  std::vector<Found> rows;
  for (const Specification& spec : document.derived.specifications)
    for (const specs::Row& row : spec.rows) rows.push_back({&row, &spec});
  std::string difference;
  for (const Expected& row : expected) {
    if (row.protocol == "left-over") {
      if (!is_left_over(document, row)) difference += "not left over: " + text_of(row) + "\n";
      continue;
    }
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const Found& found) { return !found.taken && same_row(found, row); });
    if (found == rows.end()) {
      difference += "missing: " + text_of(row) + "\n";
      continue;
    }
    found->taken = true;
    const std::string wrong = faults(*found->row, row);
    if (!wrong.empty()) difference += "wrong" + wrong + ": " + text_of(*found) + "\n";
  }
  for (const Found& found : rows)
    if (!found.taken) difference += "not expected: " + text_of(found) + "\n";
  return difference;
}

TEST(DeriveFixtures, AreReadAsExpected) {
  size_t documents = 0;
  for (const fs::path& path : tests::files_in(fs::path(FWPROOF_SOURCE_DIR) / "tests/fixtures/documents")) {
    fs::path expected = path;
    expected.replace_extension(".expected.tsv");
    if (path.extension() == ".tsv" && path.stem().extension() == ".expected") continue;
    if (!fs::exists(expected)) continue;
    ++documents;
    const DerivedDocument document = tests::derive_text(tests::read_all(path), path.filename().string());
    EXPECT_EQ(compare(document, read_expected(expected)), "") << path.filename();
    EXPECT_EQ(tests::unaccounted(document), "") << path.filename();
  }
  EXPECT_GT(documents, 30u);
}

}  // namespace
}  // namespace fwproof::specs::derive
