#include "cli/load_specifications.h"

#include <filesystem>

#include "cli/arguments.h"
#include "cli/exit_code.h"
#include "cli/read_input.h"
#include "cli/surroundings.h"
#include "specs/json_tree.h"

namespace fwproof::cli {

std::string no_specification(const std::string& name, const std::string& more) {
  std::vector<std::string> known;
  for (const specs::Specification& one : specs::builtin()) known.push_back(one.id);
  return "there is no specification '" + name + "'" + more + did_you_mean(name, known);
}

NamedSpecifications load_specification_file(const std::string& path) {
  NamedSpecifications named;
  const ReadInput read = read_input(named.sources, path, path, specs::kMaxJsonBytes);
  if (read.problem.empty()) {
    specs::LoadedSpecifications loaded = specs::load_specifications(named.sources, 0);
    named.specifications = std::move(loaded.specifications);
    named.diagnostics = std::move(loaded.diagnostics);
  } else {
    model::Diagnostic missing;
    missing.id = model::DiagnosticId::input_missing;
    missing.severity = model::Severity::error;
    missing.message = "cannot read '" + path + "': " + read.problem;
    named.diagnostics.push_back(std::move(missing));
  }
  for (const model::Diagnostic& diagnostic : named.diagnostics)
    if (diagnostic.severity == model::Severity::error) named.exit_code = exit_input;
  return named;
}

NamedSpecifications load_named_specifications(const std::string& name) {
  if (const specs::Specification* builtin = specs::find_builtin(name)) return {{}, {*builtin}, {}, exit_holds};
  std::error_code ignored;
  if (name != "-" && !name.ends_with(".json") && !std::filesystem::exists(name, ignored)) throw UsageError{no_specification(name, " and no such file")};
  return load_specification_file(name);
}

}  // namespace fwproof::cli
