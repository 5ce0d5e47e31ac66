#include "report/write_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/json.h"
#include "report/source_lines.h"
#include "report/words.h"
#include "report/write_diagnostics.h"
#include "report/write_policy.h"

namespace fwproof::report {
namespace {

using Json = nlohmann::ordered_json;
using model::Field;
using solver::Counterexample;
using solver::Result;

constexpr model::LineClass kClasses[] = {model::LineClass::modelled, model::LineClass::irrelevant, model::LineClass::approximated,
                                         model::LineClass::opaque, model::LineClass::unrecognised};

void put_place(Json& json, const SourceLines& lines, const model::Origin& origin) {
  if (origin.line == 0) return;
  json["file"] = lines.path(origin);
  json["line"] = origin.line;
}

// A packet at one device of its way: as it comes, as it leaves.
Json hop_json(SourceLines& lines, const solver::HopSeen& hop) {
  Json json = {{"device", hop.device}, {"hook", to_text(hop.hook)}};
  if (!hop.in_interface.empty()) json["in"] = hop.in_interface;
  if (!hop.out_interface.empty()) json["out"] = hop.out_interface;
  if (!hop.route.empty()) json["route"] = hop.route;
  json["packet_in"] = flow_words(hop.in);
  json["packet_out"] = flow_words(hop.out);
  json["verdict"] = model::to_text(hop.verdict);
  if (hop.decided) json["decided_by"] = decider_json(lines, hop.decided_by);
  return json;
}

Json example_json(const Run& run, SourceLines& lines, const Counterexample& example) {
  const model::Policy* policy = policy_of(run, example);
  Json json = {{"region", region_json(example.region, policy)}};
  if (example.packet.has(Field::src)) json["packet"] = packet_json(example.packet, policy);
  json["decided_by"] = Json::array();
  for (const solver::Decider& decider : example.decided_by) json["decided_by"].push_back(decider_json(lines, decider));
  if (!example.all_deciders) json["decided_by_others"] = true;
  if (!example.leg.empty()) json["leg"] = example.leg;
  if (!example.from_zone.empty()) json["from"] = example.from_zone;
  if (!example.to_zone.empty()) json["to"] = example.to_zone;
  for (const solver::NearMiss& miss : example.near_misses) {
    Json near = decider_json(lines, miss.rule);
    near["why"] = miss.why;
    json["near_misses"].push_back(std::move(near));
  }
  if (!example.note.empty()) json["note"] = example.note;
  for (const solver::HopSeen& hop : example.hops) json["way"].push_back(hop_json(lines, hop));
  return json;
}

Json examples_json(const Run& run, SourceLines& lines, const std::vector<Counterexample>& list) {
  Json json = Json::array();
  for (const Counterexample& example : list) json.push_back(example_json(run, lines, example));
  return json;
}

Json citation_json(const model::Citation& citation) {
  Json json = {{"document", citation.document}};
  if (!citation.revision.empty()) json["revision"] = citation.revision;
  if (citation.line != 0) json["line"] = citation.line;
  if (!citation.sha256.empty()) json["sha256"] = citation.sha256;
  return json;
}

Json dependences_json(const SourceLines& lines, const Result& result) {
  Json json = Json::array();
  for (const model::Dependence& dependence : result.depends_on) json.push_back(dependence_json(lines, dependence));
  return json;
}

Json assumes_json(const SourceLines& lines, const Result& result) {
  Json json = Json::array();
  for (const model::Assumption& assumption : result.assumes) json.push_back(assumption_json(lines, assumption));
  return json;
}

Json evidence_json(const SourceLines& lines, const Result& result) {
  Json json = Json::array();
  for (const solver::Evidence& evidence : result.evidence) {
    Json entry = {{"verdict", truth_text(evidence.truth)}, {"text", evidence.text}};
    put_place(entry, lines, evidence.origin);
    json.push_back(std::move(entry));
  }
  return json;
}

void put_words(Json& json, const Result& result) {
  if (!result.spec.empty()) json["spec"] = result.spec;
  if (!result.from.empty()) json["from"] = result.from;
  if (!result.to.empty()) json["to"] = result.to;
  if (!result.ports.empty()) json["ports"] = result.ports;
  if (result.protocol != 0) json["protocol"] = protocol_text(result.protocol);
  if (!result.reading.empty()) json["reading"] = result.reading;
  if (!result.reasons.empty()) json["reasons"] = result.reasons;
  if (!result.accepted.empty()) json["accepted"] = result.accepted;
  if (!result.fault.empty()) json["fault"] = result.fault;
}

Json devices_json(const Result& result) {
  Json json = Json::array();
  for (const solver::DeviceSeen& seen : result.devices) json.push_back({{"device", seen.device}, {"host", seen.is_host}, {"does", does_text(seen.does)}});
  return json;
}

Json result_json(const Run& run, SourceLines& lines, const Result& result) {
  Json json = {{"id", result.id},
               {"kind", kind_text(result.kind)},
               {"verdict", truth_text(result.truth)},
               {"severity", result.warning || is_accepted(result) ? "warning" : "error"},
               {"summary", result.summary},
               {"optional", result.optional}};
  if (!result.citation.document.empty()) json["citation"] = citation_json(result.citation);
  json["complete"] = result.complete;
  json["counterexamples"] = examples_json(run, lines, result.counterexamples);
  json["undecided"] = examples_json(run, lines, result.undecided);
  json["depends_on"] = dependences_json(lines, result);
  json["assumes"] = assumes_json(lines, result);
  if (!result.evidence.empty()) json["evidence"] = evidence_json(lines, result);
  json["proof"] = {{"by", result.proof.by}, {"queries", result.proof.queries}, {"slice", result.proof.slice}};
  put_words(json, result);
  if (!result.devices.empty()) json["devices"] = devices_json(result);
  return json;
}

Json changes_json(const Changes& changes) {
  Json json = {{"files", changes.files}, {"verdicts", Json::array()}};
  const auto text = [](const std::optional<solver::Truth>& truth) { return truth ? Json(truth_text(*truth)) : Json(nullptr); };
  for (const Change& change : changes.changes)
    json["verdicts"].push_back({{"id", change.id},
                                {"before", text(change.before)},
                                {"after", text(change.after)},
                                {"summary_before", change.summary_before},
                                {"summary_after", change.summary_after}});
  return json;
}

Json summary_json(const Run& run) {
  const Counts counts = count(run.report);
  return {{"holds", counts.holds},       {"violated", counts.violated}, {"cannot_tell", counts.cannot_tell},
          {"optional", counts.optional}, {"warnings", counts.warnings}, {"not_asked", counts.not_asked}};
}

Json input_json(const Input& input, bool with_constructs) {
  Json json = {{"path", input.path}, {"sha256", input.sha256}, {"importer", input.importer}};
  Json lines;
  for (const model::LineClass line_class : kClasses) lines[std::string(to_text(line_class))] = input.account.count(line_class);
  json["lines"] = std::move(lines);
  if (input.account.unit != "line") json["unit"] = input.account.unit;
  if (!input.encoding.empty()) json["encoding"] = input.encoding;
  for (const auto& [key, value] : input.header) json["header"][key] = value;
  if (!with_constructs) return json;
  json["constructs"] = Json::object();
  for (const auto& [line_class, constructs] : input.account.constructs())
    for (const auto& [construct, lines_of] : constructs) json["constructs"][std::string(to_text(line_class))][construct] = lines_of;
  return json;
}

Json rule_json(const SourceLines& lines, const model::Policy& policy, const model::Rule& rule) {
  Json json;
  put_place(json, lines, rule.origin);
  if (!rule.name.empty()) json["name"] = rule.name;
  json["enabled"] = rule.enabled;
  json["terms"] = Json::array();
  for (const model::Term& term : rule.terms) json["terms"].push_back(term_text(policy, policy.v4 ? model::Family::v4 : model::Family::v6, term));
  json["action"] = action_text(policy, rule.action);
  return json;
}

std::string dumped(const Json& json, int indent) { return json.dump(indent, ' ', true, Json::error_handler_t::replace); }

}  // namespace

Json version_json(const std::string& version) { return {{"version", version}, {"schema", kSchema}}; }

Json inputs_json(const std::vector<Input>& inputs, bool with_constructs) {
  Json json = Json::array();
  for (const Input& input : inputs) json.push_back(input_json(input, with_constructs));
  return json;
}

Json diagnostics_json(const model::Sources& sources, std::vector<model::Diagnostic> diagnostics) {
  const SourceLines lines(sources);
  model::sort_by_place(diagnostics);
  Json json = Json::array();
  for (const model::Diagnostic& diagnostic : diagnostics) {
    Json entry = {{"id", id_text(diagnostic.id)}, {"severity", severity_text(diagnostic.severity)}};
    if (const std::string path = lines.path(diagnostic.origin); !path.empty()) entry["file"] = path;
    if (diagnostic.origin.line != 0) entry["line"] = diagnostic.origin.line;
    if (diagnostic.column != 0) entry["column"] = diagnostic.column;
    entry["message"] = diagnostic.message;
    if (!diagnostic.notes.empty()) entry["notes"] = diagnostic.notes;
    json.push_back(std::move(entry));
  }
  return json;
}

Json decider_json(SourceLines& lines, const solver::Decider& decider) {
  Json json = {{"device", decider.device}, {"file", lines.path(decider.origin)}, {"line", decider.origin.line}};
  json["rule"] = decider.rule;
  if (!decider.chain.empty()) json["chain"] = decider.chain;
  json["verdict"] = model::to_text(decider.verdict);
  if (!decider.did.empty()) json["did"] = decider.did;
  if (const std::string text = lines.line(decider.origin); !text.empty()) json["text"] = text;
  return json;
}

Json region_json(const solver::Region& region, const model::Policy* policy) {
  Json json = {{"family", region.family == model::Family::v4 ? "ipv4" : "ipv6"}};
  for (auto& [key, values] : region_texts(region, policy)) json[key] = values;
  return json;
}

Json dependence_json(const SourceLines& lines, const model::Dependence& dependence) {
  Json json = {{"kind", dependence.kind}, {"what", dependence.what}};
  put_place(json, lines, dependence.origin);
  return json;
}

Json assumption_json(const SourceLines& lines, const model::Assumption& assumption) {
  Json json = {{"text", assumption.text}};
  put_place(json, lines, assumption.origin);
  return json;
}

Json packet_json(const model::Packet& packet, const model::Policy* policy) {
  Json json = Json::object();
  for (size_t i = 0; i < model::kFields; ++i) {
    const auto field = static_cast<Field>(i);
    if (!is_shown(packet, field)) continue;
    const std::string key(model::field_text(field));
    if (is_number(field))
      json[key] = static_cast<uint64_t>(packet.get(field));
    else
      json[key] = value_text(field, packet.family, packet.get(field), policy);
  }
  return json;
}

Json run_json(const Run& run) {
  SourceLines lines(*run.sources);
  Json json = {{"fwproof", version_json(run.version)}};
  if (!run.title.empty()) json["title"] = run.title;
  json["inputs"] = inputs_json(run.inputs, false);
  json["results"] = Json::array();
  for (const Result& result : run.report.results) json["results"].push_back(result_json(run, lines, result));
  json["not_asked"] = Json::array();
  for (const solver::NotAsked& row : run.report.not_asked) json["not_asked"].push_back({{"id", row.id}, {"why", row.why}});
  json["summary"] = summary_json(run);
  if (run.changes) json["changes"] = changes_json(*run.changes);
  json["diagnostics"] = diagnostics_json(*run.sources, run.diagnostics);
  json["exit"] = {{"code", run.exit_code}, {"meaning", run.exit_meaning}};
  return json;
}

void write_json(std::ostream& out, const Json& json) { out << dumped(json, 2) << '\n'; }

Json policy_json(const model::Sources& sources, const model::Policy& policy) {
  const SourceLines lines(sources);
  Json json = {{"families", Json::array()}, {"hooks", Json::object()}, {"chains", Json::array()}, {"assumptions", Json::array()}};
  if (policy.v4) json["families"].push_back("ipv4");
  if (policy.v6) json["families"].push_back("ipv6");
  for (const model::Hook hook : {model::Hook::input, model::Hook::output, model::Hook::forward})
    for (const model::Stage& stage : policy.hooks[static_cast<size_t>(hook)])
      json["hooks"][std::string(to_text(hook))].push_back(stage.kind == model::Stage::Kind::route ? "(routing)" : policy.chains[stage.chain].name);
  for (const model::Chain& chain : policy.chains) {
    Json entry = {{"name", chain.name}, {"at_end", action_text(policy, {chain.at_end, 0})}, {"rules", Json::array()}};
    for (const model::Rule& rule : chain.rules) entry["rules"].push_back(rule_json(lines, policy, rule));
    json["chains"].push_back(std::move(entry));
  }
  for (const model::Assumption& assumption : policy.general_assumptions) json["assumptions"].push_back(assumption.text);
  return json;
}

void write_run_json(std::ostream& out, const Run& run) { write_json(out, run_json(run)); }

std::string site_text_json(const std::string& path, const Run& run) {
  Json entry = {{"path", path}};
  entry.update(run_json(run));
  return dumped(entry, 2);
}

// The layout is that of write_json() for the whole. A line break of the text is never part of a string: those are escaped.
void SitesJson::add(const std::string& text) {
  if (begun_) {
    out_ << ",\n    ";
  } else {
    const std::string head = dumped({{"fwproof", version_json(version_)}}, 2);
    out_ << head.substr(0, head.size() - 2) << ",\n  \"sites\": [\n    ";
  }
  begun_ = true;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    out_ << std::string_view(text).substr(at, end - at);
    if (end < text.size()) out_ << "    ";
    at = end;
  }
}

void SitesJson::end() {
  if (begun_) out_ << "\n  ]\n}\n";
}

void write_import_json(std::ostream& out, const Run& run, bool with_model) {
  Json json = {{"fwproof", version_json(run.version)}, {"inputs", inputs_json(run.inputs, true)}};
  json["diagnostics"] = diagnostics_json(*run.sources, run.diagnostics);
  json["policies"] = Json::array();
  if (with_model && run.network != nullptr)
    for (const model::Device& device : run.network->devices)
      for (const model::Policy& policy : device.policies) json["policies"].push_back(policy_json(*run.sources, policy));
  write_json(out, json);
}

void write_list_json(std::ostream& out, const std::vector<ListEntry>& entries) {
  Json json = Json::array();
  for (const ListEntry& entry : entries) {
    Json object = Json::object();
    for (const auto& [key, value] : entry) std::visit([&, name = key](const auto& plain) { object[name] = plain; }, value);
    json.push_back(std::move(object));
  }
  write_json(out, json);
}

}  // namespace fwproof::report
