// Hand-made runs through the writers.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "report/words.h"
#include "report/write_diagnostics.h"
#include "report/json.h"
#include "report/source_lines.h"
#include "report/write_json.h"
#include "report/write_policy.h"
#include "report/write_text.h"

namespace fwproof::report {
namespace {

using model::Field;
using model::IntervalSet;

model::Sources sources() { return {{{"rules.txt", "first\r\nsecond \x1b[31mline\nthird\n"}}}; }

solver::Result violated() {
  solver::Result result;
  result.id = "spec/8474-ADM-SERVER";
  result.truth = solver::Truth::violated;
  result.summary = "ADM cannot reach SERVER:8474";
  result.from = {"ADM"};
  result.to = {"SERVER"};
  result.ports = "8474";
  result.citation = {"Firewall", "2019", "doc.txt", 25, "ab"};
  result.complete = true;
  solver::Counterexample example;
  example.region.sets[Field::src] = IntervalSet::range(0xC0000200, 0xC00002FF);
  example.region.sets[Field::dst] = IntervalSet::of(0xC633640A);
  example.region.sets[Field::protocol] = IntervalSet::of(6);
  example.region.sets[Field::src_port] = IntervalSet::range(1024, 65535);
  example.region.sets[Field::dst_port] = IntervalSet::of(8474);
  example.packet.set(Field::src, 0xC0000201);
  example.packet.set(Field::dst, 0xC633640A);
  example.packet.set(Field::protocol, 6);
  example.packet.set(Field::src_port, 1024);
  example.packet.set(Field::dst_port, 8474);
  example.packet.set(Field::state, 0);
  example.leg = "SYN";
  example.decided_by = {{"SERVER", {0, 2}, "\x1b[2Jname", "inbound", model::Verdict::drop}};
  example.near_misses = {{{"SERVER", {0, 3}, "looks right", "inbound", model::Verdict::accept}, "it is disabled"}};
  result.counterexamples = {example};
  result.assumes = {{"the profile is on", {0, 1}}};
  return result;
}

Run run_of(const model::Sources& inputs) {
  Run run;
  run.sources = &inputs;
  run.version = "0";
  run.report.results = {violated()};
  run.report.not_asked = {{"spec/993", "no device with an export is touched"}};
  run.exit_code = 1;
  run.exit_meaning = "something is violated";
  return run;
}

// `reach` knows no roles, and a translation's choice is no field of the packet.
TEST(Words, WhatSettlesADependence) {
  const auto field = [](std::string what) { return model::Dependence{"field", std::move(what), {}}; };
  const std::string in(model::field_text(Field::in)), profile(model::field_text(Field::profile));
  EXPECT_EQ(dependence_words(field(in)), "the interface by which packets come in, which nothing tells: --iface ROLE=INTERFACE");
  EXPECT_EQ(dependence_words(field(in), false), "the interface by which packets come in, which nothing tells: --iface INTERFACE");
  EXPECT_EQ(dependence_words(field(profile), false), "the Windows profile in use, which nothing tells: --profile domain, private or public");
  EXPECT_EQ(dependence_words(field("which src the packet is given")), "which src the packet is given");
  EXPECT_EQ(dependence_words(field("src_port")), "the packet's src_port");
}

TEST(WriteText, ShowsAssumptionsThenTableThenCounterexample) {
  const model::Sources inputs = sources();
  std::ostringstream out;
  write_text(out, run_of(inputs), {});
  const std::string text = out.str();
  const size_t assumption = text.find("the profile is on (rules.txt:1)");
  const size_t verdict = text.find("VIOLATED");
  ASSERT_NE(assumption, std::string::npos) << text;
  ASSERT_NE(verdict, std::string::npos) << text;
  EXPECT_LT(assumption, verdict);
  for (const char* part : {"192.0.2.0/24 cannot reach 198.51.100.10 on tcp port 8474: the SYN is stopped",
                           "dropped by rules.txt:2: \\u{1b}[2Jname (inbound on SERVER)", "second \\u{1b}[31mline", "looks right (inbound on SERVER) would let it through, but it is disabled",
                           "Not asked", "1 asked: 0 hold, 1 violated", "Exit 1: something is violated."})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nis not in\n" << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(WriteJson, HasTheKeysThatOthersRelyOn) {
  const model::Sources inputs = sources();
  const nlohmann::ordered_json json = run_json(run_of(inputs));
  EXPECT_EQ(json["fwproof"]["schema"], 1);
  const auto& result = json["results"][0];
  EXPECT_EQ(result["verdict"], "violated");
  EXPECT_EQ(result["kind"], "required");
  EXPECT_EQ(result["severity"], "error");
  EXPECT_EQ(result["citation"]["line"], 25);
  const auto& example = result["counterexamples"][0];
  EXPECT_EQ(example["region"]["src"], nlohmann::ordered_json({"192.0.2.0/24"}));
  EXPECT_EQ(example["region"]["dst_port"], nlohmann::ordered_json({"8474"}));
  EXPECT_EQ(example["packet"]["src_port"], 1024);
  EXPECT_EQ(example["packet"]["state"], "new");
  EXPECT_EQ(example["decided_by"][0]["file"], "rules.txt");
  EXPECT_EQ(example["decided_by"][0]["line"], 2);
  for (const char* key : {"complete", "undecided", "depends_on", "assumes", "proof", "optional"}) EXPECT_TRUE(result.contains(key)) << key;
  EXPECT_EQ(json["summary"]["violated"], 1);
  EXPECT_EQ(json["summary"]["not_asked"], 1);
  std::ostringstream out;
  write_json(out, json);
  EXPECT_EQ(out.str().find('\x1b'), std::string::npos);
}

TEST(WriteJson, SurvivesBytesThatAreNoText) {
  const model::Sources inputs = {{{"bad\xFFname", "\xFF\xFE\xFF"}}};
  report::Run run = run_of(inputs);
  run.report.results[0].summary = "\xC0\x80";
  std::ostringstream out;
  write_json(out, run_json(run));
  EXPECT_FALSE(nlohmann::json::parse(out.str(), nullptr, false).is_discarded());
}

TEST(WriteDiagnostics, PutsTheCaretUnderTheWord) {
  const model::Sources inputs = {{{"r.txt", "a\nRemoteIP:\t300.1.1.1\n"}}};
  model::Diagnostic diagnostic;
  diagnostic.id = model::DiagnosticId::address_invalid;
  diagnostic.severity = model::Severity::error;
  diagnostic.origin = {0, 2};
  diagnostic.column = 11;
  diagnostic.length = 9;
  diagnostic.message = "cannot read '300.1.1.1' as an address";
  diagnostic.notes = {"expected four numbers up to 255"};
  std::ostringstream out;
  write_diagnostics(out, inputs, {diagnostic}, {});
  EXPECT_EQ(out.str(),
            "r.txt:2:11: error[address.invalid]: cannot read '300.1.1.1' as an address\n"
            "     2 | RemoteIP: 300.1.1.1\n"
            "       |           ^~~~~~~~~\n"
            "       note: expected four numbers up to 255\n");
}

TEST(Words, AddressesTakeTheShorterList) {
  using model::Family;
  const auto words = [](std::initializer_list<const char*> texts, bool outside) {
    model::AddressSet set;
    for (const char* text : texts) set = set.united(model::AddressSet::of(*model::parse_prefix(text)));
    return address_words(Family::v4, outside ? set.v4.complement(0xFFFFFFFF) : set.v4);
  };
  EXPECT_EQ(words({"192.0.2.0/24", "198.51.100.7"}, false), "192.0.2.0/24, 198.51.100.7");
  EXPECT_EQ(words({"192.0.2.0/24", "198.51.100.7"}, true), "any except 192.0.2.0/24, 198.51.100.7");
  EXPECT_EQ(words({"0.0.0.0/0"}, false), "any");
  EXPECT_EQ(words({}, false), "no address");
  EXPECT_EQ(address_words(Family::v6, IntervalSet::all(128)), "any IPv6");
}

TEST(Words, ServiceAndRest) {
  solver::Region region;
  region.sets[Field::protocol] = IntervalSet::of(17);
  region.sets[Field::dst_port] = IntervalSet::of(53);
  region.sets[Field::src_port] = IntervalSet::range(1024, 65535);
  EXPECT_EQ(service_words(region, nullptr), "udp port 53");
  EXPECT_EQ(rest_words(region, nullptr), "");
  region.sets[Field::src_port] = IntervalSet::of(53);
  region.sets[Field::dst_port] = IntervalSet::range(1, 2);
  EXPECT_EQ(service_words(region, nullptr), "udp ports 1-2");
  EXPECT_EQ(rest_words(region, nullptr), "source port 53");
}

TEST(Words, EmptyAddressSetIsNotEverything) {
  solver::Region region;
  region.sets[Field::src] = {};
  EXPECT_TRUE(region_texts(region, nullptr)[0].second.empty());
}

TEST(SourceLines, ReadsUtf16) {
  const model::Sources inputs = {{{"w.txt", std::string("\xFF\xFE" "a\0\r\0\n\0b\0", 10)}}};
  SourceLines lines(inputs);
  EXPECT_EQ(lines.line({0, 1}), "a");
  EXPECT_EQ(lines.line({0, 2}), "b");
  EXPECT_EQ(lines.line({0, 3}), "");
  EXPECT_EQ(lines.line({7, 1}), "");
}

TEST(Counts, OptionalAndWarningsAreApart) {
  solver::Report report;
  solver::Result optional = violated(), warning = violated(), holds = violated();
  optional.optional = true;
  warning.warning = true;
  holds.truth = solver::Truth::holds;
  report.results = {violated(), optional, warning, holds};
  const Counts counts = count(report);
  EXPECT_EQ(counts.violated, 1u);
  EXPECT_EQ(counts.optional, 1u);
  EXPECT_EQ(counts.optional_failing, 1u);
  EXPECT_EQ(counts.warnings, 1u);
  EXPECT_EQ(counts.holds, 1u);
}

TEST(PolicyDump, TermsReadAsWritten) {
  model::Policy policy;
  policy.v4 = true;
  const model::Term term{model::InAddresses{Field::src, model::AddressSet::of(*model::parse_prefix("192.0.2.0/24"))}, true};
  EXPECT_EQ(term_text(policy, model::Family::v4, term), "not src 192.0.2.0/24");
  EXPECT_EQ(action_text(policy, {model::ActionKind::jump, 7}), "jump nowhere");
}

}  // namespace
}  // namespace fwproof::report
