#include "importers/iptables_save/conntrack_templates.h"

#include <algorithm>
#include <optional>
#include <set>

#include "importers/iptables_save/parse.h"
#include "importers/text/number.h"

namespace fwproof::importers::iptables_save {
namespace {

using model::ActionKind;
using model::AnyOf;
using model::Field;
using model::Hook;
using model::IntervalSet;
using model::Policy;
using model::Rule;
using model::Term;

constexpr size_t kMaxEarlier = 64;   // template rules that an untracking rule behind them is compared with
constexpr std::string_view kBase[] = {"raw/PREROUTING", "raw/OUTPUT"};

bool is_base(std::string_view chain) { return std::find(std::begin(kBase), std::end(kBase), chain) != std::end(kBase); }

using Lines = std::set<std::pair<uint32_t, uint32_t>>;   // file, line

Lines lines_of(std::span<const Section> sections, const std::vector<LineRef>& references) {
  Lines lines;
  for (const LineRef reference : references) {
    const model::Origin origin = origin_of(sections, reference);
    lines.emplace(origin.file, origin.line);
  }
  return lines;
}

bool untracks(const Policy& policy, const Rule& rule) {
  if (rule.action.kind != ActionKind::rewrite) return false;
  const auto& steps = policy.rewrites[rule.action.index].steps;
  return steps.size() == 1 && steps[0].field == Field::state && steps[0].values == IntervalSet::of(model::state_untracked);
}

Term unknown_term(Policy& policy, model::Origin origin) {
  return {model::Unknown{model::add_unknown(policy, {model::UnknownCondition::Sharing::per_visit, "conntrack template", "no earlier -j CT took the packet", origin})}};
}

// Which connection table a packet is looked for in: nothing: not the same for all.
using Zone = std::optional<uint64_t>;

// "-A PREROUTING -j CT --zone 5" gives every packet its zone, whatever stands behind it.
Zone zone_of_all(const RuleAst& ast) {
  Zone zone;
  for (const OptionUse& use : ast.options) {
    if (use.owner == kTarget && use.name == "zone" && use.value_count == 1) zone = text::parse_any_base(ast.value(use), 0xffff);
    else if (use.owner == kTarget && use.name.starts_with("zone")) return std::nullopt;
    else if (use.owner == kGeneric && use.name != "jump") return std::nullopt;
  }
  const bool always = std::all_of(ast.matches.begin(), ast.matches.end(), [](const MatchUse& match) { return match.name == "comment"; });
  return always ? zone : std::nullopt;
}

bool gives_zone(const RuleAst& ast) {
  return std::any_of(ast.options.begin(), ast.options.end(), [](const OptionUse& use) { return use.owner == kTarget && use.name.starts_with("zone"); });
}

Zone zone_in(const Policy& policy, std::span<const Section> sections, const Table& raw, std::string_view base) {
  const auto chain = std::find_if(policy.chains.begin(), policy.chains.end(), [&](const model::Chain& c) { return c.name == base; });
  RuleAst ast;
  bool some = false;
  for (const LineRef line : raw.templates) {
    parse_line(text_of(sections, line), ast);
    const std::string in = "raw/" + std::string(ast.chain);
    if (!gives_zone(ast) || (is_base(in) && in != base)) continue;
    some = true;
    const bool first = chain != policy.chains.end() && in == base && !chain->rules.empty() && chain->rules.front().origin.line == origin_of(sections, line).line;
    if (first && zone_of_all(ast)) return zone_of_all(ast);
  }
  return some ? Zone() : Zone(0);
}

}  // namespace

void keep_first_template(Policy& policy, std::span<const Section> sections, const Table& raw) {
  if (raw.templates.empty()) return;
  const Lines lines = lines_of(sections, raw.templates);
  const auto is_template = [&](const Rule& rule) { return lines.contains({rule.origin.file, rule.origin.line}); };
  std::vector<bool> has_templates;
  for (const model::Chain& chain : policy.chains)
    has_templates.push_back(chain.name.starts_with("raw/") && std::any_of(chain.rules.begin(), chain.rules.end(), is_template));
  const auto in_base = [&](size_t i) { return is_base(policy.chains[i].name); };
  size_t all = 0, in_user_chains = 0;
  for (size_t i = 0; i < has_templates.size(); ++i) {
    all += has_templates[i];
    in_user_chains += has_templates[i] && !in_base(i);
  }
  for (size_t i = 0; i < has_templates.size(); ++i) {
    if (!policy.chains[i].name.starts_with("raw/")) continue;
    // Of rules in other chains it is not known whether the packet met them first.
    const bool elsewhere = in_base(i) ? in_user_chains > 0 : all > size_t{has_templates[i]};
    AnyOf earlier;
    for (Rule& rule : policy.chains[i].rules) {
      if (is_template(rule)) {
        earlier.alternatives.push_back(rule.terms);
        continue;
      }
      if (!untracks(policy, rule)) continue;
      if (elsewhere || earlier.alternatives.size() > kMaxEarlier) rule.terms.push_back(unknown_term(policy, rule.origin));
      else if (!earlier.alternatives.empty()) rule.terms.push_back({earlier, true});
    }
  }
}

std::array<bool, model::kHooks> hooks_of_mixed_zones(const Policy& policy, std::span<const Section> sections, const Table& raw) {
  const Zone arriving = zone_in(policy, sections, raw, kBase[0]), own = zone_in(policy, sections, raw, kBase[1]);
  std::array<bool, model::kHooks> mixed{};
  mixed[static_cast<size_t>(Hook::forward)] = !arriving;
  mixed[static_cast<size_t>(Hook::input)] = mixed[static_cast<size_t>(Hook::output)] = !arriving || !own || *arriving != *own;
  return mixed;
}

}  // namespace fwproof::importers::iptables_save
