// Real exports and a real document, where they are at hand: nothing crashes, every line is accounted for, and nearly all rules are modelled.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "support.h"

namespace fwproof::importers::netsh {
namespace {

namespace fs = std::filesystem;

fs::path shared_folder() {
  if (const char* corpus = std::getenv("FWPROOF_CORPUS")) return fs::path(corpus).parent_path();
  return fs::path(FWPROOF_SOURCE_DIR) / ".." / "shared";
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

size_t non_blank_lines(const std::string& text) {
  std::istringstream in(text);
  size_t count = 0;
  for (std::string line; std::getline(in, line);) count += line.find_first_not_of(" \t\r") != std::string::npos;
  return count;
}

// Constructs that are opaque or worse, with their counts.
std::string leftovers(const model::Account& account) {
  std::string text;
  for (const auto& [line_class, constructs] : account.constructs())
    if (line_class > model::LineClass::irrelevant)
      for (const auto& [construct, count] : constructs) text += " [" + construct + " " + std::to_string(count) + "]";
  return text;
}

TEST(Corpus, RealListingsAreModelled) {
  size_t rules = 0, opaque = 0, keywords = 0;
  for (const char* folder : {"netsh-show", "netsh-localised-excerpt"}) {
    const fs::path path = shared_folder() / "corpus" / folder;
    if (!fs::exists(path)) GTEST_SKIP() << "NOT CHECKED: no corpus at " << path;
    for (const auto& entry : fs::directory_iterator(path)) {
      const std::string text = read(entry.path());
      const ImportedHost host = import_texts({text});
      ASSERT_EQ(host.inputs.size(), 1U);
      const model::Account& account = host.inputs[0].account;
      EXPECT_EQ(account.total(), non_blank_lines(text)) << entry.path();
      EXPECT_EQ(account.count(model::LineClass::unrecognised), 0U) << entry.path();
      std::cout << entry.path().filename().string() << ": modelled " << account.count(model::LineClass::modelled) << ", irrelevant "
                << account.count(model::LineClass::irrelevant) << ", opaque " << account.count(model::LineClass::opaque) << leftovers(account) << "\n";
      if (entry.path().string().find("findstr") != std::string::npos) continue;  // filtered lines, no whole rules
      for (const auto& chain : host.policies.at(0).chains)
        for (const model::Rule& rule : chain.rules) {
          if (rule.origin.line == 0) continue;
          ++rules;
          const auto is_kind = [&](const model::Term& term, auto wanted) {
            const auto* unknown = std::get_if<model::Unknown>(&term.what);
            return unknown && wanted(host.policies[0].unknowns[unknown->index].kind);
          };
          const auto any_of_kind = [&](auto wanted) {
            for (const model::Term& term : rule.terms)
              if (is_kind(term, wanted)) return true;
            return false;
          };
          // Which ports RPC listens on is known at run time only, like LocalSubnet.
          keywords += any_of_kind([](const std::string& kind) { return kind == "port-keyword"; });
          opaque += any_of_kind([](const std::string& kind) { return kind != "port-keyword" && kind != "program-scope"; });
        }
    }
  }
  std::cout << rules << " rules, " << opaque << " not modelled, " << keywords << " with a port keyword of the run time\n";
  EXPECT_LE(opaque * 100, rules * 3);
}

TEST(Corpus, PrintedCommandsOfTheDocumentApplyAsTheyStand) {
  const fs::path folder = shared_folder() / "documents";
  std::string whole;
  if (fs::exists(folder))
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().filename().string().starts_with("003_")) whole = read(entry.path());
  if (whole.empty()) GTEST_SKIP() << "NOT CHECKED: no documents at " << folder;
  std::istringstream in(whole);
  std::string lines;
  size_t number = 0;
  for (std::string line; std::getline(in, line);)
    if (++number >= 28 && number <= 36) lines += line + "\n";
  for (const std::string& text : {lines, whole}) {
    const ImportedHost host = import_texts({text});
    EXPECT_TRUE(host.understood);
    EXPECT_EQ(ask(host, {.src = "203.0.113.9", .dst_port = 443}), "accept");
    EXPECT_EQ(ask(host, {.dst_port = 8470}), "accept");
    EXPECT_EQ(ask(host, {.dst_port = 8474}), "accept");
    EXPECT_EQ(ask(host, {.src = "203.0.113.9", .dst_port = 8474}), "drop");
    EXPECT_EQ(host.inputs[0].account.total(), non_blank_lines(text));
  }
}

}  // namespace
}  // namespace fwproof::importers::netsh
