// What is written reads back equal: the whole library, and random specifications with every key.
#include "specs/write_specification.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "specs/library.h"
#include "specs/values.h"
#include "tests/support/json_schema.h"
#include "tests/unit/specs/fixtures.h"

namespace fwproof::specs {
namespace {

LoadedSpecifications load(const std::string& text) { return load_specifications(one_source("s.json", text), 0); }

void expect_reads_back(const std::vector<Specification>& specifications) {
  static tests::Validator schema(nlohmann::json::parse(read_file(FWPROOF_SOURCE_DIR "/docs/specification.schema.json")));
  const std::string text = write_specifications(specifications);
  EXPECT_EQ(schema.check(nlohmann::json::parse(text)), "") << text;
  const LoadedSpecifications loaded = load(text);
  EXPECT_EQ(listing(loaded.diagnostics, "s.json"), "") << text;
  EXPECT_TRUE(loaded.specifications == specifications) << text << "\nread back and written:\n" << write_specifications(loaded.specifications);
}

TEST(WriteSpecification, TheLibraryReadsBackEqual) {
  for (const Specification& spec : builtin()) expect_reads_back({spec});
  expect_reads_back(builtin());
}

// But for comments and the schema's place, the library's files are what would be written.
TEST(WriteSpecification, LaysOutLikeTheLibrary) {
  size_t files = 0;
  for (const EmbeddedFile& file : embedded_library()) {
    if (!file.path.starts_with("mailstore/")) continue;
    std::string expected;
    std::istringstream lines{std::string(file.text)};
    for (std::string line; std::getline(lines, line);)
      if (!line.starts_with("//") && line.find("\"$schema\"") == std::string::npos) expected += line + "\n";
    EXPECT_EQ(write_specifications(load(std::string(file.text)).specifications), expected) << file.path;
    ++files;
  }
  EXPECT_GE(files, 3u);
}

TEST(WriteSpecification, EscapesWhatATerminalWouldObey) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"Größe 表 \U0001F600", "\"Größe 表 \U0001F600\""},   // UTF-8 stays
      {"a\"b\\c\td\n", R"("a\"b\\c\td\n")"},
      {"\x1b[31m\x7f", R"("\u001b[31m\u007f")"},
      {"\u202Eevil\u2066\u200B\uFEFF", R"("\u202eevil\u2066\u200b\ufeff")"},
      {"\U000E0041", R"("\udb40\udc41")"},
      {"\xff\xC0\x80z", "\"\uFFFD\uFFFD\uFFFDz\""},
  };
  for (const auto& [text, json] : rows) {
    EXPECT_EQ(json_text(text), json);
    const std::string back = nlohmann::json::parse(json_text(text)).get<std::string>();
    if (json.find("\uFFFD") == std::string::npos) {
      EXPECT_EQ(back, text);
    }
  }
}

// ---- random -------------------------------------------------------------------------------------------------------

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  Specification specification(const std::string& id) {
    Specification spec;
    spec.id = id;
    spec.title = text();
    spec.document.document = text();
    if (chance()) spec.document.revision = text();
    if (chance()) spec.document.file = text();
    if (chance()) spec.document.sha256 = digest();
    if (chance()) {
      spec.unlisted_tcp = strictness();
      spec.unlisted_other = strictness();
      if (chance()) spec.unlisted_citation = cite(spec, true);
    }
    for (const char* name : {"ANY", "A", "B", "c.example"})
      spec.roles[name] = {chance() ? text() : "", std::string_view(name).find('.') != std::string_view::npos};
    for (unsigned i = 0, rows = 1 + below(6); i < rows; ++i) spec.rows.push_back(row(spec, i));
    for (const model::Constraint::Kind kind : model::kConstraintKinds)
      if (chance()) spec.constraints.push_back(constraint(spec, kind));
    while (chance()) spec.notes.push_back({text(), cite(spec)});
    while (chance()) spec.left_over.push_back({text(), text(), cite(spec)});
    return spec;
  }

 private:
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  bool chance() { return below(2) == 0; }
  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all[below(static_cast<unsigned>(all.size()))];
  }
  std::string text() {
    static const std::vector<std::string> parts = {"port ", "\"", "\\", "\x1b[1m", "Ü", "\u202E", "\U0001F600", "\n", "{", "]", "//", "\u2028"};
    std::string all = "t";
    while (below(4) != 0) all += one_of(parts);
    return all;
  }
  std::string digest() {
    std::string hex(64, '0');
    for (char& c : hex) c = "0123456789abcdef"[below(16)];
    return hex;
  }
  model::Strictness strictness() { return static_cast<model::Strictness>(below(3)); }
  model::Citation cite(const Specification& spec, bool always = false) {
    model::Citation citation = spec.document;
    if (!always && chance()) return citation;
    citation.line = 1 + below(5000);
    citation.sha256 = chance() ? digest() : "";
    return citation;
  }
  std::vector<std::string> roles() { return one_of<std::vector<std::string>>({{"ANY"}, {"A"}, {"B", "A"}, {"c.example"}}); }

  void give_ports(Row& row) {
    std::vector<model::Interval> parts;
    for (unsigned i = 0, count = 1 + below(3); i < count; ++i) {
      const unsigned lo = below(65000), hi = chance() ? lo : lo + below(500);
      row.port_texts.push_back(lo == hi ? std::to_string(lo) : std::to_string(lo) + "-" + std::to_string(hi));
      parts.push_back({lo, hi});
    }
    row.ports = model::IntervalSet::from(parts);
    row.src_ports = chance() ? model::IntervalSet::range(1024, 65535) : model::IntervalSet::from({{0, below(1000)}, {2000, 2000}});
  }
  Row row(const Specification& spec, unsigned number) {
    Row row;
    row.id = "r" + std::to_string(number);
    row.from = roles();
    row.to = roles();
    row.protocol = one_of<std::string>({"tcp", "udp", "gre", "132", "icmp"});
    row.protocol_number = *parse_protocol(row.protocol);
    if (row.protocol == "tcp" || row.protocol == "udp" || row.protocol == "132") give_ports(row);
    row.optional = chance();
    row.dynamic_rpc = chance();
    for (std::string* text : {&row.program, &row.service, &row.description})
      if (chance()) *text = this->text();
    while (chance()) row.readings.push_back({chance() ? text() : "", text(), chance() ? text() : "", chance(), chance() ? text() : ""});
    row.citation = cite(spec);
    return row;
  }
  Constraint constraint(const Specification& spec, model::Constraint::Kind kind) {
    Constraint constraint{.kind = kind, .citation = cite(spec)};
    if (chance()) constraint.from = roles();
    if (chance()) constraint.to = roles();
    if (chance()) constraint.alternatives = {"hosts-file", "internal-dns"};
    return constraint;
  }

  std::mt19937 random_;
};

TEST(WriteSpecification, RandomOnesReadBackEqual) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Maker maker(seed);
    std::vector<Specification> all = {maker.specification("x")};
    if (seed % 3 == 0) all.push_back(maker.specification("y"));
    expect_reads_back(all);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace fwproof::specs
