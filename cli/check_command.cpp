#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>

#include "cli/arguments.h"
#include "cli/changes.h"
#include "cli/check_folder.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/load_files.h"
#include "cli/in_order.h"
#include "cli/load_network.h"
#include "cli/surroundings.h"
#include "cli/until_exit.h"
#include "report/write_json.h"
#include "report/write_text.h"

namespace fwproof::cli {
namespace {

struct Arguments {
  std::string site;
  NetworkArguments network;
  OutputArguments output;
  std::vector<std::string> only;
  bool strict = false;
  bool require_optional = false;
  bool soft_fail = false;
  bool unlisted_outbound = false;
  size_t jobs = useful_threads();
};

constexpr int kMostJobs = 1024;

constexpr std::string_view kExamples = R"(examples:
  fwproof check examples/mailstore-spe/site.json
  fwproof check examples --quiet          # every site below a folder, findings only
  fwproof check --config examples/mailstore-gateway/iptables.txt --spec mailstore-gateway --bind ADM=192.0.2.0/24 --bind GTW=198.51.100.10
  fwproof check --host MGMT=examples/mailstore-spe/mgmt/rules.txt --host MGMT=examples/mailstore-spe/mgmt/profiles.txt --spec mailstore-spe-multi --bind ADM=192.0.2.0/24 --bind MGMT=198.51.100.10 --profile MGMT=domain --only ADM --format json
with a script behind an export (--host MGMT=rules.txt --host MGMT=change.cmd), check also prints which verdicts the script changes
exit codes: 0 all hold, 1 something is violated, 2 something cannot be told, 3 an input is missing or not understood, 4 wrong usage, 5 our fault)";

solver::CheckOptions options_of(const Arguments& arguments, const Loaded& loaded) {
  solver::CheckOptions options;
  options.strict = arguments.strict;
  options.only_touched = loaded.one_liner;
  options.unlisted_outbound = arguments.unlisted_outbound || loaded.unlisted_outbound;
  options.accepted = loaded.accepted;
  return options;
}

int exit_code_of(const solver::Report& report, const Arguments& arguments) {
  const report::Counts counts = report::count(report);
  if (counts.faults > 0) return exit_fault;
  int code = exit_holds;
  if (counts.violated > 0) code = worse(code, exit_violated);
  // Nothing asked is nothing proven.
  if (counts.cannot_tell > 0 || report.results.empty()) code = worse(code, exit_cannot_tell);
  if (!arguments.require_optional) return code;
  for (const solver::Result& result : report.results)
    if (result.optional && result.truth != solver::Truth::holds)
      code = worse(code, result.truth == solver::Truth::violated ? exit_violated : exit_cannot_tell);
  return code;
}

// The zones that --only means: "ADM" is also SPEC:ADM where a specification has its own.
std::vector<std::string> zones_of_only(Loaded& loaded, const std::vector<std::string>& only) {
  std::vector<std::string> zones, known;
  for (const auto& [name, zone] : loaded.network.zones) known.push_back(name);
  for (const std::string& role : only) {
    const size_t before = zones.size();
    std::copy_if(known.begin(), known.end(), std::back_inserter(zones), [&](const std::string& name) { return name == role || name.ends_with(":" + role); });
    if (zones.size() > before) continue;
    add_error(loaded, model::DiagnosticId::role_unknown, kCommandLine, "--only: nothing is called '" + role + "'" + did_you_mean(role, known));
    loaded.exit_code = worse(loaded.exit_code, exit_usage);
  }
  return zones;
}

// An accepted finding whose result does not exist accepts nothing: a slip of the pen, or a row that has gone.
void add_unused_accepts(Loaded& loaded, const solver::Report& report) {
  std::vector<std::string> known;
  for (const solver::Result& result : report.results) known.push_back(result.id);
  for (const solver::NotAsked& row : report.not_asked) known.push_back(row.id);
  for (const solver::Accepted& accepted : loaded.accepted) {
    if (std::find(known.begin(), known.end(), accepted.id) != known.end()) continue;
    model::Diagnostic diagnostic;
    diagnostic.id = model::DiagnosticId::json_schema;
    diagnostic.origin = {0, 0};
    diagnostic.message = "\"accept\" names '" + accepted.id + "', but there is no such result" + did_you_mean(accepted.id, known);
    loaded.diagnostics.push_back(std::move(diagnostic));
  }
}

// A declaration for a constraint that no specification has would be believed and never used.
void add_unused_declarations(Loaded& loaded) {
  std::vector<std::string> known;
  for (const model::Constraint& constraint : loaded.requirements.constraints) known.push_back(constraint.id);
  for (const model::Declaration& declaration : loaded.requirements.declarations) {
    if (std::find(known.begin(), known.end(), declaration.constraint) != known.end()) continue;
    add_error(loaded, model::DiagnosticId::json_schema, declaration.origin,
              "\"declares\" names '" + declaration.constraint + "', but there is no such constraint" + did_you_mean(declaration.constraint, known));
    loaded.exit_code = worse(loaded.exit_code, exit_input);
  }
}

report::Run run_of(const Arguments& arguments, Loaded& loaded, solver::ProofSession* session) {
  report::Run run = start_run(loaded);
  run.strict = arguments.strict;
  run.require_optional = arguments.require_optional;
  add_unused_declarations(loaded);
  const std::vector<std::string> only = loaded.requirements.rows.empty() ? std::vector<std::string>{} : zones_of_only(loaded, arguments.only);
  run.exit_code = loaded.exit_code;
  // With a wrong name on the command line or in the site nothing that would be answered is what was meant.
  if (loaded.exit_code != exit_usage) {
    solver::CheckOptions options = options_of(arguments, loaded);
    options.only = only;
    options.session = session;
    const bool again = may_have_changes(loaded);
    if (!loaded.requirements.rows.empty())
      run.report = again ? solver::check(loaded.network, loaded.requirements, options) : solver::check(std::move(loaded.network), loaded.requirements, options);
    run.report.not_asked.insert(run.report.not_asked.end(), loaded.not_asked.begin(), loaded.not_asked.end());
    add_unused_accepts(loaded, run.report);
    const int answered = exit_code_of(run.report, arguments);
    run.exit_code = worse(loaded.exit_code, answered);
    if (again && !run.report.results.empty()) run.changes = changes_of(loaded, options, run.report);
  }
  run.diagnostics = loaded.diagnostics;
  run.exit_meaning = meaning(run.exit_code);
  const report::Counts counts = report::count(run.report);
  if (run.exit_code == exit_holds && counts.warnings + counts.optional_failing > 0) run.exit_meaning = "everything that must hold holds";
  if (run.report.results.empty() && run.exit_code == exit_cannot_tell) run.exit_meaning = "nothing was asked, so nothing is proven";
  if (arguments.soft_fail && (run.exit_code == exit_violated || run.exit_code == exit_cannot_tell)) {
    run.exit_meaning += ", exit 0 because of --soft-fail";
    run.exit_code = exit_holds;
  }
  return run;
}

void write_run(Output& output, const report::Run& run) {
  if (output.is_json())
    report::write_run_json(output.stream(), run);
  else
    report::write_text(output.stream(), run, output.text_options());
}

int run_folder(const Arguments& arguments) {
  if (std::find(arguments.network.specs.begin(), arguments.network.specs.end(), "-") != arguments.network.specs.end())
    throw UsageError{"--spec -: a folder has many sites, and standard input can be read once"};
  return check_folder(arguments.site, arguments.output, arguments.jobs, [&](const std::string& site, solver::ProofSession& session, const ShowRun& show) {
    Loaded loaded = load_site(site, arguments.network);
    show(run_of(arguments, loaded, &session));
  });
}

int run_check(const Arguments& arguments) {
  const bool one_liner = !arguments.network.hosts.empty() || !arguments.network.devices.empty() || !arguments.network.configs.empty();
  if (arguments.site.empty() == !one_liner) throw UsageError{"check wants either a site file or --host, --device or --config"};
  if (one_liner && arguments.network.specs.empty()) throw UsageError{"check wants --spec NAME or FILE (`fwproof specs` lists names; `fwproof reach` needs none)"};
  std::error_code ignored;
  if (!one_liner && std::filesystem::is_directory(arguments.site, ignored)) return run_folder(arguments);
  solver::ProofSession session{solver::Limits{}};
  session.start();
  Loaded& loaded = until_exit(one_liner ? load_arguments(arguments.network) : load_site(arguments.site, arguments.network));
  const report::Run run = run_of(arguments, loaded, &session);
  Output output(arguments.output);
  write_run(output, run);
  show_timing(arguments.output, run.report.proofs);
  return output.finish() ? run.exit_code : exit_fault;
}

void add_network_options(CLI::App& command, NetworkArguments& network) {
  add_repeated(command, "--host", network.hosts, "ROLE=FILE: the role's own firewall; repeat for several files of one host, in order");
  add_repeated(command, "--device", network.devices, "FILE or NAME=FILE: a device on the way between all roles");
  add_repeated(command, "--config", network.configs, "FILE: --host of the one role that can be meant, or --device");
  add_repeated(command, "--spec", network.specs, "NAME or FILE: what must hold (`fwproof specs`)");
  add_repeated(command, "--bind", network.binds, "ROLE=ADDRESS,…,@FILE: addresses of a role; SPEC:ROLE= for one specification");
  add_repeated(command, "--unlisted", network.unlisted, "tcp=… or other=…: violation, warning or ignore for what the table does not list");
  add_repeated(command, "--profile", network.profiles, "ROLE=domain|private|public: the Windows network profile in use");
  add_repeated(command, "--iface", network.interfaces, "ROLE=INTERFACE: where packets of the role come in");
  add_repeated(command, "--local", network.local, "ADDRESS,…: the host's own addresses");
  add_as(command, network.as);
}

}  // namespace

Run add_check(CLI::App& command) {
  auto arguments = std::make_shared<Arguments>();
  command.add_option("SITE", arguments->site, "site file, or a folder with site files");
  add_network_options(command, arguments->network);
  add_repeated(command, "--only", arguments->only, "ROLE: only rows that mention it");
  command.add_flag("--strict", arguments->strict, "what rests on an assumption cannot be told");
  command.add_flag("--require-optional", arguments->require_optional, "optional rows must hold too");
  command.add_flag("--soft-fail", arguments->soft_fail, "exit 0 where it would be 1 or 2");
  command.add_flag("--unlisted-outbound", arguments->unlisted_outbound, "also ask what target hosts may reach beyond the table");
  command.add_option("--jobs", arguments->jobs, "how many sites of a folder are checked at once (default: the cores)")->check(CLI::Range(1, kMostJobs));
  add_output_options(command, arguments->output);
  add_timing(command, arguments->output);
  command.footer(std::string(kExamples));
  return [arguments] { return run_check(*arguments); };
}

}  // namespace fwproof::cli
