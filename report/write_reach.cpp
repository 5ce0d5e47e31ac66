#include "report/write_reach.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/escape.h"
#include "report/table.h"
#include "report/words.h"

namespace fwproof::report {
namespace {

using model::Field;
using model::IntervalSet;
using solver::Counterexample;
using solver::Region;
using solver::Result;
using solver::Truth;

constexpr size_t kLinesShown = 200;
constexpr size_t kDecidersShown = 3;

struct Line {
  Region region;
  const Counterexample* example = nullptr;
  double sources = 0;  // share of all addresses
};

double share(const Region& region) {
  const IntervalSet* set = set_of(region, Field::src);
  if (set == nullptr) return 1;
  double size = 0;
  for (const model::Interval& part : set->intervals()) size += static_cast<double>(part.hi - part.lo) + 1;
  return size / (static_cast<double>(model::max_value(model::address_bits(region.family))) + 1);
}

// The one field in which the two differ; nothing when it is none or several.
std::optional<Field> only_difference(const Region& a, const Region& b) {
  if (a.family != b.family || a.sets.size() != b.sets.size()) return std::nullopt;
  std::optional<Field> field;
  for (auto i = a.sets.begin(), k = b.sets.begin(); i != a.sets.end(); ++i, ++k) {
    if (i->first != k->first) return std::nullopt;
    if (i->second == k->second) continue;
    if (field) return std::nullopt;
    field = i->first;
  }
  return field;
}

// Regions of one rule that differ in one field only are one line: the same packets, said shorter.
std::vector<Line> lines_of(const std::vector<Counterexample>& examples) {
  std::vector<Line> lines;
  for (const Counterexample& example : examples) {
    bool joined = false;
    for (Line& line : lines) {
      const auto field = only_difference(line.region, example.region);
      if (!field) continue;
      line.region.sets[*field] = line.region.sets[*field].united(example.region.sets.at(*field));
      joined = true;
      break;
    }
    if (!joined) lines.push_back({example.region, &example, 0});
  }
  return lines;
}

// Targets are the host's own addresses, or everything when they are not known: only what is narrower is worth saying.
std::string note_of(const Line& line, const IntervalSet& widest_target, const model::Policy* policy) {
  std::string note;
  if (const IntervalSet* dst = set_of(line.region, Field::dst); dst != nullptr && !dst->contains(widest_target))
    note = "to " + address_words(line.region.family, *dst);
  const std::string rest = rest_words(line.region, policy);
  return note + (note.empty() || rest.empty() ? "" : ", ") + rest;
}

// One space instead of a row of them: a listing's columns mean nothing here.
std::string squeezed(const std::string& text) {
  std::string out;
  for (const char c : text)
    if ((c != ' ' && c != '\t') || (!out.empty() && out.back() != ' ')) out += c == '\t' ? ' ' : c;
  return out;
}

class Reach {
 public:
  Reach(std::ostream& out, const Run& run, SourceLines& lines, const Style& style, size_t width)
      : out_(out), run_(run), lines_(lines), style_(style), width_(width) {}

  void all() {
    for (const Result& result : run_.report.results)
      for (const auto* list : {&result.counterexamples, &result.undecided})
        for (const Counterexample& example : *list)
          if (const IntervalSet* dst = set_of(example.region, Field::dst)) {
            IntervalSet& widest = widest_[static_cast<size_t>(example.region.family)];
            widest = widest.united(*dst);
          }
    table("Open", Truth::violated);
    table("Perhaps open", Truth::cannot_tell);
    hangs_on();
    closed();
  }

 private:
  void table(std::string_view heading, Truth truth) {
    std::vector<Line> found;
    for (const Result& result : run_.report.results)
      if (result.truth == truth)
        for (Line& line : lines_of(truth == Truth::violated ? result.counterexamples : result.undecided)) found.push_back(std::move(line));
    if (found.empty()) return;
    for (Line& line : found) line.sources = share(line.region);
    std::stable_sort(found.begin(), found.end(), [](const Line& a, const Line& b) { return a.sources > b.sources; });
    out_ << style_.paint(Ink::bold, heading) << '\n';
    Table rows;
    for (size_t i = 0; i < std::min(found.size(), kLinesShown); ++i) row(rows, found[i], truth == Truth::violated);
    rows.write(out_, style_, "  ", width_);
    if (found.size() > kLinesShown) out_ << fmt::format("  … and {} more (--format json lists all)\n", found.size() - kLinesShown);
    out_ << '\n';
  }

  void row(Table& rows, const Line& line, bool certain) {
    const model::Policy* policy = policy_of(run_, *line.example);
    const IntervalSet& widest = widest_[static_cast<size_t>(line.region.family)];
    std::string to_whom = source_words(line.region);
    if (const std::string note = note_of(line, widest, policy); !note.empty()) to_whom += ", " + note;
    rows.add({{service_words(line.region, policy), certain ? Ink::bold : Ink::yellow}, {to_whom}, {places(line.example->decided_by), Ink::faint},
              {source_text(line.example->decided_by)}});
  }

  // "rules.txt:66, 94, 150 and 5 more": the file once.
  std::string places(const std::vector<solver::Decider>& deciders) const {
    std::vector<std::string> texts;
    std::string last;
    for (const solver::Decider& by : deciders) {
      const std::string path = lines_.path(by.origin);
      const bool again = by.origin.line != 0 && path == last;
      texts.push_back(by.origin.line == 0 ? "default" : again ? std::to_string(by.origin.line) : path + ":" + std::to_string(by.origin.line));
      last = by.origin.line == 0 ? "" : path;
    }
    return shortened(texts, kDecidersShown);
  }

  std::string source_text(const std::vector<solver::Decider>& deciders) {
    if (deciders.empty()) return "";
    if (deciders.size() > 1) return fmt::format("{} rules: which one decides depends on the packet", deciders.size());
    const std::string text = squeezed(lines_.line(deciders[0].origin));
    return text.empty() ? deciders[0].rule : text;
  }

  void hangs_on() {
    std::vector<model::Dependence> all;
    for (const Result& result : run_.report.results)
      for (const model::Dependence& one : result.depends_on)
        if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
    for (const model::Dependence& one : all) {
      out_ << "  depends on " << escape(dependence_words(one, false));
      if (one.origin.line != 0) out_ << " (" << lines_.place(one.origin) << ')';
      out_ << '\n';
    }
    if (!all.empty()) out_ << '\n';
  }

  void closed() {
    bool any = false;
    for (const Result& result : run_.report.results) {
      for (const std::string& reason : result.reasons) out_ << "  " << escape(reason) << '\n';
      if (result.truth == Truth::cannot_tell && result.undecided.empty()) out_ << "  " << escape(result.summary) << '\n';
      if (!result.fault.empty()) out_ << "  internal error: " << escape(result.fault) << '\n';
      if (result.truth != Truth::holds) continue;
      out_ << (any ? "; " : "Closed: ") << escape(result.summary);
      any = true;
    }
    if (any) out_ << "\n\n";
  }

  std::ostream& out_;
  const Run& run_;
  SourceLines& lines_;
  Style style_;
  size_t width_;
  IntervalSet widest_[2];
};

}  // namespace

void write_reach(std::ostream& out, const Run& run, SourceLines& lines, const Style& style, size_t width) { Reach(out, run, lines, style, width).all(); }

}  // namespace fwproof::report
