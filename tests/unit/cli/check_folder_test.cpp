// A folder of sites, good, violated, broken and incomplete ones: the same bytes whatever the number of threads, and the same answers as when
// each site is asked about alone.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/run_shell.h"

namespace fwproof::cli {
namespace {

namespace fs = std::filesystem;

tests::Ran run(const std::string& command) { return tests::run_shell("{ " + command + "; } 2>&1"); }

void spill(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string site(size_t number, const std::string& spec, const std::string& config) {
  const std::string net = std::to_string(number);
  return R"({"site": "s)" + net + R"(", "specs": [")" + spec + R"("], "zones": {"ADM": ["192.0.)" + net + R"(.0/24"], "GTW": ["198.51.100.)" + net +
         R"("]}, "devices": [{"name": "gtw", "host": "GTW", "configs": [")" + config + "\"]}]}\n";
}

std::string rules(size_t number, const std::string& more) {
  std::string text = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";
  // Now and then enough of them for a proof that counts as large.
  for (size_t i = 0; number % 4 == 0 && i < 150; ++i) text += "-A INPUT -s 10." + std::to_string(i) + ".0.0/16 -p tcp -m tcp --dport " + std::to_string(20'000 + i) + " -j DROP\n";
  return text + "-A INPUT -p tcp -m multiport --dports 25,110,465,587,995 -j ACCEPT\n-A INPUT -s 192.0." + std::to_string(number) + ".0/24 -p tcp -m tcp --dport 8450 -j ACCEPT\n" + more + "COMMIT\n";
}

class Folder {
 public:
  static constexpr size_t kSites = 16;
  Folder() {
    fs::create_directories(path_);
    for (size_t i = 0; i < kSites; ++i) write(i);
  }
  ~Folder() { fs::remove_all(path_); }
  std::string path_of(size_t i) const { return (path_ / ("s" + std::to_string(100 + i)) / "site.json").string(); }
  tests::Ran check(const std::string& options) const { return run(std::string(FWPROOF_BINARY) + " check " + path_.string() + " " + options); }

 private:
  void write(size_t i) const {
    const fs::path place = fs::path(path_of(i)).parent_path();
    spill(place / "site.json", i % 8 == 5 ? "{\"site\": \"broken\", \"zones\": {" : site(i, i % 8 == 7 ? "no-such-thing" : "mailstore-gateway", i % 8 == 6 ? "missing.txt" : "iptables.txt"));
    spill(place / "iptables.txt", rules(i, i % 8 == 3 ? "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n" : i % 8 == 4 ? "-A INPUT -p tcp -m string --algo bm --string x -j ACCEPT\n" : ""));
  }
  fs::path path_ = fs::temp_directory_path() / ("fwproof-folder-" + std::to_string(::getpid()));
};

TEST(CheckFolder, TheSameBytesWhateverTheNumberOfThreads) {
  const Folder folder;
  for (const char* options : {"", "--format json", "--strict --quiet --only ADM"}) {
    SCOPED_TRACE(options);
    const tests::Ran one = folder.check(std::string(options) + " --jobs 1");
    EXPECT_EQ(one.exit, 4) << one.output.substr(0, 400);   // one of the sites names a specification that there is not
    EXPECT_GT(one.output.size(), 2'000u);
    for (const char* jobs : {"", " --jobs 8"}) {
      const tests::Ran many = folder.check(std::string(options) + jobs);
      EXPECT_EQ(many.exit, one.exit) << jobs;
      EXPECT_TRUE(many.output == one.output) << jobs;
    }
  }
}

// Nothing of a site's names, assertions or limits reaches another one.
TEST(CheckFolder, EachSiteIsAnsweredAsAlone) {
  const Folder folder;
  std::string alone;
  for (size_t i = 0; i < Folder::kSites; ++i) alone += "== " + folder.path_of(i) + "\n" + run(std::string(FWPROOF_BINARY) + " check " + folder.path_of(i)).output + "\n";
  EXPECT_EQ(folder.check("--jobs 3").output, alone);
}

TEST(CheckFolder, WhatIsWrongWithTheCommandLineIsSaidOnce) {
  const Folder folder;
  const tests::Ran ran = folder.check("--format json --profile NOBODY=domain");
  EXPECT_EQ(ran.exit, 4);
  EXPECT_TRUE(ran.output.starts_with("fwproof: --profile: no device belongs to 'NOBODY'")) << ran.output.substr(0, 200);
  EXPECT_EQ(folder.check("--spec -").exit, 4);
  for (const char* jobs : {"--jobs 0", "--jobs -1", "--jobs x", "--jobs 100000"}) EXPECT_EQ(folder.check(jobs).exit, 4) << jobs;
}

}  // namespace
}  // namespace fwproof::cli
