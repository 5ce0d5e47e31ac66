// Tables, built-in chains and the way of a packet as tables, and the one class that puts them together: that is why the file is long.
#include "importers/iptables_save/assemble.h"

#include <algorithm>
#include <array>

#include "importers/iptables_save/conntrack_needed.h"
#include "importers/iptables_save/conntrack_templates.h"
#include "importers/iptables_save/lower.h"
#include "importers/iptables_save/lower_ahead.h"
#include "importers/iptables_save/parse.h"
#include "importers/iptables_save/time_to_live.h"
#include "importers/text/netfilter_egress.h"

namespace fwproof::importers::iptables_save {
namespace {

using model::Action;
using model::ActionKind;
using model::Chain;
using model::DiagnosticId;
using model::Family;
using model::Hook;
using model::LineClass;
using model::Rule;
using model::Severity;
using model::Stage;
using Sharing = model::UnknownCondition::Sharing;

constexpr std::array<std::string_view, 5> kTables = {"raw", "mangle", "nat", "filter", "security"};
constexpr size_t kMaxMoves = 50'000'000;   // rules moved by -I at a position other than the first
constexpr size_t kMaxSweeps = 100;         // commands that concern all chains of a table
constexpr size_t kMaxSameMessage = 20;     // diagnostics with the same text

struct BuiltIn {
  std::string_view table;
  std::string_view chain;
};
constexpr auto kBuiltIns = std::to_array<BuiltIn>({
    {"raw", "PREROUTING"}, {"raw", "OUTPUT"},
    {"mangle", "PREROUTING"}, {"mangle", "INPUT"}, {"mangle", "FORWARD"}, {"mangle", "OUTPUT"}, {"mangle", "POSTROUTING"},
    {"nat", "PREROUTING"}, {"nat", "INPUT"}, {"nat", "OUTPUT"}, {"nat", "POSTROUTING"},
    {"filter", "INPUT"}, {"filter", "FORWARD"}, {"filter", "OUTPUT"},
    {"security", "INPUT"}, {"security", "FORWARD"}, {"security", "OUTPUT"},
});

bool is_built_in(std::string_view table, std::string_view chain) {
  return std::any_of(kBuiltIns.begin(), kBuiltIns.end(), [&](const BuiltIn& b) { return b.table == table && b.chain == chain; });
}

// The way of a packet: priorities raw -300, conntrack -200, mangle -150, dstnat -100, filter 0, security 50, srcnat 100
// (include/uapi/linux/netfilter_ipv4.h, Linux 6.1; the same in netfilter_ipv6.h). An empty chain stands for the routing decision.
struct Way {
  Hook hook;
  std::string_view table;
  std::string_view chain;
};
constexpr auto kWays = std::to_array<Way>({
    {Hook::input, "raw", "PREROUTING"}, {Hook::input, "mangle", "PREROUTING"}, {Hook::input, "nat", "PREROUTING"}, {Hook::input, "", ""},
    {Hook::input, "mangle", "INPUT"}, {Hook::input, "filter", "INPUT"}, {Hook::input, "security", "INPUT"}, {Hook::input, "nat", "INPUT"},
    {Hook::forward, "raw", "PREROUTING"}, {Hook::forward, "mangle", "PREROUTING"}, {Hook::forward, "nat", "PREROUTING"},
    {Hook::forward, "", ""}, {Hook::forward, "mangle", "FORWARD"}, {Hook::forward, "filter", "FORWARD"},
    {Hook::forward, "security", "FORWARD"}, {Hook::forward, "mangle", "POSTROUTING"}, {Hook::forward, "nat", "POSTROUTING"},
    {Hook::output, "raw", "OUTPUT"}, {Hook::output, "mangle", "OUTPUT"}, {Hook::output, "nat", "OUTPUT"}, {Hook::output, "", ""}, {Hook::output, "filter", "OUTPUT"},
    {Hook::output, "security", "OUTPUT"}, {Hook::output, "mangle", "POSTROUTING"}, {Hook::output, "nat", "POSTROUTING"},
});

class Assembler {
 public:
  Assembler(const Dump& dump, std::span<const Section> sections, const Facts& facts, ImportResult& result, Family family)
      : dump_(dump), sections_(sections), facts_(facts), result_(result) {
    builder_.family = family;
    builder_.facts = &facts;
    builder_.modified_sets = dump.modified_sets;
    builder_.asks_translated = dump.asks_translated;
    (family == Family::v4 ? builder_.policy.v4 : builder_.policy.v6) = true;
  }

  model::Policy build() {
    name_interfaces();
    for (const std::string_view name : kTables)
      for (const Table& table : dump_.tables)
        if (is_used(table) && table.name == name) add_table(table);
    break_loops();
    settle_tracking();
    settle_egress();
    settle_output();
    add_stages();
    settle_sharing();
    assume();
    count_repeated();
    return std::move(builder_.policy);
  }

 private:
  bool is_used(const Table& table) const { return !table.replaced && table.family == builder_.family; }

  void name_interfaces() {
    model::NameDomain& names = builder_.policy.interfaces;
    std::set<std::string, std::less<>> all = dump_.interfaces;
    for (const model::InterfaceFact& fact : facts_.host.interfaces) all.insert(fact.name);
    for (const model::RouteFact& route : facts_.host.routes)
      if (!route.dev.empty()) all.insert(route.dev);
    for (const auto& [set_name, set] : facts_.sets) name_interfaces_of(set, all);
    all.insert("lo");
    for (const std::string& name : all) names.add(stem(name), is_prefix(name));
    for (const std::string& name : all) builder_.interface_atoms.emplace(name, names.atoms(stem(name), is_prefix(name)));
  }

  static void name_interfaces_of(const NamedSet& set, std::set<std::string, std::less<>>& all) {
    constexpr size_t kMaxNames = 4096;
    for (const NamedSet::Entry& entry : set.entries)
      for (const model::Term& term : entry.terms)
        if (const auto* named = std::get_if<model::InNamed>(&term.what); named != nullptr && all.size() < kMaxNames) all.insert(named->name);
  }

  static bool is_prefix(std::string_view name) { return name.ends_with('+'); }
  static std::string_view stem(std::string_view name) { return is_prefix(name) ? name.substr(0, name.size() - 1) : name; }

  void account(LineRef ref, LineClass line_class, std::string_view construct) {
    const Section& section = sections_[ref.section];
    result_.accounts.at(section.file).set(section.first_line + ref.index, line_class, construct);
  }

  void account(LineRef ref, const LineResult& line) { account(ref, line.line_class, line.construct.empty() ? "rule" : std::string_view(line.construct)); }

  void tell(LineRef ref, LineResult::Note note, uint32_t column, uint32_t length) {
    tell(ref, note.id, note.severity, std::move(note.message), column, length, std::move(note.note));
  }

  void tell(LineRef ref, DiagnosticId id, Severity severity, std::string message, uint32_t column = 0, uint32_t length = 0, std::string note = {}) {
    Repeated& seen = repeated_[message];
    seen.last = ref;
    seen.id = id;
    if (++seen.count <= kMaxSameMessage)
      report(result_, sections_, ref, id, severity, std::move(message), column, length, std::move(note));
  }

  void count_repeated() {
    for (const auto& [message, seen] : repeated_)
      if (seen.count > kMaxSameMessage)
        report(result_, sections_, seen.last, seen.id, Severity::note,
               message + " (" + std::to_string(seen.count - kMaxSameMessage) + " further lines, this is the last)");
  }

  uint32_t unknown(std::string_view text, LineRef ref) {
    return builder_.unknown("dump", text, Sharing::per_visit, origin_of(sections_, ref));
  }

  // ---- tables ----

  void add_table(const Table& table) {
    TableScope scope{table.name, "", {}};
    std::unordered_map<std::string_view, uint32_t> index;  // built-in chains too
    for (const DeclaredChain& chain : table.chains) index.emplace(chain.name, add_chain(table, chain));
    for (const BuiltIn& built_in : kBuiltIns)
      if (built_in.table == table.name && !index.contains(built_in.chain) && (table.name == "filter" || !table.complete))
        index.emplace(built_in.chain, add_chain(table, {built_in.chain, "", table.start, false}));
    for (const auto& [name, chain] : index)
      if (!is_built_in(table.name, name)) scope.chains.emplace(name, chain);
    const LoweringAhead::ChainIndex initial = index;   // add_line() adds to the other
    RuleAst ast;
    LoweringAhead ahead(builder_, scope, initial, sections_, table.rules);
    for (size_t i = 0; i < table.rules.size(); ++i) {
      if (auto lowered = ahead.take(i)) {
        make_room(builder_.policy.chains[lowered->chain].rules, i, table.rules.size());
        add_lowered(table.rules[i], std::move(*lowered));
      } else add_line(table, table.rules[i], ast, scope, index);
    }
    finish_inserts();
    if (!table.complete) cut_off(table, index);
  }

  uint32_t add_chain(const Table& table, const DeclaredChain& declared) {
    auto& policy = builder_.policy;
    Chain chain;
    chain.name = std::string(table.name) + "/" + std::string(declared.name);
    if (is_built_in(table.name, declared.name)) set_policy(chain, declared);
    policy.chains.push_back(std::move(chain));
    return static_cast<uint32_t>(policy.chains.size() - 1);
  }

  void set_policy(Chain& chain, const DeclaredChain& declared) {
    chain.at_end = ActionKind::accept;
    chain.at_end_text = "policy ACCEPT";
    if (declared.declared) chain.at_end_origin = origin_of(sections_, declared.line);
    if (declared.policy == "ACCEPT") return;
    if (declared.policy == "DROP") {
      chain.at_end = ActionKind::drop;
      chain.at_end_text = "policy DROP";
      return;
    }
    if (!declared.policy.empty() && declared.policy != "-") {
      tell(declared.line, DiagnosticId::value_unknown, Severity::warning, "'" + std::string(declared.policy) + "' is no policy of a chain", 0, 0,
           "ACCEPT or DROP is expected");
      account(declared.line, LineClass::opaque, "unknown policy");
      chain.at_end_text = "policy " + std::string(declared.policy);
      open_ended_.push_back({builder_.policy.chains.size(), declared.line});
      return;
    }
    chain.at_end_assumption = static_cast<int32_t>(builder_.policy.assumptions.size());
    builder_.policy.assumptions.push_back({"chain " + chain.name + " has the default policy ACCEPT, the file states none", chain.at_end_origin});
  }

  // ---- lines ----

  void add_line(const Table& table, LineRef ref, RuleAst& ast, TableScope& scope, std::unordered_map<std::string_view, uint32_t>& index) {
    parse_line(text_of(sections_, ref), ast);
    auto chain = index.find(ast.chain);
    if (chain == index.end() && ast.verb != Verb::harmless && !ast.chain.empty()) {
      if (!is_built_in(table.name, ast.chain))
        tell(ref, DiagnosticId::chain_missing, Severity::error,
             "chain '" + std::string(ast.chain) + "' is not declared in table " + std::string(table.name), ast.words.size() > 1 ? ast.words[1].column : 0,
             static_cast<uint32_t>(ast.chain.size()));
      if (!is_built_in(table.name, ast.chain)) account(ref, LineClass::unrecognised, "line that netfilter refuses");
      chain = index.emplace(stable(ast.chain), add_chain(table, {stable(ast.chain), "", ref, false})).first;
    }
    switch (ast.verb) {
      case Verb::append: case Verb::insert:
        if (chain == index.end()) return other_command(ref, index, ast);
        scope.chain = chain->first;
        return add_rule(ref, ast, scope, chain->second);
      case Verb::harmless: return account(ref, LineClass::irrelevant, "command without effect on what passes");
      case Verb::flush:
        if (ast.chain.empty() && ++sweeps_ > kMaxSweeps) return other_command(ref, index, ast);
        account(ref, LineClass::modelled, "flush");
        if (!ast.chain.empty()) return flush(chain->second);
        for (const auto& [name, number] : index) flush(number);
        return;
      case Verb::new_chain: case Verb::policy: case Verb::other: return other_command(ref, index, ast);
    }
  }

  // A long chain is taken to go on growing with the lines as it did: doubling would touch twice the memory that it needs.
  static void make_room(std::vector<Rule>& rules, size_t lines_done, size_t lines) {
    constexpr size_t kLong = 4'096;
    if (rules.size() < kLong || rules.size() < rules.capacity()) return;
    const size_t most = rules.size() + lines - lines_done;
    const size_t expected = rules.size() * lines / std::max<size_t>(lines_done, 1);
    rules.reserve(std::max(std::min(most, expected + expected / 16), rules.size() + rules.size() / 4));
  }

  void add_lowered(LineRef ref, LoweredAhead lowered) {
    auto& rules = builder_.policy.chains[lowered.chain].rules;
    if (lowered.traces == nullptr) {
      account(ref, LineClass::modelled, "rule");
      return rules.push_back(std::move(lowered.rule));
    }
    leave_traces(builder_, lowered);
    LineTraces& traces = *lowered.traces;
    account(ref, traces.line);
    for (size_t i = 0; i < traces.line.notes.size(); ++i) tell(ref, std::move(traces.line.notes[i]), traces.places[i].column, traces.places[i].length);
    for (Rule& first : traces.before) rules.push_back(std::move(first));
    rules.push_back(std::move(lowered.rule));
  }

  // Names that outlive the line's AST: views into the dump stay, unescaped ones are kept here.
  std::string_view stable(std::string_view name) { return names_.emplace_back(name); }

  // A command whose effect is not followed: each chain that it may have changed is unknown from here on.
  void other_command(LineRef ref, const std::unordered_map<std::string_view, uint32_t>& index, const RuleAst& ast) {
    account(ref, LineClass::opaque, "command that changes earlier rules");
    tell(ref, DiagnosticId::line_unrecognised, Severity::warning, "the effect of this command is not followed", 1, 0,
         "every decision of the chain depends on it");
    if (const auto named = index.find(ast.chain); named != index.end()) opaque_heads_.try_emplace(named->second, ref);
    if (!ast.chain.empty() || opaque_heads_.size() == index.size()) return;
    for (const auto& [name, number] : index) opaque_heads_.try_emplace(number, ref);
  }

  void flush(uint32_t number) {
    builder_.policy.chains[number].rules.clear();
    fronts_.erase(number);
  }

  void add_rule(LineRef ref, const RuleAst& ast, const TableScope& scope, uint32_t number) {
    Rule rule;
    LineResult line;
    std::vector<Rule> before;
    lower_rule(builder_, scope, ast, origin_of(sections_, ref), rule, line, before);
    if (ast.target_spec != nullptr && ast.target_spec->effect == Effect::changes_header) builder_.changes_header = true;
    account(ref, line);
    for (LineResult::Note& note : line.notes) {
      const Word word = note.word < ast.words.size() ? ast.words[note.word] : Word{};
      tell(ref, std::move(note), word.column, static_cast<uint32_t>(word.text.size()));
    }
    auto& rules = builder_.policy.chains[number].rules;
    if (ast.verb == Verb::append) {
      for (Rule& first : before) rules.push_back(std::move(first));
      rules.push_back(std::move(rule));
      return;
    }
    insert(number, ast.position, std::move(rule), ref);
    for (Rule& first : before) insert(number, ast.position, std::move(first), ref);
  }

  // -I CHAIN puts rules in front in reverse order: they are collected and spliced once.
  void insert(uint32_t number, uint32_t position, Rule rule, LineRef ref) {
    if (position <= 1) {
      fronts_[number].push_back(std::move(rule));
      return;
    }
    auto& rules = builder_.policy.chains[number].rules;
    auto& front = fronts_[number];
    const size_t moved = rules.size() + front.size();
    if (moved > insert_budget_) {
      opaque_heads_.try_emplace(number, ref);
      tell(ref, DiagnosticId::input_too_large, Severity::warning, "too many insertions into long chains");
      return;
    }
    insert_budget_ -= moved;
    splice(number, front);
    rules.insert(rules.begin() + std::min<ptrdiff_t>(position - 1, static_cast<ptrdiff_t>(rules.size())), std::move(rule));
  }

  void splice(uint32_t number, std::vector<Rule>& front) {
    if (front.empty()) return;
    auto& rules = builder_.policy.chains[number].rules;
    rules.insert(rules.begin(), std::make_move_iterator(front.rbegin()), std::make_move_iterator(front.rend()));
    front.clear();
  }

  void finish_inserts() {
    for (auto& [number, front] : fronts_) splice(number, front);
    fronts_.clear();
    for (const auto& [number, ref] : opaque_heads_) {
      auto& rules = builder_.policy.chains[number].rules;
      rules.insert(rules.begin(), unknown_rule("command that is not followed", ref));
    }
    opaque_heads_.clear();
    for (const auto& [number, ref] : open_ended_)
      builder_.policy.chains[number].rules.push_back(unknown_rule("policy that is not known", ref));
    open_ended_.clear();
  }

  Rule unknown_rule(std::string_view text, LineRef ref) {
    Rule rule;
    rule.origin = origin_of(sections_, ref);
    rule.action = {ActionKind::unknown_rewriting, unknown(text, ref)};
    return rule;
  }

  void cut_off(const Table& table, const std::unordered_map<std::string_view, uint32_t>& index) {
    for (const auto& [name, number] : index)
      builder_.policy.chains[number].rules.push_back(unknown_rule("the table's missing rest", table.start));
    truncated_ = true;
  }

  // ---- jumps in a circle ----

  // Depth first without recursion; a jump back into a chain that is still open is refused by the kernel (mark_source_chains).
  void break_loops() {
    enum class State : uint8_t { unseen, open, done };
    auto& chains = builder_.policy.chains;
    std::vector<State> states(chains.size(), State::unseen);
    struct Frame {
      uint32_t chain;
      uint32_t rule;
    };
    std::vector<Frame> stack;
    for (uint32_t start = 0; start < chains.size(); ++start) {
      if (states[start] != State::unseen) continue;
      states[start] = State::open;
      stack.push_back({start, 0});
      while (!stack.empty()) {
        Frame& frame = stack.back();
        if (frame.rule == chains[frame.chain].rules.size()) {
          states[frame.chain] = State::done;
          stack.pop_back();
          continue;
        }
        Rule& rule = chains[frame.chain].rules[frame.rule++];
        if (rule.action.kind != ActionKind::jump && rule.action.kind != ActionKind::go_to) continue;
        const uint32_t to = rule.action.index;
        if (states[to] == State::open) {
          break_loop(rule, chains[to].name);
        } else if (states[to] == State::unseen) {
          states[to] = State::open;
          stack.push_back({to, 0});
        }
      }
    }
  }

  void break_loop(Rule& rule, const std::string& to) {
    const LineRef ref = line_at(rule.origin);
    tell(ref, DiagnosticId::chain_loop, Severity::error, "this jump closes a circle back to chain '" + to + "'");
    account(ref, LineClass::unrecognised, "jump in a circle");
    rule.action = {ActionKind::unknown_rewriting, unknown("jump in a circle", ref)};
  }

  LineRef line_at(model::Origin origin) const {
    for (uint32_t s = 0; s < sections_.size(); ++s) {
      const Section& section = sections_[s];
      if (section.file == origin.file && origin.line >= section.first_line && origin.line < section.first_line + section.lines.size())
        return {s, origin.line - section.first_line};
    }
    return {};
  }

  void settle_tracking() {
    std::vector<const Table*> tables;
    for (const Table& table : dump_.tables)
      if (is_used(table)) tables.push_back(&table);
    for (const Table* table : tables)
      if (table->name == "raw") keep_first_template(builder_.policy, sections_, *table);
    ask_for_tracking(builder_.policy, sections_, tables);
  }

  // ---- PREROUTING ----

  // No packet has an egress interface yet in PREROUTING (nf_hook_state.out is empty: ip_packet_match, `-o` fails and `! -o` holds), whichever it
  // leaves by later. iptables refuses -o there, but not in the chains that are called from there.
  void settle_egress() {
    const auto is_base = [](const Chain& chain, bool early) {
      const auto slash = chain.name.find('/');
      return is_built_in(std::string_view(chain.name).substr(0, slash), std::string_view(chain.name).substr(slash + 1)) && chain.name.ends_with("/PREROUTING") == early;
    };
    const std::vector<bool> early = reached_from([&](const Chain& chain) { return is_base(chain, true); });
    const std::vector<bool> late = reached_from([&](const Chain& chain) { return is_base(chain, false); });
    for (size_t i = 0; i < early.size(); ++i) {
      if (!early[i]) continue;
      for (Rule& rule : builder_.policy.chains[i].rules) {
        const bool asks = settle_egress(rule.terms, late[i], rule.origin);
        if (asks && late[i]) account(line_at(rule.origin), LineClass::opaque, "egress interface in a chain that PREROUTING shares");
      }
    }
  }

  template <typename Predicate>
  std::vector<bool> reached_from(Predicate starts) const {
    const auto& chains = builder_.policy.chains;
    std::vector<bool> reached(chains.size(), false);
    std::vector<uint32_t> todo;
    const auto reach = [&](uint32_t chain) {
      if (!reached[chain]) todo.push_back(chain);
      reached[chain] = true;
    };
    for (uint32_t i = 0; i < chains.size(); ++i)
      if (starts(chains[i])) reach(i);
    while (!todo.empty()) {
      const uint32_t from = todo.back();
      todo.pop_back();
      for (const Rule& rule : chains[from].rules)
        if (rule.action.kind == ActionKind::jump || rule.action.kind == ActionKind::go_to) reach(rule.action.index);
    }
    return reached;
  }

  // shared: the chain is called from other hooks too, where the packet may have an egress interface. Returns whether one is asked for.
  bool settle_egress(std::vector<model::Term>& terms, bool shared, model::Origin origin) {
    bool asks = false;
    for (model::Term& term : terms) {
      if (auto* any = std::get_if<model::AnyOf>(&term.what)) {
        for (auto& alternative : any->alternatives) asks = settle_egress(alternative, shared, origin) || asks;
        continue;
      }
      const auto* in = std::get_if<model::In>(&term.what);
      if (in == nullptr || in->field != model::Field::out) continue;
      asks = true;
      if (shared) term.what = model::Unknown{builder_.unknown("interface", "-o in a chain that PREROUTING shares", Sharing::per_visit, origin)};
      else term.what = model::AnyOf{};
    }
    return asks;
  }

  void settle_output() {
    OutputChains output;
    const auto& chains = builder_.policy.chains;
    for (uint32_t i = 0; i < chains.size(); ++i) {
      const std::string& name = chains[i].name;
      if (name == "nat/INPUT") output.nat_input.push_back(i);
      if (name == "nat/OUTPUT") output.nat_output.push_back(i);
      if (name == "raw/OUTPUT" || name == "mangle/OUTPUT" || name == "nat/OUTPUT") output.before_nat.push_back(i);
      if (name == "filter/OUTPUT" || name == "security/OUTPUT") output.behind_nat.push_back(i);
    }
    settle_egress_of_output(builder_.policy, output);
  }

  // ---- stages ----

  void add_stages() {
    auto& policy = builder_.policy;
    std::unordered_map<std::string_view, uint32_t> by_name;
    for (uint32_t i = 0; i < policy.chains.size(); ++i) by_name.emplace(policy.chains[i].name, i);
    for (const Way& way : kWays) {
      auto& stages = policy.hooks[static_cast<size_t>(way.hook)];
      if (way.table.empty()) {
        stages.push_back({Stage::Kind::route, 0});
        continue;
      }
      const auto chain = by_name.find(std::string(way.table) + "/" + std::string(way.chain));
      if (chain == by_name.end()) continue;
      stages.push_back({way.table == "nat" ? Stage::Kind::nat : Stage::Kind::filter, chain->second});
    }
    for (const Table& table : dump_.tables)
      if (is_used(table) && table.name == "raw") add_zones(table);
    let_deliver(builder_.policy);
    add_foreign_rules();
  }

  // Connections are looked for in the zone that the packet was given (nf_ct_zone_tmpl in resolve_normal_ct, nf_conntrack_core.c): where an answer
  // gets another one than the request, it belongs to no connection, is not translated back, and is new or invalid.
  void add_zones(const Table& raw) {
    auto& policy = builder_.policy;
    const auto mixed = hooks_of_mixed_zones(policy, sections_, raw);
    if (std::find(mixed.begin(), mixed.end(), true) == mixed.end()) return;
    const LineRef line = raw.templates.front();
    tell(line, DiagnosticId::target_opaque, Severity::warning, "packets of one connection may be in different zones of connection tracking", 0, 0,
         "what becomes of packets behind the first of a connection depends on it");
    Chain chain;
    chain.name = "zones of connection tracking";
    chain.at_end = ActionKind::accept;
    chain.at_end_text = "no decision";
    chain.rules.push_back(unknown_rule("the zone that the packet's connection is in", line));
    chain.rules.back().terms.push_back({model::In{model::Field::state, model::IntervalSet::range(model::state_established, model::state_related)}});
    const auto index = static_cast<uint32_t>(policy.chains.size());
    policy.chains.push_back(std::move(chain));
    for (size_t hook = 0; hook < mixed.size(); ++hook) {
      if (!mixed[hook]) continue;
      auto& stages = policy.hooks[hook];
      const bool behind_raw = !stages.empty() && stages[0].kind == Stage::Kind::filter && policy.chains[stages[0].chain].name.starts_with("raw/");
      stages.insert(stages.begin() + (behind_raw ? 1 : 0), {Stage::Kind::filter, index});
    }
  }

  // Rules that the dump does not show see the packet first and may do anything with it.
  void add_foreign_rules() {
    if (dump_.foreign_rules.empty()) return;
    auto& policy = builder_.policy;
    Chain chain;
    chain.name = "rules that the dump does not show";
    chain.at_end = ActionKind::accept;
    chain.at_end_text = "no decision";
    chain.rules.push_back(unknown_rule("rules that the dump does not show", dump_.foreign_rules.front()));
    const auto index = static_cast<uint32_t>(policy.chains.size());
    policy.chains.push_back(std::move(chain));
    for (auto& stages : policy.hooks) stages.insert(stages.begin(), {Stage::Kind::filter, index});
  }

  // Where a target rewrites what the packet model does not hold, matches that read it are not shared.
  void settle_sharing() {
    if (!builder_.changes_header) return;
    for (const uint32_t index : builder_.header_unknowns) builder_.policy.unknowns[index].sharing = Sharing::per_visit;
  }

  void assume() {
    auto& general = builder_.policy.general_assumptions;
    if (dump_.nf_tables) general.push_back({"no native nftables rules exist beside those that iptables-save shows", {}});
    if (dump_.family_guessed && builder_.family == Family::v4) general.push_back({"the dump names no address family and is read as IPv4", {}});
    if (truncated_) general.push_back({"tables behind the end of the truncated dump are empty", {}});
  }

  struct Repeated {
    size_t count = 0;
    LineRef last;
    DiagnosticId id{};
  };

  const Dump& dump_;
  std::span<const Section> sections_;
  const Facts& facts_;
  ImportResult& result_;
  Builder builder_;
  std::map<std::string, Repeated> repeated_;
  std::map<uint32_t, std::vector<Rule>> fronts_;
  std::map<uint32_t, LineRef> opaque_heads_;
  std::vector<std::pair<size_t, LineRef>> open_ended_;
  std::deque<std::string> names_;
  size_t insert_budget_ = kMaxMoves;
  size_t sweeps_ = 0;
  bool truncated_ = false;
};

}  // namespace

void assemble(const Dump& dump, std::span<const Section> sections, const Facts& facts, ImportResult& result) {
  for (const Family family : {Family::v4, Family::v6}) {
    const bool any = std::any_of(dump.tables.begin(), dump.tables.end(), [&](const Table& t) { return t.family == family; });
    const bool only_foreign = dump.tables.empty() && !dump.foreign_rules.empty();
    if (any || only_foreign) result.policies.push_back(Assembler(dump, sections, facts, result, family).build());
  }
}

}  // namespace fwproof::importers::iptables_save
