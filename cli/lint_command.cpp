#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/load_files.h"
#include "cli/load_network.h"
#include "cli/until_exit.h"
#include "report/write_lint.h"
#include "solver/lint.h"

namespace fwproof::cli {
namespace {

struct Arguments {
  std::vector<std::string> configs;
  NetworkArguments network;
  OutputArguments output;
  bool redundant = false;
};

constexpr std::string_view kExamples = R"(examples:
  fwproof lint examples/mailstore-gateway/iptables.txt
  fwproof lint examples/mailstore-spe/mgmt/rules.txt examples/mailstore-spe/mgmt/profiles.txt --quiet   # the files of one host
  fwproof lint examples/mailstore-gateway/iptables.txt --redundant --format json
exit codes: 0 no findings, 1 findings, 2 no findings, but something cannot be told, 3 an input is missing or not understood, 4 wrong usage, 5 our fault)";

std::string no_rules(const Loaded& loaded) {
  std::string names;
  for (const report::Input& input : loaded.inputs) names += (names.empty() ? "" : ", ") + input.path + " (" + input.importer + ")";
  return "there are no rules of a firewall in " + names + "; `fwproof import` shows what is in there";
}

// An access list of a router may also guard its terminals, choose routes or traffic to shape.
bool has_lists(const Loaded& loaded) {
  return std::any_of(loaded.inputs.begin(), loaded.inputs.end(), [](const report::Input& input) { return input.importer.find("cisco-ios") != std::string::npos; });
}

std::string meaning_of(int code, const solver::LintReport& lint) {
  if (code == exit_holds) return lint.hanging.empty() ? "every rule matches some packet" : "no rule is dead for sure";
  if (code == exit_violated) return "there are findings";
  if (code == exit_cannot_tell) return "no findings, but something cannot be told";
  return meaning(code);
}

int exit_code_of(const solver::LintReport& lint) {
  int code = exit_holds;
  if (!lint.untold.empty() || lint.rules == 0) code = worse(code, exit_cannot_tell);
  if (!lint.findings.empty()) code = worse(code, exit_violated);
  if (!lint.faults.empty()) code = worse(code, exit_fault);
  return code;
}

int run_lint(const Arguments& arguments) {
  Loaded& loaded = until_exit(load_device(arguments.configs, arguments.network));
  report::Run run = start_run(loaded);
  solver::LintReport lint;
  run.exit_code = loaded.exit_code;
  if (loaded.network.devices[0].has_export) {
    solver::LintOptions options;
    options.redundant = arguments.redundant;
    options.lists_have_other_uses = has_lists(loaded);
    lint = solver::lint(loaded.network.devices[0], options);
    run.exit_code = worse(run.exit_code, exit_code_of(lint));
  } else {
    if (loaded.exit_code == exit_holds && !loaded.inputs.empty())
      add_error(loaded, model::DiagnosticId::input_unrecognised, kCommandLine, no_rules(loaded));
    run.exit_code = worse(run.exit_code, exit_input);
  }
  run.diagnostics = loaded.diagnostics;
  run.exit_meaning = lint.rules == 0 && run.exit_code == exit_cannot_tell ? "there are no rules to ask about" : meaning_of(run.exit_code, lint);
  Output output(arguments.output);
  if (output.is_json())
    report::write_lint_json(output.stream(), run, lint);
  else
    report::write_lint(output.stream(), run, lint, output.text_options());
  show_timing(arguments.output, {.by = "z3", .queries = lint.queries, .z3_ms = lint.z3_ms});
  return output.finish() ? run.exit_code : exit_fault;
}

}  // namespace

Run add_lint(CLI::App& command) {
  auto arguments = std::make_shared<Arguments>();
  command.add_option("CONFIG", arguments->configs, "files of one host or device, in order; - is standard input")->required();
  command.add_flag("--redundant", arguments->redundant, "also name live rules that could be left out");
  add_as(command, arguments->network.as);
  add_output_options(command, arguments->output);
  add_timing(command, arguments->output);
  command.footer(std::string(kExamples));
  return [arguments] { return run_lint(*arguments); };
}

}  // namespace fwproof::cli
