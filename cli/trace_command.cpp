#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/load_network.h"
#include "cli/read_input.h"
#include "cli/read_packet.h"
#include "cli/sites.h"
#include "cli/trace_site.h"
#include "report/escape.h"
#include "report/write_diagnostics.h"
#include "report/write_json.h"
#include "report/write_trace.h"

namespace fwproof::cli {
namespace {

using model::Device;
using model::Field;
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

// The addresses that are certainly the host's own, and whether that is all of them.
model::NamedAddresses known_addresses(const Device& device, const model::Network& network, bool local_given) {
  return {model::own_addresses(network, device), local_given || device.facts.complete_addresses};
}

bool contains(const model::AddressSet& set, const model::Packet& packet, Field field) {
  return set.in(packet.family).contains(packet.get(field));
}

// A device whose names are bound, ready to be evaluated.
struct Station {
  const Device* device = nullptr;
  model::NamedAddresses own;
  std::vector<model::Policy> policies;

  const model::Policy* policy_for(model::Family family) const {
    const auto found = std::find_if(policies.begin(), policies.end(), [&](const model::Policy& policy) { return policy.covers(family); });
    return found == policies.end() ? nullptr : &*found;
  }
};

std::vector<Station> stations(const Loaded& loaded, bool local_given) {
  std::vector<Station> result;
  for (const Device& device : loaded.network.devices) {
    Device copy = device;
    model::bind_device(copy, loaded.network, local_given);
    Station station{&device, known_addresses(device, loaded.network, local_given), std::move(copy.policies)};
    result.push_back(std::move(station));
  }
  return result;
}

// Which hook of a lone device a packet meets; nothing when its addresses do not tell.
std::optional<Hook> derived_hook(const Station& station, const PacketRequest& request) {
  if (request.hook) return request.hook;
  if (contains(station.own.inside, request.packet, Field::dst)) return Hook::input;
  if (contains(station.own.inside, request.packet, Field::src)) return Hook::output;
  if (station.own.complete) return Hook::forward;
  return std::nullopt;
}

// In a site every device's place on the way follows from the zones.
std::optional<Hook> site_hook(const Station& station, const PacketRequest& request) {
  if (station.device->host.empty()) return Hook::forward;
  if (contains(station.own.inside, request.packet, Field::src)) return Hook::output;
  if (contains(station.own.inside, request.packet, Field::dst)) return Hook::input;
  return std::nullopt;
}

report::TraceStep evaluate_at(const Station& station, const model::Policy& policy, Hook hook, const model::Packet& packet) {
  model::EvaluateOptions options;
  // Only a complete list can say that a destination is not the host's own.
  // What a host sends to itself is no packet that fails to leave.
  const bool to_itself = hook == model::Hook::output && station.own.inside.in(packet.family).contains(packet.get(model::Field::dst));
  if (station.own.complete && !to_itself) options.local = &station.own.inside;
  return {station.device->name, hook, &policy, model::evaluate(policy, hook, packet, options), "", "", "", {}, std::nullopt};
}

// What of a packet is the same on the next device.
model::Packet carried(const model::Packet& out, const PacketRequest& request) {
  model::Packet packet = request.packet;
  for (const Field field : {Field::src, Field::dst, Field::src_port, Field::dst_port})
    if (out.has(field)) packet.set(field, out.get(field));
  return packet;
}

struct Answer {
  report::Trace trace;
  std::string problem;
};

// Asks for what would tell whether the packet is for the host, from it, or passes through it.
std::string hook_wanted(const Station& station) {
  const bool knows_some = !station.device->facts.interfaces.empty();
  return std::string(knows_some ? "neither end is an address that the host is known to have, and it may have others"
                                : "the host's addresses are not known") +
         ", so say hook=input, hook=output or hook=forward in the packet or with --hook, or give all of its addresses with --local or `ip addr` beside";
}

Answer trace_one(const std::vector<Station>& all, PacketRequest request, bool of_site) {
  if (!request.problem.empty()) return {{}, request.problem};
  Answer answer;
  std::vector<std::pair<const Station*, Hook>> way;
  for (const Station& station : all) {
    const auto hook = of_site ? site_hook(station, request) : derived_hook(station, request);
    if (hook) way.emplace_back(&station, *hook);
    else if (!of_site) return {{}, hook_wanted(station)};
  }
  // The sender's own firewall first, then what stands between, then the target's.
  const auto rank = [](Hook hook) { return hook == Hook::output ? 0 : hook == Hook::forward ? 1 : 2; };
  std::stable_sort(way.begin(), way.end(), [&](const auto& a, const auto& b) { return rank(a.second) < rank(b.second); });
  for (const auto& [station, hook] : way) {
    const model::Policy* policy = station->policy_for(request.packet.family);
    if (policy == nullptr && station->policies.empty()) return {{}, "no rules of a firewall are in '" + station->device->name + "': there is nothing that a packet meets"};
    if (policy == nullptr) return {{}, "'" + station->device->name + "' has no export for this address family"};
    model::Packet packet = packet_for(request, *policy);
    settle_first(packet, packet.has(Field::ct_dir) && packet.get(Field::ct_dir) == 1);
    if (station->device->profile && !packet.has(Field::profile)) packet.set(Field::profile, *station->device->profile);
    if (answer.trace.steps.empty()) {
      answer.trace.packet = packet;
      answer.trace.names = request.names;
    }
    answer.trace.steps.push_back(evaluate_at(*station, *policy, hook, packet));
    const model::Outcome& outcome = answer.trace.steps.back().outcome;
    if (outcome.verdict != model::Verdict::accept) break;
    request.packet = carried(outcome.out, request);
  }
  if (answer.trace.steps.empty()) answer.problem = "no device of the site is concerned: neither end is a host with an export";
  return answer;
}

Answer trace_by_routes(SiteTracer& tracer, const PacketRequest& request, bool with_answer) {
  Answer answer;
  answer.problem = request.problem;
  if (!answer.problem.empty()) return answer;
  if (auto trace = tracer.trace(request, with_answer, answer.problem)) answer.trace = std::move(*trace);
  return answer;
}

// One packet per line; blank lines are passed over.
std::vector<std::pair<std::string, PacketRequest>> requests(const Arguments& arguments, int& code) {
  std::vector<std::pair<std::string, PacketRequest>> result;
  for (const std::string& text : arguments.packets) result.emplace_back("--packet", parse_packet_words(text));
  if (arguments.packet_file.empty()) return result;
  model::Sources sources;
  const ReadInput read = read_input(sources, arguments.packet_file, arguments.packet_file);
  if (!read.problem.empty()) {
    std::cerr << "fwproof: cannot read '" << report::escape(arguments.packet_file) << "': " << read.problem << '\n';
    code = worse(code, exit_input);
  }
  const std::string_view bytes = sources.files[0].bytes;
  size_t number = 0;
  for (size_t at = 0; at < bytes.size();) {
    const size_t end = std::min(bytes.find('\n', at), bytes.size());
    const std::string_view line = bytes.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    result.emplace_back(arguments.packet_file + ":" + std::to_string(number), parse_packet_json(line));
  }
  return result;
}

Loaded load(const Arguments& arguments, bool of_site) {
  return of_site ? load_site(arguments.configs.front(), arguments.network) : load_device(arguments.configs, arguments.network);
}


void write_answer(Output& output, const model::Sources& sources, const Answer& answer) {
  if (output.is_json()) {
    if (answer.problem.empty())
      report::write_trace_json(output.stream(), sources, answer.trace);
    else
      report::write_error_json(output.stream(), answer.problem);
  } else if (answer.problem.empty()) {
    report::write_trace(output.stream(), sources, answer.trace, output.style());
  }
}

int run_trace(const Arguments& arguments) {
  if (arguments.packets.empty() && arguments.packet_file.empty()) throw UsageError{"trace wants --packet or --packets"};
  const bool of_site = arguments.configs.size() == 1 && is_site(arguments.configs[0]);
  const Loaded loaded = load(arguments, of_site);
  int code = loaded.exit_code;
  report::write_diagnostics(std::cerr, loaded.sources, loaded.diagnostics, error_style(), 20);
  Output output(arguments.output);
  if (code == exit_holds || loaded.network.devices.empty() || std::any_of(loaded.network.devices.begin(), loaded.network.devices.end(), [](const Device& device) { return device.has_export; })) {
    const std::vector<Station> all = stations(loaded, !arguments.network.local.empty());
    SiteTracer tracer(loaded.network);
    const bool derived = of_site && tracer.derived();
    if (arguments.answers && !derived) throw UsageError{"--answers wants a site file that tells where its devices stand (their interfaces' addresses)"};
    for (auto& [place, request] : requests(arguments, code)) {
      if (!request.hook && !arguments.hook.empty())
        for (const Hook hook : {Hook::input, Hook::output, Hook::forward})
          if (model::to_text(hook) == arguments.hook) request.hook = hook;
      const Answer answer = derived ? trace_by_routes(tracer, request, arguments.answers) : trace_one(all, std::move(request), of_site);
      if (!answer.problem.empty()) {
        std::cerr << "fwproof: " << report::escape(place) << ": " << report::escape(answer.problem) << '\n';
        code = worse(code, exit_usage);
      }
      write_answer(output, loaded.sources, answer);
    }
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
