#include <CLI/CLI.hpp>
#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/load_files.h"
#include "cli/load_network.h"
#include "cli/until_exit.h"
#include "report/write_diff.h"
#include "solver/diff.h"

namespace fwproof::cli {
namespace {

struct Arguments {
  std::string old_file, new_file;
  std::vector<std::string> before, after;
  std::string as;
  OutputArguments output;
};

constexpr std::string_view kExamples = R"(examples:
  fwproof diff examples/mailstore-gateway/iptables.txt - < examples/mailstore-gateway/iptables.txt
  fwproof diff --before examples/mailstore-spe/mgmt/rules.txt --before examples/mailstore-spe/mgmt/profiles.txt --after examples/mailstore-spe/mgmt/rules.txt --after examples/mailstore-spe/mgmt/profiles.txt   # the files of one host, in order
exit codes: 0 same, 1 differs, 2 nothing surely differs but something cannot be told, 3 an input is missing or not understood, 4 wrong usage, 5 our fault)";

std::vector<std::string> files_of(const std::string& file, const std::vector<std::string>& more, const std::string& option) {
  if (file.empty() == more.empty()) throw UsageError{"diff wants two files, BEFORE and AFTER, or --before FILE and --after FILE; " + option + " has " + (file.empty() ? "none" : "both")};
  return file.empty() ? more : std::vector<std::string>{file};
}

int exit_code_of(const solver::DiffReport& report) {
  if (!report.fault.empty()) return exit_fault;
  if (report.surely_differs()) return exit_violated;
  return report.same() ? exit_holds : exit_cannot_tell;
}

std::string families(const std::vector<model::Family>& list) {
  std::string text;
  for (const model::Family family : list) text += (text.empty() ? "" : " and ") + std::string(family == model::Family::v4 ? "IPv4" : "IPv6");
  return text;
}

std::string cannot_tell_meaning(const solver::DiffReport& report) {
  if (report.one_sided.empty() || !report.same_where_compared()) return "whether it differs cannot be told";
  const std::string open = families(report.one_sided) + " cannot be compared";
  return report.compared.empty() ? open : "the same for every " + families(report.compared) + " packet; " + open;
}

std::string diff_meaning(int code, const solver::DiffReport& report) {
  if (code == exit_holds) return "the same for every packet";
  if (code == exit_violated) return "it differs";
  return code == exit_cannot_tell ? cannot_tell_meaning(report) : meaning(code);
}

// A file that is understood and holds no rules is nothing to compare.
void add_missing_rules(Loaded& loaded) {
  for (const model::Device& device : loaded.network.devices)
    if (!device.has_export && loaded.exit_code == exit_holds)
      add_error(loaded, model::DiagnosticId::input_unrecognised, kCommandLine, "there is nothing to compare: no rules of a firewall in " + device.name);
}

int run_diff(const Arguments& arguments) {
  const std::vector<std::string> before = files_of(arguments.old_file, arguments.before, "BEFORE");
  const std::vector<std::string> after = files_of(arguments.new_file, arguments.after, "AFTER");
  solver::ProofSession session{solver::Limits{}};
  session.start();
  Loaded& loaded = until_exit(load_pair(before, after, arguments.as));
  std::vector<model::Device> devices = std::move(loaded.network.devices);
  loaded.network.devices.clear();
  const bool readable = devices[0].has_export && devices[1].has_export;
  loaded.network.devices = {model::Device{}, model::Device{}};
  for (size_t i = 0; i < 2; ++i) {
    loaded.network.devices[i].name = devices[i].name;
    loaded.network.devices[i].has_export = devices[i].has_export;
  }
  if (!readable) add_missing_rules(loaded);
  report::Run run = start_run(loaded);
  solver::DiffReport& report = until_exit(solver::DiffReport{});
  solver::CheckOptions options;
  options.session = &session;
  if (readable) report = solver::diff(std::move(devices[0]), std::move(devices[1]), options);
  run.exit_code = readable ? worse(loaded.exit_code, exit_code_of(report)) : worse(loaded.exit_code, exit_input);
  report.complete &= readable;
  run.diagnostics = loaded.diagnostics;
  run.exit_meaning = diff_meaning(run.exit_code, report);
  Output output(arguments.output);
  if (output.is_json())
    report::write_diff_json(output.stream(), run, report);
  else
    report::write_diff_text(output.stream(), run, report, output.text_options());
  show_timing(arguments.output, report.proof);
  return output.finish() ? run.exit_code : exit_fault;
}

}  // namespace

Run add_diff(CLI::App& command) {
  auto arguments = std::make_shared<Arguments>();
  command.add_option("BEFORE", arguments->old_file, "the rules of a host or device before a change; - is standard input");
  command.add_option("AFTER", arguments->new_file, "its rules after it");
  add_repeated(command, "--before", arguments->before, "FILE: instead of BEFORE; repeat for several files of one host, in order");
  add_repeated(command, "--after", arguments->after, "FILE: instead of AFTER; likewise");
  add_as(command, arguments->as);
  add_output_options(command, arguments->output);
  add_timing(command, arguments->output);
  command.footer(std::string(kExamples));
  return [arguments] { return run_diff(*arguments); };
}

}  // namespace fwproof::cli
