// Every system that is built in has an example that holds (tests/fixtures/systems); every change of a rule that a row hangs on is found.
//
// For each row, packets of it travel by the plain evaluator; each rule that decides about one of them is changed in its export, in each of
// the ways of edit.h, and the site is read again. The evaluator alone says whether a change matters: then fwproof must find it. What does not
// matter, and what a format cannot express, is printed with its reason. The examples themselves are proven; mutations are looked at
// by regions alone, without Z3, for the sake of time.
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "solver/check.h"
#include "specs/specification.h"
#include "tests/unit/mutation/edit.h"
#include "tests/unit/mutation/journey.h"

namespace fwproof::tests::mutation {
namespace {

namespace fs = std::filesystem;
using solver::Truth;

fs::path systems() { return fs::path(FWPROOF_SOURCE_DIR) / "tests/fixtures/systems"; }

std::vector<std::string> system_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(systems())) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

Lines lines_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  Lines lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

void write(const fs::path& path, const Lines& lines) {
  std::ofstream out(path, std::ios::binary);
  for (const std::string& line : lines) out << line << '\n';
}

solver::Report answers(const cli::Loaded& loaded, bool proofs, bool outbound) {
  solver::CheckOptions options;
  options.proofs = proofs;
  options.unlisted_outbound = outbound;
  return solver::check(loaded.network, loaded.requirements, options);
}

// One row alone.
Truth truth_of(const cli::Loaded& loaded, const std::string& row) {
  model::Requirements only;
  for (const model::Requirement& requirement : loaded.requirements.rows)
    if (requirement.id == row) only.rows.push_back(requirement);
  solver::CheckOptions options;
  options.proofs = false;
  const solver::Report report = solver::check(loaded.network, only, options);
  for (const solver::Result& result : report.results)
    if (result.id == row) return result.truth;
  return Truth::cannot_tell;
}

// Sources beyond all networks of the fixtures; the last ones are in the upper half.
const std::vector<std::string> kAnyone = {"8.8.4.4", "203.0.113.200", "198.18.7.7", "129.0.0.1"};

std::vector<std::string> anyone(const Traveller& traveller) {
  std::vector<std::string> all = kAnyone;
  for (std::string& client : traveller.neighbours()) all.push_back(std::move(client));
  return all;
}

std::vector<std::string> members(const model::Zone& zone, const Traveller& traveller) {
  if (zone.any || !zone.bound) return anyone(traveller);
  std::vector<std::string> all;
  for (const model::Interval& part : zone.addresses.v4.intervals())
    for (const model::u128 address : {part.lo, (part.lo + part.hi) / 2, part.hi}) all.push_back(model::to_text(model::Address{model::Family::v4, address}));
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::vector<unsigned> ports_of(const model::Requirement& row) {
  std::vector<unsigned> ports = {static_cast<unsigned>(row.ports.min()), static_cast<unsigned>(row.ports.max())};
  if (row.ports.contains(5000)) ports.push_back(5000);
  if (row.ports.contains(49152)) ports.push_back(49152);
  return ports;
}

std::string ports_text(const model::Requirement& row) {
  const std::string first = std::to_string(static_cast<unsigned>(row.ports.min()));
  return row.ports.is_single() ? first : first + "-" + std::to_string(static_cast<unsigned>(row.ports.max()));
}

struct Sample {
  std::string from, to, src;
  std::vector<std::string> dst;   // one of these does
  unsigned port = 0;
};

std::vector<Sample> samples(const cli::Loaded& loaded, const Traveller& traveller, const model::Requirement& row) {
  std::vector<Sample> all;
  for (const std::string& from : row.from)
    for (const std::string& to : row.to)
      for (const std::string& src : members(loaded.network.zones.at(from), traveller))
        for (const std::string& dst : members(loaded.network.zones.at(to), traveller))
          for (const unsigned port : ports_of(row)) {
            if (src == dst) continue;
            Sample sample{from, to, src, traveller.facing(), port};
            sample.dst.insert(sample.dst.begin(), dst);
            all.push_back(std::move(sample));
          }
  return all;
}

// The journey that arrives, or else the last one.
Journey travel(const Traveller& traveller, const model::Requirement& row, const Sample& sample) {
  Journey journey;
  for (const std::string& dst : sample.dst) {
    journey = traveller.travel(row, sample.from, sample.to, sample.src, dst, sample.port);
    if (journey.arrives) return journey;
  }
  return journey;
}

struct Tally {
  size_t tried = 0, matter = 0, found = 0, violated = 0;
};

// A copy of a system's folder that may be changed.
class Copy {
 public:
  explicit Copy(const std::string& system) : folder_(fs::temp_directory_path() / ("fwproof-mutation-" + system + "-" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::copy(systems() / system, folder_, fs::copy_options::recursive);
  }
  Copy(const Copy&) = delete;
  ~Copy() { fs::remove_all(folder_); }
  cli::Loaded load() const { return cli::load_site((folder_ / "site.json").string(), {}); }

 private:
  fs::path folder_;
};

std::string line_text(const model::Sources& sources, const Decided& decided) {
  return fs::path(sources.files[decided.by.file].path).filename().string() + ":" + std::to_string(decided.by.line);
}

class System {
 public:
  explicit System(std::string name) : name_(std::move(name)), copy_(name_), base_(copy_.load()), traveller_(base_) {
    for (const bool outbound : {false, true}) open_before_[outbound] = answers(base_, false, outbound).results;
  }

  void run() {
    for (const model::Requirement& row : base_.requirements.rows) run_row(row);
    print();
  }

 private:
  void run_row(const model::Requirement& row) {
    SCOPED_TRACE(row.id);
    std::vector<Decided> deciders;
    for (const Sample& sample : samples(base_, traveller_, row)) {
      const Journey journey = travel(traveller_, row, sample);
      EXPECT_TRUE(journey.arrives) << sample.src << " does not reach " << sample.dst.front() << ":" << sample.port;
      for (const Decided& decided : journey.decided)
        if (std::find(deciders.begin(), deciders.end(), decided) == deciders.end()) deciders.push_back(decided);
    }
    size_t found = 0;
    for (const Decided& decided : deciders) found += mutate(row, decided);
    EXPECT_GT(found, 0u) << "no change of a rule breaks this row";
  }

  // Returns how many were found.
  size_t mutate(const model::Requirement& row, const Decided& decided) {
    if (decided.by.line == 0) {
      notes_.push_back(row.id + " on " + decided.device + ": no line decides: only a new rule could break it");
      return 0;
    }
    const fs::path path = base_.sources.files[decided.by.file].path;
    const Lines before = lines_of(path);
    std::string profile;
    for (const model::Device& device : base_.network.devices)
      if (device.name == decided.device && device.profile) profile = *device.profile == model::profile_domain ? "domain" : *device.profile == model::profile_private ? "private" : "public";
    const Place place{before, decided.by.line, profile, ports_text(row), is_outbound(row)};
    EXPECT_NE(format_at(place), "") << line_text(base_.sources, decided);
    size_t found = 0;
    for (const auto& [kind, words] : kKinds) {
      const Edited edited = edit(place, kind);
      if (!edited.lines) {
        impossible_[std::string(format_at(place)) + ", " + edited.why].insert(std::string(words));
        continue;
      }
      write(path, *edited.lines);
      const std::string what = row.id + ", " + std::string(words) + " at " + line_text(base_.sources, decided);
      found += kind == Kind::widen ? look_for_exposure(row, what) : look_for_break(row, kind, what);
    }
    write(path, before);
    return found;
  }

  size_t look_for_break(const model::Requirement& row, Kind kind, const std::string& what) {
    const cli::Loaded changed = copy_.load();
    EXPECT_LE(changed.exit_code, 0) << what;
    const Traveller traveller(changed);
    const std::vector<Sample> all = samples(changed, traveller, row);
    const bool matters = std::any_of(all.begin(), all.end(), [&](const Sample& sample) { return !travel(traveller, row, sample).arrives; });
    Tally& tally = tallies_[kind];
    ++tally.tried;
    const Truth truth = truth_of(changed, row.id);
    if (!matters) {
      notes_.push_back(what + ": every packet of the row still arrives");
      EXPECT_EQ(truth, Truth::holds) << what;
      return 0;
    }
    ++tally.matter;
    tally.found += truth != Truth::holds;
    tally.violated += truth == Truth::violated;
    // A row that names no program depends on a rule that is bound to one.
    const bool depends = kind == Kind::program && row.program.empty();
    EXPECT_EQ(truth, depends ? Truth::cannot_tell : Truth::violated) << what;
    return truth != Truth::holds;
  }

  bool leads_nowhere_here(const std::string& zone_name) const {
    const model::Zone& zone = base_.network.zones.at(zone_name);
    return zone.any || !zone.bound || zone.is_name;
  }
  bool is_outbound(const model::Requirement& row) const {
    return std::all_of(row.to.begin(), row.to.end(), [&](const std::string& to) { return leads_nowhere_here(to); });
  }

  // Somebody whom no row lets in gets through, or reaches another port.
  bool opens(const cli::Loaded& changed, const model::Requirement& row) const {
    const Traveller traveller(changed);
    for (const Sample& sample : samples(changed, traveller, row)) {
      Sample strange = sample;
      const bool other_port = base_.network.zones.at(sample.from).any || is_outbound(row);
      if (other_port) strange.port = static_cast<unsigned>(std::stoul(std::string(kOtherPort)));
      for (const std::string& src : other_port ? std::vector<std::string>{sample.src} : anyone(traveller)) {
        strange.src = src;
        if (!other_port) strange.from = "ANY";
        if (travel(traveller, row, strange).arrives) return true;
      }
    }
    return false;
  }

  // Something is open (or may be) that was not.
  bool is_new(const solver::Result& result, bool outbound) const {
    if (result.kind != solver::Kind::exposure || result.truth == Truth::holds) return false;
    const auto before = std::find_if(open_before_[outbound].begin(), open_before_[outbound].end(), [&](const solver::Result& r) { return r.id == result.id; });
    if (before == open_before_[outbound].end()) return true;
    const auto was_there = [](const solver::Counterexample& example, const std::vector<solver::Counterexample>& examples) {
      return std::any_of(examples.begin(), examples.end(), [&](const solver::Counterexample& known) { return known.region.sets == example.region.sets; });
    };
    for (const auto& part : {&solver::Result::counterexamples, &solver::Result::undecided})
      for (const solver::Counterexample& example : result.*part)
        if (!was_there(example, (*before).*part)) return true;
    return false;
  }

  size_t look_for_exposure(const model::Requirement& row, const std::string& what) {
    const cli::Loaded changed = copy_.load();
    EXPECT_LE(changed.exit_code, 0) << what;
    Tally& tally = tallies_[Kind::widen];
    ++tally.tried;
    const bool outbound = is_outbound(row);
    Truth worst = Truth::holds;
    for (const solver::Result& result : answers(changed, false, outbound).results)
      if (is_new(result, outbound) && worst != Truth::violated) worst = result.truth;
    if (!opens(changed, row)) {
      notes_.push_back(what + ": nobody else gets through");
      EXPECT_EQ(worst, Truth::holds) << what;
      return 0;
    }
    ++tally.matter;
    tally.found += worst != Truth::holds;
    tally.violated += worst == Truth::violated;
    EXPECT_NE(worst, Truth::holds) << what;
    return worst != Truth::holds;
  }

  void print() const {
    Tally all;
    std::cout << name_ << '\n';
    for (const auto& [kind, words] : kKinds) {
      const auto tally = tallies_.find(kind);
      if (tally == tallies_.end()) continue;
      const Tally& t = tally->second;
      std::cout << "  " << words << ": " << t.tried << " tried, " << t.matter << " matter, " << t.found << " found (" << t.violated << " violated)\n";
      all.tried += t.tried, all.matter += t.matter, all.found += t.found, all.violated += t.violated;
    }
    std::cout << "  together: " << all.tried << " tried, " << all.matter << " matter, " << all.found << " found (" << all.violated << " violated)\n";
    for (const std::string& note : notes_) std::cout << "  does not matter: " << note << '\n';
    for (const auto& [why, kinds] : impossible_) {
      std::cout << "  not expressible: " << why << ":";
      for (const std::string& words : kinds) std::cout << ' ' << words << (words == *kinds.rbegin() ? "\n" : ",");
    }
    EXPECT_EQ(all.found, all.matter);
    EXPECT_GT(all.matter, base_.requirements.rows.size());
  }

  std::string name_;
  Copy copy_;
  cli::Loaded base_;
  Traveller traveller_;
  std::vector<solver::Result> open_before_[2];   // index: outbound
  std::map<Kind, Tally> tallies_;
  std::vector<std::string> notes_;
  std::map<std::string, std::set<std::string>> impossible_;
};

TEST(Systems, EachBuiltInOneHasAnExample) {
  std::vector<std::string> built_in;
  for (const specs::Specification& spec : specs::builtin()) built_in.push_back(spec.id);
  EXPECT_EQ(system_names(), built_in);
}

class OfSystem : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Systems, OfSystem, testing::ValuesIn(system_names()), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST_P(OfSystem, ItsExampleHoldsProven) {
  const cli::Loaded loaded = cli::load_site((systems() / GetParam() / "site.json").string(), {});
  EXPECT_TRUE(loaded.diagnostics.empty());
  const solver::Report report = answers(loaded, true, false);
  EXPECT_GE(report.results.size(), loaded.requirements.rows.size());
  for (const solver::Result& result : report.results) {
    if (result.kind == solver::Kind::constraint) continue;
    EXPECT_EQ(result.truth, Truth::holds) << result.id << ": " << result.summary;
    EXPECT_EQ(result.proof.by, "z3") << result.id;
  }
}

TEST_P(OfSystem, EveryMutationOfEveryRowIsFound) { System(GetParam()).run(); }

}  // namespace
}  // namespace fwproof::tests::mutation
