// One function per subcommand: adds itself to the application; what it returns runs it and gives the exit code.
#pragma once

#include <functional>
#include <string_view>

namespace CLI {
class App;
}  // namespace CLI

namespace fwproof::cli {

constexpr std::string_view kVersion = "0.1.0";

using Run = std::function<int()>;

Run add_check(CLI::App& command);
Run add_reach(CLI::App& command);
Run add_diff(CLI::App& command);
Run add_trace(CLI::App& command);
Run add_lint(CLI::App& command);
Run add_import(CLI::App& command);
Run add_derive(CLI::App& command);
Run add_specs(CLI::App& command);
Run add_formats(CLI::App& command);

// Parses and runs; catches nothing of ours but wrong usage.
int run(int argc, const char* const* argv);

}  // namespace fwproof::cli
