// Who may include whom (docs/architecture.md): data flows one way, and only the solver knows that Z3 exists. The rules are rows; each
// is shown to catch a planted breach.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace fwproof {
namespace {

namespace fs = std::filesystem;

using Files = std::map<std::string, std::string>;  // path from the root of the sources → text

constexpr const char* kFolders[] = {"model", "importers", "specs", "solver", "report", "cli"};

// What a folder of ours may include, by prefix; `own` is added for each.
struct Layer {
  std::string own;
  std::vector<std::string> may;
};
const std::vector<Layer> kLayers = {
    {"model/", {}},
    {"importers/text/", {"model/"}},
    {"importers/", {"model/", "importers/text/"}},  // the files directly in it: the contract and the registry
    {"specs/", {"model/"}},
    {"solver/", {"model/"}},
    {"report/", {"model/", "solver/check.h", "solver/diff.h", "solver/limits.h", "solver/lint.h", "solver/result.h", "solver/walk.h"}},
    {"cli/", {"model/", "importers/importer.h", "importers/registry.h", "specs/decisions.h", "specs/derive/derive.h", "specs/diff_specifications.h", "specs/digest.h",
              "specs/json_tree.h", "specs/site.h", "specs/specification.h", "specs/write_specification.h",
              "solver/check.h", "solver/diff.h", "solver/limits.h", "solver/lint.h", "solver/result.h", "solver/walk.h", "report/"}},
};

// Libraries that only some folders may see.
struct Library {
  std::string include;
  std::vector<std::string> folders;
};
const std::vector<Library> kLibraries = {
    {"z3", {"solver/"}},
    {"nlohmann/", {"specs/", "report/", "importers/", "cli/"}},
    {"pugixml", {"importers/"}},
    {"nettle/", {"specs/"}},
    {"gumbo", {"specs/"}},
    {"CLI/", {"cli/"}},
};
constexpr const char* kPublicSolverHeaders[] = {"solver/check.h", "solver/diff.h", "solver/limits.h", "solver/lint.h", "solver/result.h", "solver/walk.h"};

bool starts_with(const std::string& text, const std::string& prefix) { return text.rfind(prefix, 0) == 0; }

template <class Range>
bool starts_with_any(const std::string& text, const Range& prefixes) {
  return std::any_of(std::begin(prefixes), std::end(prefixes), [&](const std::string& prefix) { return starts_with(text, prefix); });
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

struct Include {
  std::string name;
  bool ours = false;  // written in quotes
};

std::vector<Include> includes(const std::string& text) {
  std::vector<Include> result;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const size_t hash = line.find_first_not_of(" \t");
    if (hash == std::string::npos || line[hash] != '#' || line.find("include") == std::string::npos) continue;
    const size_t open = line.find_first_of("\"<");
    const size_t close = open == std::string::npos ? open : line.find_first_of("\">", open + 1);
    if (close != std::string::npos) result.push_back({line.substr(open + 1, close - open - 1), line[open] == '"'});
  }
  return result;
}

// An importer's folder: importers/<format>/, everything below it included; empty for importers/text/ and the contract itself.
std::string format_folder(const std::string& path) {
  if (!starts_with(path, "importers/") || starts_with(path, "importers/text/")) return {};
  const size_t end = path.find('/', std::string("importers/").size());
  return end == std::string::npos ? std::string() : path.substr(0, end + 1);
}

bool may_include(const std::string& path, const std::string& name) {
  const std::string format = format_folder(path);
  if (!format.empty()) return starts_with_any(name, std::vector<std::string>{format, "model/", "importers/importer.h", "importers/text/"});
  for (const Layer& layer : kLayers) {
    if (!starts_with(path, layer.own)) continue;
    if (layer.own == "importers/" && folder_of(name) == "importers/") return true;
    if (layer.own != "importers/" && starts_with(name, layer.own)) return true;
    return starts_with_any(name, layer.may);
  }
  return false;
}

bool may_see_library(const std::string& path, const std::string& name) {
  for (const Library& library : kLibraries)
    if (starts_with(name, library.include) && !starts_with_any(path, library.folders)) return false;
  return true;
}

bool is_code(const std::string& path) { return path.ends_with(".h") || path.ends_with(".cpp"); }

// "solver/x.h includes specs/y.h"
std::vector<std::string> breaches(const Files& files) {
  std::vector<std::string> result;
  for (const auto& [path, text] : files) {
    if (!is_code(path)) continue;
    const bool is_public = std::find(std::begin(kPublicSolverHeaders), std::end(kPublicSolverHeaders), path) != std::end(kPublicSolverHeaders);
    for (const Include& include : includes(text)) {
      const bool z3_in_public = is_public && starts_with(include.name, "z3");
      const bool is_library = !include.ours || starts_with(include.name, "z3");
      const bool fine = is_library ? may_see_library(path, include.name) && !z3_in_public : may_include(path, include.name);
      if (!fine) result.push_back(path + " includes " + include.name);
    }
  }
  return result;
}

// A public header must not reach Z3 through a private one either.
std::vector<std::string> public_headers_reaching_z3(const Files& files) {
  std::vector<std::string> result;
  for (const std::string header : kPublicSolverHeaders) {
    std::set<std::string> seen;
    std::vector<std::string> open = {header};
    while (!open.empty()) {
      const std::string path = open.back();
      open.pop_back();
      const auto file = files.find(path);
      if (!seen.insert(path).second || file == files.end()) continue;
      for (const Include& include : includes(file->second)) {
        if (starts_with(include.name, "z3")) result.push_back(header + " reaches " + include.name + " by " + path);
        open.push_back(include.name);
      }
    }
  }
  return result;
}

// The words in MACRO(word …) rows of a .def file.
std::set<std::string> rows_of(const Files& files, const std::string& path, const std::string& macro) {
  std::set<std::string> result;
  const auto file = files.find(path);
  if (file == files.end()) return result;
  std::istringstream in(file->second);
  for (std::string line; std::getline(in, line);)
    if (starts_with(line, macro + "(")) result.insert(line.substr(macro.size() + 1, line.find_first_of(",)") - macro.size() - 1));
  return result;
}

std::set<std::string> importer_folders(const Files& files) {
  std::set<std::string> result;
  for (const auto& [path, text] : files) {
    const std::string format = format_folder(path);
    if (!format.empty() && path == format + "importer.cpp") result.insert(format.substr(10, format.size() - 11));
  }
  return result;
}

bool is_word_char(char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)); }

bool has_word(const std::string& text, const std::string& word) {
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    if ((at == 0 || !is_word_char(text[at - 1])) && (end == text.size() || !is_word_char(text[end]))) return true;
  }
  return false;
}

// Used as DiagnosticId::name (or Id::name) anywhere but in the model.
std::set<std::string> unused_diagnostics(const Files& files) {
  std::set<std::string> unused = rows_of(files, "model/diagnostic_ids.def", "FWPROOF_DIAGNOSTIC");
  for (const auto& [path, text] : files) {
    if (starts_with(path, "model/") || path.ends_with(".md")) continue;
    for (auto id = unused.begin(); id != unused.end();) id = has_word(text, *id) ? unused.erase(id) : std::next(id);
  }
  return unused;
}

Files project() {
  Files files;
  const fs::path root = FWPROOF_SOURCE_DIR;
  for (const char* folder : kFolders) {
    if (!fs::is_directory(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (!entry.is_regular_file()) continue;
      const std::string path = fs::relative(entry.path(), root).generic_string();
      if (!is_code(path) && !path.ends_with(".def")) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::ostringstream text;
      text << in.rdbuf();
      files[path] = text.str();
    }
  }
  return files;
}

// ---- the project --------------------------------------------------------------------------------------------------

TEST(Layering, NobodyIncludesWhatItMayNot) {
  const Files files = project();
  ASSERT_GT(files.size(), 20u);
  EXPECT_EQ(breaches(files), std::vector<std::string>{});
  EXPECT_EQ(public_headers_reaching_z3(files), std::vector<std::string>{});
}

TEST(Layering, RegistryListsExactlyTheImporters) {
  const Files files = project();
  if (importer_folders(files).empty()) GTEST_SKIP() << "NOT CHECKED: this tree holds no importer";
  EXPECT_EQ(rows_of(files, "importers/registry.def", "FWPROOF_IMPORTER"), importer_folders(files));
}

TEST(Layering, EveryDiagnosticIsUsed) {
  const Files files = project();
  if (importer_folders(files).empty()) GTEST_SKIP() << "NOT CHECKED: this tree holds no importer";
  EXPECT_EQ(unused_diagnostics(files), std::set<std::string>{});
}

// ---- planted breaches ---------------------------------------------------------------------------------------------

struct Planted {
  std::string path;
  std::string include;
  bool fine;
};

TEST(Layering, CatchesPlantedBreaches) {
  const std::vector<Planted> rows = {
      {"model/a.cpp", "#include <fmt/format.h>", true},
      {"model/a.cpp", "#include \"specs/site.h\"", false},
      {"model/a.h", "#include <z3++.h>", false},
      {"model/a.h", "  #  include <nlohmann/json.hpp>", false},
      {"importers/netsh/parse.cpp", "#include \"importers/netsh/ast.h\"", true},
      {"importers/netsh/parse.cpp", "#include \"importers/text/number.h\"", true},
      {"importers/netsh/parse.cpp", "#include \"importers/importer.h\"", true},
      {"importers/netsh/parse.cpp", "#include \"importers/iptables_save/ast.h\"", false},
      {"importers/netsh/parse.cpp", "#include \"importers/registry.h\"", false},
      {"importers/netsh/parse.cpp", "#include \"solver/check.h\"", false},
      {"importers/netsh/parse.cpp", "#include \"ast.h\"", false},
      {"importers/text/number.cpp", "#include \"importers/netsh/ast.h\"", false},
      {"importers/text/number.cpp", "#include \"model/address.h\"", true},
      {"importers/registry.cpp", "#include \"importers/registry.def\"", true},
      {"importers/registry.cpp", "#include \"importers/netsh/ast.h\"", false},
      {"importers/registry.cpp", "#include \"importers/text/decode.h\"", true},
      {"specs/site.cpp", "#include \"importers/importer.h\"", false},
      {"specs/site.cpp", "#include \"solver/result.h\"", false},
      {"specs/site.cpp", "#include <nlohmann/json.hpp>", true},
      {"specs/site.cpp", "#include \"specs/reader.h\"", true},
      {"solver/prove.cpp", "#include <z3++.h>", true},
      {"solver/prove.cpp", "#include <nlohmann/json.hpp>", false},
      {"solver/prove.cpp", "#include \"specs/site.h\"", false},
      {"solver/walk.h", "#include <z3++.h>", false},
      {"solver/check.h", "#include \"z3++.h\"", false},
      {"report/write_json.cpp", "#include \"solver/result.h\"", true},
      {"report/write_json.cpp", "#include \"solver/slice.h\"", false},
      {"report/write_json.cpp", "#include \"importers/registry.h\"", false},
      {"report/write_json.cpp", "#include \"cli/exit_code.h\"", false},
      {"cli/main.cpp", "#include \"specs/site.h\"", true},
      {"cli/main.cpp", "#include \"specs/reader.h\"", false},
      {"cli/main.cpp", "#include \"specs/derive/derive.h\"", true},
      {"cli/main.cpp", "#include \"specs/derive/roles.h\"", false},
      {"cli/main.cpp", "#include \"solver/slice.h\"", false},
      {"cli/main.cpp", "#include \"importers/netsh/parse.h\"", false},
      {"cli/main.cpp", "#include <z3++.h>", false},
  };
  for (const Planted& row : rows) EXPECT_EQ(breaches({{row.path, row.include + "\n"}}).empty(), row.fine) << row.path << ": " << row.include;
}

TEST(Layering, CatchesZ3BehindAPrivateHeader) {
  const Files files = {{"solver/walk.h", "#include \"solver/encode.h\"\n"}, {"solver/encode.h", "#include <z3++.h>\n"}};
  EXPECT_EQ(public_headers_reaching_z3(files), std::vector<std::string>{"solver/walk.h reaches z3++.h by solver/encode.h"});
}

TEST(Layering, CatchesPlantedGapsInTheTables) {
  const Files files = {{"importers/registry.def", "// FWPROOF_IMPORTER(c)\nFWPROOF_IMPORTER(a)\nFWPROOF_IMPORTER(b)\n"},
                       {"importers/a/importer.cpp", ""},
                       {"importers/d/importer.cpp", ""},
                       {"importers/text/importer.cpp", ""},
                       {"model/diagnostic_ids.def", "FWPROOF_DIAGNOSTIC(one, \"o.ne\", \"\")\nFWPROOF_DIAGNOSTIC(two, \"t.wo\", \"\")\n"},
                       {"model/diagnostic.cpp", "DiagnosticId::two"},
                       {"specs/x.cpp", "DiagnosticId::one, DiagnosticId::two_more"}};
  EXPECT_EQ(rows_of(files, "importers/registry.def", "FWPROOF_IMPORTER"), (std::set<std::string>{"a", "b"}));
  EXPECT_EQ(importer_folders(files), (std::set<std::string>{"a", "d"}));
  EXPECT_EQ(unused_diagnostics(files), std::set<std::string>{"two"});
}

}  // namespace
}  // namespace fwproof
