// `specs` and `formats`: what is built in.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/load_specifications.h"
#include "cli/show_specification.h"
#include "cli/specs_diff.h"
#include "importers/registry.h"
#include "report/table.h"
#include "report/write_json.h"
#include "specs/specification.h"

namespace fwproof::cli {
namespace {

struct Arguments {
  std::string name;
  OutputArguments output;
};

using report::Ink;

void list_specs(Output& output) {
  if (output.is_json()) {
    std::vector<report::ListEntry> entries;
    for (const specs::Specification& spec : specs::builtin())
      entries.push_back({{"id", spec.id}, {"title", spec.title}, {"document", spec.document.document}, {"rows", spec.rows.size()}});
    return report::write_list_json(output.stream(), entries);
  }
  report::Table table;
  for (const specs::Specification& spec : specs::builtin())
    table.add({{spec.id, Ink::bold}, {std::to_string(spec.rows.size()) + " rows"}, {spec.title}});
  table.write(output.stream(), output.style(), "");
}

int run_specs(const Arguments& arguments) {
  Output output(arguments.output);
  if (arguments.name.empty()) {
    list_specs(output);
    return output.finish() ? exit_holds : exit_fault;
  }
  const specs::Specification* spec = specs::find_builtin(arguments.name);
  if (spec == nullptr) throw UsageError{no_specification(arguments.name)};
  if (output.is_json())
    output.stream() << specs::builtin_text(spec->id);
  else
    show_specification(output.stream(), *spec, output.style(), output.text_options().width);
  return output.finish() ? exit_holds : exit_fault;
}

int run_formats(const Arguments& arguments) {
  Output output(arguments.output);
  std::vector<report::ListEntry> entries;
  report::Table table;
  for (const importers::Importer* importer : importers::all()) {
    const std::string side = importer->facts_only ? "facts" : importer->is_host_format ? "host" : "device";
    entries.push_back({{"name", std::string(importer->name)}, {"kind", side}, {"summary", std::string(importer->summary)}});
    table.add({{std::string(importer->name), Ink::bold}, {side}, {std::string(importer->summary)}});
  }
  if (output.is_json())
    report::write_list_json(output.stream(), entries);
  else
    table.write(output.stream(), output.style(), "");
  return output.finish() ? exit_holds : exit_fault;
}

}  // namespace

Run add_specs(CLI::App& command) {
  auto arguments = std::make_shared<Arguments>();
  command.add_option("NAME", arguments->name, "show this one");
  add_output_options(command, arguments->output);
  command.footer("examples:\n  fwproof specs\n  fwproof specs mailstore-gateway\n  fwproof specs mailstore-gateway --format json\n"
                 "  fwproof specs diff mailstore-spe-single mailstore-spe-multi");
  CLI::App* diff = command.add_subcommand("diff", "what a new revision changes: rows that came, went or changed");
  return [arguments, diff, run_diff = add_specs_diff(*diff)] { return diff->parsed() ? run_diff() : run_specs(*arguments); };
}

Run add_formats(CLI::App& command) {
  auto arguments = std::make_shared<Arguments>();
  add_output_options(command, arguments->output);
  command.footer("examples:\n  fwproof formats\n  fwproof formats --format json");
  return [arguments] { return run_formats(*arguments); };
}

}  // namespace fwproof::cli
