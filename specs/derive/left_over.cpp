#include "specs/derive/left_over.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "specs/derive/roles.h"

namespace fwproof::specs::derive {
namespace {

constexpr std::string_view kMonths[] = {
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december", "jan", "feb",
    "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "januar", "februar", "märz", "mai", "juni", "juli", "oktober",
    "dezember", "janvier", "février", "mars", "avril", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre", "enero",
    "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"};
constexpr std::string_view kUnits[] = {"gb", "mb", "kb", "tb", "gib", "mib", "kib", "bytes", "byte", "bit", "bits", "ms", "s", "sec", "second", "seconds", "minute",
                                       "minutes", "min", "hour", "hours", "h", "day", "days", "week", "weeks", "month", "months", "year", "years",
                                       "mhz", "ghz", "mbps", "gbps", "kbps", "mbit", "gbit", "v", "w", "px", "cores", "cpus", "sekunden", "minuten",
                                       "stunden", "tage", "jahre", "secondes", "jours", "heures", "segundos", "minutos", "horas", "días"};
constexpr std::string_view kVersions[] = {"version", "versions", "release", "v", "revision", "sp", "update", "édition", "versión"};
constexpr std::string_view kReferences[] = {"note", "notes", "step", "section", "chapter", "table", "figure", "page", "rfc", "kb", "bug", "issue", "appendix",
                                            "item", "phase", "level", "tier", "layer", "fußnote", "schritt", "abschnitt", "seite", "tabelle", "étape", "paso"};

template <class Words>
bool is_one_of(std::string_view word, const Words& words) { return std::find(std::begin(words), std::end(words), word) != std::end(words); }

// A run of unused numbers that are written as one.
struct Run {
  const Passage& passage;
  size_t first;
  size_t last;

  std::string_view before() const { return first > 0 ? passage.word(first - 1) : std::string_view(); }
  std::string_view after() const { return last + 1 < passage.size() ? passage.word(last + 1) : std::string_view(); }
  std::string_view text() const { return passage.between(first, last + 1); }
  bool alone() const { return first == last; }
  uint32_t value() const { return passage.tokens[first].value; }
  size_t count(char c) const { const std::string_view whole = text(); return static_cast<size_t>(std::count(whole.begin(), whole.end(), c)); }
};

constexpr size_t kMostGlued = 200;   // characters that are looked at, so that a text without blanks takes no longer than another

// Characters that come before the run without a blank: "https://host:" of "https://host:8443".
std::string_view glued_before(const Run& run) {
  const size_t at = run.passage.tokens[run.first].at;
  const size_t window = at > kMostGlued ? at - kMostGlued : 0;
  const std::string_view before = std::string_view(run.passage.lower).substr(window, at - window);
  return before.substr(before.rfind(' ') + 1);
}

std::string_view glued_after(const Run& run) {
  const Token& last = run.passage.tokens[run.last];
  const std::string_view rest = std::string_view(run.passage.lower).substr(last.at + last.length, kMostGlued);
  return rest.substr(0, rest.find(' '));
}

bool is_year(uint32_t value) { return value >= 1970 && value <= 2099; }

bool is_web_address(const Run& run) { return glued_before(run).find("://") != std::string_view::npos || glued_before(run).find("www.") != std::string_view::npos; }
bool is_address(const Run& run) {
  const std::string_view text = run.text();
  return run.count('.') >= 3 || run.count(':') >= 2 || (run.count(':') > 0 && text.find_first_of("abcdef") != std::string_view::npos) ||
         glued_before(run).find("::") != std::string_view::npos || glued_after(run).starts_with("::") || glued_after(run).starts_with(".x");
}
bool is_date(const Run& run) {
  if (is_one_of(run.before(), kMonths) || is_one_of(run.after(), kMonths)) return true;
  const Passage& passage = run.passage;
  if (is_year(run.value()) && run.alone() && run.first >= 3 && passage.is_mark(run.first - 1, ',') && is_one_of(passage.word(run.first - 3), kMonths)) return true;
  return !run.alone() && (run.count('-') == 2 || run.count('/') == 2 || run.count('.') == 2) &&
         (is_year(run.value()) || is_year(passage.tokens[run.last].value));
}
bool is_time(const Run& run) { return !run.alone() && run.count(':') >= 1 && run.text().size() <= 8 && run.value() < 24; }
bool is_version(const Run& run) {
  return run.count('.') > 0 || run.passage.tokens[run.first].dotted || is_one_of(run.before(), kVersions) || glued_before(run).ends_with("v");
}
bool is_plain_year(const Run& run) {
  if (run.alone()) return is_year(run.value()) && run.text().size() == 4;
  return is_year(run.value()) && is_year(run.passage.tokens[run.last].value) && run.text().size() == 9;
}
bool is_struck_out(const Run& run) { return run.passage.tokens[run.first].why == kStruckOut; }
bool is_footnote(const Run& run) {
  return run.alone() && run.value() < 1000 && run.passage.is_mark(run.last + 1, ']') && (run.before() == "[" || run.before() == "note");
}
bool is_reference(const Run& run) { return is_one_of(run.before(), kReferences) || (run.before() == "#" && run.alone()); }
bool is_quantity(const Run& run) {
  return is_one_of(run.after(), kUnits) || run.after() == "%" || run.before() == "$" || run.before() == "€" ||
         (run.after() == "-" && run.last + 2 < run.passage.size() && is_one_of(run.passage.word(run.last + 2), kUnits));
}
bool is_part_of_name(const Run& run) {
  const std::string_view before = glued_before(run), after = glued_after(run);
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const bool joined = before.size() > 1 && (before.back() == '-' || before.back() == '_');
  return (joined && std::any_of(before.begin(), before.end(), letter)) || (after.size() > 1 && after[0] == '-' && letter(after[1]));
}

struct Rule {
  bool (*fits)(const Run& run);
  const char* why;
};
// The first that fits counts.
constexpr Rule kRules[] = {
    {is_struck_out, kStruckOut}, {is_web_address, "part of a web address"}, {is_footnote, "the mark of a footnote"}, {is_date, "part of a date"},   {is_time, "a time of day"},
    {is_address, "part of an address"},        {is_version, "part of a version"},      {is_quantity, "a quantity"},   {is_reference, "a reference"},
    {is_plain_year, "a year, or part of a name"}, {is_part_of_name, "part of a name"},
};

const char* reason(const Run& run, const char* otherwise) {
  for (const Rule& rule : kRules)
    if (rule.fits(run)) return rule.why;
  const char* known = run.passage.tokens[run.first].why;
  return known ? known : otherwise;
}

bool is_unused(const Passage& passage, size_t token) {
  return passage.tokens[token].kind == TokenKind::number && !passage.tokens[token].used;
}

// The next number that is written together with this one, without a blank or a comma between them; or the same.
size_t next_of_run(const Passage& passage, size_t token) {
  constexpr std::string_view kJoins = "./:-_";
  for (size_t at = token + 1; at < passage.size() && !passage.tokens[at].spaced; ++at) {
    if (passage.tokens[at].kind == TokenKind::number) return is_unused(passage, at) && passage.line_of(at) == passage.line_of(token) ? at : token;
    if (passage.tokens[at].kind == TokenKind::mark && (passage.tokens[at].value > 127 || kJoins.find(static_cast<char>(passage.tokens[at].value)) == std::string_view::npos)) break;
  }
  return token;
}

// A word that may hold a port, and the reason why none is read in it.
void add_word(const Passage& passage, size_t token, LeftOverList& left_over) {
  LeftOver entry{clip(passage.written(token), kMostGlued), passage.tokens[token].why, {}};
  entry.citation.line = passage.line_of(token);
  left_over.add(std::move(entry));
}

}  // namespace

void explain(Passage& passage, size_t begin, size_t end, const char* why) {
  for (size_t token = begin; token < end; ++token)
    if (is_unused(passage, token) && !passage.tokens[token].why) passage.tokens[token].why = why;
}

void collect_left_over(const Passage& passage, const char* otherwise, LeftOverList& left_over) {
  for (size_t token = 0; token < passage.size(); ++token) {
    const bool broken_number = passage.tokens[token].kind == TokenKind::word && passage.tokens[token].why && passage.word(token).find_first_of("0123456789") != std::string_view::npos;
    if (broken_number) add_word(passage, token, left_over);
    if (!is_unused(passage, token)) continue;
    Run run{passage, token, token};
    constexpr size_t kLongestRun = 64;
    for (size_t next = next_of_run(passage, token); next != run.last && next - token < kLongestRun; next = next_of_run(passage, next)) run.last = next;
    LeftOver entry{std::string(run.text()), reason(run, otherwise), {}};
    entry.citation.line = passage.line_of(token);
    left_over.add(std::move(entry));
    token = run.last;
  }
}

}  // namespace fwproof::specs::derive
