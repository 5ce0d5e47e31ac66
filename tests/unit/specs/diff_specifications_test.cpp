#include "specs/diff_specifications.h"

#include <gtest/gtest.h>

#include <functional>

#include "specs/decisions.h"

namespace fwproof::specs {
namespace {

Row row(const std::string& id, const std::string& from, unsigned port, const std::string& description = "") {
  Row row;
  row.id = id;
  row.from = {from};
  row.to = {"S"};
  row.ports = model::IntervalSet::of(port);
  row.description = description;
  return row;
}

Specification base() {
  Specification spec;
  spec.id = "x";
  spec.roles = {{"ANY", {}}, {"ADM", {}}, {"S", {}}};
  spec.rows = {row("80-ANY-S", "ANY", 80, "web"), row("8450-ADM-S", "ADM", 8450, "console"), row("9-ANY-S", "ANY", 9, "discard")};
  spec.constraints = {{.kind = model::Constraint::Kind::nat_loopback, .alternatives = {"hosts-file"}}};
  return spec;
}

// "came 81-ANY-S; changed 80-ANY-S (ports 80 -> 81)"
template <class Thing>
void add(std::string& text, const std::vector<Pair<Thing>>& pairs, const std::function<std::string(const Thing&)>& name) {
  for (const Pair<Thing>& pair : pairs) {
    text += (text.empty() ? "" : "; ") + std::string(pair.before == nullptr ? "came " : pair.after == nullptr ? "went " : "changed ");
    text += name(pair.after != nullptr ? *pair.after : *pair.before);
    for (const FieldChange& change : pair.changes) text += " (" + change.field + " " + change.before + " -> " + change.after + ")";
  }
}
std::string words(const SpecificationDiff& diff) {
  std::string text;
  for (const FieldChange& change : diff.changes) text += (text.empty() ? "" : "; ") + change.field + " " + change.before + " -> " + change.after;
  add<Row>(text, diff.rows, [](const Row& one) { return one.id; });
  add<Constraint>(text, diff.constraints, [](const Constraint& one) { return std::string(to_text(one.kind)); });
  return text;
}

struct Change {
  std::function<void(Specification&)> make;
  std::string words;
};

TEST(DiffSpecifications, EveryKindOfChange) {
  const std::vector<Change> changes = {
      {[](Specification&) {}, ""},
      {[](Specification& s) { s.rows[0].citation.line = 7; s.title = "new"; s.roles["S"].title = "t"; s.left_over.push_back({"1", "w", {}}); }, ""},
      {[](Specification& s) { s.rows[0].from = {"ANY", "ADM"}; }, "changed 80-ANY-S (from ANY -> ADM, ANY)"},
      {[](Specification& s) { s.rows[0].to = {"ADM"}; }, "changed 80-ANY-S (to S -> ADM)"},
      {[](Specification& s) { s.rows[0].protocol = "udp"; s.rows[0].protocol_number = 17; }, "changed 80-ANY-S (protocol tcp -> udp)"},
      {[](Specification& s) { s.rows[0].ports = model::IntervalSet::range(80, 81); }, "changed 80-ANY-S (ports 80 -> 80-81)"},
      {[](Specification& s) { s.rows[0].src_ports = model::IntervalSet::of(20); }, "changed 80-ANY-S (src_ports  -> 20)"},
      {[](Specification& s) { s.rows[0].optional = true; }, "changed 80-ANY-S (optional required -> optional)"},
      {[](Specification& s) { s.rows[0].service = "w3svc"; s.rows[0].program = "p"; s.rows[0].dynamic_rpc = true; },
       "changed 80-ANY-S (program  -> p) (service  -> w3svc) (dynamic  -> rpc)"},
      {[](Specification& s) { s.rows[0].description = "site"; }, "changed 80-ANY-S (description web -> site)"},
      {[](Specification& s) { s.rows[0].readings = {{"source", "ANY", "ADM", true, ""}}; },
       "changed 80-ANY-S (reading  -> source: ANY (else: ADM) [not reviewed])"},
      {[](Specification& s) { s.rows.push_back(row("81-ANY-S", "ANY", 81)); }, "came 81-ANY-S"},
      {[](Specification& s) { s.rows.erase(s.rows.begin() + 1); }, "went 8450-ADM-S"},
      // Another id, the same content; another port for the same purpose, and thus another id.
      {[](Specification& s) { s.rows[0].id = "web"; }, "changed web (id 80-ANY-S -> web)"},
      {[](Specification& s) { s.rows[1] = row("8451-ADM-S", "ADM", 8451, "console"); }, "changed 8451-ADM-S (id 8450-ADM-S -> 8451-ADM-S) (ports 8450 -> 8451)"},
      // Not where it is ambiguous: two candidates for one.
      {[](Specification& s) { s.rows[1] = row("a", "ADM", 1, "console"); s.rows.push_back(row("b", "ADM", 2, "console")); }, "came a; came b; went 8450-ADM-S"},
      {[](Specification& s) { s.unlisted_tcp = model::Strictness::violation; s.unlisted_other = model::Strictness::ignore; },
       "unlisted tcp warning -> violation; unlisted other warning -> ignore"},
      {[](Specification& s) { s.roles["NEW"] = {}; }, "roles ADM, ANY, S -> ADM, ANY, NEW, S"},
      {[](Specification& s) { s.constraints.clear(); }, "went nat-loopback"},
      {[](Specification& s) { s.constraints[0].alternatives = {}; s.constraints[0].to = {"S"}; },
       "changed nat-loopback (to  -> S) (alternatives hosts-file -> )"},
      {[](Specification& s) { s.constraints.push_back({.kind = model::Constraint::Kind::port_forward}); }, "came port-forward"},
  };
  const Specification before = base();
  for (const Change& change : changes) {
    Specification after = base();
    change.make(after);
    const SpecificationDiff diff = diff_specifications(before, after);
    EXPECT_EQ(words(diff), change.words);
    EXPECT_EQ(diff.differs(), !change.words.empty());
  }
}

TEST(DiffSpecifications, ListsAreMatchedById) {
  Specification a = base(), b = base(), c = base();
  b.id = "y";
  c.id = "z";
  EXPECT_FALSE(diff_specifications(std::vector{a}, std::vector{b})[0].differs());
  const std::vector<Specification> before = {a, b}, after = {b, c};
  const auto diffs = diff_specifications(before, after);
  ASSERT_EQ(diffs.size(), 3u);
  EXPECT_FALSE(diffs[0].differs());
  EXPECT_TRUE(diffs[1].before == nullptr && diffs[1].after->id == "z" && diffs[1].differs());
  EXPECT_TRUE(diffs[2].after == nullptr && diffs[2].before->id == "x");
}

// ---- decisions ----------------------------------------------------------------------------------------------------

std::vector<Specification> with_open_readings() {
  Specification spec = base();
  for (Row& one : spec.rows) one.readings = {{"direction", "from ANY", "both ways", true, ""}};
  return {spec};
}

TEST(Decisions, AreRecordedOnOpenReadingsOnly) {
  auto specifications = with_open_readings();
  EXPECT_EQ(open_rows(specifications), 3u);
  Row& first = specifications[0].rows[0];
  first.readings.push_back({"source", "ANY", "", false, "earlier"});
  record_decision(first, "asked");
  EXPECT_FALSE(is_open(first));
  EXPECT_EQ(first.readings[0].accepted, "asked");
  EXPECT_EQ(first.readings[1].accepted, "earlier");
  EXPECT_EQ(open_rows(specifications), 2u);
}

TEST(Decisions, AreCarriedOverOnlyToEqualRows) {
  const std::vector<std::function<void(Row&)>> changes = {
      [](Row& one) { one.id = "other"; },          [](Row& one) { one.ports = model::IntervalSet::of(81); }, [](Row& one) { one.from = {"ADM"}; },
      [](Row& one) { one.to = {"ADM"}; },          [](Row& one) { one.protocol_number = 17; },               [](Row& one) { one.optional = true; },
      [](Row& one) { one.service = "w3svc"; },     [](Row& one) { one.dynamic_rpc = true; },                 [](Row& one) { one.src_ports = model::IntervalSet::of(1); },
      [](Row& one) { one.program = "p"; },         [](Row& one) { one.readings[0].chosen = "to ANY"; },      [](Row& one) { one.readings[0].alternative = ""; },
      [](Row& one) { one.readings[0].open = ""; }, [](Row& one) { one.readings.push_back({"source", "ANY", "", true, ""}); }};
  auto earlier = with_open_readings();
  for (Row& one : earlier[0].rows) record_decision(one, "asked");
  for (const auto& change : changes) {
    auto derived = with_open_readings();
    change(derived[0].rows[0]);
    const CarriedOver carried = carry_decisions(earlier, derived);
    EXPECT_EQ(carried.rows, 2u);
    EXPECT_EQ(carried.still_open, 1u);
    EXPECT_TRUE(is_open(derived[0].rows[0]));
    EXPECT_EQ(derived[0].rows[1].readings[0].accepted, "asked");
  }
  auto undecided = with_open_readings();
  EXPECT_EQ(carry_decisions(with_open_readings(), undecided).rows, 0u);
}

}  // namespace
}  // namespace fwproof::specs
