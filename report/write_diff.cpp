#include "report/write_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "report/escape.h"
#include "report/json.h"
#include "report/source_lines.h"
#include "report/words.h"
#include "report/write_account.h"
#include "report/write_diagnostics.h"

namespace fwproof::report {
namespace {

using Json = nlohmann::ordered_json;
using model::Field;
using model::IntervalSet;
using solver::Becomes;
using solver::Difference;
using solver::DiffReport;

constexpr size_t kDiagnosticsShown = 20;
constexpr size_t kShown = 200;

struct Words {
  Becomes becomes;
  std::string_view key;
  std::string_view heading;
  Ink ink;
};
constexpr Words kWords[] = {{Becomes::allowed, "allowed", "Becomes allowed", Ink::yellow},
                            {Becomes::blocked, "blocked", "Becomes blocked", Ink::red},
                            {Becomes::translated, "translated", "Is translated to another address or port", Ink::yellow},
                            {Becomes::unlike, "differs", "Differs; how depends", Ink::yellow},
                            {Becomes::perhaps, "perhaps", "May differ", Ink::faint}};

const Words& words_of(Becomes becomes) {
  return *std::find_if(std::begin(kWords), std::end(kWords), [&](const Words& words) { return words.becomes == becomes; });
}

std::string_view verdict_of(const DiffReport& report) {
  if (report.surely_differs()) return "differs";
  return report.same() ? "same" : "cannot-tell";
}

bool same_decider(const solver::Fate& a, const solver::Fate& b) {
  const auto same = [](const solver::Decider& x, const solver::Decider& y) { return x.origin == y.origin && x.rule == y.rule && x.chain == y.chain; };
  return a.verdict == b.verdict && std::equal(a.decided_by.begin(), a.decided_by.end(), b.decided_by.begin(), b.decided_by.end(), same);
}

bool is_same(const solver::Region& a, const solver::Region& b) { return a.family == b.family && a.sets == b.sets; }

// The one field in which the regions differ.
std::optional<Field> only_difference(const solver::Region& a, const solver::Region& b) {
  if (a.family != b.family || a.sets.size() != b.sets.size()) return std::nullopt;
  std::optional<Field> field;
  for (auto i = a.sets.begin(), k = b.sets.begin(); i != a.sets.end(); ++i, ++k) {
    if (i->first != k->first || (i->second != k->second && field)) return std::nullopt;
    if (i->second != k->second) field = i->first;
  }
  return field;
}

// Regions that differ in one field only and that the same rules decide are told as one; none is told twice.
std::vector<Difference> joined_once(const std::vector<Difference>& differences) {
  std::vector<Difference> joined;
  for (const Difference& found : differences) {
    const auto fits = [&](const Difference& old) {
      return old.becomes == found.becomes && old.hook == found.hook && old.names == found.names && same_decider(old.before, found.before) &&
             same_decider(old.after, found.after) && old.depends_on == found.depends_on &&
             (is_same(old.region, found.region) || only_difference(old.region, found.region));
    };
    const auto old = std::find_if(joined.begin(), joined.end(), fits);
    if (old == joined.end())
      joined.push_back(found);
    else if (const auto field = only_difference(old->region, found.region))
      old->region.sets[*field] = old->region.sets[*field].united(found.region.sets.at(*field));
  }
  return joined;
}

// What was joined may fit another that was: until nothing does.
std::vector<Difference> joined_regions(const DiffReport& report) {
  std::vector<Difference> joined = joined_once(report.differences);
  for (size_t before = joined.size() + 1; joined.size() < before;) {
    before = joined.size();
    joined = joined_once(joined);
  }
  return joined;
}

std::string region_words(const Difference& found) {
  const auto addresses = [&](Field field) {
    const IntervalSet* set = set_of(found.region, field);
    return set == nullptr ? std::string(found.region.family == model::Family::v4 ? "any" : "any IPv6") : address_words(found.region.family, *set);
  };
  std::string words = fmt::format("{} from {} to {}", service_words(found.region, found.names), addresses(Field::src), addresses(Field::dst));
  if (const std::string rest = rest_words(found.region, found.names); !rest.empty()) words += ", " + rest;
  return words;
}

class Diff {
 public:
  Diff(std::ostream& out, const Run& run, const DiffReport& report, const TextOptions& options)
      : out_(out), run_(run), report_(report), options_(options), lines_(*run.sources) {}

  void all() {
    if (!options_.quiet && !run_.inputs.empty()) {
      heading("Inputs", Ink::bold);
      write_inputs(out_, run_.inputs, options_.style, options_.width);
      out_ << '\n';
    }
    if (!run_.diagnostics.empty()) {
      heading("Diagnostics", Ink::bold);
      write_diagnostics(out_, *run_.sources, run_.diagnostics, options_.style, kDiagnosticsShown);
      out_ << '\n';
    }
    assumptions();
    const std::vector<Difference> found = joined_regions(report_);
    for (const Words& words : kWords) section(words, found);
    reasons();
    closing();
  }

 private:
  void heading(std::string_view text, Ink ink) { out_ << options_.style.paint(ink, text) << '\n'; }

  void assumptions() {
    if (report_.assumes.empty()) return;
    heading("Assumptions", Ink::bold);
    for (const model::Assumption& assumption : report_.assumes) {
      out_ << "  - " << escape(assumption.text);
      if (assumption.origin.line != 0) out_ << " (" << lines_.place(assumption.origin) << ')';
      out_ << '\n';
    }
    out_ << '\n';
  }

  void section(const Words& words, const std::vector<Difference>& found) {
    size_t count = 0;
    for (const Difference& one : found) {
      if (one.becomes != words.becomes) continue;
      if (count++ == 0) heading(words.heading, words.ink);
      if (count > kShown) continue;
      out_ << fmt::format("  {:<8}{}\n", to_text(one.hook), escape(region_words(one)));
      fate("before", one, one.before);
      fate("after", one, one.after);
      for (const model::Dependence& dependence : one.depends_on) {
        out_ << "          depends on " << escape(dependence_words(dependence));
        if (dependence.origin.line != 0) out_ << " (" << lines_.place(dependence.origin) << ')';
        out_ << '\n';
      }
    }
    if (count > kShown) out_ << fmt::format("  … and {} more (--format json lists all)\n", count - kShown);
    if (count > 0) out_ << '\n';
  }

  void fate(std::string_view when, const Difference& one, const solver::Fate& fate) {
    out_ << fmt::format("          {:<8}{}", when, to_text(fate.verdict));
    for (const solver::Decider& by : fate.decided_by) {
      const std::string text = squeezed(lines_.line(by.origin));
      out_ << "  " << escape(text.empty() ? by.rule : text) << (by.origin.line == 0 ? " (default)" : " (" + lines_.place(by.origin) + ")");
    }
    if (one.becomes == Becomes::translated) out_ << "; for example " << escape(flow_words(one.packet)) << " leaves as " << escape(flow_words(fate.out));
    out_ << '\n';
  }

  // One space instead of a row of them: a listing's columns mean nothing here.
  static std::string squeezed(const std::string& text) {
    std::string out;
    for (const char c : text)
      if ((c != ' ' && c != '\t') || (!out.empty() && out.back() != ' ')) out += c == '\t' ? ' ' : c;
    return out;
  }

  void reasons() {
    const bool may_be_more = !report_.complete && !report_.differences.empty();
    if (report_.reasons.empty() && report_.fault.empty() && !may_be_more) return;
    for (const std::string& reason : report_.reasons) out_ << "  cannot tell: " << escape(reason) << '\n';
    if (!report_.fault.empty()) out_ << "  internal error: " << escape(report_.fault) << '\n';
    if (may_be_more) out_ << "  at least these: other packets may differ too\n";
    out_ << '\n';
  }

  void closing() {
    const auto count = [&](Becomes becomes) {
      return std::count_if(report_.differences.begin(), report_.differences.end(), [&](const Difference& d) { return d.becomes == becomes; });
    };
    std::string line = fmt::format("{} rules only before, {} only after", report_.only_before, report_.only_after);
    for (const Words& words : kWords)
      if (const auto number = count(words.becomes); number > 0) line += fmt::format(", {} region{} {}", number, number == 1 ? "" : "s", short_words(words.becomes));
    out_ << fmt::format("{}. Exit {}: {}.\n", line, run_.exit_code, run_.exit_meaning);
  }

  static std::string_view short_words(Becomes becomes) {
    switch (becomes) {
      case Becomes::allowed: return "becoming allowed";
      case Becomes::blocked: return "becoming blocked";
      case Becomes::translated: return "translated otherwise";
      case Becomes::unlike: return "differing";
      case Becomes::perhaps: return "perhaps differing";
    }
    return "";
  }

  std::ostream& out_;
  const Run& run_;
  const DiffReport& report_;
  const TextOptions& options_;
  SourceLines lines_;
};

Json fate_json(SourceLines& lines, const solver::Fate& fate, const model::Policy* names) {
  Json json = {{"verdict", model::to_text(fate.verdict)}, {"decided_by", Json::array()}};
  for (const solver::Decider& by : fate.decided_by) json["decided_by"].push_back(decider_json(lines, by));
  if (fate.verdict == model::Verdict::accept) json["packet_out"] = packet_json(fate.out, names);
  return json;
}

Json difference_json(SourceLines& lines, const Difference& found) {
  Json json = {{"becomes", words_of(found.becomes).key}, {"hook", to_text(found.hook)}};
  json["region"] = region_json(found.region, found.names);
  json["packet"] = packet_json(found.packet, found.names);
  json["before"] = fate_json(lines, found.before, found.names);
  json["after"] = fate_json(lines, found.after, found.names);
  for (const model::Dependence& dependence : found.depends_on) json["depends_on"].push_back(dependence_json(lines, dependence));
  return json;
}

}  // namespace

void write_diff_text(std::ostream& out, const Run& run, const DiffReport& report, const TextOptions& options) { Diff(out, run, report, options).all(); }

void write_diff_json(std::ostream& out, const Run& run, const DiffReport& report) {
  SourceLines lines(*run.sources);
  Json json = {{"fwproof", version_json(run.version)}, {"inputs", inputs_json(run.inputs, false)}};
  json["verdict"] = verdict_of(report);
  json["complete"] = report.complete;
  json["differences"] = Json::array();
  for (const Difference& found : report.differences) json["differences"].push_back(difference_json(lines, found));
  json["reasons"] = report.reasons;
  json["assumes"] = Json::array();
  for (const model::Assumption& assumption : report.assumes) json["assumes"].push_back(assumption_json(lines, assumption));
  if (!report.fault.empty()) json["fault"] = report.fault;
  json["rules"] = {{"only_before", report.only_before}, {"only_after", report.only_after}};
  json["proof"] = {{"by", report.proof.by}, {"queries", report.proof.queries}, {"slice", report.proof.slice}};
  json["diagnostics"] = diagnostics_json(*run.sources, run.diagnostics);
  json["exit"] = {{"code", run.exit_code}, {"meaning", run.exit_meaning}};
  write_json(out, json);
}

}  // namespace fwproof::report
