#include "cli/arguments.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "cli/surroundings.h"
#include "importers/registry.h"

namespace fwproof::cli {
namespace {

// no-color.org: any non-empty value turns colour off.
bool colour_wanted(int descriptor) {
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(descriptor) != 0 && (no_color == nullptr || *no_color == 0);
}

// Columns; 0 when it is no terminal.
size_t terminal_width() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

}  // namespace

void add_output_options(CLI::App& command, OutputArguments& arguments) {
  add_choice(command, "--format", arguments.format, {"text", "json"}, "text (default) or json");
  command.add_option("--output", arguments.output, "write to FILE instead of standard output");
  command.add_flag("--no-color", arguments.no_color, "no colour, even on a terminal");
  command.add_flag("--quiet,-q", arguments.quiet, "assumptions, findings and the closing line only");
}

void add_timing(CLI::App& command, OutputArguments& arguments) {
  command.add_flag("--timing", arguments.timing, "on standard error: how many proofs Z3 made, and how long they took");
}

void show_timing(const OutputArguments& arguments, const solver::Proof& proofs) {
  if (!arguments.timing) return;
  const uint32_t made = proofs.queries - proofs.shared;
  const std::string others = proofs.shared > 0 ? fmt::format(", {} claim{} more the same as one of these", proofs.shared, proofs.shared == 1 ? "" : "s") : "";
  std::cerr << fmt::format("{} proof{} by Z3 in {:.1f} ms{}\n", made, made == 1 ? "" : "s", proofs.z3_ms, others);
}

Output::Output(const OutputArguments& arguments) : arguments_(arguments) {
  style_.colour = !arguments.no_color && arguments.output.empty() && arguments.format == "text" && colour_wanted(STDOUT_FILENO);
  if (arguments.output.empty()) return;
  file_.open(arguments.output, std::ios::binary);
  if (!file_) throw UsageError{"cannot write to '" + arguments.output + "'"};
}

report::TextOptions Output::text_options() const { return {style_, arguments_.quiet, arguments_.output.empty() ? terminal_width() : 0}; }

std::ostream& Output::stream() { return arguments_.output.empty() ? std::cout : file_; }

bool Output::finish() {
  stream().flush();
  if (stream().good()) return true;
  std::cerr << "fwproof: could not write all of the output\n";
  return false;
}

report::Style error_style() { return {colour_wanted(STDERR_FILENO)}; }

CLI::Option* add_choice(CLI::App& command, const std::string& name, std::string& value, const std::vector<std::string>& known, const std::string& help) {
  const auto check = [known, name](const std::string& word) -> std::string {
    if (std::find(known.begin(), known.end(), word) != known.end()) return "";
    std::string list;
    for (const std::string& one : known) list += (list.empty() ? "" : ", ") + one;
    return "there is no '" + word + "'" + did_you_mean(word, known) + " (" + name + " is one of " + list + ")";
  };
  return command.add_option(name, value, help)->check(CLI::Validator(check, ""));
}

void add_as(CLI::App& command, std::string& value) {
  std::vector<std::string> known;
  for (const importers::Importer* importer : importers::all()) known.emplace_back(importer->name);
  add_choice(command, "--as", value, known, "read every export as this format (`fwproof formats`)");
}

CLI::Option* add_repeated(CLI::App& command, const std::string& name, std::vector<std::string>& values, const std::string& help) {
  return command.add_option(name, values, help)->type_size(1)->allow_extra_args(false)->take_all();
}

}  // namespace fwproof::cli
