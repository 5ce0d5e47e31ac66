#include "importers/netsh/lower.h"

#include <fmt/format.h>

#include <array>
#include <set>
#include <string>

#include "importers/netsh/conditions.h"
#include "importers/netsh/values.h"
#include "importers/netsh/words.h"

namespace fwproof::importers::netsh {
namespace {

using model::Action;
using model::ActionKind;
using model::Chain;
using model::Field;
using model::In;
using model::IntervalSet;
using model::Policy;
using model::Rule;
using model::Term;

constexpr std::array<std::string_view, 3> kProfileNames = {"domain", "private", "public"};

// In the order in which Windows tries them ("Understanding Windows Firewall with Advanced Security rules", Microsoft: authenticated
// bypass, block, allow, default). What a rule does is unknown: it stands first, where a free choice covers every other place.
enum class Rank : uint8_t { unknown, bypass, block, allow };
constexpr std::array kRanks = {Rank::unknown, Rank::bypass, Rank::block, Rank::allow};

class Lowering {
 public:
  Lowering(const Firewall& firewall, Reporter& reporter) : firewall_(firewall), conditions_(policy_, reporter) {}

  Policy run() {
    bool superseded = false;
    for (const FirewallRule& rule : firewall_.rules) superseded |= rule.before_listing;
    if (superseded)
      for (const FirewallRule& rule : firewall_.rules)
        if (rule.shown != FirewallRule::Shown::complete) listed_names_.insert(fold(rule[Key::name].text));
    policy_.v4 = policy_.v6 = true;
    for (const FirewallRule& rule : firewall_.rules)
      if (exists(rule)) conditions_.collect_names(rule);
    conditions_.number_names();
    policy_.chains.resize(2);
    build(policy_.chains[0], true);
    build(policy_.chains[1], false);
    policy_.hooks[static_cast<size_t>(model::Hook::input)] = {{model::Stage::Kind::filter, 0}};
    policy_.hooks[static_cast<size_t>(model::Hook::output)] = {{model::Stage::Kind::filter, 1}};
    add_general_assumptions();
    return std::move(policy_);
  }

 private:
  // A command's rule that the export behind it shows again is taken from there.
  bool exists(const FirewallRule& rule) const {
    return !rule.removed && !(rule.before_listing && listed_names_.contains(fold(rule[Key::name].text)));
  }

  Action unknown_action(std::string kind, std::string text, model::Origin origin) {
    model::UnknownCondition condition;
    condition.sharing = model::UnknownCondition::Sharing::per_visit;
    condition.kind = std::move(kind);
    condition.text = std::move(text);
    condition.origin = origin;
    return {ActionKind::unknown, model::add_unknown(policy_, std::move(condition))};
  }

  void build(Chain& chain, bool inbound) {
    chain.name = inbound ? "inbound" : "outbound";
    for (const OpaqueCommand& command : firewall_.opaque)
      chain.rules.push_back({{}, unknown_action("command", command.text, command.origin), command.origin, command.text});
    Term answers{In{Field::state, IntervalSet::range(model::state_established, model::state_related)}};
    chain.rules.push_back({{answers}, {ActionKind::accept}, {firewall_file(), 0}, "stateful: answers and established connections"});
    for (unsigned i = 0; i < 3; ++i) add_profile_rules(chain, i, inbound);
    for (const Rank rank : kRanks)
      for (const FirewallRule& rule : firewall_.rules)
        if (exists(rule) && rank_of(rule) == rank && applies(rule, inbound)) chain.rules.push_back(lower_rule(rule, rank, inbound));
    add_defaults(chain, inbound);
  }

  uint32_t firewall_file() const { return firewall_.rules.empty() ? 0 : firewall_.rules.front().origin.file; }

  static Term profile_is(unsigned profile) { return {In{Field::profile, IntervalSet::of(profile)}}; }

  void add_profile_rules(Chain& chain, unsigned index, bool inbound) {
    const ProfileSettings& profile = firewall_.profiles[index];
    const std::string_view name = kProfileNames[index];
    if (profile.unknown) {
      chain.rules.push_back({{profile_is(index)},
                             unknown_action("profile", fmt::format("settings of the {} profile", name), profile.state_origin),
                             profile.state_origin,
                             fmt::format("the settings of the {} profile are not understood", name)});
    } else if (!profile.on) {
      chain.rules.push_back(
          {{profile_is(index)}, {ActionKind::accept}, profile.state_origin, fmt::format("the firewall is off in the {} profile", name)});
    } else if (inbound && profile.inbound == Inbound::block_always) {
      chain.rules.push_back({{profile_is(index)},
                             {ActionKind::drop},
                             profile.policy_origin,
                             fmt::format("all inbound connections are blocked in the {} profile", name)});
    }
  }

  static Rank rank_of(const FirewallRule& rule) {
    const FieldValue& action = rule[Key::action];
    const FieldValue& direction = rule[Key::direction];
    if (action.unknown || !action.present || rule[Key::enable].unknown || direction.unknown || !direction.present) return Rank::unknown;
    if (direction.text != "in" && direction.text != "out") return Rank::unknown;
    return action.text == "block" ? Rank::block : action.text == "bypass" ? Rank::bypass : action.text == "allow" ? Rank::allow : Rank::unknown;
  }

  static bool applies(const FirewallRule& rule, bool inbound) {
    const FieldValue& direction = rule[Key::direction];
    const bool known = !direction.unknown && (direction.text == "in" || direction.text == "out");
    return !known || (direction.text == "in") == inbound;
  }

  Rule lower_rule(const FirewallRule& rule, Rank rank, bool inbound) {
    Rule lowered;
    lowered.name = rule[Key::name].text;
    lowered.origin = rule.origin;
    lowered.enabled = rule[Key::enable].text != "no" || rule[Key::enable].unknown;
    lowered.terms = conditions_.terms(rule, inbound);
    if (rule.before_listing)
      lowered.terms.push_back(conditions_.unknown_here("script-condition", "a command before the export, which does not show this rule", rule.origin));
    switch (rank) {
      case Rank::unknown: lowered.action = unknown_action("rule", fmt::format("line {}: rule '{}'", rule.origin.line, lowered.name), rule.origin); break;
      case Rank::bypass:
        lowered.action = {ActionKind::accept};
        lowered.terms.push_back(conditions_.unknown("ipsec", fmt::format("line {}: authenticated bypass", rule.origin.line), rule.origin));
        break;
      case Rank::block: lowered.action = {ActionKind::drop}; break;
      case Rank::allow: lowered.action = {ActionKind::accept}; break;
    }
    add_assumption(rule, rank, lowered);
    return lowered;
  }

  void add_assumption(const FirewallRule& rule, Rank rank, Rule& lowered) {
    if (!lowered.enabled || (!hides_scope(rule) && !rule.hidden_scope)) return;
    if (rank == Rank::unknown || (rank != Rank::block && !names_local_ports(rule) && !rule.hidden_scope)) return;
    const bool plain = rule.shown == FirewallRule::Shown::plain_listing;
    const std::string_view hidden = rule.hidden_scope ? "the listing hides from which addresses the exception may be used"
                                    : plain           ? "the plain listing hides program and service"
                                                      : "the listing hides a binding to a store package";
    lowered.assumption = static_cast<int32_t>(policy_.assumptions.size());
    policy_.assumptions.push_back(
        {fmt::format("{}: rule '{}' (line {}) is taken to apply to all of them", hidden, lowered.name, rule.origin.line), rule.origin});
  }

  // True: connections that no rule decides are let through.
  bool default_accepts(const ProfileSettings& profile, bool inbound) const {
    return inbound ? profile.inbound == Inbound::allow : !profile.outbound_blocked;
  }

  void add_defaults(Chain& chain, bool inbound) {
    const auto text = [&](bool accepts, const ProfileSettings& profile, std::string_view which) {
      return fmt::format("{} connections are {} by default ({}{})", inbound ? "inbound" : "outbound", accepts ? "allowed" : "blocked", which,
                         profile.policy_given() ? "" : ", Windows' default");
    };
    const ProfileSettings& first = firewall_.profiles[0];
    bool alike = true;
    for (const ProfileSettings& profile : firewall_.profiles) alike &= default_accepts(profile, inbound) == default_accepts(first, inbound);
    const bool accepts = alike ? default_accepts(first, inbound) : !inbound;
    chain.at_end = accepts ? ActionKind::accept : ActionKind::drop;
    chain.at_end_text = text(accepts, first, "all profiles");
    if (alike) {
      chain.at_end_origin = first.policy_origin;
      return;
    }
    chain.at_end_text = text(accepts, {}, "other profiles");
    for (unsigned i = 0; i < 3; ++i) {
      const ProfileSettings& profile = firewall_.profiles[i];
      const bool own = default_accepts(profile, inbound);
      if (own != accepts)
        chain.rules.push_back({{profile_is(i)}, {own ? ActionKind::accept : ActionKind::drop}, profile.policy_origin,
                               text(own, profile, fmt::format("{} profile", kProfileNames[i]))});
      else if (!chain.at_end_origin.line)
        chain.at_end_origin = profile.policy_origin, chain.at_end_text = text(own, profile, fmt::format("{} profile", kProfileNames[i]));
    }
  }

  void add_general_assumptions() {
    bool all_given = true;
    for (const ProfileSettings& profile : firewall_.profiles) all_given &= profile.state_given() && profile.policy_given();
    if (!all_given)
      policy_.general_assumptions.push_back(
          {"profile settings that no input states are Windows' own: on, block inbound and allow outbound connections", {firewall_file(), 0}});
    policy_.general_assumptions.push_back({"group policy adds no rules and overrides no settings", {firewall_file(), 0}});
    if (firewall_.has_listing)
      policy_.general_assumptions.push_back({"the listings together show all rules of the host (name=all)", {firewall_file(), 0}});
    if (conditions_.uses_dynamic_ports())
      policy_.general_assumptions.push_back(
          {"ports that RPC, Teredo and Play To pick at run time lie in Windows' default dynamic range, 49152-65535", {firewall_file(), 0}});
    if (conditions_.uses_folders())
      policy_.general_assumptions.push_back({"Windows' folders are where Windows puts them (C:\\Windows, C:\\Program Files)", {firewall_file(), 0}});
    if (firewall_.reset && !firewall_.has_listing)
      policy_.general_assumptions.push_back({"the rules of Windows itself, which a reset restores, open nothing else", {firewall_file(), 0}});
    if (!firewall_.has_listing && firewall_.has_script && !firewall_.reset)
      policy_.general_assumptions.push_back(
          {"the script changes a Windows whose own rules open nothing else: no listing of its rules is given", {firewall_file(), 0}});
    for (const std::string& text : firewall_.assumptions) policy_.general_assumptions.push_back({text, {firewall_file(), 0}});
  }

  const Firewall& firewall_;
  Policy policy_;
  std::set<std::string> listed_names_;
  Conditions conditions_;
};

}  // namespace

Policy lower(const Firewall& firewall, Reporter& reporter) { return Lowering(firewall, reporter).run(); }

}  // namespace fwproof::importers::netsh
