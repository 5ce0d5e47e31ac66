#include "cli/commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>

#include "cli/arguments.h"
#include "cli/exit_code.h"
#include "cli/surroundings.h"
#include "report/escape.h"

namespace fwproof::cli {
namespace {

struct Command {
  const char* name;
  const char* summary;
  Run (*add)(CLI::App&);
};

constexpr std::array<Command, 9> kCommands = {{
    {"check", "prove that what must be open is open, and nothing else", add_check},
    {"reach", "every open port, to whom, by which line", add_reach},
    {"diff", "what a change of the rules lets through, and what it stops", add_diff},
    {"trace", "send packets through the rules", add_trace},
    {"lint", "rules that never match, and what covers them", add_lint},
    {"import", "what was understood: account of lines and neutral model", add_import},
    {"derive", "a specification from a vendor's document, each row cited", add_derive},
    {"specs", "specifications that are built in", add_specs},
    {"formats", "formats that can be read", add_formats},
}};

int usage_error(const std::string& message, const std::string& command = "") {
  std::cerr << "fwproof: " << report::escape(message) << "\n`fwproof " << command << "--help` shows how it is used\n";
  return exit_usage;
}

std::string unknown_command(const std::string& word) {
  std::vector<std::string> known;
  for (const Command& command : kCommands) known.emplace_back(command.name);
  return "there is no command '" + word + "'" + did_you_mean(word, known);
}

std::string unknown_option(const CLI::App& command, const std::string& message, int argc, const char* const* argv) {
  std::vector<std::string> known;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    word = word.substr(0, word.find('='));
    if (!word.starts_with("--") || std::find(known.begin(), known.end(), word) != known.end()) continue;
    return "there is no option '" + word + "'" + did_you_mean(word, known);
  }
  return message;
}

}  // namespace

int run(int argc, const char* const* argv) {
  CLI::App app("Proves, for every packet, whether a firewall does what a document says.", "fwproof");
  app.set_version_flag("--version", "fwproof " + std::string(kVersion));
  app.require_subcommand(1);
  app.footer("examples:\n  fwproof check examples/mailstore-spe/site.json\n"
             "  fwproof reach examples/mailstore-gateway/iptables.txt\n`fwproof COMMAND --help` shows the options of a command and more examples");
  const std::string first = argc < 2 ? "" : argv[1];
  CLI::App* chosen = nullptr;
  Run run_chosen;
  for (const Command& command : kCommands) {
    CLI::App* sub = app.add_subcommand(command.name, command.summary);
    // Of the others only name and summary are shown; their options would take a millisecond. `fwproof --help check` shows any.
    if (first != command.name && !first.starts_with("-")) continue;
    Run run = command.add(*sub);
    if (first != command.name) continue;
    chosen = sub;
    run_chosen = std::move(run);
  }
  if (argc < 2) {
    std::cerr << app.help();
    return exit_usage;
  }
  if (!chosen && !first.starts_with("-")) return usage_error(unknown_command(first));
  const std::string command = chosen ? first + " " : "";
  try {
    app.parse(argc, argv);
    return chosen ? run_chosen() : usage_error("a command is missing");
  } catch (const CLI::ExtrasError& error) {
    return usage_error(unknown_option(chosen ? *chosen : app, error.what(), argc, argv), command);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return usage_error(error.what(), command);
  } catch (const UsageError& error) {
    return usage_error(error.message, command);
  }
}

}  // namespace fwproof::cli
