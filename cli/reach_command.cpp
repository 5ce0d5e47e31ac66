#include <CLI/CLI.hpp>
#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/load_files.h"
#include "cli/load_network.h"
#include "cli/until_exit.h"
#include "report/write_json.h"
#include "report/write_text.h"

namespace fwproof::cli {
namespace {

struct Arguments {
  std::vector<std::string> configs;
  NetworkArguments network;
  OutputArguments output;
  bool strict = false;
};

constexpr std::string_view kExamples = R"(examples:
  fwproof reach examples/mailstore-gateway/iptables.txt
  fwproof reach examples/mailstore-spe/mgmt/rules.txt examples/mailstore-spe/mgmt/profiles.txt --profile domain   # the files of one host
  fwproof reach - < examples/mailstore-gateway/iptables.txt
exit codes: 0 answered, 3 an input is missing or not understood, 4 wrong usage, 5 our fault)";

// A file that is understood and holds no rules is not a file that is not understood.
std::string nothing_to_reach(const Loaded& loaded) {
  std::string names;
  for (const report::Input& input : loaded.inputs) names += (names.empty() ? "" : ", ") + input.path + " (" + input.importer + ")";
  return "there is nothing to reach: no rules of a firewall in " + names + "; `fwproof import` shows what is in there";
}

int run_reach(const Arguments& arguments) {
  Loaded& loaded = until_exit(load_device(arguments.configs, arguments.network));
  report::Run run = start_run(loaded);
  run.is_reach = true;
  run.strict = arguments.strict;
  solver::CheckOptions options;
  options.strict = arguments.strict;
  int code = loaded.exit_code;
  if (loaded.network.devices[0].has_export)
    run.report = solver::reach(loaded.network.devices[0], options);
  else if (loaded.exit_code == exit_holds && !loaded.inputs.empty())
    add_error(loaded, model::DiagnosticId::input_unrecognised, kCommandLine, nothing_to_reach(loaded));
  if (!loaded.network.devices[0].has_export) code = worse(code, exit_input);
  run.diagnostics = loaded.diagnostics;
  if (report::count(run.report).faults > 0) code = worse(code, exit_fault);
  run.exit_code = code;
  run.exit_meaning = code == exit_holds ? "answered" : meaning(code);
  Output output(arguments.output);
  if (output.is_json())
    report::write_run_json(output.stream(), run);
  else
    report::write_text(output.stream(), run, output.text_options());
  show_timing(arguments.output, run.report.proofs);
  return output.finish() ? code : exit_fault;
}

}  // namespace

Run add_reach(CLI::App& command) {
  auto arguments = std::make_shared<Arguments>();
  command.add_option("CONFIG", arguments->configs, "files of one host or device, in order; - is standard input")->required();
  add_as(command, arguments->network.as);
  add_repeated(command, "--local", arguments->network.local, "ADDRESS,…: the host's own addresses");
  add_repeated(command, "--iface", arguments->network.interfaces, "INTERFACE: where packets come in");
  add_repeated(command, "--profile", arguments->network.profiles, "domain, private or public: the Windows network profile in use");
  command.add_flag("--strict", arguments->strict, "what rests on an assumption may be open");
  add_output_options(command, arguments->output);
  add_timing(command, arguments->output);
  command.footer(std::string(kExamples));
  return [arguments] { return run_reach(*arguments); };
}

}  // namespace fwproof::cli
