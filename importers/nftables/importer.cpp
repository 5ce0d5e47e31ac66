#include "importers/nftables/importer.h"

#include <algorithm>
#include <deque>

#include "importers/nftables/assemble.h"
#include "importers/nftables/parse.h"

namespace fwproof::importers::nftables {
namespace {

std::vector<std::string_view> first_words(std::string_view line, size_t count) {
  std::vector<std::string_view> words;
  while (words.size() < count) {
    const size_t start = line.find_first_not_of(" \t\r;");
    if (start == std::string_view::npos) break;
    line.remove_prefix(start);
    const std::string_view word = line.substr(0, line.find_first_of(" \t\r;"));
    words.push_back(word);
    line.remove_prefix(word.size());
  }
  return words;
}

// "table inet filter {", "table filter {"; pf has tables of the name <x>, VyOS indented ones with numbers.
bool is_table(const std::vector<std::string_view>& words, bool indented) {
  if (words.size() < 3 || words[0] != "table") return false;
  if (!table_family(words[1]) && (indented || (words[1][0] >= '0' && words[1][0] <= '9'))) return false;
  const size_t name = table_family(words[1]) ? 2 : 1;
  if (words[name].starts_with('<') || words[name].starts_with('{')) return false;
  return name + 1 < words.size() ? words[name + 1].starts_with('{') : words[name].ends_with('{');
}

bool is_command(const std::vector<std::string_view>& words) {
  static constexpr std::string_view kVerbs[] = {"add", "create", "insert", "delete", "flush", "destroy", "replace"};
  static constexpr std::string_view kObjects[] = {"table", "chain", "rule", "set", "map", "element", "flowtable", "counter", "quota"};
  if (words.size() < 3 || std::find(std::begin(kVerbs), std::end(kVerbs), words[0]) == std::end(kVerbs)) return false;
  if (std::find(std::begin(kObjects), std::end(kObjects), words[1]) == std::end(kObjects)) return false;
  // Without a family it is `add rule TABLE CHAIN …`; netsh writes `add rule name=…`.
  return table_family(words[2]).has_value() || (words[1] == "rule" && words.size() >= 5 && words[2].find('=') == std::string_view::npos);
}

Claim starts_at(std::span<const std::string_view> lines, size_t at) {
  const std::string_view line = lines[at];
  const size_t start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos) return Claim::no;
  const char c = line[start];
  if (c == '{') return at < 200 && is_json(lines.subspan(at)) ? Claim::yes : Claim::no;
  if (c == '#') return line.starts_with("#!") && line.find("nft") != std::string_view::npos && line.find(" -f") != std::string_view::npos ? Claim::yes : Claim::no;
  if (std::string_view("tacifdrns").find(c) == std::string_view::npos) return Claim::no;
  std::vector<std::string_view> words = first_words(line.substr(0, 200), 6);
  const bool prefixed = !words.empty() && (words[0] == "nft" || words[0] == "sudo");
  while (!words.empty() && (words[0] == "nft" || words[0] == "sudo")) words.erase(words.begin());
  if (prefixed && line.find("nft ") == std::string_view::npos) return Claim::no;
  if (words.size() >= 2 && words[0] == "flush" && words[1] == "ruleset") return Claim::yes;
  return is_table(words, start > 0) || is_command(words) ? Claim::yes : Claim::no;
}

std::string nearly(std::span<const std::string_view> lines) {
  for (const std::string_view line : lines) {
    const size_t start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos) continue;
    const std::string_view text = line.substr(start, 200);
    if (text.starts_with("type filter hook ") || text.starts_with("type nat hook "))
      return "chains of nftables without the 'table FAMILY NAME {' around them; give the output of 'nft list ruleset'";
  }
  return {};
}

ImportResult import(std::span<const Section> sections, Facts& facts) {
  ImportResult result;
  Context context(sections, result);
  Ruleset ruleset;
  std::deque<std::string> documents;  // JSON in one piece; the rule set points into it
  for (const Section& section : sections) {
    if (!is_json(section.lines)) {
      parse_text(section, ruleset, context);
      continue;
    }
    std::string& text = documents.emplace_back();
    for (const std::string_view line : section.lines) {
      text += line;
      text += '\n';
    }
    parse_json(section, text, ruleset, context);
  }
  assemble(ruleset, facts, context, result);
  return result;
}

constexpr Importer kImporter = {
    .name = "nftables",
    .summary = "nft list ruleset, text or -j, and nftables.conf (Linux netfilter)",
    .facts_only = false,
    .takes_preamble = true,
    .starts_at = &starts_at,
    .nearly = &nearly,
    .import = &import,
};

}  // namespace

const Importer& importer() { return kImporter; }

}  // namespace fwproof::importers::nftables
