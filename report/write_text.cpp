#include "report/write_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/escape.h"
#include "report/source_lines.h"
#include "report/table.h"
#include "report/words.h"
#include "report/write_account.h"
#include "report/write_diagnostics.h"

namespace fwproof::report {
namespace {

using solver::Counterexample;
using solver::Decider;
using solver::Result;
using solver::Truth;

constexpr size_t kDiagnosticsShown = 20;
constexpr size_t kRegionsShown = 20;

class Writer {
 public:
  Writer(std::ostream& out, const Run& run, const TextOptions& options)
      : out_(out), run_(run), style_(options.style), quiet_(options.quiet), lines_(*run.sources) {}

  void all() {
    if (!quiet_) inputs();
    diagnostics();
    if (!quiet_) assumptions();
    if (!quiet_) table();
    findings();
    changes();
    if (!quiet_) not_asked();
    out_ << closing_line(run_) << '\n';
  }

 private:
  void heading(std::string_view text) { out_ << style_.paint(Ink::bold, text) << '\n'; }

  void inputs() {
    if (!run_.title.empty()) heading(escape(run_.title));
    heading("Inputs");
    write_inputs(out_, run_.inputs, style_);
    out_ << '\n';
  }

  void diagnostics() {
    if (run_.diagnostics.empty()) return;
    heading("Diagnostics");
    write_diagnostics(out_, *run_.sources, run_.diagnostics, style_, kDiagnosticsShown);
    out_ << '\n';
  }

  void assumptions();
  void table();
  void row(Table& rows, const Result& result) const;
  void findings();
  void finding(const Result& result);
  void citation(const Result& result);
  void example(const Counterexample& example, size_t number);
  void decider(std::string_view word, const Decider& decider);
  void examples(const std::vector<Counterexample>& list, std::string_view none_left);
  void changes();
  void not_asked();

  std::ostream& out_;
  const Run& run_;
  Style style_;
  bool quiet_;
  SourceLines lines_;
};

struct Word {
  std::string_view text;
  Ink ink;
};

Word verdict_word(const Run& run, const Result& result) {
  if (!result.fault.empty()) return {"FAULT", Ink::red};
  switch (result.truth) {
    case Truth::holds: return {run.is_reach ? "closed" : "holds", Ink::green};
    case Truth::violated:
      if (run.is_reach) return {"open", Ink::bold};
      return result.warning ? Word{"warning", Ink::yellow} : Word{"VIOLATED", Ink::red};
    case Truth::cannot_tell: return {run.is_reach ? "may be open" : "cannot tell", Ink::yellow};
  }
  return {};
}

void Writer::assumptions() {
  struct Row {
    model::Assumption assumption;
    size_t results = 0;
  };
  std::vector<Row> rows;
  for (const Result& result : run_.report.results)
    for (const model::Assumption& assumption : result.assumes) {
      const auto same = std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
        return row.assumption.text == assumption.text && row.assumption.origin == assumption.origin;
      });
      (same == rows.end() ? rows.emplace_back(Row{assumption, 0}) : *same).results += 1;
    }
  if (rows.empty()) return;
  heading(run_.strict ? "Assumptions (--strict: what rests on them cannot be told)" : "Assumptions");
  for (const Row& row : rows) {
    out_ << "  - " << escape(row.assumption.text);
    if (row.assumption.origin.line != 0) out_ << " (" << lines_.place(row.assumption.origin) << ')';
    out_ << fmt::format(" [{} of {} results]\n", row.results, run_.report.results.size());
  }
  out_ << '\n';
}

void Writer::row(Table& rows, const Result& result) const {
  const Word word = verdict_word(run_, result);
  const std::string port = result.protocol == model::proto_tcp || result.protocol == 0 ? result.ports
                                                                                       : protocol_text(result.protocol) + " " + result.ports;
  std::string what = result.truth == Truth::holds && !result.description.empty() ? result.description : result.summary;
  if (result.optional) what += " (optional)";
  if (!result.accepted.empty()) what += " (accepted: " + result.accepted + ")";
  rows.add({{std::string(word.text), word.ink}, {result.id}, {port}, {joined(result.from)}, {joined(result.to)}, {what}});
}

void Writer::table() {
  if (run_.report.results.empty()) return;
  heading(run_.is_reach ? "Open" : "Verdicts");
  Table rows;
  rows.add({{"verdict", Ink::faint}, {"id", Ink::faint}, {"port", Ink::faint}, {"from", Ink::faint}, {"to", Ink::faint}, {"what", Ink::faint}});
  for (const Result& result : run_.report.results) row(rows, result);
  rows.write(out_, style_, "  ");
  out_ << '\n';
}

void Writer::findings() {
  for (const Result& result : run_.report.results)
    if (result.truth != Truth::holds || !result.fault.empty() || !result.counterexamples.empty()) finding(result);
}

void Writer::citation(const Result& result) {
  const model::Citation& cite = result.citation;
  if (cite.document.empty()) return;
  out_ << "  document: " << escape(cite.document);
  if (!cite.revision.empty()) out_ << " (" << escape(cite.revision) << ')';
  if (cite.line != 0) out_ << ", line " << cite.line;
  if (!result.description.empty()) out_ << ": " << escape(result.description);
  out_ << '\n';
  if (!result.reading.empty()) out_ << "  read as: " << escape(result.reading) << '\n';
}

void Writer::finding(const Result& result) {
  const Word word = verdict_word(run_, result);
  out_ << style_.paint(word.ink, word.text) << "  " << style_.paint(Ink::bold, escape(result.id)) << '\n';
  out_ << "  " << escape(result.summary) << '\n';
  if (!result.fault.empty()) out_ << "  internal error: " << escape(result.fault) << '\n';
  citation(result);
  if (!result.accepted.empty()) out_ << "  accepted by the site: " << escape(result.accepted) << '\n';
  for (const std::string& reason : result.reasons) out_ << "  " << escape(reason) << '\n';
  examples(result.counterexamples, result.complete ? "" : "  (at least these)\n");
  if (!result.undecided.empty()) {
    out_ << "  undecided:\n";
    examples(result.undecided, "");
  }
  for (const model::Dependence& dependence : result.depends_on) {
    out_ << "  depends on " << escape(dependence.kind) << ": " << escape(dependence.what);
    if (dependence.origin.line != 0) out_ << " (" << lines_.place(dependence.origin) << ')';
    out_ << '\n';
  }
  out_ << '\n';
}

void Writer::examples(const std::vector<Counterexample>& list, std::string_view none_left) {
  const size_t shown = std::min(list.size(), kRegionsShown);
  for (size_t i = 0; i < shown; ++i) example(list[i], i + 1);
  if (shown < list.size()) out_ << fmt::format("  … and {} more regions (--format json lists all)\n", list.size() - shown);
  if (!list.empty()) out_ << none_left;
}

void Writer::decider(std::string_view word, const Decider& decider) {
  out_ << "     " << word << ' ' << escape(decider.device) << ": ";
  if (decider.origin.line != 0) out_ << lines_.place(decider.origin) << ": ";
  out_ << (decider.rule.empty() ? "rule" : escape(decider.rule));
  if (!decider.chain.empty() && decider.rule.find(decider.chain) == std::string::npos) out_ << " in " << escape(decider.chain);
  out_ << ": " << model::to_text(decider.verdict) << '\n';
  if (const std::string text = lines_.line(decider.origin); !text.empty())
    out_ << fmt::format("       {:>5} | {}\n", decider.origin.line, escape_line(text));
}

void Writer::example(const Counterexample& example, size_t number) {
  const model::Policy* policy = policy_of(run_, example);
  out_ << fmt::format("  {}. ", number);
  if (!example.from_zone.empty() || !example.to_zone.empty()) out_ << escape(example.from_zone) << " > " << escape(example.to_zone) << ": ";
  out_ << escape(region_words(example.region, policy)) << '\n';
  if (example.packet.has(model::Field::src)) out_ << "     for example " << escape(packet_words(example.packet, policy)) << '\n';
  if (!example.leg.empty()) out_ << "     where it fails: " << escape(example.leg) << '\n';
  for (const Decider& by : example.decided_by) decider("decided by", by);
  for (const solver::NearMiss& miss : example.near_misses) {
    decider("looks right, but does not apply:", miss.rule);
    out_ << "             because " << escape(miss.why) << '\n';
  }
  if (!example.note.empty()) out_ << "     " << escape(example.note) << '\n';
}

void Writer::changes() {
  if (!run_.changes) return;
  std::vector<std::string> files;
  for (const std::string& file : run_.changes->files) files.push_back(escape(file));
  heading(fmt::format("What {} changes", joined(files)));
  if (run_.changes->changes.empty()) out_ << "  no verdict\n";
  Table rows;
  for (const Change& change : run_.changes->changes) {
    const auto text = [](const std::optional<Truth>& truth) { return std::string(truth ? truth_text(*truth) : "not asked"); };
    const bool better = change.after == Truth::holds;
    rows.add({{change.id}, {text(change.before)}, {"->"}, {text(change.after), better ? Ink::green : Ink::yellow},
              {change.after && *change.after != Truth::holds ? change.summary_after : change.summary_before}});
  }
  rows.write(out_, style_, "  ");
  out_ << '\n';
}

void Writer::not_asked() {
  if (run_.report.not_asked.empty()) return;
  heading("Not asked");
  Table rows;
  for (const solver::NotAsked& row : run_.report.not_asked) rows.add({{row.id}, {row.why}});
  rows.write(out_, style_, "  ");
  out_ << '\n';
}

}  // namespace

void write_text(std::ostream& out, const Run& run, const TextOptions& options) { Writer(out, run, options).all(); }

std::string closing_line(const Run& run) {
  const Counts counts = count(run.report);
  std::string line;
  if (run.is_reach) {
    size_t may = 0;
    for (const Result& result : run.report.results) may += result.truth == Truth::cannot_tell;
    size_t open = 0;
    for (const Result& result : run.report.results) open += result.truth == Truth::violated;
    line = fmt::format("{} open, {} may be open.", open, may);
  } else {
    line = fmt::format("{} asked: {} hold, {} violated, {} cannot tell, {} optional ({} not holding), {} warnings; {} not asked.",
                       run.report.results.size(), counts.holds, counts.violated, counts.cannot_tell, counts.optional, counts.optional_failing,
                       counts.warnings, counts.not_asked);
  }
  return fmt::format("{} Exit {}: {}.", line, run.exit_code, run.exit_meaning);
}

}  // namespace fwproof::report
