#include "tests/support/derive_document.h"

#include <algorithm>
#include <regex>
#include <set>

namespace fwproof::tests {
namespace {

using specs::derive::Block;
using specs::derive::Line;
using Numbers = std::map<uint32_t, std::multiset<uint32_t>>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A letter that touches: ASCII, underscore, or U+00C0 to U+1FFF, by the last bytes before or the first bytes behind.
bool touches_before(const std::string& text, size_t at) {
  if (at == 0) return false;
  size_t start = at - 1;
  while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xc0) == 0x80) --start;
  const auto lead = static_cast<unsigned char>(text[start]);
  return isalnum(lead) || lead == '_' || (lead >= 0xc3 && lead <= 0xe1 && lead != 0xe2);
}

bool touches_behind(const std::string& text, size_t at) {
  if (at >= text.size()) return false;
  const auto lead = static_cast<unsigned char>(text[at]);
  return isalnum(lead) || lead == '_' || (lead >= 0xc3 && lead <= 0xe1);
}

std::string word_before(const std::string& text, size_t at) {
  size_t from = at;
  if (from > 0 && text[from - 1] == '_') --from;   // "TCP_53"
  const size_t end = from;
  while (from > 0 && isalpha(static_cast<unsigned char>(text[from - 1]))) --from;
  const bool clean = !touches_before(text, from);
  std::string word = clean ? text.substr(from, end - from) : "";
  std::transform(word.begin(), word.end(), word.begin(), [](char c) { return static_cast<char>(tolower(c)); });
  return word;
}

std::string word_behind(const std::string& text, size_t at) {
  size_t to = at;
  while (to < text.size() && isalpha(static_cast<unsigned char>(text[to]))) ++to;
  const bool clean = !touches_behind(text, to);
  std::string word = clean ? text.substr(at, to - at) : "";
  std::transform(word.begin(), word.end(), word.begin(), [](char c) { return static_cast<char>(tolower(c)); });
  return word;
}

bool is_glue(const std::string& word) { return word == "tcp" || word == "udp" || word == "sctp" || word == "port" || word == "ports"; }

void scan(const std::string& text, uint32_t line, Numbers& numbers) {
  for (size_t at = 0; at < text.size();) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    const std::string before = word_before(text, at), behind = word_behind(text, end);
    const bool dot_before = at >= before.size() + 1 && !before.empty() && text[at - before.size() - 1] == '.';
    const bool dot_behind = end < text.size() && text[end] == '.' && touches_behind(text, end + 1);
    const bool free_before = !touches_before(text, at) || (is_glue(before) && !touches_behind(text, end) && !dot_before && !dot_behind);
    const bool dot_glue = at > 1 && text[at - 1] == '.' && touches_before(text, at - 1);
    const bool free_behind = !touches_behind(text, end) || (is_glue(behind) && !touches_before(text, at) && !dot_glue);
    if (free_before && free_behind && end - at <= 5 && std::stoul(text.substr(at, end - at)) <= 65535) numbers[line].insert(static_cast<uint32_t>(std::stoul(text.substr(at, end - at))));
    at = end;
  }
}

void scan(const std::vector<Line>& lines, Numbers& numbers) {
  for (const Line& line : lines) scan(line.text, line.number, numbers);
}

// "10,000" is one number where a row has 10000.
std::multiset<uint32_t> thousands_in(const std::vector<Line>& lines, uint32_t number) {
  std::multiset<uint32_t> parts;
  for (const Line& line : lines) {
    static const std::regex kThousands(R"(\b(\d{1,3})[., '](\d{3})\b)");
    for (std::sregex_iterator match(line.text.begin(), line.text.end(), kThousands), none; match != none; ++match)
      if (std::stoul((*match)[1].str() + (*match)[2].str()) == number) parts.insert({static_cast<uint32_t>(std::stoul((*match)[1])), static_cast<uint32_t>(std::stoul((*match)[2]))});
  }
  return parts;
}

// Ends of the row's ranges, and their neighbours outside: "above 1024" is 1025-65535.
bool has_end(const model::IntervalSet& ports, uint32_t number) {
  return std::any_of(ports.intervals().begin(), ports.intervals().end(), [&](const model::Interval& interval) {
    return number == interval.lo || number == interval.hi || number + 1 == interval.lo || number == interval.hi + 1;
  });
}

bool row_has(const specs::Row& row, uint32_t number) {
  const auto is_text = [&](const std::string& text) {
    const size_t dash = text.find('-');
    return text.substr(0, dash) == std::to_string(number) || (dash != std::string::npos && text.substr(dash + 1) == std::to_string(number));
  };
  return std::any_of(row.port_texts.begin(), row.port_texts.end(), is_text) || has_end(row.ports, number) || has_end(row.src_ports, number);
}

}  // namespace

DerivedDocument derive_text(std::string text, const std::string& name, std::string_view format) {
  model::Sources sources;
  sources.files.push_back({name, std::move(text)});
  DerivedDocument result;
  result.read = specs::derive::read_document(sources, 0, format);
  result.derived = specs::derive::derive(result.read.document, {name, {}});
  return result;
}

std::string rows_text(const specs::Specification& spec) {
  std::string text;
  for (const specs::Row& row : spec.rows) {
    text += std::to_string(row.citation.line) + ": " + row.id + (row.optional ? " optional" : "");
    for (const specs::Reading& reading : row.readings) text += " [" + reading.open + ": " + reading.chosen + " | " + reading.alternative + "]";
    text += "\n";
  }
  return text;
}

std::string left_over_text(const specs::Specification& spec) {
  std::string text;
  for (const specs::LeftOver& left : spec.left_over) text += std::to_string(left.citation.line) + ": " + left.text + ", " + left.why + "\n";
  return text;
}

Numbers numbers_of(const specs::derive::Document& document) {
  Numbers numbers;
  scan(document.addresses, numbers);
  for (const Block& block : document.blocks) {
    if (!block.lines.empty()) scan(block.marker, block.lines[0].number, numbers);
    scan(block.lines, numbers);
    for (const auto& row : block.rows)
      for (const auto& cell : row.cells) scan(cell.lines, numbers);
  }
  return numbers;
}

namespace {

// Parts of numbers with thousands separators that rows of their line have.
void take_thousands(const DerivedDocument& document, Numbers& there) {
  const auto take = [&](const specs::Row& row, const specs::derive::TableRow& of) {
    if (row.citation.line != of.number) return;
    for (const model::Interval& interval : row.ports.intervals())
      for (const auto& cell : of.cells)
        for (const uint32_t part : thousands_in(cell.lines, static_cast<uint32_t>(interval.lo)))
          if (const auto at = there[of.number].find(part); at != there[of.number].end()) there[of.number].erase(at);
  };
  for (const Block& block : document.read.document.blocks)
    for (const auto& of : block.rows)
      for (const specs::Specification& spec : document.derived.specifications)
        for (const specs::Row& row : spec.rows) take(row, of);
}

}  // namespace

std::string unaccounted(const DerivedDocument& document) {
  Numbers there = numbers_of(document.read.document);
  for (const specs::Specification& spec : document.derived.specifications)
    for (const specs::LeftOver& left : spec.left_over) {
      Numbers listed;
      scan(left.text, left.citation.line, listed);
      for (const uint32_t number : listed[left.citation.line]) {
        std::multiset<uint32_t>& line = there[left.citation.line];
        const auto at = line.find(number);
        if (at == line.end()) return "line " + std::to_string(left.citation.line) + " does not hold " + left.text + " (" + left.why + ")";
        line.erase(at);
      }
    }
  take_thousands(document, there);
  for (const auto& [line, numbers] : there)
    for (const uint32_t number : numbers) {
      bool in_row = false;
      for (const specs::Specification& spec : document.derived.specifications)
        in_row = in_row || std::any_of(spec.rows.begin(), spec.rows.end(), [&](const specs::Row& row) { return row_has(row, number); });
      if (!in_row) return "line " + std::to_string(line) + ": " + std::to_string(number) + " is in no row and not left over";
    }
  return {};
}

}  // namespace fwproof::tests
