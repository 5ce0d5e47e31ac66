#include "importers/iptables_save/conntrack_needed.h"

#include <algorithm>

#include "importers/iptables_save/parse.h"

namespace fwproof::importers::iptables_save {
namespace {

using model::ActionKind;
using model::Chain;
using model::Field;
using model::Policy;
using model::Rule;

// Those whose check calls nf_ct_netns_get(), tried on Linux 6.18 with both back ends. -m socket, TPROXY, HMARK and --notrack do not.
constexpr std::string_view kMatches[] = {"cluster", "connbytes", "connlabel", "connlimit", "connmark", "conntrack", "helper", "state"};
constexpr std::string_view kTargets[] = {"CONNMARK", "CONNSECMARK", "CT", "DNAT", "MASQUERADE", "NETMAP", "REDIRECT", "SNAT", "SYNPROXY"};

template <typename Names>
bool holds(const Names& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool turns_on(const RuleAst& ast) {
  if (!ast.problems.empty()) return false;
  const auto is_notrack = [](const OptionUse& use) { return use.owner == kTarget && use.name == "notrack"; };
  if (ast.target_spec != nullptr && holds(kTargets, ast.target)) return std::none_of(ast.options.begin(), ast.options.end(), is_notrack);
  return std::any_of(ast.matches.begin(), ast.matches.end(), [](const MatchUse& match) { return holds(kMatches, match.name); });
}

bool turns_on(std::span<const Section> sections, const Table& table) {
  RuleAst ast;
  bool on = false;
  for (const LineRef line : table.rules) {
    parse_line(text_of(sections, line), ast);
    if (ast.verb == Verb::flush || ast.verb == Verb::other) on = false;
    if (ast.verb == Verb::append || ast.verb == Verb::insert) on = on || turns_on(ast);
  }
  return on;
}

bool is_of_nat(const Chain& chain) { return chain.name.starts_with("nat/"); }

bool does_something(const Rule& rule) {
  switch (rule.action.kind) {
    case ActionKind::accept: case ActionKind::return_: case ActionKind::proceed: case ActionKind::jump: case ActionKind::go_to: return false;
    case ActionKind::drop: case ActionKind::reject: case ActionKind::rewrite: case ActionKind::unknown: case ActionKind::unknown_rewriting: return true;
  }
  return true;
}

// Nearly every dump with a table nat.
bool translates(const Policy& policy, const Rule& rule) {
  if (rule.action.kind != ActionKind::rewrite) return false;
  const auto& steps = policy.rewrites[rule.action.index].steps;
  return std::any_of(steps.begin(), steps.end(), [](const model::Rewrite& step) { return step.field == Field::ct_status; });
}

}  // namespace

void ask_for_tracking(Policy& policy, std::span<const Section> sections, const std::vector<const Table*>& tables) {
  bool something = false;
  for (const Chain& chain : policy.chains) {
    if (!is_of_nat(chain)) continue;
    something = something || chain.at_end == ActionKind::drop || std::any_of(chain.rules.begin(), chain.rules.end(), does_something);
    if (std::any_of(chain.rules.begin(), chain.rules.end(), [&](const Rule& rule) { return translates(policy, rule); })) return;
  }
  if (!something || std::any_of(tables.begin(), tables.end(), [&](const Table* table) { return turns_on(sections, *table); })) return;
  const auto on = [&](model::Origin origin) {
    return model::Term{model::Unknown{model::add_unknown(policy, {model::UnknownCondition::Sharing::pure, "connection tracking", "something outside of the dump turns it on", origin})}};
  };
  for (Chain& chain : policy.chains) {
    if (!is_of_nat(chain)) continue;
    for (Rule& rule : chain.rules)
      if (does_something(rule)) rule.terms.push_back(on(rule.origin));
    if (chain.at_end != ActionKind::drop) continue;
    Rule pass;
    pass.origin = chain.at_end_origin;
    pass.action = {ActionKind::accept, 0};
    pass.terms.push_back(on(pass.origin));
    pass.terms.back().negated = true;
    chain.rules.push_back(std::move(pass));
  }
}

}  // namespace fwproof::importers::iptables_save
