#include "bench/stages.h"

#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include "bench/policies.h"
#include "cli/load_network.h"
#include "importers/text/decode.h"
#include "model/evaluate.h"
#include "solver/check.h"
#include "solver/diff.h"
#include "solver/encode.h"
#include "solver/flow.h"
#include "solver/lint.h"
#include "solver/question.h"
#include "solver/slice.h"

namespace fwproof::bench {
namespace {

namespace fs = std::filesystem;
using Run = std::function<void()>;

constexpr size_t kRules = 100'000;
constexpr uint64_t kSeed = 1;

std::string input(const fs::path& folder, const std::string& name, const std::function<std::string()>& text) {
  fs::create_directories(folder);
  const std::string path = (folder / name).string();
  if (!fs::exists(path)) std::ofstream(path) << text();
  return path;
}

std::string policy_file(const fs::path& folder, const std::string& shape, size_t rules = kRules) {
  return input(folder, shape + "-" + std::to_string(rules) + ".txt", [&] { return policy(shape, rules, kSeed); });
}

void must(bool right, const char* what) {
  if (!right) throw std::runtime_error(std::string("the benchmark's answer is wrong: ") + what);
}

// ---- reading ------------------------------------------------------------------------------------------------------

Run cut_lines(const fs::path& folder) {
  auto text = std::make_shared<const std::string>(policy("nested", kRules, kSeed));
  (void)folder;
  return [text] {
    const auto decoded = importers::text::decode(*text);
    must(importers::text::split_lines(decoded.text).lines.size() > kRules, "lines");
  };
}

Run import_of(const std::string& path) {
  return [path] { must(cli::load_device({path}, {}).exit_code == 0, "import"); };
}
Run import_iptables(const fs::path& folder) { return import_of(policy_file(folder, "nested")); }
Run import_netsh(const fs::path& folder) { return import_of(policy_file(folder, "netsh", 10'000)); }

// ---- a device and one question about it ---------------------------------------------------------------------------

struct World {
  explicit World(const std::string& path) : loaded(cli::load_device({path}, {})) {}
  model::Device& device() { return loaded.network.devices.at(0); }
  void bind() { model::bind_device(device(), loaded.network); }
  const model::Policy& policy() { return device().policies.at(0); }

  // May kAdmin open port 8000 of kHost?
  solver::Walk question() {
    using model::IntervalSet;
    const auto admin = model::parse_prefix(kAdmin)->interval();
    solver::Walk walk;
    walk.in_question = {{IntervalSet::range(admin.lo, admin.hi), IntervalSet::of(model::parse_address(kHost)->value), IntervalSet::of(6), IntervalSet::all(16),
                         IntervalSet::of(8000), IntervalSet::of(0), IntervalSet::of(0)}};
    solver::WalkHop hop;
    hop.policy = &policy();
    walk.legs = {solver::opening_leg(true)};
    walk.legs[0].hops = {hop};
    return walk;
  }

  cli::Loaded loaded;
};

std::shared_ptr<World> bound_world(const fs::path& folder) {
  auto world = std::make_shared<World>(policy_file(folder, "nested"));
  world->bind();
  return world;
}

Run index(const fs::path& folder) {
  auto world = std::make_shared<World>(policy_file(folder, "nested"));
  return [world] { world->bind(); };
}

Run slice(const fs::path& folder) {
  auto world = bound_world(folder);
  return [world] {
    const solver::Walk walk = world->question();
    must(solver::sliced_rightly(walk, solver::slice(walk)), "slice");
  };
}

Run regions(const fs::path& folder) {
  auto world = bound_world(folder);
  return [world, walk = world->question(), limits = solver::Limits{}] {
    solver::Flow flow(walk, solver::slice(walk), limits);
    must(flow.leg(0).passes == flow.question(), "regions");
  };
}

Run prove(const fs::path& folder) {
  auto world = bound_world(folder);
  return [world, walk = world->question(), limits = solver::Limits{}] {
    const solver::Slice kept = solver::slice(walk);
    solver::Prover prover(walk, &kept, limits);
    must(prover.all_pass_outside(solver::Prover::kAllLegs, {}) == solver::Prover::Answer::proven, "proof");
  };
}

Run evaluate(const fs::path& folder) {
  constexpr unsigned kPackets = 1000;
  auto world = bound_world(folder);
  return [world] {
    model::Packet packet;
    packet.family = model::Family::v4;
    packet.set(model::Field::dst, model::parse_address(kHost)->value);
    packet.set(model::Field::protocol, 6);
    packet.set(model::Field::state, model::state_new);
    for (unsigned i = 0; i < kPackets; ++i) {
      packet.set(model::Field::src, i * 2654435761U);
      packet.set(model::Field::src_port, 40'000);
      packet.set(model::Field::dst_port, i * 37 % 65'536);
      must(model::evaluate(world->policy(), model::Hook::input, packet).decided, "evaluate");
    }
  };
}

// ---- whole answers, without reading -------------------------------------------------------------------------------

Run check_of(const fs::path& folder, const std::string& shape) {
  cli::NetworkArguments arguments;
  arguments.hosts = {"SRV=" + policy_file(folder, shape)};
  arguments.specs = {input(folder, "specification.json", [] { return specification(20); })};
  arguments.binds = {"ADM=" + std::string(kAdmin), "SRV=" + std::string(kHost)};
  auto loaded = std::make_shared<cli::Loaded>(cli::load_arguments(arguments));
  return [loaded] { must(!solver::check(std::move(loaded->network), loaded->requirements, {}).results.empty(), "check"); };
}
Run check(const fs::path& folder) { return check_of(folder, "nested"); }
Run violations(const fs::path& folder) { return check_of(folder, "violations"); }

Run lint(const fs::path& folder) {
  auto world = std::make_shared<World>(policy_file(folder, "nested"));
  return [world] { must(!solver::lint(world->device(), {}).findings.empty(), "lint"); };
}

Run diff(const fs::path& folder) {
  const std::string after = input(folder, "one-" + std::to_string(kRules) + ".txt", [] { return changed(kRules, kSeed, Change::one); });
  auto loaded = std::make_shared<cli::Loaded>(cli::load_pair({policy_file(folder, "nested")}, {after}, ""));
  return [loaded] {
    std::vector<model::Device>& devices = loaded->network.devices;
    must(solver::diff(std::move(devices.at(0)), std::move(devices.at(1)), {}).surely_differs(), "diff");
  };
}

}  // namespace

const std::vector<Stage>& stages() {
  static const std::vector<Stage> all = {
      {"cut-lines", cut_lines}, {"import-iptables", import_iptables}, {"import-netsh", import_netsh}, {"index", index}, {"slice", slice}, {"regions", regions},
      {"prove", prove}, {"evaluate", evaluate}, {"check", check}, {"violations", violations}, {"lint", lint}, {"diff", diff},
  };
  return all;
}

}  // namespace fwproof::bench
