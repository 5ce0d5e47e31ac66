#include <CLI/CLI.hpp>
#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/load_network.h"
#include "cli/until_exit.h"
#include "report/write_account.h"
#include "report/write_diagnostics.h"
#include "report/write_json.h"
#include "report/write_policy.h"

namespace fwproof::cli {
namespace {

struct Arguments {
  std::vector<std::string> configs;
  NetworkArguments network;
  OutputArguments output;
};

constexpr std::string_view kExamples = R"(examples:
  fwproof import examples/mailstore-gateway/iptables.txt       # account of lines, diagnostics and the neutral model
  fwproof import examples/mailstore-spe/mgmt/rules.txt --quiet # account and diagnostics only
  fwproof import examples/mailstore-spe/mgmt/rules.txt --as netsh --format json
exit codes: 0 understood, 3 an input is missing or not understood, 4 wrong usage, 5 our fault)";

void write_text(Output& output, const Loaded& loaded) {
  std::ostream& out = output.stream();
  report::write_account(out, loaded.inputs, output.style());
  report::write_diagnostics(out, loaded.sources, loaded.diagnostics, output.style());
  if (output.is_quiet()) return;
  const model::Device& device = loaded.network.devices[0];
  report::write_facts(out, loaded.sources, device.facts);
  for (const model::Policy& policy : device.policies) report::write_policy(out, loaded.sources, policy);
}

void write_json(Output& output, const Loaded& loaded) {
  report::write_import_json(output.stream(), start_run(loaded), !output.is_quiet());
}

int run_import(const Arguments& arguments) {
  const Loaded& loaded = until_exit(load_device(arguments.configs, arguments.network));
  Output output(arguments.output);
  if (output.is_json())
    write_json(output, loaded);
  else
    write_text(output, loaded);
  return output.finish() ? loaded.exit_code : exit_fault;
}

}  // namespace

Run add_import(CLI::App& command) {
  auto arguments = std::make_shared<Arguments>();
  command.add_option("CONFIG", arguments->configs, "files of one host or device, in order; - is standard input")->required();
  add_as(command, arguments->network.as);
  add_output_options(command, arguments->output);
  command.footer(std::string(kExamples));
  return [arguments] { return run_import(*arguments); };
}

}  // namespace fwproof::cli
