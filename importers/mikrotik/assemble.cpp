// Tables, built-in chains and the way of a packet as tables, and the one class that puts them together: that is why the file is long.
#include "importers/mikrotik/assemble.h"

#include <algorithm>
#include <array>

#include "importers/mikrotik/facts.h"
#include "importers/mikrotik/guards.h"
#include "importers/mikrotik/lower.h"
#include "importers/text/number.h"

namespace fwproof::importers::mikrotik {
namespace {

using model::ActionKind;
using model::Chain;
using model::DiagnosticId;
using model::Family;
using model::Hook;
using model::LineClass;
using model::Rule;
using model::Severity;
using model::Stage;

constexpr auto kTables = std::to_array<Table>({Table::raw, Table::mangle, Table::nat, Table::filter});
constexpr size_t kMaxPoisons = 8;

struct BuiltIn {
  Table table;
  std::string_view chain;
};
constexpr auto kBuiltIns = std::to_array<BuiltIn>({
    {Table::raw, "prerouting"}, {Table::raw, "output"}, {Table::mangle, "prerouting"}, {Table::mangle, "input"}, {Table::mangle, "forward"},
    {Table::mangle, "output"}, {Table::mangle, "postrouting"}, {Table::nat, "srcnat"}, {Table::nat, "dstnat"}, {Table::nat, "input"},
    {Table::nat, "output"}, {Table::filter, "input"}, {Table::filter, "forward"}, {Table::filter, "output"},
});

bool is_built_in(Table table, std::string_view chain) {
  return std::any_of(kBuiltIns.begin(), kBuiltIns.end(), [&](const BuiltIn& b) { return b.table == table && b.chain == chain; });
}

// Manual "Packet Flow in RouterOS" (help.mikrotik.com, 2025), chains "Prerouting", "Input", "Forward", "Output", "Postrouting". The
// chains input and output of nat are there since version 7 (manual "NAT"). kRoute is the routing decision, kGuard what is not modelled.
constexpr std::string_view kRoute = "(route)", kArriving = "(arriving)", kLeaving = "(leaving)";
struct Way {
  Hook hook;
  Table table;
  std::string_view chain;
};
constexpr auto kWays = std::to_array<Way>({
    {Hook::input, Table::filter, kArriving}, {Hook::input, Table::raw, "prerouting"}, {Hook::input, Table::mangle, "prerouting"},
    {Hook::input, Table::nat, "dstnat"}, {Hook::input, Table::filter, kRoute}, {Hook::input, Table::mangle, "input"},
    {Hook::input, Table::filter, "input"}, {Hook::input, Table::nat, "input"},
    {Hook::forward, Table::filter, kArriving}, {Hook::forward, Table::raw, "prerouting"}, {Hook::forward, Table::mangle, "prerouting"},
    {Hook::forward, Table::nat, "dstnat"}, {Hook::forward, Table::filter, kRoute}, {Hook::forward, Table::filter, kLeaving},
    {Hook::forward, Table::mangle, "forward"}, {Hook::forward, Table::filter, "forward"}, {Hook::forward, Table::mangle, "postrouting"},
    {Hook::forward, Table::nat, "srcnat"},
    {Hook::output, Table::filter, kArriving}, {Hook::output, Table::raw, "output"}, {Hook::output, Table::mangle, "output"},
    {Hook::output, Table::nat, "output"}, {Hook::output, Table::filter, kRoute}, {Hook::output, Table::filter, kLeaving},
    {Hook::output, Table::filter, "output"}, {Hook::output, Table::mangle, "postrouting"}, {Hook::output, Table::nat, "srcnat"},
});

class Assembler {
 public:
  Assembler(const Config& config, Report& report, const model::HostFacts& facts, Family family, const model::NameDomain& names, bool is_export)
      : b_(config, report, facts, family, names), is_export_(is_export), root_(family == Family::v4 ? "ip " : "ipv6 ") {
    b_.is_export = is_export;
  }

  model::Policy build() {
    for (const auto& [port, master] : masters(b_.config)) b_.slaves.emplace(port, 0);
    look_ahead();
    Guards guards = lower_guards(b_);
    for (const Table table : kTables) add_table(table, guards);
    settings();
    add_guard(kArriving, std::move(guards.arriving));
    add_guard(kLeaving, std::move(guards.leaving));
    break_loops();
    add_stages();
    assume();
    return std::move(b_.policy);
  }

 private:
  std::string menu(Table table) const { return root_ + "firewall " + std::string(to_text(table)); }

  void look_ahead() {
    for (const Table table : kTables)
      for (const Item* item : b_.config.items(menu(table))) {
        const std::string_view asked = item->get("connection-nat-state"), action = item->get("action");
        if (asked.find("srcnat") != std::string_view::npos) b_.asks_translated |= model::ct_snat;
        if (asked.find("dstnat") != std::string_view::npos) b_.asks_translated |= model::ct_dnat;
        b_.changes_header = b_.changes_header || action.starts_with("change-") || action == "set-priority";
      }
    if (const Item* tracking = b_.config.settings("ip firewall connection tracking"))
      b_.tracking = !tracking->is("enabled", "no") && (tracking->find("enabled") == nullptr || !tracking->find("enabled")->opaque);
  }

  // ---- tables ----

  using ChainIndex = std::map<std::string, uint32_t, std::less<>>;

  void add_table(Table table, Guards& guards) {
    const auto& items = b_.config.items(menu(table));
    ChainIndex& chains = chains_[static_cast<size_t>(table)];
    const bool open = std::any_of(items.begin(), items.end(), [](const Item* item) { return !item->poison.empty() || chain_is_open(*item); });
    if (open || table == Table::filter || (table == Table::nat && !guards.translating.empty()))
      for (const BuiltIn& built_in : kBuiltIns)
        if (built_in.table == table) add_chain(table, built_in.chain, chains);
    for (const Item* item : items)
      for (const std::string_view key : {"chain", "jump-target"})
        if (const std::string_view name = item->get(key); !name.empty() && item->poison.empty()) add_chain(table, name, chains);
    std::vector<Rule> poisons;
    std::map<uint32_t, size_t> poisoned;   // chain → poisons that it has
    for (const Item* item : items) {
      if (!item->poison.empty() || chain_is_open(*item)) {
        if (item->poison.empty()) b_.report.account(item->spans.front(), LineClass::opaque, "rule without a chain that can be told");
        if (poisons.size() < kMaxPoisons) poisons.push_back(poison(table, *item));
        continue;
      }
      const auto chain = chains.find(item->get("chain"));
      give(chain->second, poisons, poisoned[chain->second]);
      add_rule(table, *item, chain->first, chains, chain->second);
    }
    for (const auto& [name, number] : chains) give(number, poisons, poisoned[number]);
    if (table == Table::nat) append(chains, "dstnat", guards.translating);
    missing_chains(table, items, chains);
    if (table == Table::nat && !b_.tracking && !items.empty()) without_tracking(chains, items);
  }

  static bool chain_is_open(const Item& item) {
    const Property* chain = item.find("chain");
    return chain == nullptr || chain->opaque;
  }

  // Rules that were before a change still decide first; those behind it may be gone or changed.
  void give(uint32_t chain, const std::vector<Rule>& poisons, size_t& given) {
    auto& rules = b_.policy.chains[chain].rules;
    for (; given < poisons.size(); ++given) rules.push_back(poisons[given]);
  }

  Rule poison(Table table, const Item& item) {
    const std::string why = item.poison.empty() ? "a rule whose chain is not known" : item.poison;
    Rule rule;
    rule.origin = b_.report.origin(item.spans.front());
    rule.name = why;
    rule.action = {table == Table::filter ? ActionKind::unknown : ActionKind::unknown_rewriting,
                   b_.unknown("not followed", why, model::UnknownCondition::Sharing::per_visit, rule.origin)};
    return rule;
  }

  void append(const ChainIndex& chains, std::string_view name, std::vector<Rule>& rules) {
    const auto chain = chains.find(name);
    if (chain == chains.end()) return;
    for (Rule& rule : rules) b_.policy.chains[chain->second].rules.push_back(std::move(rule));
  }

  // Without connection tracking nothing is translated; nor are states known.
  void without_tracking(const ChainIndex& chains, const std::vector<Item*>& items) {
    const Item& tracking = *b_.config.settings("ip firewall connection tracking");
    Rule rule;
    rule.origin = b_.report.origin(tracking.spans.front());
    rule.action = {ActionKind::unknown_rewriting, b_.unknown("connection-tracking", "connection tracking is off, but there are rules of nat",
                                                             model::UnknownCondition::Sharing::per_visit, rule.origin)};
    for (const auto& [name, number] : chains)
      if (is_built_in(Table::nat, name)) b_.policy.chains[number].rules.insert(b_.policy.chains[number].rules.begin(), rule);
    for (const Item* item : items) b_.report.account(item->spans.front(), LineClass::opaque, "translation without connection tracking");
  }

  void add_chain(Table table, std::string_view name, ChainIndex& chains) {
    const auto [at, fresh] = chains.try_emplace(std::string(name), static_cast<uint32_t>(b_.policy.chains.size()));
    if (!fresh) return;
    Chain chain;
    chain.name = std::string(to_text(table)) + "/" + std::string(name);
    if (is_built_in(table, name)) {
      chain.at_end = ActionKind::accept;
      chain.at_end_text = "accepted: no rule of chain " + std::string(name) + " decides (RouterOS has no default policy)";
    }
    b_.policy.chains.push_back(std::move(chain));
  }

  void add_rule(Table table, const Item& item, std::string_view chain, const ChainIndex& chains, uint32_t number) {
    RuleContext context{b_, table, chain, item, chains, {}, {}};
    context.rule.origin = b_.report.origin(item.spans.front());
    context.rule.name = std::string(item.get("comment").substr(0, 200));
    context.rule.enabled = !item.disabled();
    lower_matches(context);
    lower_action(context);
    for (Rule& rule : context.rules) b_.policy.chains[number].rules.push_back(std::move(rule));
    for (const Span& span : item.spans)
      b_.report.account(span, item.disabled() ? LineClass::modelled : context.line_class, item.disabled() ? std::string_view("disabled rule") : context.construct);
  }

  void missing_chains(Table table, const std::vector<Item*>& items, const ChainIndex& chains) {
    std::set<std::string_view> filled;
    for (const Item* item : items) filled.insert(item->get("chain"));
    for (const Item* item : items) {
      const std::string_view target = item->get("jump-target");
      if (!item->is("action", "jump") || target.empty()) continue;
      if (is_built_in(table, target)) {
        const Property* property = item->find("jump-target");
        b_.report.tell(item->spans.front(), DiagnosticId::value_unknown, Severity::warning, "a jump to the built-in chain '" + std::string(target) + "'",
                       property->line, property->column);
        b_.report.account(item->spans.front(), LineClass::unrecognised, "line that RouterOS refuses");
        unfollow(chains, target, *item);
      } else if (!filled.contains(target)) {
        b_.report.tell(item->spans.front(), DiagnosticId::chain_missing, Severity::warning,
                       "chain '" + std::string(target) + "' has no rules: the packet comes back from it");
      }
    }
  }

  // Every jump to that chain becomes an unknown action.
  void unfollow(const ChainIndex& chains, std::string_view target, const Item& item) {
    const uint32_t wanted = chains.find(target)->second;
    for (const auto& [name, number] : chains)
      for (Rule& rule : b_.policy.chains[number].rules)
        if (rule.action.kind == ActionKind::jump && rule.action.index == wanted)
          rule.action = {ActionKind::unknown, b_.unknown("action", "jump to a built-in chain", model::UnknownCondition::Sharing::per_visit,
                                                         b_.report.origin(item.spans.front()))};
  }

  // ---- the rest ----

  void add_guard(std::string_view name, std::vector<Rule> rules) {
    if (rules.empty()) return;
    guards_[std::string(name)] = static_cast<uint32_t>(b_.policy.chains.size());
    Chain chain;
    chain.name = name == kArriving ? "router/arriving" : "router/leaving";
    chain.rules = std::move(rules);
    chain.at_end = ActionKind::accept;
    chain.at_end_text = "nothing else of the router looks at the packet";
    b_.policy.chains.push_back(std::move(chain));
  }

  // Switches that drop whatever would pass.
  void settings() {
    const Item* item = b_.config.settings(root_ + "settings");
    if (item == nullptr) return;
    const bool off = b_.family == Family::v6 && item->is("disable-ipv6", "yes");
    const bool no_forward = item->is(b_.family == Family::v4 ? "ip-forward" : "forward", "no");
    if (off) block(*item, {"input", "forward", "output"}, "IPv6 is switched off");
    else if (no_forward) block(*item, {"forward"}, "forwarding is switched off");
    for (const std::string_view key : {"ip-forward", "forward", "disable-ipv6"})
      if (const Property* property = item->find(key); property != nullptr && property->opaque) opaque_setting(*item, *property);
    const std::string_view filter = item->get("rp-filter");
    if (filter == "strict" || filter == "loose" || filter == "yes")
      b_.policy.general_assumptions.push_back({"the reverse path filter (rp-filter=" + std::string(filter) + ") drops no packet in question", b_.report.origin(item->spans.front())});
  }

  void block(const Item& item, std::initializer_list<std::string_view> chains, std::string why) {
    for (const std::string_view name : chains) {
      auto& rules = b_.policy.chains[chains_[static_cast<size_t>(Table::filter)].find(name)->second].rules;
      Rule rule;
      rule.origin = b_.report.origin(item.spans.front());
      rule.name = why;
      rule.action = {ActionKind::drop, 0};
      rules.insert(rules.begin(), std::move(rule));
    }
  }

  void opaque_setting(const Item& item, const Property& property) {
    Rule rule;
    rule.origin = b_.report.origin(item.spans.front());
    rule.action = {ActionKind::unknown, b_.unknown("setting", property.key, model::UnknownCondition::Sharing::per_visit, rule.origin)};
    for (auto& [name, number] : chains_[static_cast<size_t>(Table::filter)])
      if (is_built_in(Table::filter, name)) b_.policy.chains[number].rules.insert(b_.policy.chains[number].rules.begin(), rule);
    b_.report.account(item.spans.front(), LineClass::opaque, "setting that a script gives");
  }

  // The kernel refuses jumps in a circle; so that the policy stays well formed, the jump that closes one is an unknown action.
  void break_loops() {
    for (const model::Flaw& flaw : model::find_flaws(b_.policy)) {
      Rule& rule = b_.policy.chains[flaw.chain].rules[flaw.rule];
      Span span{0, rule.origin.line, rule.origin.line};
      for (uint32_t i = 0; i < b_.report.sections().size(); ++i) {
        const Section& section = b_.report.sections()[i];
        if (section.file == rule.origin.file && rule.origin.line >= section.first_line && rule.origin.line < section.first_line + section.lines.size()) span.section = i;
      }
      b_.report.tell(span, DiagnosticId::chain_loop, Severity::warning, "the jumps of chain " + b_.policy.chains[flaw.chain].name + " lead in a circle");
      b_.report.account(span, LineClass::unrecognised, "line that RouterOS refuses");
      rule.action = {ActionKind::unknown, b_.unknown("action", "jump in a circle", model::UnknownCondition::Sharing::per_visit, rule.origin)};
    }
  }

  void add_stages() {
    for (const Way& way : kWays) {
      auto& stages = b_.policy.hooks[static_cast<size_t>(way.hook)];
      if (way.chain == kRoute) {
        stages.push_back({Stage::Kind::route, 0});
      } else if (way.chain.starts_with('(')) {
        if (const auto guard = guards_.find(way.chain); guard != guards_.end()) stages.push_back({Stage::Kind::filter, guard->second});
      } else {
        const ChainIndex& chains = chains_[static_cast<size_t>(way.table)];
        const auto chain = chains.find(way.chain);
        if (chain == chains.end()) continue;
        const bool needed = way.table == Table::filter || !b_.policy.chains[chain->second].rules.empty();
        if (needed) stages.push_back({way.table == Table::nat ? Stage::Kind::nat : Stage::Kind::filter, chain->second});
      }
    }
  }

  void assume() {
    constexpr size_t kMaxScripts = 5;
    auto& assumptions = b_.policy.general_assumptions;
    if (!is_export_) assumptions.push_back({"the file is a script, not an export: before it the router has no configuration, not even the default one", {0, 0}});
    for (const Blind& stop : b_.config.stops()) assumptions.push_back({"the script did not stop here", b_.report.origin(stop.span)});
    size_t told = 0;
    for (const Blind& script : b_.config.stored_scripts())
      if (told++ < kMaxScripts) assumptions.push_back({"a stored script (/" + script.text + ") has not changed what the file says", b_.report.origin(script.span)});
  }

  Builder b_;
  bool is_export_;
  std::string root_;
  std::array<ChainIndex, 4> chains_;
  ChainIndex guards_;
};

void add_names(const Item& item, std::set<std::string, std::less<>>& names) {
  for (const std::string_view key : {"name", "default-name", "interface", "in-interface", "out-interface", "bridge", "slaves", "interfaces"}) {
    std::string_view rest = item.get(key), part;
    while (text::next_part(rest, ',', part)) {
      if (part.starts_with('!')) part.remove_prefix(1);
      if (!part.empty()) names.emplace(part);
    }
  }
}

}  // namespace

model::NameDomain interface_names(const Config& config, const model::HostFacts& facts) {
  std::set<std::string, std::less<>> all = {"lo"};
  for (const auto& fact : facts.interfaces) all.insert(fact.name);
  for (const auto& route : facts.routes)
    if (!route.dev.empty()) all.insert(route.dev);
  for (const std::string_view menu : {"interface list member", "interface bridge port", "interface bonding", "ip dhcp-server", "ip hotspot", "interface wireguard peers",
                                      "ip firewall filter", "ip firewall nat", "ip firewall mangle", "ip firewall raw", "ipv6 firewall filter",
                                      "ipv6 firewall nat", "ipv6 firewall mangle", "ipv6 firewall raw"})
    for (const Item* item : config.items(menu)) add_names(*item, all);
  model::NameDomain names;
  for (const std::string& name : all) names.add(name);
  return names;
}

model::Policy assemble(const Config& config, Report& report, const model::HostFacts& facts, Family family, const model::NameDomain& names, bool is_export) {
  return Assembler(config, report, facts, family, names, is_export).build();
}

}  // namespace fwproof::importers::mikrotik
