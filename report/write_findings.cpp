#include "report/write_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "report/escape.h"
#include "report/words.h"
#include "report/write_verdicts.h"

namespace fwproof::report {
namespace {

using model::Field;
using solver::Counterexample;
using solver::Decider;
using solver::Result;
using solver::Truth;

constexpr size_t kRegionsShown = 20;
constexpr size_t kDecidersShown = 10;      // of each verdict
constexpr size_t kDependencesShown = 4;    // of those that differ in nothing but their lines

std::string_view done_by(model::Verdict verdict) {
  switch (verdict) {
    case model::Verdict::accept: return "let through by";
    case model::Verdict::drop: return "dropped by";
    case model::Verdict::reject: return "rejected by";
    case model::Verdict::depends: return "perhaps stopped by";
  }
  return "";
}

std::string_view would(model::Verdict verdict) {
  switch (verdict) {
    case model::Verdict::accept: return "would let it through";
    case model::Verdict::drop: return "would drop it";
    case model::Verdict::reject: return "would reject it";
    case model::Verdict::depends: return "might decide it";
  }
  return "";
}

// "ADM 192.0.2.128/25"; the zone ANY needs no list where it is everything.
std::string endpoint(const std::string& zone, const solver::Region& region, Field field) {
  const model::IntervalSet* set = set_of(region, field);
  const std::string words = set == nullptr ? "any" : address_words(region.family, *set);
  if (zone.empty()) return words;
  if (zone == "ANY") return words.starts_with("any") ? "ANY" + words.substr(3) : words;
  return zone + " (" + words + ")";
}

class Findings {
 public:
  Findings(std::ostream& out, const Run& run, SourceLines& lines, const Style& style) : out_(out), run_(run), lines_(lines), style_(style) {}

  void all() {
    std::vector<std::vector<const Result*>> groups;
    for (const Result* result : by_urgency(run_.report)) {
      if (result->truth == Truth::holds && result->fault.empty()) continue;
      const auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return is_alike(*group[0], *result); });
      (found == groups.end() ? groups.emplace_back() : *found).push_back(result);
    }
    for (const std::vector<const Result*>& group : groups) {
      if (group.size() > 1)
        many(group);
      else
        one(*group[0]);
      out_ << '\n';
    }
  }

 private:
  // Without a region to show, the reason is all there is to say.
  static bool is_alike(const Result& a, const Result& b) {
    const auto plain = [](const Result& result) {
      return result.truth == Truth::cannot_tell && result.fault.empty() && result.counterexamples.empty() && result.undecided.empty() && result.evidence.empty();
    };
    return plain(a) && plain(b) && a.reasons == b.reasons && a.depends_on == b.depends_on && !a.reasons.empty();
  }

  void many(const std::vector<const Result*>& alike) {
    const Word word = verdict_word(run_, *alike[0]);
    out_ << style_.paint(word.ink, word.text) << fmt::format("  {} results for one reason\n", alike.size());
    reasons(*alike[0]);
    std::vector<std::string> ids;
    for (const Result* result : alike) ids.emplace_back(short_id(*result));
    out_ << "  " << escape(joined(ids)) << '\n';
  }

  void one(const Result& result) {
    const Word word = verdict_word(run_, result);
    out_ << style_.paint(word.ink, word.text) << "  " << style_.paint(Ink::bold, escape(result.id)) << '\n';
    out_ << "  " << style_.paint(Ink::bold, escape(result.summary)) << '\n';
    if (!result.fault.empty()) out_ << "  internal error: " << escape(result.fault) << '\n';
    if (is_accepted(result)) {
      out_ << "  accepted by the site: " << escape(result.accepted) << '\n';
      return;
    }
    citation(result);
    for (const solver::Evidence& statement : result.evidence) said(statement);
    examples(result, result.counterexamples, 1, true);
    if (!result.counterexamples.empty() && !result.complete) out_ << "  At least these; there may be more.\n";
    examples(result, result.undecided, result.counterexamples.size() + 1, false);
    reasons(result);
  }

  void citation(const Result& result) {
    const model::Citation& cite = result.citation;
    if (cite.document.empty()) return;
    out_ << "  asked by " << escape(cite.document);
    if (!cite.revision.empty()) out_ << " (" << escape(cite.revision) << ')';
    if (cite.line != 0) out_ << ", line " << cite.line;
    if (!result.description.empty()) out_ << ": " << escape(result.description);
    out_ << '\n';
    if (!result.reading.empty()) out_ << "  read as: " << escape(result.reading) << '\n';
  }

  // "violated: SERVER's 192.168.1.10 is in the DHCP pool LAN of edge (edge.cfg:12)", then the line.
  void said(const solver::Evidence& statement) {
    out_ << "  " << truth_text(statement.truth) << ": " << escape(statement.text);
    if (statement.origin.line != 0) out_ << " (" << lines_.place(statement.origin) << ')';
    out_ << '\n';
    if (const std::string text = lines_.line(statement.origin); !text.empty() && statement.truth != Truth::holds)
      out_ << fmt::format("       {:>5} | {}\n", statement.origin.line, escape_line(text));
  }

  void reasons(const Result& result) {
    for (const std::string& reason : result.reasons) out_ << "  " << escape(reason) << '\n';
    for (auto at = result.depends_on.begin(); at != result.depends_on.end();) {
      const std::string words = dependence_words(*at);
      const auto end = std::find_if(at, result.depends_on.end(), [&](const model::Dependence& next) { return dependence_words(next) != words; });
      dependences(words, {at, end});
      at = end;
    }
  }

  // All of them in the same words: a list of lines.
  void dependences(const std::string& words, std::span<const model::Dependence> alike) {
    const size_t shown = alike.size() <= kDependencesShown + 1 ? alike.size() : kDependencesShown;
    for (const model::Dependence& dependence : alike.first(shown)) {
      out_ << "  depends on " << escape(words);
      if (dependence.origin.line != 0) out_ << " (" << lines_.place(dependence.origin) << ')';
      out_ << '\n';
    }
    if (shown < alike.size()) out_ << fmt::format("  … and {} more of these (--format json lists all)\n", alike.size() - shown);
  }

  void examples(const Result& result, const std::vector<Counterexample>& list, size_t first, bool certain) {
    const size_t shown = std::min(list.size(), kRegionsShown);
    for (size_t i = 0; i < shown; ++i) {
      out_ << fmt::format("  {}. ", first + i) << escape(sentence(result, list[i], certain)) << '\n';
      evidence(list[i], certain);
    }
    if (shown < list.size()) out_ << fmt::format("  … and {} more (--format json lists all)\n", list.size() - shown);
  }

  std::string sentence(const Result& result, const Counterexample& example, bool certain) const {
    const solver::Region& region = example.region;
    const model::Policy* policy = policy_of(run_, example);
    const bool exposed = result.kind == solver::Kind::exposure;
    if (result.id.ends_with("/not-intercepted"))
      return fmt::format("what {} sends to {} on {} {} another place", endpoint(example.from_zone, region, Field::src), target(result, example), service_words(region, policy),
                         certain ? "is taken to" : "may be taken to");
    const std::string_view verb = exposed ? (certain ? "reaches" : "may reach") : (certain ? "cannot reach" : "may or may not reach");
    std::string text = fmt::format("{} {} {} on {}", endpoint(example.from_zone, region, Field::src), verb, target(result, example), service_words(region, policy));
    if (const std::string rest = rest_words(region, policy); !rest.empty()) text += ", " + rest;
    if (!example.leg.empty()) text += certain ? ": the " + example.leg + " is stopped" : ": it hangs on the " + example.leg;
    return text;
  }

  // Where a destination is translated, the client's own: whatever else leads there is in the JSON.
  std::string target(const Result& result, const Counterexample& example) const {
    const model::IntervalSet* dst = set_of(example.region, Field::dst);
    const bool translated = result.kind == solver::Kind::exposure && !example.hops.empty() && dst != nullptr && !dst->is_single() &&
                            dst->intervals().size() + 1 > 2 && example.packet.has(Field::dst);
    if (!translated) return endpoint(example.to_zone, example.region, Field::dst);
    return fmt::format("{} ({} and others)", example.to_zone, model::to_text(model::Address{example.packet.family, example.packet.get(Field::dst)}));
  }

  void evidence(const Counterexample& example, bool certain) {
    if (example.packet.has(Field::src)) out_ << "     for example " << escape(packet_words(example.packet, policy_of(run_, example))) << '\n';
    if (example.hops.size() > 1 || (!example.hops.empty() && !example.hops[0].in_interface.empty())) way(example);
    deciders(example, certain);
    for (const solver::NearMiss& miss : example.near_misses) {
      const std::string but = miss.why.starts_with("it ") || miss.why.starts_with("its ") || miss.why.starts_with("an ") ? "but " : "but: ";
      decider("", miss.rule, fmt::format(" {}, {}{}", miss.rule.did.empty() ? std::string(would(miss.rule.verdict)) : "would " + miss.rule.did, but, miss.why));
    }
    if (!example.note.empty()) out_ << "     " << escape(example.note) << '\n';
  }

  // Some that accept and some that block, where there are many.
  void deciders(const Counterexample& example, bool certain) {
    std::array<size_t, 2> shown{};
    size_t more = 0;
    for (const Decider& by : example.decided_by) {
      if (++shown[by.verdict == model::Verdict::accept] > kDecidersShown) ++more;
      else decider(std::string(certain ? "" : "perhaps ") + (by.did.empty() ? std::string(done_by(by.verdict)) : by.did), by, "");
    }
    if (!example.all_deciders) out_ << "     … and by many more rules\n";
    else if (more > 0) out_ << fmt::format("     … and by {} more rule{} (--format json lists all)\n", more, more == 1 ? "" : "s");
  }

  // "by edge: wan to lan, becomes 192.0.2.9:40000 > 192.168.1.11:8450"
  void way(const Counterexample& example) {
    for (const solver::HopSeen& hop : example.hops) {
      std::string text = hop.device;
      if (!hop.in_interface.empty()) text += ", in " + hop.in_interface;
      if (!hop.out_interface.empty()) text += ", out " + hop.out_interface;
      if (!hop.route.empty()) text += " (" + hop.route + ")";
      const std::string before = flow_words(hop.in), after = flow_words(hop.out);
      text += before == after ? ": " + before : ": " + before + " becomes " + after;
      out_ << "     by " << escape(text) << '\n';
    }
  }

  // "dropped by mgmt/rules.txt:44: Keep contractors off the API (inbound, on mgmt)", then the line.
  void decider(const std::string& word, const Decider& decider, const std::string& more) {
    out_ << "     " << word << (word.empty() ? "" : " ");
    if (decider.origin.line != 0)
      out_ << lines_.place(decider.origin) << ": ";
    else
      out_ << "the default: ";
    const bool nameless = decider.rule.empty() || decider.rule == "rule";
    const bool chain_said = decider.chain.empty() || decider.rule.find(decider.chain) != std::string::npos;
    const std::string where = chain_said ? "on " + decider.device : decider.chain + " on " + decider.device;
    out_ << escape(nameless ? where : decider.rule + " (" + where + ")") << escape(more) << '\n';
    if (const std::string text = lines_.line(decider.origin); !text.empty())
      out_ << fmt::format("       {:>5} | {}\n", decider.origin.line, escape_line(text));
  }

  std::ostream& out_;
  const Run& run_;
  SourceLines& lines_;
  Style style_;
};

}  // namespace

void write_findings(std::ostream& out, const Run& run, SourceLines& lines, const Style& style) { Findings(out, run, lines, style).all(); }

}  // namespace fwproof::report
