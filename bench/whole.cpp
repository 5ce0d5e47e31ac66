// Whole processes, start and reading included, ours beside what the machine has of others: prints a table with medians, ratios and peak memory.
//
//   bench_whole FWPROOF FOLDER [--quick] [--only TEXT]     inputs are generated into FOLDER; --quick leaves out what takes minutes
//
// Ours and its peer take turns within one run, so that a busy machine is busy for both.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <optional>

#include "bench/policies.h"
#include "bench/process.h"
#include "bench/sites.h"
#include "tests/support/corpus.h"

namespace {

using namespace fwproof::bench;
namespace fs = std::filesystem;

constexpr unsigned kRounds = 5;
constexpr uint64_t kSeed = 1;
constexpr const char* kRealHost = "131.159.14.216";   // in the network of those dumps
constexpr int kAnyVerdict = -1;   // instead of an exit code: 0, 1 or 2

struct Settings {
  std::string fwproof;
  fs::path folder;
  fs::path programs;     // where our own peers are
  bool quick = false;
  std::string only;
};

struct Input {
  std::string name;
  std::function<std::string()> text;
};

struct Peer {
  std::string name;
  std::vector<std::string> words;
  std::vector<std::string> ready = {};   // a program that makes its input of ours …
  std::string input = {};                // … into this file, once
};

struct Work {
  std::string what;
  std::vector<Input> inputs;
  std::vector<std::string> words;   // behind "fwproof"
  int exit_code = 0;                // another one: the figure would be that of a failure
  double goal_s = 0;
  std::vector<Peer> peers = {};
  bool slow = false;
  size_t sites = 0;                 // of a folder of sites to be generated
};

constexpr size_t kRulesOfASite = 200;

std::string path_of(const Settings& settings, const std::string& name) { return (settings.folder / name).string(); }

void write(const Settings& settings, const Input& input) {
  const std::string path = path_of(settings, input.name);
  if (fs::exists(path)) return;
  std::ofstream(path) << input.text();
}

// ---- what is measured ---------------------------------------------------------------------------------------------

std::string count(size_t n) { return n % 1'000'000 == 0 ? fmt::format("{}M", n / 1'000'000) : n % 1000 == 0 ? fmt::format("{}k", n / 1000) : std::to_string(n); }

Input policy_input(const std::string& shape, size_t rules) { return {shape + "-" + count(rules) + ".txt", [=] { return policy(shape, rules, kSeed); }}; }
Input specification_input() { return {"specification.json", [] { return specification(20); }}; }

std::vector<std::string> check_words(const Settings& settings, const std::vector<std::string>& files) {
  std::vector<std::string> words = {"check"};
  for (const std::string& file : files) words.insert(words.end(), {"--host", "SRV=" + path_of(settings, file)});
  words.insert(words.end(), {"--spec", path_of(settings, "specification.json"), "--bind", "ADM=" + std::string(kAdmin), "--bind", "SRV=" + std::string(kHost), "--quiet"});
  return words;
}

// Those that are installed.
std::vector<Peer> parsers(const Settings& settings, const std::string& file) {
  std::vector<Peer> peers;
  for (const char* name : {"iptables-legacy-restore", "iptables-nft-restore"})
    if (const std::string program = find_program(name); !program.empty()) peers.push_back({std::string(name) + " --test", {program, "--test", path_of(settings, file)}});
  const std::string nft = find_program("nft"), translate = find_program("iptables-restore-translate"), translated = path_of(settings, file) + ".nft";
  if (!nft.empty() && !translate.empty()) peers.push_back({"nft -c -f, translated", {nft, "-c", "-f", translated}, {translate, "-f", path_of(settings, file)}, translated});
  return peers;
}

Peer textbook(const Settings& settings, const std::string& file, const std::vector<std::string>& question) {
  std::vector<std::string> words = {(settings.programs / "bench_textbook_z3").string(), path_of(settings, file)};
  words.insert(words.end(), question.begin(), question.end());
  return {"textbook Z3, " + question[0], words};
}

void add_checks(const Settings& settings, std::vector<Work>& all) {
  const fs::path example = fs::path(FWPROOF_SOURCE_DIR) / "examples/mailstore-spe/site.json";
  all.push_back({"check, example site of four devices", {}, {"check", example.string(), "--quiet"}, 1, 0.03});
  for (const auto& [rules, goal] : {std::pair<size_t, double>{1'000, 0.03}, {10'000, 0.05}, {100'000, 0.2}, {1'000'000, 1.5}}) {
    const Input input = policy_input("nested", rules);
    Work work{"check, 20 rows and nothing else, " + count(rules) + " rules", {input, specification_input()}, check_words(settings, {input.name}), 0, goal};
    work.peers = parsers(settings, input.name);
    if (rules <= 10'000) work.peers.push_back(textbook(settings, input.name, {"closed", "20"}));
    work.slow = rules > 100'000;
    all.push_back(std::move(work));
  }
  for (const Shape& shape : shapes()) {
    if (shape.name == "nested" || shape.name == "violations" || shape.name == "kubernetes" || shape.name == "netsh") continue;
    const Input input = policy_input(std::string(shape.name), 100'000);
    const bool explodes = shape.name == "overlap";
    all.push_back({fmt::format("the same, {}, 100k rules", shape.name), {input, specification_input()}, check_words(settings, {input.name}), explodes ? 1 : 0, explodes ? 5 : 0.2});
  }
  const Input broken = policy_input("violations", 100'000);
  all.push_back({"check, 1,000 violations among 100k rules", {broken, specification_input()}, check_words(settings, {broken.name}), 1, 1});
  all.push_back({"check with a set of 1M entries", {{"set.txt", [] { return named_set(1'000'000, kSeed); }}, {"set-policy.txt", [] { return policy_with_set(); }}, specification_input()},
                 check_words(settings, {"set-policy.txt", "set.txt"}), 1, 1});
}

std::string folder_of(size_t sites) { return "sites-" + std::to_string(sites); }

void add_folders(const Settings& settings, std::vector<Work>& all) {
  for (const size_t sites : {1'000, 10'000}) {
    Work work{"check, a folder of " + count(sites) + " sites of 200 rules", {}, {"check", path_of(settings, folder_of(sites)), "--quiet"}, 1, static_cast<double>(sites) * 60 / 10'000};
    work.sites = sites;
    work.slow = sites > 1'000;
    all.push_back(std::move(work));
  }
}

void add_packets(const Settings& settings, std::vector<Work>& all) {
  const Input input = policy_input("nested", 100'000);
  const Input asked{"packets-1M.jsonl", [] { return packets(1'000'000, kSeed); }};
  for (const char* format : {"json", "text"})
    all.push_back({fmt::format("trace of 1M packets through 100k rules, {}", format), {input, asked},
                   {"trace", path_of(settings, input.name), "--packets", path_of(settings, asked.name), "--hook", "input", "--format", format}, 0, 5});
}

void add_cluster(const Settings& settings, std::vector<Work>& all) {
  const Input node = policy_input("kubernetes", 10'000);
  const Input site{"cluster.json", [node] { return cluster_site(node.name, "cluster-specification.json"); }};
  const Input specification{"cluster-specification.json", [] { return cluster_specification(); }};
  all.push_back({"check a node of 10k services, 61k chains", {node, specification, site}, {"check", path_of(settings, site.name), "--quiet"}, 1, 1});
  all.push_back({"trace one packet through it", {node}, {"trace", path_of(settings, node.name), "--packet", "tcp 10.244.250.1:40000 10.96.0.1:443", "--hook", "forward"}, 0, 1});
}

void add_changes(const Settings& settings, std::vector<Work>& all) {
  constexpr size_t kRules = 100'000;
  const Input before = policy_input("nested", kRules);
  struct Row {
    const char* name;
    Change change;
    int exit_code;
    double goal_s;
  };
  for (const Row& row : {Row{"one rule", Change::one, 1, 0.3}, {"1,000 rules", Change::thousand, 1, 1}, {"commuting neighbours swapped", Change::swaps, 0, 1}, {"shuffled", Change::shuffle, 1, 5}}) {
    const Input after{fmt::format("changed-{}.txt", static_cast<int>(row.change)), [row] { return changed(kRules, kSeed, row.change); }};
    all.push_back({fmt::format("diff of 100k rules, {}", row.name), {before, after}, {"diff", path_of(settings, before.name), path_of(settings, after.name), "--quiet"}, row.exit_code, row.goal_s});
  }
  for (const auto& [rules, goal] : {std::pair<size_t, double>{10'000, 0.2}, {100'000, 2}}) {
    const Input input = policy_input("nested", rules);
    all.push_back({"lint, " + count(rules) + " rules", {input}, {"lint", path_of(settings, input.name), "--quiet"}, 1, goal});
  }
}

void add_imports(const Settings& settings, std::vector<Work>& all) {
  for (const size_t rules : {100'000, 1'000'000}) {
    const Input input = policy_input("nested", rules);
    all.push_back({"import, " + count(rules) + " rules", {input}, {"import", path_of(settings, input.name), "--quiet"}, 0, 0, parsers(settings, input.name), rules > 100'000});
  }
  const Input windows = policy_input("netsh", 10'000);
  all.push_back({"import of a verbose netsh listing, 10k rules", {windows}, {"import", path_of(settings, windows.name), "--quiet"}, 0, 0.2});
}

// The real dumps with the most rules, where the folder of exports is at hand (tests/support/corpus.h), as a device on the way to a host behind it.
void add_corpus(const Settings& settings, std::vector<Work>& all) {
  constexpr size_t kMost = 3;
  const auto corpus = fwproof::tests::corpus();
  if (!corpus || !fs::is_directory(*corpus / "iptables-save")) return;
  std::vector<std::pair<size_t, fs::path>> dumps;   // by number of rules
  for (const auto& entry : fs::directory_iterator(*corpus / "iptables-save")) {
    std::ifstream file(entry.path());
    size_t rules = 0;
    for (std::string line; std::getline(file, line);) rules += line.starts_with("-A ");
    dumps.emplace_back(rules, entry.path());
  }
  std::sort(dumps.rbegin(), dumps.rend());
  for (size_t i = 0; i < std::min(kMost, dumps.size()); ++i)
    all.push_back({fmt::format("check, a real dump of {} rules as device", dumps[i].first), {specification_input()},
                   {"check", "--device", dumps[i].second.string(), "--spec", path_of(settings, "specification.json"), "--bind", "ADM=" + std::string(kAdmin), "--bind",
                    "SRV=" + std::string(kRealHost), "--quiet"}, kAnyVerdict, 0.3});
}

// ---- measuring ----------------------------------------------------------------------------------------------------

struct Measured {
  std::vector<double> wall, memory;
  std::optional<int> wrong_exit;
};

void take(Measured& measured, const Cost& cost, int wanted) {
  measured.wall.push_back(cost.wall_s);
  measured.memory.push_back(cost.peak_mb);
  const bool right = wanted == kAnyVerdict ? cost.exit_code >= 0 && cost.exit_code <= 2 : cost.exit_code == wanted;
  if (!right) measured.wrong_exit = cost.exit_code;
}

std::string row(const std::string& what, const Measured& m, double goal_s, double ours) {
  const double wall = median(m.wall);
  const auto [least, most] = std::minmax_element(m.wall.begin(), m.wall.end());
  std::string note = goal_s > 0 ? fmt::format("{:.2f} s{}", goal_s, wall <= goal_s ? "" : " missed") : "";
  if (ours > 0) note = fmt::format("{:.2f} of ours", wall / ours);
  if (m.wrong_exit) note += fmt::format(" EXIT {}", *m.wrong_exit);
  return fmt::format("{:<58} {:>9.3f} {:>8.3f}-{:<8.3f} {:>7.0f}  {}\n", what, wall, *least, *most, median(m.memory), note);
}

bool measure(const Settings& settings, const Work& work) {
  for (const Input& input : work.inputs) write(settings, input);
  if (work.sites > 0 && !fs::exists(settings.folder / folder_of(work.sites))) write_sites(path_of(settings, folder_of(work.sites)), work.sites, kRulesOfASite, kSeed);
  for (const Peer& peer : work.peers)
    if (!peer.ready.empty() && !fs::exists(peer.input)) run(peer.ready, peer.input);
  std::vector<std::string> words = {settings.fwproof};
  words.insert(words.end(), work.words.begin(), work.words.end());
  Measured ours;
  std::vector<Measured> peers(work.peers.size());
  for (unsigned round = 0; round < kRounds; ++round) {
    take(ours, run(words), work.exit_code);
    for (size_t i = 0; i < work.peers.size(); ++i) take(peers[i], run(work.peers[i].words), 0);
  }
  std::cout << row(work.what, ours, work.goal_s, 0);
  for (size_t i = 0; i < work.peers.size(); ++i) std::cout << row("    " + work.peers[i].name, peers[i], 0, median(ours.wall));
  std::cout << std::flush;
  return !ours.wrong_exit;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  std::vector<std::string> plain;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--quick") settings.quick = true;
    else if (word == "--only" && i + 1 < argc) settings.only = argv[++i];
    else plain.push_back(word);
  }
  if (plain.size() != 2) return std::cerr << "usage: bench_whole FWPROOF FOLDER [--quick] [--only TEXT]\n", 4;
  settings.fwproof = plain[0];
  settings.folder = plain[1];
  settings.programs = fs::absolute(argv[0]).parent_path();
  fs::create_directories(settings.folder);
  std::vector<Work> all;
  add_imports(settings, all);
  add_checks(settings, all);
  add_folders(settings, all);
  add_packets(settings, all);
  add_cluster(settings, all);
  add_changes(settings, all);
  add_corpus(settings, all);
  std::cout << fmt::format("{:<58} {:>9} {:>17} {:>8}  {}\n", fmt::format("wall seconds, median of {} runs", kRounds), "median", "least-most", "MB", "goal");
  bool right = true;
  for (const Work& work : all)
    if (!(settings.quick && work.slow) && work.what.find(settings.only) != std::string::npos) right &= measure(settings, work);
  return right ? 0 : 1;
}
