// Real exports: nothing crashes, every account adds up, most of it is modelled, and most questions get a definite answer.
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <map>
#include <sstream>

#include "importers/registry.h"
#include "solver/check.h"
#include "tests/support/corpus.h"

namespace fwproof {
namespace {

using namespace model;

constexpr const char* kFolders[] = {"netsh-show", "netsh-localised-excerpt", "iptables-save", "ip6tables-save", "ipset-save"};

struct Loaded {
  Sources sources;
  importers::ImportedHost host;
};

Loaded load(const std::vector<std::filesystem::path>& paths) {
  Loaded loaded;
  std::vector<uint32_t> files;
  for (const auto& path : paths) {
    files.push_back(static_cast<uint32_t>(loaded.sources.files.size()));
    loaded.sources.files.push_back({path.string(), tests::read_all(path)});
  }
  loaded.host = importers::import_host(loaded.sources, files);
  return loaded;
}

// The sets that a dump names may stand in a file of the same author.
std::vector<std::filesystem::path> with_sets(const std::filesystem::path& corpus, const std::filesystem::path& file) {
  std::vector<std::filesystem::path> all;
  const std::string owner = file.filename().string().substr(0, file.filename().string().find("__"));
  for (const auto& set : tests::files_in(corpus / "ipset-save"))
    if (set.filename().string().starts_with(owner + "__") && file.parent_path().filename() != "ipset-save") all.push_back(set);
  all.push_back(file);
  return all;
}

TEST(Corpus, every_account_adds_up_and_nearly_everything_is_modelled) {
  const auto corpus = tests::corpus();
  if (!corpus) GTEST_SKIP() << "no corpus of real exports here: set FWPROOF_CORPUS";
  for (const char* folder : kFolders) {
    std::map<LineClass, size_t> counts;
    std::map<LineClass, std::map<std::string, size_t>> constructs;
    size_t files = 0;
    for (const auto& path : tests::files_in(*corpus / folder)) {
      // Lines that a search picked out of a listing are not one: it must not crash, and its account is checked, but it has no share.
      const bool whole = path.filename().string().find("findstr") == std::string::npos;
      const Loaded loaded = load({path});
      ASSERT_EQ(loaded.host.inputs.size(), 1u) << path;
      const Account& account = loaded.host.inputs[0].account;
      size_t sum = 0;
      for (size_t c = 0; c < kLineClasses; ++c) {
        const auto line_class = static_cast<LineClass>(c);
        counts[line_class] += whole ? account.count(line_class) : 0;
        sum += account.count(line_class);
      }
      for (const auto& [line_class, list] : account.constructs())
        for (const auto& [construct, count] : list) constructs[line_class][construct] += whole ? count : 0;
      EXPECT_EQ(sum, account.total()) << path;
      EXPECT_GT(account.total(), 0u) << path;
      ++files;
    }
    std::cout << folder << ": " << files << " files";
    for (const auto& [line_class, count] : counts) std::cout << ", " << count << " " << to_text(line_class);
    std::cout << "\n";
    for (const LineClass c : {LineClass::approximated, LineClass::opaque, LineClass::unrecognised}) {
      std::vector<std::pair<size_t, std::string>> ranked;
      for (const auto& [construct, count] : constructs[c])
        if (count > 0) ranked.emplace_back(count, construct);
      std::sort(ranked.rbegin(), ranked.rend());
      for (const auto& [count, construct] : ranked) std::cout << "  " << to_text(c) << " " << count << "  " << construct << "\n";
    }
    // Values that were masked before the dump was published cannot be modelled by anyone; they are counted and shown above, not here.
    const size_t masked = constructs[LineClass::opaque]["value masked in the export"];
    const size_t bearing = counts[LineClass::modelled] + counts[LineClass::approximated] + counts[LineClass::opaque] - masked + counts[LineClass::unrecognised];
    EXPECT_GE(static_cast<double>(counts[LineClass::modelled]), 0.97 * static_cast<double>(bearing)) << folder;
  }
}

// Twenty rows that fit any host: what a server is asked for, and what it asks for.
Requirements twenty_rows() {
  Requirements requirements;
  const auto add = [&](const char* from, const char* to, unsigned protocol, unsigned port) {
    Requirement row;
    row.spec = "generated";
    row.id = "generated/" + std::to_string(port) + (protocol == proto_udp ? "u" : "") + "-" + from + "-" + to;
    row.from = {from};
    row.to = {to};
    row.protocol = protocol;
    row.ports = IntervalSet::of(port);
    row.src_ports = IntervalSet::range(1024, 65535);
    requirements.rows.push_back(row);
  };
  for (unsigned port : {25u, 80u, 143u, 443u, 587u, 993u, 8080u}) add("ANY", "HOST", proto_tcp, port);
  for (unsigned port : {22u, 135u, 445u, 3306u, 3389u, 8474u}) add("ADM", "HOST", proto_tcp, port);
  add("ANY", "HOST", proto_udp, 53);
  add("ADM", "HOST", proto_udp, 161);
  for (unsigned port : {25u, 80u, 443u, 389u}) add("HOST", "ANY", proto_tcp, port);
  add("HOST", "ANY", proto_udp, 53);
  requirements.closures = {{"generated", Strictness::violation, Strictness::warning, {}}};
  return requirements;
}

struct Decided {
  size_t definite = 0;
  size_t total = 0;
};

solver::Report ask(Loaded& loaded) {
  Network network;
  network.zones["ANY"] = {"ANY", true, true, AddressSet::all()};
  network.zones["ADM"] = {"ADM", false, true, AddressSet::of(*parse_prefix("192.0.2.0/24")).united(AddressSet::of(*parse_prefix("2001:db8:1::/48")))};
  AddressSet host;
  const auto covers = [&](Family family) {
    return std::any_of(loaded.host.policies.begin(), loaded.host.policies.end(), [&](const Policy& p) { return p.covers(family); });
  };
  if (covers(Family::v4)) host = host.united(AddressSet::of(*parse_prefix("198.51.100.10")));
  if (covers(Family::v6)) host = host.united(AddressSet::of(*parse_prefix("2001:db8::10")));
  network.zones["HOST"] = {"HOST", false, true, host};
  Device device;
  device.name = "host";
  device.host = "HOST";
  device.has_export = true;
  device.policies = std::move(loaded.host.policies);
  device.facts = loaded.host.facts;
  network.devices.push_back(std::move(device));
  return solver::check(network, twenty_rows(), {});
}

// Recorded: file, rows answered, rows; results answered, results. A later drop fails; a rise asks to be recorded.
std::map<std::string, std::pair<size_t, size_t>> recorded() {
  std::map<std::string, std::pair<size_t, size_t>> result;
  std::ifstream in(std::filesystem::path(FWPROOF_SOURCE_DIR) / "tests/golden/corpus/decisiveness.tsv");
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::string name;
    size_t rows = 0, results = 0;
    if (!line.starts_with("#") && fields >> name >> rows >> results) result[name] = {rows, results};
  }
  return result;
}

TEST(Corpus, most_questions_get_a_definite_answer) {
  const auto corpus = tests::corpus();
  if (!corpus) GTEST_SKIP() << "no corpus of real exports here: set FWPROOF_CORPUS";
  const auto before = recorded();
  std::map<std::string, size_t> reasons;
  std::ostringstream record;
  size_t slowest_ms = 0;
  for (const char* folder : kFolders) {
    Decided rows, all;
    for (const auto& path : tests::files_in(*corpus / folder)) {
      Loaded loaded = load(with_sets(*corpus, path));
      if (loaded.host.policies.empty()) continue;
      const auto start = std::chrono::steady_clock::now();
      const solver::Report report = ask(loaded);
      const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
      slowest_ms = std::max(slowest_ms, static_cast<size_t>(ms));
      Decided file_rows, file_all;
      for (const solver::Result& result : report.results) {
        EXPECT_EQ(result.fault, "") << path << " " << result.id;
        const bool definite = result.truth != solver::Truth::cannot_tell;
        file_all.definite += definite;
        ++file_all.total;
        if (result.kind == solver::Kind::required) {
          file_rows.definite += definite;
          ++file_rows.total;
        }
        if (definite) continue;
        for (const Dependence& d : result.depends_on) ++reasons[d.kind == "field" ? "field " + d.what : d.kind];
        for (const std::string& reason : result.reasons) ++reasons[reason];
      }
      rows.definite += file_rows.definite, rows.total += file_rows.total;
      all.definite += file_all.definite, all.total += file_all.total;
      const std::string name = std::string(folder) + "/" + path.filename().string();
      record << name << "\t" << file_rows.definite << "\t" << file_all.definite << "\n";
      if (const auto old = before.find(name); old != before.end()) {
        EXPECT_GE(file_rows.definite, old->second.first) << name;
        EXPECT_GE(file_all.definite, old->second.second) << name;
      }
    }
    std::cout << folder << ": rows " << rows.definite << " of " << rows.total << " definite, all results " << all.definite << " of "
              << all.total << "\n";
  }
  std::vector<std::pair<size_t, std::string>> ranked;
  for (const auto& [reason, count] : reasons) ranked.emplace_back(count, reason);
  std::sort(ranked.rbegin(), ranked.rend());
  for (const auto& [count, reason] : ranked) std::cout << "  " << count << "  " << reason << "\n";
  std::cout << "slowest file: " << slowest_ms << " ms\n";
  if (const char* accept = std::getenv("FWPROOF_ACCEPT"); accept && *accept) {
    std::ofstream out(std::filesystem::path(FWPROOF_SOURCE_DIR) / "tests/golden/corpus/decisiveness.tsv");
    out << "# file, rows of 20 with a definite verdict, results with a definite verdict (rows and exposures)\n" << record.str();
  }
}

}  // namespace
}  // namespace fwproof
