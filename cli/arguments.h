// The options that the subcommands share, as CLI11 fills them, and where output goes.
#pragma once

#include <cstdint>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include "report/write_text.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace fwproof::cli {

struct OutputArguments {
  std::string format = "text";
  std::string output;          // path; empty: standard output
  bool no_color = false;
  bool quiet = false;
  bool timing = false;
};
void add_output_options(CLI::App& command, OutputArguments& arguments);
// --timing, for commands that prove.
void add_timing(CLI::App& command, OutputArguments& arguments);
// What the proofs took, on standard error where --timing asks for it: times would make two outputs of one input differ.
void show_timing(const OutputArguments& arguments, const solver::Proof& proofs);

// Standard output or the file of --output. The one place that looks at the terminal and at NO_COLOR.
class Output {
 public:
  explicit Output(const OutputArguments& arguments);
  std::ostream& stream();
  bool is_json() const { return arguments_.format == "json"; }
  bool is_quiet() const { return arguments_.quiet; }
  report::Style style() const { return style_; }
  report::TextOptions text_options() const;
  // True when everything has been written; else it has said on standard error what is wrong.
  bool finish();

 private:
  const OutputArguments& arguments_;
  std::ofstream file_;
  report::Style style_;
};

// For messages on standard error.
report::Style error_style();

// A mistake in the command line: exit 4.
struct UsageError {
  std::string message;
};

// An option whose value is one of a few words; another word is refused with the nearest known one.
CLI::Option* add_choice(CLI::App& command, const std::string& name, std::string& value, const std::vector<std::string>& known, const std::string& help);
// --as: an importer's name.
void add_as(CLI::App& command, std::string& value);

// An option that takes one value each time it is given and may be repeated.
CLI::Option* add_repeated(CLI::App& command, const std::string& name, std::vector<std::string>& values, const std::string& help);

}  // namespace fwproof::cli
