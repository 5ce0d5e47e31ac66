#include "report/write_text.h"

#include <fmt/format.h>

#include "report/escape.h"
#include "report/source_lines.h"
#include "report/write_account.h"
#include "report/write_diagnostics.h"
#include "report/write_findings.h"
#include "report/write_overview.h"
#include "report/write_reach.h"
#include "report/write_verdicts.h"

namespace fwproof::report {
namespace {

constexpr size_t kDiagnosticsShown = 20;

void write_head(std::ostream& out, const Run& run, const TextOptions& options) {
  if (!run.title.empty()) out << options.style.paint(Ink::bold, escape(run.title)) << '\n';
  if (run.inputs.empty()) return;
  out << options.style.paint(Ink::bold, "Inputs") << '\n';
  write_inputs(out, run.inputs, options.style, options.width);
  out << '\n';
}

void write_diagnostics_of(std::ostream& out, const Run& run, const TextOptions& options) {
  if (run.diagnostics.empty()) return;
  out << options.style.paint(Ink::bold, "Diagnostics") << '\n';
  write_diagnostics(out, *run.sources, run.diagnostics, options.style, kDiagnosticsShown);
  out << '\n';
}

std::string reach_counts(const solver::Report& report) {
  size_t open = 0, perhaps = 0;
  for (const solver::Result& result : report.results) {
    open += result.truth == solver::Truth::violated;
    perhaps += result.truth == solver::Truth::cannot_tell;
  }
  return fmt::format("{} open, {} perhaps open", open, perhaps);
}

}  // namespace

void write_text(std::ostream& out, const Run& run, const TextOptions& options) {
  SourceLines lines(*run.sources);
  const bool all = !options.quiet;
  if (all) write_head(out, run, options);
  write_diagnostics_of(out, run, options);
  write_assumptions(out, run, lines, options.style);
  if (run.is_reach) {
    write_reach(out, run, lines, options.style, options.width);
  } else {
    if (all) write_overview(out, run, options.style, options.width);
    if (all) write_table(out, run, options.style, options.width);
    write_findings(out, run, lines, options.style);
  }
  if (run.changes) write_changes(out, *run.changes, options.style, options.width);
  if (all) write_not_asked(out, run.report, options.style);
  out << closing_line(run) << '\n';
}

std::string closing_line(const Run& run) {
  const Counts counts = count(run.report);
  std::string line;
  if (run.is_reach) {
    line = reach_counts(run.report);
  } else {
    line = fmt::format("{} asked: {} hold, {} violated, {} cannot tell", run.report.results.size(), counts.holds, counts.violated, counts.cannot_tell);
    if (counts.warnings > 0) line += fmt::format(", {} warning{}", counts.warnings, counts.warnings == 1 ? "" : "s");
    if (counts.optional > 0) line += fmt::format(", {} optional ({} of them not holding{})", counts.optional, counts.optional_failing,
                          run.require_optional ? ", --require-optional" : "");
    if (counts.not_asked > 0) line += fmt::format("; {} not asked", counts.not_asked);
  }
  return fmt::format("{}. Exit {}: {}.", line, run.exit_code, run.exit_meaning);
}

}  // namespace fwproof::report
