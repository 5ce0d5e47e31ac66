#include "report/write_lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/escape.h"
#include "report/json.h"
#include "report/source_lines.h"
#include "report/write_account.h"
#include "report/write_diagnostics.h"

namespace fwproof::report {
namespace {

using Json = nlohmann::ordered_json;
using solver::Decider;
using solver::LintFinding;
using solver::LintKind;
using solver::LintProof;
using solver::LintReport;

constexpr size_t kDiagnosticsShown = 20;
constexpr size_t kCoversShown = 12;
constexpr size_t kUntoldShown = 20;

std::string_view kind_text(LintKind kind) {
  switch (kind) {
    case LintKind::inside_one: return "inside-one";
    case LintKind::covered: return "covered";
    case LintKind::contradicts: return "never-met";
    case LintKind::callers_exclude: return "callers-exclude";
    case LintKind::never_entered: return "never-entered";
    case LintKind::redundant: return "redundant";
  }
  return "";
}

std::string_view kind_words(LintKind kind) {
  switch (kind) {
    case LintKind::inside_one: return "dead: inside one earlier rule";
    case LintKind::covered: return "dead: earlier rules cover it together";
    case LintKind::contradicts: return "dead: no packet meets all of its conditions";
    case LintKind::callers_exclude: return "dead: what calls its chain lets none of its packets through";
    case LintKind::never_entered: return "dead: nothing leads to its chain";
    case LintKind::redundant: return "redundant: without it the same would happen, by";
  }
  return "";
}

std::string_view proof_text(LintProof proof) {
  switch (proof) {
    case LintProof::containment: return "containment";
    case LintProof::z3: return "z3";
    case LintProof::conditions: return "conditions";
  }
  return "";
}

size_t dead_of(const LintReport& lint) {
  return static_cast<size_t>(std::count_if(lint.findings.begin(), lint.findings.end(), [](const LintFinding& f) { return f.kind != LintKind::redundant; }));
}

std::string counted(size_t number, std::string_view one) { return fmt::format("{} {}{}", number, one, number == 1 ? "" : "s"); }

// ---- Text -------------------------------------------------------------------------------------------------------

class TextWriter {
 public:
  TextWriter(std::ostream& out, const Run& run, const TextOptions& options) : out_(out), lines_(*run.sources), style_(options.style) {}

  void write(const LintFinding& finding) {
    out_ << line(finding.rule) << '\n';
    out_ << "  " << style_.paint(Ink::yellow, kind_words(finding.kind));
    if (finding.kind == LintKind::never_entered || finding.kind == LintKind::callers_exclude) out_ << " (" << escape(finding.rule.chain) << ')';
    out_ << '\n';
    const auto& covers = finding.covered_by;
    for (size_t i = 0; i < std::min(covers.size(), kCoversShown); ++i) {
      out_ << "    " << line(covers[i].rule) << '\n';
      if (covers[i].called_by) out_ << "      called by " << line(*covers[i].called_by) << '\n';
    }
    if (covers.size() > kCoversShown) out_ << "    and " << covers.size() - kCoversShown << " more\n";
  }

  void write_untold(const std::vector<solver::LintUntold>& list, std::string_view title) {
    if (list.empty()) return;
    out_ << style_.paint(Ink::bold, title) << '\n';
    for (size_t i = 0; i < std::min(list.size(), kUntoldShown); ++i) {
      out_ << line(list[i].rule) << '\n';
      if (!list[i].why.empty()) out_ << "  " << escape(list[i].why) << '\n';
    }
    if (list.size() > kUntoldShown) out_ << "and " << list.size() - kUntoldShown << " more\n";
    out_ << '\n';
  }

 private:
  std::string line(const Decider& rule) {
    std::string text = rule.origin.line == 0 ? rule.rule : lines_.line(rule.origin);
    text.erase(0, std::min(text.find_first_not_of(" \t"), text.size()));
    if (text.empty()) text = rule.rule;
    return fmt::format("{}  {}", style_.paint(Ink::bold, rule.origin.line == 0 ? "(default)" : lines_.place(rule.origin)), escape(text));
  }

  std::ostream& out_;
  SourceLines lines_;
  Style style_;
};

void write_assumed(std::ostream& out, const Run& run, const Style& style) {
  std::vector<std::string> texts;
  if (run.network)
    for (const model::Device& device : run.network->devices)
      for (const model::Policy& policy : device.policies)
        for (const model::Assumption& assumption : policy.general_assumptions)
          if (std::find(texts.begin(), texts.end(), assumption.text) == texts.end()) texts.push_back(assumption.text);
  if (texts.empty()) return;
  out << style.paint(Ink::bold, "Assumes") << '\n';
  for (const std::string& text : texts) out << "  " << escape(text) << '\n';
  out << '\n';
}

std::string closing(const Run& run, const LintReport& lint) {
  const size_t dead = dead_of(lint);
  std::string line = fmt::format("{}: {} live, {} dead", counted(lint.rules, "rule"), lint.live, dead);
  if (lint.findings.size() > dead) line += fmt::format(", {} of the live ones redundant", lint.findings.size() - dead);
  if (!lint.hanging.empty()) line += fmt::format(", {} hanging on conditions that are not modelled", lint.hanging.size());
  if (!lint.untold.empty()) line += fmt::format(", {} cannot tell", lint.untold.size());
  return fmt::format("{}. Exit {}: {}.", line, run.exit_code, run.exit_meaning);
}

// ---- JSON -------------------------------------------------------------------------------------------------------

Json rule_json(SourceLines& lines, const Decider& rule) {
  Json json = {{"rule", rule.rule}, {"chain", rule.chain}};
  if (rule.origin.line == 0) return json;
  json["file"] = lines.path(rule.origin);
  json["line"] = rule.origin.line;
  json["text"] = lines.line(rule.origin);
  return json;
}

Json finding_json(SourceLines& lines, const LintFinding& finding) {
  Json json = rule_json(lines, finding.rule);
  json["finding"] = finding.kind == LintKind::redundant ? "redundant" : "dead";
  json["kind"] = kind_text(finding.kind);
  json["covered_by"] = Json::array();
  for (const solver::LintCover& cover : finding.covered_by) {
    Json entry = rule_json(lines, cover.rule);
    if (cover.called_by) entry["called_by"] = rule_json(lines, *cover.called_by);
    json["covered_by"].push_back(std::move(entry));
  }
  json["proof"] = {{"by", proof_text(finding.proof)}};
  return json;
}

Json untold_json(SourceLines& lines, const std::vector<solver::LintUntold>& list) {
  Json json = Json::array();
  for (const solver::LintUntold& untold : list) {
    Json entry = rule_json(lines, untold.rule);
    entry["why"] = untold.why;
    json.push_back(std::move(entry));
  }
  return json;
}

}  // namespace

void write_lint(std::ostream& out, const Run& run, const LintReport& lint, const TextOptions& options) {
  TextWriter writer(out, run, options);
  if (!options.quiet && !run.inputs.empty()) {
    out << options.style.paint(Ink::bold, "Inputs") << '\n';
    write_inputs(out, run.inputs, options.style, options.width);
    out << '\n';
  }
  if (!run.diagnostics.empty()) {
    out << options.style.paint(Ink::bold, "Diagnostics") << '\n';
    write_diagnostics(out, *run.sources, run.diagnostics, options.style, kDiagnosticsShown);
    out << '\n';
  }
  write_assumed(out, run, options.style);
  for (const std::string& fault : lint.faults) out << "fault of fwproof: " << escape(fault) << '\n';
  for (const LintFinding& finding : lint.findings) writer.write(finding);
  if (!lint.findings.empty()) out << '\n';
  writer.write_untold(lint.untold, "Cannot tell");
  if (!options.quiet) writer.write_untold(lint.hanging, "Hanging on conditions that are not modelled");
  out << closing(run, lint) << '\n';
}

void write_lint_json(std::ostream& out, const Run& run, const LintReport& lint) {
  SourceLines lines(*run.sources);
  Json json = {{"fwproof", version_json(run.version)}, {"inputs", inputs_json(run.inputs, false)}, {"findings", Json::array()}};
  for (const LintFinding& finding : lint.findings) json["findings"].push_back(finding_json(lines, finding));
  json["cannot_tell"] = untold_json(lines, lint.untold);
  json["hanging"] = untold_json(lines, lint.hanging);
  json["faults"] = lint.faults;
  const size_t dead = dead_of(lint);
  json["summary"] = {{"rules", lint.rules},
                     {"live", lint.live},
                     {"dead", dead},
                     {"redundant", lint.findings.size() - dead},
                     {"hanging", lint.hanging.size()},
                     {"cannot_tell", lint.untold.size()}};
  // Each live rule stands on a witness of its own; each finding says what it stands on.
  json["proof"] = {{"live", "witness"}, {"queries", lint.queries}};
  json["diagnostics"] = diagnostics_json(*run.sources, run.diagnostics);
  json["exit"] = {{"code", run.exit_code}, {"meaning", run.exit_meaning}};
  write_json(out, json);
}

}  // namespace fwproof::report
