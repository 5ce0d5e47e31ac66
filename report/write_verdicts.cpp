#include "report/write_verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "report/escape.h"
#include "report/table.h"
#include "report/words.h"

namespace fwproof::report {
namespace {

using model::Assumption;
using solver::Result;
using solver::Truth;

// Assumptions that say the same of many rules or roles: what stands around the name, and how it is said of several.
struct Pattern {
  std::string_view before;
  std::string_view after;
  std::string_view before_many;
  std::string_view after_many;
};
constexpr Pattern kPatterns[] = {
    {"the plain listing hides program and service: rule '", " is taken to apply to all of them",
     "the plain listing hides program and service: these rules are taken to apply to all of them", ""},
    {"IPv6 not checked: ", " has no IPv6 address bound", "IPv6 not checked: ", " have no IPv6 address bound"},
    {"IPv4 not checked: ", " has no IPv4 address bound", "IPv4 not checked: ", " have no IPv4 address bound"},
};

struct Group {
  const Pattern* pattern = nullptr;
  uint32_t file = 0;                       // with a pattern that speaks of lines
  std::vector<Assumption> members;         // distinct
  std::vector<const Result*> results;      // distinct, in order
};

// "ANY (beyond wan) reaches SERVER:25 as 203.0.113.2": what stands around the port.
struct Around {
  std::string before, after;
};
std::optional<Around> around_port(const std::string& text) {
  const size_t reaches = text.find(" reaches ");
  const size_t as = text.rfind(" as ");
  const size_t colon = as == std::string::npos ? as : text.rfind(':', as);
  if (reaches == std::string::npos || colon == std::string::npos || colon < reaches || text.find(' ', colon) != as) return std::nullopt;
  return Around{text.substr(0, colon + 1), text.substr(as)};
}

// Patterns, those among them that the texts of one run make.
class Patterns {
 public:
  const Pattern* of(const std::string& text) {
    const auto fits = [&](const Pattern& pattern) { return text.starts_with(pattern.before) && text.ends_with(pattern.after); };
    if (const auto found = std::find_if(std::begin(kPatterns), std::end(kPatterns), fits); found != std::end(kPatterns)) return found;
    const auto around = around_port(text);
    if (!around) return nullptr;
    const auto [made, is_new] = made_.try_emplace({around->before, around->after});
    const auto& [before, after] = made->first;
    if (is_new) made->second = {before, after, before, after};
    return &made->second;
  }

 private:
  std::map<std::pair<std::string, std::string>, Pattern> made_;
};

// Without a line the text is all there is: the same from two devices is said once.
bool same(const Assumption& a, const Assumption& b) { return a.text == b.text && (a.origin.line == 0 || a.origin == b.origin); }

bool belongs(const Group& group, const Assumption& assumption, const Pattern* pattern) {
  if (pattern == nullptr || group.pattern != pattern) return group.pattern == pattern && same(group.members[0], assumption);
  return assumption.origin.line == 0 || group.file == assumption.origin.file;
}

void add(std::vector<Group>& groups, Patterns& patterns, const Assumption& assumption, const Result& result) {
  const Pattern* pattern = patterns.of(assumption.text);
  const auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& group) { return belongs(group, assumption, pattern); });
  Group& group = found == groups.end() ? groups.emplace_back(Group{pattern, assumption.origin.file, {}, {}}) : *found;
  const auto equal = [&](const Assumption& member) { return same(member, assumption); };
  if (std::none_of(group.members.begin(), group.members.end(), equal)) group.members.push_back(assumption);
  if (group.results.empty() || group.results.back() != &result) group.results.push_back(&result);
}

std::string lines_text(std::vector<Assumption> members) {
  std::sort(members.begin(), members.end(), [](const Assumption& a, const Assumption& b) { return a.origin.line < b.origin.line; });
  std::vector<std::string> numbers;
  for (const Assumption& member : members) numbers.push_back(std::to_string(member.origin.line));
  return shortened(numbers, 40);
}

std::string group_text(const Group& group, const SourceLines& lines) {
  const Assumption& first = group.members[0];
  if (group.members.size() == 1) return escape(first.text) + (first.origin.line == 0 ? "" : " (" + lines.place(first.origin) + ")");
  const Pattern& pattern = *group.pattern;
  if (first.origin.line != 0)
    return fmt::format("{} ({}, lines {})", pattern.before_many, escape(lines.path(first.origin)), lines_text(group.members));
  std::vector<std::string> names;
  for (const Assumption& member : group.members)
    names.push_back(member.text.substr(pattern.before.size(), member.text.size() - pattern.before.size() - pattern.after.size()));
  return escape(std::string(pattern.before_many) + joined(names) + std::string(pattern.after_many));
}

int rank(const Result& result) {
  if (!result.fault.empty()) return 0;
  if (result.truth == Truth::holds) return 5;
  if (is_accepted(result) || result.warning) return 4;
  if (result.optional) return 3;
  return result.truth == Truth::violated ? 1 : 2;
}

std::string what_of(const Result& result) {
  std::string what = result.summary;
  if (result.truth == Truth::holds && !result.description.empty()) what += ": " + result.description;
  if (result.optional) what += " (optional)";
  if (is_accepted(result)) what += " (accepted: " + result.accepted + ")";
  return what;
}

// "spec/a, b, c": the specification once.
std::string ids_text(const std::vector<std::string>& ids) {
  std::string text, last;
  for (const std::string& id : ids) {
    const std::string spec = id.substr(0, id.find('/') + 1);
    text += (text.empty() ? "" : ", ") + (spec == last ? id.substr(spec.size()) : id);
    last = spec;
  }
  return text;
}

}  // namespace

Word verdict_word(const Run& run, const Result& result) {
  if (!result.fault.empty()) return {"FAULT", Ink::red};
  switch (result.truth) {
    case Truth::holds: return {run.is_reach ? "closed" : "holds", Ink::green};
    case Truth::violated:
      if (run.is_reach) return {"open", Ink::bold};
      if (is_accepted(result)) return {"accepted", Ink::yellow};
      if (result.optional && !run.require_optional) return {"optional", Ink::yellow};
      return result.warning ? Word{"warning", Ink::yellow} : Word{"VIOLATED", Ink::red};
    case Truth::cannot_tell:
      if (run.is_reach) return {"perhaps open", Ink::yellow};
      return {result.warning ? "warning" : "CANNOT TELL", Ink::yellow};
  }
  return {};
}

std::vector<const Result*> by_urgency(const solver::Report& report) {
  std::vector<const Result*> results;
  for (const Result& result : report.results) results.push_back(&result);
  std::stable_sort(results.begin(), results.end(), [](const Result* a, const Result* b) { return rank(*a) < rank(*b); });
  return results;
}

std::string_view short_id(const Result& result) {
  const std::string_view id = result.id;
  return !result.spec.empty() && id.starts_with(result.spec + "/") ? id.substr(result.spec.size() + 1) : id;
}

void write_assumptions(std::ostream& out, const Run& run, const SourceLines& lines, const Style& style) {
  std::vector<Group> groups;
  Patterns patterns;
  for (const Result& result : run.report.results)
    for (const Assumption& assumption : result.assumes) add(groups, patterns, assumption, result);
  if (groups.empty()) return;
  out << style.paint(Ink::bold, run.strict ? "Assumptions (--strict: what rests on them cannot be told)" : "Assumptions") << '\n';
  const size_t all = run.report.results.size();
  for (const Group& group : groups) {
    const size_t some = group.results.size();
    out << "  - " << group_text(group, lines);
    out << (some == all ? fmt::format(" [all {} results]\n", all) : fmt::format(" [{} of {} results]\n", some, all));
  }
  out << '\n';
}

void write_table(std::ostream& out, const Run& run, const Style& style, size_t width) {
  constexpr size_t kWidestInFiles = 140;
  std::vector<std::string> specs;
  for (const Result& result : run.report.results)
    if (result.kind != solver::Kind::required && std::find(specs.begin(), specs.end(), result.spec) == specs.end()) specs.push_back(result.spec);
  for (const std::string& spec : specs) {
    out << style.paint(Ink::bold, spec.empty() ? "Beyond the rows" : "Beyond the rows of " + escape(spec)) << '\n';
    Table table;
    for (const Result* result : by_urgency(run.report)) {
      if (result->spec != spec || result->kind == solver::Kind::required) continue;
      const Word word = verdict_word(run, *result);
      table.add({{std::string(word.text), word.ink}, {std::string(short_id(*result))}, {what_of(*result)}});
    }
    table.write(out, style, "  ", width == 0 ? kWidestInFiles : width);
    out << '\n';
  }
}

void write_changes(std::ostream& out, const Changes& changes, const Style& style, size_t width) {
  const std::string files = escape(joined(changes.files));
  out << style.paint(Ink::bold, fmt::format("What {} change{}", files, changes.files.size() == 1 ? "s" : "")) << '\n';
  if (changes.changes.empty()) out << "  no verdict\n";
  Table table;
  for (const Change& change : changes.changes) {
    const auto text = [](const std::optional<Truth>& truth) { return std::string(truth ? truth_text(*truth) : "not asked"); };
    const Ink ink = change.after == Truth::holds ? Ink::green : change.after == Truth::violated ? Ink::red : Ink::yellow;
    const bool now = change.after && *change.after != Truth::holds;
    table.add({{text(change.before)}, {"->"}, {text(change.after), ink}, {change.id}, {(now ? "now: " : "before: ") + (now ? change.summary_after : change.summary_before)}});
  }
  table.write(out, style, "  ", width);
  out << '\n';
}

void write_not_asked(std::ostream& out, const solver::Report& report, const Style& style) {
  if (report.not_asked.empty()) return;
  out << style.paint(Ink::bold, "Not asked") << '\n';
  std::vector<std::pair<std::string, std::vector<std::string>>> by_reason;
  for (const solver::NotAsked& row : report.not_asked) {
    const auto found = std::find_if(by_reason.begin(), by_reason.end(), [&](const auto& entry) { return entry.first == row.why; });
    (found == by_reason.end() ? by_reason.emplace_back(row.why, std::vector<std::string>{}) : *found).second.push_back(row.id);
  }
  for (const auto& [why, ids] : by_reason) out << "  " << escape(ids_text(ids)) << "\n    " << escape(why) << '\n';
  out << '\n';
}

}  // namespace fwproof::report
