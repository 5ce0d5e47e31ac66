// One class that puts tables, base chains and the way of a packet together: that is why the file is long.
#include "importers/nftables/assemble.h"

#include <algorithm>
#include <optional>

#include "importers/nftables/merge_nat.h"
#include "importers/nftables/survey.h"
#include "importers/text/netfilter_egress.h"

namespace fwproof::importers::nftables {
namespace {

using model::Action;
using model::ActionKind;
using model::DiagnosticId;
using model::Family;
using model::Hook;
using model::LineClass;
using model::Severity;
using model::Stage;
using model::Term;

// include/uapi/linux/netfilter_ipv4.h, Linux 6.1: where the nat core stands, whatever priority a chain of type nat asks for.
constexpr int32_t kNatDestination = -100;
constexpr int32_t kNatSource = 100;

class Assembler {
 public:
  Assembler(const Ruleset& ruleset, const Survey& survey, const Facts& facts, Context& context, Family family)
      : ruleset_(ruleset), survey_(survey), facts_(facts), context_(context) {
    b_.family = family;
    b_.context = &context;
    b_.ruleset = &ruleset;
    b_.asks_translated = survey.asks_translated;
    b_.changes_header = survey.changes_header;
    b_.rewritten = survey.rewritten;
    (family == Family::v4 ? b_.policy.v4 : b_.policy.v6) = true;
  }

  model::Policy build() {
    name_interfaces();
    for (const TableAst& table : ruleset_.tables)
      if (concerns(table)) declare(table);
    for (const TableAst& table : ruleset_.tables)
      if (concerns(table)) lower(table);
    break_loops();
    settle_output();
    add_stages();
    add_zones();
    add_bridges();
    add_gaps();
    assume();
    return std::move(b_.policy);
  }

 private:
  struct Base {
    const TableAst* table;
    const ChainAst* chain;
    uint32_t index;
  };

  bool concerns(const TableAst& table) const {
    if (table.dormant) return false;
    switch (table.family) {
      case TableFamily::ip: return b_.family == Family::v4;
      case TableFamily::ip6: return b_.family == Family::v6;
      case TableFamily::inet: case TableFamily::netdev: return true;
      case TableFamily::arp: case TableFamily::bridge: return false;
    }
    return false;
  }

  void name_interfaces() {
    model::NameDomain& names = b_.policy.interfaces;
    std::set<std::string, std::less<>> all = survey_.interfaces;
    for (const model::InterfaceFact& fact : facts_.host.interfaces) all.insert(fact.name);
    for (const model::RouteFact& route : facts_.host.routes)
      if (!route.dev.empty()) all.insert(route.dev);
    all.insert("lo");
    const auto is_prefix = [](std::string_view name) { return name.ends_with('*') && !name.ends_with("\\*"); };
    const auto stem = [&](std::string_view name) {
      if (is_prefix(name)) return std::string(name.substr(0, name.size() - 1));
      if (name.ends_with("\\*")) return std::string(name.substr(0, name.size() - 2)) + "*";
      return std::string(name);
    };
    for (const std::string& name : all) names.add(stem(name), is_prefix(name));
    for (const std::string& name : all) b_.interface_atoms.emplace(name, names.atoms(stem(name), is_prefix(name)));
  }

  // ---- chains ----

  void declare(const TableAst& table) {
    for (const ChainAst& chain : table.chains) {
      const uint32_t index = b_.add_chain(std::string(to_text(table.family)) + " " + table.name + "/" + chain.name);
      chains_.emplace(std::pair{&table, chain.name}, index);
      if (chain.is_base) declare_base(table, chain, index);
    }
  }

  void declare_base(const TableAst& table, const ChainAst& chain, uint32_t index) {
    model::Chain& added = b_.policy.chains[index];
    added.at_end = chain.policy == "drop" ? ActionKind::drop : ActionKind::accept;
    added.at_end_origin = chain.policy.empty() ? model::Origin{chain.origin.file, 0} : chain.policy_origin;
    added.at_end_text = chain.policy.empty() ? "no policy stated: accept" : "policy " + chain.policy;
    bases_.push_back({&table, &chain, index});
    const bool known_type = chain.type == "filter" || chain.type == "nat" || chain.type == "route";
    const bool known_policy = chain.policy.empty() || chain.policy == "accept" || chain.policy == "drop";
    const auto use = survey_.chains.find({&table, chain.name});
    const bool known_hook = use != survey_.chains.end() && (use->second.sites.to_ulong() & 0x7f) != 0;
    if (known_type && known_policy && known_hook && chain.priority_known) return;
    context_.tell(chain.origin, 0, 0, DiagnosticId::value_unknown, Severity::warning, "the type, hook, priority or policy of chain '" + chain.name + "' is not known",
                  "every decision may depend on it");
    context_.account(chain.origin, LineClass::opaque, "base chain");
    unclear_.push_back({"base chain that cannot be placed", chain.origin});
  }

  void lower(const TableAst& table) {
    static const std::set<const SetAst*> kNone;
    const auto changing = survey_.changing.find(&table);
    for (const ChainAst& chain : table.chains) {
      uint32_t out = chains_.at({&table, chain.name});
      if (chain.unclear) add_unknown(out, "command that is not followed", *chain.unclear);
      if (!chain.devices.empty() || !chain.devices_known) add_device_guard(out, chain);
      if (chain.type == "nat" && !tracks_connections() && (chain.policy == "drop" || (!chain.rules.empty() && can_interfere(table)))) add_tracking_guard(out, chain);
      const RuleScope scope{b_, table, chains_, survey_.chains.at({&table, chain.name}).sites, &out,
                            changing == survey_.changing.end() ? kNone : changing->second};
      for (const RuleAst& rule : chain.rules) {
        LineResult line;
        lower_rule(scope, rule, line);
        context_.account(rule.origin, rule.last_line, line.line_class, line.construct);
      }
    }
  }

  void add_unknown(uint32_t chain, std::string_view text, model::Origin origin, ActionKind kind = ActionKind::unknown_rewriting, Terms terms = {}) {
    model::Rule rule;
    rule.terms = std::move(terms);
    rule.origin = origin;
    rule.action = {kind, b_.unknown("ruleset", text, false, origin)};
    b_.policy.chains[chain].rules.push_back(std::move(rule));
  }

  // A chain at ingress or egress sees the packets of its devices only.
  void add_device_guard(uint32_t index, const ChainAst& chain) {
    model::IntervalSet atoms;
    for (const std::string& device : chain.devices)
      if (const auto known = b_.interface_atoms.find(device); known != b_.interface_atoms.end()) atoms = atoms.united(known->second);
    model::Rule rule;
    rule.origin = chain.origin;
    rule.terms.push_back({model::In{chain.hook == "egress" ? model::Field::out : model::Field::in, std::move(atoms)}, true});
    if (!chain.devices_known) rule.terms.push_back({model::Unknown{b_.unknown("device", "device of chain " + chain.name, false, chain.origin)}});
    rule.action = {ActionKind::accept, 0};
    rule.name = "packets of other devices";
    b_.policy.chains[index].rules.push_back(std::move(rule));
    b_.assume("packets of an interface pass by the device of that name (no bridge, bond or VLAN between)", {chain.origin.file, 0});
    if (chain.policy == "drop" && b_.family == Family::v4) b_.assume("hosts find each other although a chain at " + chain.hook + " may drop ARP, which no rule here is asked about", chain.origin);
  }

  bool tracks_connections() const {
    const auto& tables = b_.family == Family::v4 ? survey_.tracking_v4 : survey_.tracking_v6;
    return std::any_of(tables.begin(), tables.end(), [&](const TableAst* table) { return concerns(*table); });
  }

  // nf_nat_inet_fn passes what has no connection, and without a rule that asks for it the kernel tracks none (nf_ct_netns_get): another table or
  // program of the host may ask for it.
  void add_tracking_guard(uint32_t index, const ChainAst& chain) {
    model::Rule rule;
    rule.origin = chain.origin;
    rule.terms.push_back({model::Unknown{b_.unknown("conntrack", "no rule asks for connection tracking", true, chain.origin)}});
    rule.action = {ActionKind::accept, 0};
    rule.name = "connections are not tracked";
    b_.policy.chains[index].rules.push_back(std::move(rule));
    context_.account(chain.origin, LineClass::opaque, "nat chain without connection tracking");
    context_.tell(chain.origin, 0, 0, DiagnosticId::match_opaque, Severity::warning, "chain '" + chain.name + "' of type nat is called only where connections are tracked, and no rule asks for that",
                  "every decision of the chain depends on it");
  }

  // ---- jumps in a circle: refused by the kernel (nft_chain_validate) ----

  void break_loops() {
    enum class State : uint8_t { unseen, open, done };
    auto& chains = b_.policy.chains;
    std::vector<State> states(chains.size(), State::unseen);
    std::vector<std::pair<uint32_t, uint32_t>> stack;
    for (uint32_t start = 0; start < chains.size(); ++start) {
      if (states[start] != State::unseen) continue;
      states[start] = State::open;
      stack.emplace_back(start, 0);
      while (!stack.empty()) {
        auto& [chain, next] = stack.back();
        if (next == chains[chain].rules.size()) {
          states[chain] = State::done;
          stack.pop_back();
          continue;
        }
        model::Rule& rule = chains[chain].rules[next++];
        if (rule.action.kind != ActionKind::jump && rule.action.kind != ActionKind::go_to) continue;
        const uint32_t to = rule.action.index;
        if (states[to] == State::open) {
          context_.tell(rule.origin, 0, 0, DiagnosticId::chain_loop, Severity::error, "this jump closes a circle back to chain '" + chains[to].name + "'");
          context_.account(rule.origin, LineClass::unrecognised, "jump in a circle");
          rule.action = {ActionKind::unknown_rewriting, b_.unknown("ruleset", "jump in a circle", false, rule.origin)};
        } else if (states[to] == State::unseen) {
          states[to] = State::open;
          stack.emplace_back(to, 0);
        }
      }
    }
  }

  void settle_output() {
    OutputChains output;
    for (const Base& base : bases_) {
      const bool nat = base.chain->type == "nat";
      if (nat && base.chain->hook == "input") output.nat_input.push_back(base.index);
      if (base.chain->hook != "output") continue;
      if (nat) output.nat_output.push_back(base.index);
      (nat || base.chain->priority <= kNatDestination ? output.before_nat : output.behind_nat).push_back(base.index);
    }
    settle_egress_of_output(b_.policy, output);
  }

  // ---- stages ----

  // The base chains at one hook of the kernel, in its order: by priority, and of equal ones the one added last comes first
  // (nf_hook_entries_grow; seen on Linux 6.18).
  std::vector<Base> bases_at(std::string_view hook, bool nat) const {
    std::vector<Base> found;
    for (const Base& base : bases_)
      if (base.chain->hook == hook && (base.chain->type == "nat") == nat) found.push_back(base);
    std::stable_sort(found.begin(), found.end(), [](const Base& a, const Base& b) {
      return a.chain->priority != b.chain->priority ? a.chain->priority < b.chain->priority : a.chain->sequence > b.chain->sequence;
    });
    return found;
  }

  std::vector<Stage> stages_at(std::string_view hook) {
    std::vector<Stage> stages;
    const std::vector<Base> nat = bases_at(hook, true);
    const bool source = hook == "postrouting" || hook == "input";
    const int32_t nat_priority = source ? kNatSource : kNatDestination;
    uint32_t first_nat = ~uint32_t{0};
    for (const Base& base : bases_)
      if (base.chain->type == "nat") first_nat = std::min(first_nat, base.chain->sequence);
    bool nat_done = false;
    const auto add_nat = [&] {
      nat_done = true;
      if (!nat.empty()) stages.push_back({Stage::Kind::nat, nat_entry(nat)});
      // Any nat chain brings the nat core to all hooks (nf_nat_register_fn): what one translates another one undoes.
      else if (first_nat != ~uint32_t{0}) stages.push_back({Stage::Kind::nat, no_nat()});
      if (hook == "output") stages.push_back({Stage::Kind::route, 0});
    };
    for (const Base& base : bases_at(hook, false)) {
      const bool before_nat = base.chain->priority != nat_priority ? base.chain->priority < nat_priority : base.chain->sequence > first_nat;
      if (!before_nat && !nat_done) add_nat();
      stages.push_back({Stage::Kind::filter, base.index});
    }
    if (!nat_done) add_nat();
    return stages;
  }

  // Where no chain of type nat stands at the hook.
  uint32_t no_nat() {
    if (!no_nat_) {
      no_nat_ = b_.add_chain("nat core");
      b_.policy.chains[*no_nat_].at_end = ActionKind::accept;
      b_.policy.chains[*no_nat_].at_end_text = "no translation";
    }
    return *no_nat_;
  }

  // Several chains of type nat at a hook are one stage: they are asked in turn until one translates (nf_nat_inet_fn).
  uint32_t nat_entry(const std::vector<Base>& nat) {
    if (nat.size() == 1) return nat[0].index;
    std::vector<uint32_t> chains;
    for (const Base& base : nat) chains.push_back(base.index);
    for (size_t i = 1; i < nat.size(); ++i)
      if (nat[i].chain->priority == nat[i - 1].chain->priority)
        b_.assume("of nat chains with the same priority (" + nat[i - 1].chain->name + ", " + nat[i].chain->name + ") the one added last is asked first", nat[i].chain->origin);
    if (const auto merged = merge_nat(b_.policy, chains)) return *merged;
    unclear_.push_back({"too many rules in nat chains at one hook", nat[0].chain->origin});
    return nat[0].index;
  }

  void add_stages() {
    const auto add = [&](Hook hook, const std::vector<Stage>& stages) {
      auto& all = b_.policy.hooks[static_cast<size_t>(hook)];
      all.insert(all.end(), stages.begin(), stages.end());
    };
    const auto ingress = stages_of_device("ingress"), egress = stages_of_device("egress");
    const auto prerouting = stages_at("prerouting"), input = stages_at("input"), forward = stages_at("forward"), output = stages_at("output"),
               postrouting = stages_at("postrouting");
    const std::vector<Stage> route = {{Stage::Kind::route, 0}};
    for (const auto& part : {ingress, prerouting, route, input}) add(Hook::input, part);
    for (const auto& part : {ingress, prerouting, route, forward, postrouting, egress}) add(Hook::forward, part);
    for (const auto& part : {output, postrouting, egress}) add(Hook::output, part);
  }

  std::vector<Stage> stages_of_device(std::string_view hook) const {
    std::vector<Stage> stages;
    for (const Base& base : bases_at(hook, false)) stages.push_back({Stage::Kind::filter, base.index});
    return stages;
  }

  // ---- what is not followed ----

  void prepend(std::string name, std::string_view text, model::Origin origin, ActionKind kind, Terms terms = {}) {
    const uint32_t chain = b_.add_chain(std::move(name));
    b_.policy.chains[chain].at_end = ActionKind::accept;
    b_.policy.chains[chain].at_end_text = "no decision";
    add_unknown(chain, text, origin, kind, std::move(terms));
    for (auto& stages : b_.policy.hooks) stages.insert(stages.begin(), {Stage::Kind::filter, chain});
  }

  // resolve_normal_ct: a packet looks for its connection in its own zone. Whether an answer gets the zone of what it answers is not followed: it may be
  // new there, and its addresses are translated back only if it is not.
  void add_zones() {
    for (const auto& [key, use] : survey_.chains)
      if (use.zone && has(use.sites, Site::early) && concerns(*use.table)) {
        const Term later{model::In{model::Field::state, model::IntervalSet::range(model::state_established, model::state_related)}};
        return prepend("zones", "ct zone set", *use.zone, ActionKind::unknown_rewriting, {later});
      }
  }

  void add_bridges() {
    for (const TableAst& table : ruleset_.tables)
      if (table.family == TableFamily::bridge && !table.dormant && can_interfere(table))
        prepend("bridge " + table.name, "table bridge " + table.name, table.origin, ActionKind::unknown);
  }

  void add_gaps() {
    std::vector<Gap> gaps = ruleset_.gaps;
    gaps.insert(gaps.end(), unclear_.begin(), unclear_.end());
    for (const TableAst& table : ruleset_.tables)
      if (table.unclear && gaps.empty()) gaps.push_back({"table " + table.name, *table.unclear});
    if (!gaps.empty()) prepend("what the text does not settle", gaps.front().text, gaps.front().origin, ActionKind::unknown_rewriting);
  }

  void assume() {
    const std::string name = b_.family == Family::v4 ? "IPv4" : "IPv6";
    b_.assume("no rules of iptables-legacy exist beside the nftables rules", {});
    if (bases_.empty()) b_.assume("the nftables rules are all there are: none concerns " + name + ", so all of it passes", {});
  }

  const Ruleset& ruleset_;
  const Survey& survey_;
  const Facts& facts_;
  Context& context_;
  Builder b_;
  std::map<std::pair<const TableAst*, std::string>, uint32_t> chains_;
  std::vector<Base> bases_;
  std::vector<Gap> unclear_;
  std::optional<uint32_t> no_nat_;
};

// Rules that no policy holds.
void account_for_others(const Ruleset& ruleset, Context& context) {
  for (const TableAst& table : ruleset.tables) {
    const bool bridge = table.family == TableFamily::bridge;
    if (!table.dormant && !bridge && table.family != TableFamily::arp) continue;
    const bool opaque = bridge && !table.dormant && can_interfere(table);
    const std::string_view construct = table.dormant ? "dormant table" : bridge ? "bridge table" : "arp table";
    if (opaque)
      context.tell(table.origin, 0, 0, DiagnosticId::target_opaque, Severity::warning, "table bridge " + table.name + " can stop packets on bridges",
                   "whether a packet passes a bridge cannot be told");
    for (const ChainAst& chain : table.chains)
      for (const RuleAst& rule : chain.rules) context.account(rule.origin, rule.last_line, opaque ? LineClass::opaque : LineClass::irrelevant, construct);
  }
}

}  // namespace

uint32_t Builder::unknown(std::string_view kind, std::string_view text, bool pure, model::Origin origin) {
  using Sharing = model::UnknownCondition::Sharing;
  const auto index = static_cast<uint32_t>(policy.unknowns.size());
  if (pure) {
    std::string key(kind);
    key += '\0';
    key += text;
    const auto [entry, added] = pure_unknowns.try_emplace(std::move(key), index);
    if (!added) return entry->second;
  }
  policy.unknowns.push_back({pure ? Sharing::pure : Sharing::per_visit, std::string(kind), std::string(text), origin});
  return index;
}

void Builder::assume(std::string text, model::Origin origin) {
  for (const model::Assumption& known : policy.general_assumptions)
    if (known.text == text) return;
  policy.general_assumptions.push_back({std::move(text), origin});
}

uint32_t Builder::add_chain(std::string name) {
  model::Chain chain;
  chain.name = std::move(name);
  policy.chains.push_back(std::move(chain));
  return static_cast<uint32_t>(policy.chains.size() - 1);
}

void assemble(const Ruleset& ruleset, const Facts& facts, Context& context, ImportResult& result) {
  const Survey known = survey(ruleset);
  for (const Family family : {Family::v4, Family::v6}) result.policies.push_back(Assembler(ruleset, known, facts, context, family).build());
  account_for_others(ruleset, context);
}

}  // namespace fwproof::importers::nftables
