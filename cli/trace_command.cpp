#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/line_blocks.h"
#include "cli/load_network.h"
#include "cli/read_packet.h"
#include "cli/sites.h"
#include "cli/in_order.h"
#include "cli/trace_site.h"
#include "cli/trace_stations.h"
#include "cli/until_exit.h"
#include "report/escape.h"
#include "report/write_diagnostics.h"
#include "report/write_trace.h"

namespace fwproof::cli {
namespace {

using model::Device;
using model::Hook;

struct Arguments {
  std::vector<std::string> configs;
  std::vector<std::string> packets;
  std::string packet_file;
  std::string hook;
  bool answers = false;
  NetworkArguments network;
  OutputArguments output;
};

constexpr std::string_view kExamples = R"(examples:
  fwproof trace examples/mailstore-spe/site.json --packet 'tcp 192.0.2.200:40000 198.51.100.10:8474'
  fwproof trace examples/mailstore-gateway/iptables.txt --packet 'tcp 192.0.2.5:40000 198.51.100.10:8450 in=eth0' --hook input
  fwproof trace examples/mailstore-gateway/iptables.txt --packet 'icmp 192.0.2.1 198.51.100.10 type 8' --local 198.51.100.10
  echo '{"src":"192.0.2.5","dst":"198.51.100.10","protocol":"tcp","src_port":40000,"dst_port":8474}' | fwproof trace examples/mailstore-spe/site.json --packets - --format json
further words of a packet: state=new in=eth0 out=eth1 hook=forward profile=domain program=… tcp_flags=SYN,ACK mark=0x1
exit codes: 0 answered, 3 an input is missing or not understood, 4 wrong usage, 5 our fault)";

TraceAnswer trace_by_routes(SiteTracer& tracer, const PacketRequest& request, bool with_answer) {
  TraceAnswer answer;
  answer.problem = request.problem;
  if (!answer.problem.empty()) return answer;
  if (auto trace = tracer.trace(request, with_answer, answer.problem)) answer.trace = std::move(*trace);
  return answer;
}

Loaded load(const Arguments& arguments, bool of_site) {
  return of_site ? load_site(arguments.configs.front(), arguments.network) : load_device(arguments.configs, arguments.network);
}

// What answers to some packets print, in order.
struct Answers {
  std::ostringstream out;
  std::vector<std::pair<size_t, std::string>> problems;   // and how much of `out` goes before
};

// Answers packets; what it refers to does not change meanwhile, so that several threads may ask.
class Tracer {
 public:
  // Takes the policies of `loaded`.
  Tracer(const Arguments& arguments, Loaded& loaded, bool of_site, const Output& output) : arguments_(arguments), loaded_(loaded), of_site_(of_site), output_(output) {
    if (of_site) by_routes_ = std::make_unique<SiteTracer>(loaded.network);
    if (of_site && !by_routes_->derived()) by_routes_ = nullptr;
    if (!derived()) stations_ = stations(loaded, !arguments.network.local.empty());
    if (arguments.answers && !derived()) throw UsageError{"--answers wants a site file that tells where its devices stand (their interfaces' addresses)"};
    for (const Hook hook : {Hook::input, Hook::output, Hook::forward})
      if (model::to_text(hook) == arguments.hook) hook_ = hook;
  }

  // Ways are looked up in tables that remember.
  size_t threads() const { return derived() ? 1 : useful_threads(); }
  void expect_many() { index_points(stations_); }

  void answer(const std::string& place, PacketRequest request, report::TraceWriter& writer, Answers& answers) {
    if (!request.hook) request.hook = hook_;
    const TraceAnswer answer = derived() ? trace_by_routes(*by_routes_, request, arguments_.answers) : trace_at(stations_, std::move(request), of_site_);
    if (!answer.problem.empty()) answers.problems.emplace_back(static_cast<size_t>(answers.out.tellp()), "fwproof: " + report::escape(place) + ": " + report::escape(answer.problem) + '\n');
    if (!output_.is_json()) {
      if (answer.problem.empty()) writer.write_text(answers.out, answer.trace, output_.style());
      return;
    }
    std::string line;
    if (answer.problem.empty()) writer.write_json(line, answer.trace);
    else writer.write_problem_json(line, answer.problem);
    answers.out << line;
  }

  // One packet per line; blank lines are passed over.
  Answers answer(const LineBlock& block) {
    Answers answers;
    report::TraceWriter writer(loaded_.sources);
    for_each_line(block, [&](std::string_view line, size_t number) {
      if (line.find_first_not_of(" \t\r") != std::string_view::npos) answer(arguments_.packet_file + ":" + std::to_string(number), parse_packet_json(line), writer, answers);
    });
    return answers;
  }

  Answers answer_words() {
    Answers answers;
    report::TraceWriter writer(loaded_.sources);
    for (const std::string& text : arguments_.packets) answer("--packet", parse_packet_words(text), writer, answers);
    return answers;
  }

 private:
  bool derived() const { return by_routes_ != nullptr; }

  const Arguments& arguments_;
  const Loaded& loaded_;
  bool of_site_;
  const Output& output_;
  std::vector<Station> stations_;            // or by_routes_
  std::unique_ptr<SiteTracer> by_routes_;    // where the site tells where its devices stand
  std::optional<Hook> hook_;
};

int print(std::ostream& out, const Answers& answers) {
  const std::string_view text = answers.out.view();
  size_t done = 0;
  for (const auto& [before, problem] : answers.problems) {
    out << text.substr(done, before - done);
    std::cerr << problem;
    done = before;
  }
  out << text.substr(done);
  return answers.problems.empty() ? exit_holds : exit_usage;
}

int read_problem(const std::string& path, const std::string& problem) {
  if (problem.empty()) return exit_holds;
  std::cerr << "fwproof: cannot read '" << report::escape(path) << "': " << problem << '\n';
  return exit_input;
}

// A file of one block is not worth threads and an index.
int trace_file(const std::string& path, LineBlocks& blocks, Tracer& tracer, std::ostream& out) {
  int code = exit_holds;
  const auto give = [&](const Answers& answers) { code = worse(code, print(out, answers)); };
  LineBlock first, second;
  if (!blocks.next(first)) return read_problem(path, blocks.problem());
  const bool many = blocks.next(second);
  if (many) tracer.expect_many();
  give(tracer.answer(first));
  first = {};
  const auto take = [&](LineBlock& block) {
    if (second.bytes.empty()) return blocks.next(block);
    block = std::exchange(second, {});
    return true;
  };
  if (many) in_order<LineBlock, Answers>(tracer.threads(), take, [&] { return [&](const LineBlock& block) { return tracer.answer(block); }; }, give);
  return worse(code, read_problem(path, blocks.problem()));
}

int trace_all(const Arguments& arguments, Tracer& tracer, std::ostream& out) {
  if (arguments.packet_file.empty()) return print(out, tracer.answer_words());
  LineBlocks blocks(arguments.packet_file);
  const int code = print(out, tracer.answer_words());
  return worse(code, trace_file(arguments.packet_file, blocks, tracer, out));
}

int run_trace(const Arguments& arguments) {
  if (arguments.packets.empty() && arguments.packet_file.empty()) throw UsageError{"trace wants --packet or --packets"};
  const bool of_site = arguments.configs.size() == 1 && is_site(arguments.configs[0]);
  Loaded& loaded = until_exit(load(arguments, of_site));
  int code = loaded.exit_code;
  report::write_diagnostics(std::cerr, loaded.sources, loaded.diagnostics, error_style(), 20);
  Output output(arguments.output);
  if (code == exit_holds || loaded.network.devices.empty() || std::any_of(loaded.network.devices.begin(), loaded.network.devices.end(), [](const Device& device) { return device.has_export; })) {
    Tracer tracer(arguments, loaded, of_site, output);
    code = worse(code, trace_all(arguments, tracer, output.stream()));
  } else {
    code = worse(code, exit_input);
  }
  return output.finish() ? code : exit_fault;
}

}  // namespace

Run add_trace(CLI::App& command) {
  auto arguments = std::make_shared<Arguments>();
  command.add_option("CONFIG", arguments->configs, "files of one host or device, in order, or a site file")->required();
  add_repeated(command, "--packet", arguments->packets, "'PROTOCOL SOURCE[:PORT] TARGET[:PORT] …'");
  command.add_option("--packets", arguments->packet_file, "FILE with one packet per line, as JSON");
  command.add_flag("--answers", arguments->answers, "follow the answer to a packet that arrives back to its sender");
  add_choice(command, "--hook", arguments->hook, {"input", "output", "forward"}, "input, output or forward, for packets that do not say");
  add_repeated(command, "--local", arguments->network.local, "ADDRESS,…: all of the host's own addresses");
  add_repeated(command, "--profile", arguments->network.profiles, "domain, private or public: the Windows network profile in use");
  add_as(command, arguments->network.as);
  add_output_options(command, arguments->output);
  command.footer(std::string(kExamples));
  return [arguments] { return run_trace(*arguments); };
}

}  // namespace fwproof::cli
