// `derive`: a specification from a vendor's document, each row cited.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/derive_document.h"
#include "cli/exit_code.h"
#include "cli/load_specifications.h"
#include "cli/surroundings.h"
#include "cli/write_derived.h"
#include "report/escape.h"
#include "report/write_diagnostics.h"
#include "specs/decisions.h"
#include "specs/write_specification.h"

namespace fwproof::cli {
namespace {

struct Arguments {
  std::string document;
  std::string as;
  std::string id;
  std::vector<std::string> accept;
  std::string reason = "accepted on the command line";
  std::string decisions;
  OutputArguments output;
};

constexpr std::string_view kExamples = R"(examples:
  fwproof derive examples/documents/acme-relay.md                             # what was found, and what is open for review
  fwproof derive examples/documents/acme-relay.md --accept all --format json  # the specification
with --output FILE.json the specification goes to the file, and what was found to standard output (not with --quiet)
exit codes: 0 derived and nothing is open, 2 rows are open for review or text was not read, 3 the document is missing, not readable or holds no row, 4 wrong usage, 5 our fault)";

constexpr const char* kFormats[] = {"text", "markdown", "rst", "asciidoc", "mediawiki", "html", "csv", "tsv"};

using specs::Row;
using specs::Specification;

// ---- decisions ----------------------------------------------------------------------------------------------------

std::vector<std::string> row_names(const std::vector<Specification>& specifications) {
  std::vector<std::string> names = {"all"};
  for (const Specification& spec : specifications)
    for (const Row& row : spec.rows)
      for (const std::string& name : {row.id, spec.id + "/" + row.id}) names.push_back(name);
  return names;
}

// A row of that id in every specification, or SPEC/ROW.
void accept_rows(std::vector<Specification>& specifications, const std::vector<std::string>& names, const std::string& reason) {
  const std::vector<std::string> known = names.empty() ? std::vector<std::string>{} : row_names(specifications);
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw UsageError{"--accept: the document has no row '" + name + "'" + did_you_mean(name, known)};
    for (Specification& spec : specifications)
      for (Row& row : spec.rows)
        if (name == "all" || name == row.id || name == spec.id + "/" + row.id) specs::record_decision(row, reason);
  }
}

// ---- output -------------------------------------------------------------------------------------------------------

// Errors before the rest; a hostile document could have one for each line.
void write_problems(const model::Sources& sources, std::vector<model::Diagnostic> diagnostics) {
  constexpr size_t kShown = 20;
  const size_t more = diagnostics.size() - std::min(diagnostics.size(), kShown);
  std::stable_sort(diagnostics.begin(), diagnostics.end(), [](const model::Diagnostic& a, const model::Diagnostic& b) { return a.severity < b.severity; });
  diagnostics.resize(diagnostics.size() - more);
  report::write_diagnostics(std::cerr, sources, diagnostics, error_style());
  if (more > 0) std::cerr << "and " << more << " more like these\n";
}

bool wants_json(const OutputArguments& output) { return output.format == "json" || output.output.ends_with(".json"); }

bool write_json(const Arguments& arguments, const std::vector<Specification>& specifications) {
  OutputArguments output = arguments.output;
  output.format = "json";
  Output file(output);
  file.stream() << specs::write_specifications(specifications);
  return file.finish();
}

bool write_text(const Arguments& arguments, const DerivedDocument& document, const std::optional<specs::CarriedOver>& carried, bool to_file) {
  OutputArguments output = arguments.output;
  output.format = "text";
  if (!to_file) output.output.clear();
  Output out(output);
  write_derived(out.stream(), document, carried, out.text_options());
  return out.finish();
}

int answer(const Arguments& arguments, const DerivedDocument& document, const std::optional<specs::CarriedOver>& carried) {
  const std::vector<Specification>& specifications = document.derived.specifications;
  const size_t open = specs::open_rows(specifications);
  const bool json = wants_json(arguments.output);
  bool written = !json || write_json(arguments, specifications);
  if (!json || (!arguments.output.output.empty() && !arguments.output.quiet)) written &= write_text(arguments, document, carried, !json);
  else if (!arguments.output.quiet) std::cerr << report::escape(closing_words(document, carried)) << '\n';
  if (!written) return exit_fault;
  return open > 0 || is_cut(document) ? exit_cannot_tell : exit_holds;
}

// The rows of an earlier derivation, or nothing when the file is none.
std::optional<std::vector<Specification>> earlier_decisions(const std::string& path) {
  NamedSpecifications earlier = load_specification_file(path);
  write_problems(earlier.sources, earlier.diagnostics);
  if (earlier.exit_code != exit_holds) return std::nullopt;
  return std::move(earlier.specifications);
}

int run_derive(const Arguments& arguments) {
  DerivedDocument document = derive_document(arguments.document, arguments.as, arguments.id);
  write_problems(document.sources, document.diagnostics);
  if (!document.readable) return exit_input;
  std::vector<Specification>& specifications = document.derived.specifications;
  if (rows_of(document) == 0) {
    std::cerr << "fwproof: '" << report::escape(arguments.document) << "' (read as " << document.format << ") holds no row: no table, list or sentence in it says which port is for what\n";
    const bool written = wants_json(arguments.output) ? write_json(arguments, specifications) : write_text(arguments, document, std::nullopt, true);
    return written ? exit_input : exit_fault;   // what is left over is worth more than ever
  }
  std::optional<specs::CarriedOver> carried;
  if (!arguments.decisions.empty()) {
    const auto earlier = earlier_decisions(arguments.decisions);
    if (!earlier) return exit_input;
    carried = specs::carry_decisions(*earlier, specifications);
  }
  accept_rows(specifications, arguments.accept, arguments.reason);
  return answer(arguments, document, carried);
}

}  // namespace

Run add_derive(CLI::App& command) {
  auto arguments = std::make_shared<Arguments>();
  command.add_option("DOCUMENT", arguments->document, "text, Markdown, HTML, PDF, DOCX and others; - is standard input")->required();
  add_choice(command, "--as", arguments->as, {std::begin(kFormats), std::end(kFormats)}, "read the document as this (default: by name and content)");
  command.add_option("--id", arguments->id, "id of the specification (default: from its title)");
  add_repeated(command, "--accept", arguments->accept, "ROW, SPEC/ROW or all: its reading is decided");
  command.add_option("--reason", arguments->reason, "what is recorded with --accept");
  command.add_option("--decisions", arguments->decisions, "FILE: an earlier derived specification whose decisions still hold for equal rows");
  add_output_options(command, arguments->output);
  command.footer(std::string(kExamples));
  return [arguments] { return run_derive(*arguments); };
}

}  // namespace fwproof::cli
