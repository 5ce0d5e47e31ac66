// Statements in order. Sources: net/netfilter/nft_*.c of Linux 6.1; FORMAT.md has the reading.
// Long because each statement is a function of its own.
#include "importers/nftables/lower_rule.h"

#include <algorithm>

#include "importers/nftables/survey.h"

namespace fwproof::importers::nftables {
namespace {

using model::Action;
using model::ActionKind;
using model::DiagnosticId;
using model::Field;
using model::IntervalSet;
using model::LineClass;
using model::Rewrite;
using model::Severity;
using model::Term;
using model::u128;

constexpr size_t kMaxSplits = 256;
constexpr u128 kMarkMask = 0xffffffff;

bool touches(const Term& term, const std::vector<Rewrite>& steps) {
  if (std::holds_alternative<model::Unknown>(term.what)) return true;
  if (const auto* any = std::get_if<model::AnyOf>(&term.what))
    return std::any_of(any->alternatives.begin(), any->alternatives.end(), [&](const Terms& terms) {
      return std::any_of(terms.begin(), terms.end(), [&](const Term& inner) { return touches(inner, steps); });
    });
  Field field = Field::mark;
  if (const auto* in = std::get_if<model::In>(&term.what)) field = in->field;
  if (const auto* in = std::get_if<model::InAddresses>(&term.what)) field = in->field;
  if (const auto* masked = std::get_if<model::Masked>(&term.what)) field = masked->field;
  if (const auto* named = std::get_if<model::InNamed>(&term.what)) field = named->field;
  return std::any_of(steps.begin(), steps.end(), [&](const Rewrite& step) { return step.field == field; });
}

// What may be assigned to without the packet model seeing it.
bool is_outside_model(std::string_view selector) {
  static constexpr std::string_view kOutside[] = {"meta nftrace", "meta priority", "meta pkttype", "meta secmark", "meta rtclassid", "ct helper", "ct timeout",
                                                  "ct expectation", "ct event", "ct label", "ct secmark", "meta broute"};
  if (is_zone(selector)) return true;
  if (std::find(std::begin(kOutside), std::end(kOutside), selector) != std::end(kOutside)) return true;
  static constexpr std::string_view kHeaders[] = {"ip ", "ip6 ", "tcp ", "udp ", "udplite ", "sctp ", "dccp ", "ether ", "vlan ", "icmp ", "icmpv6 ", "exthdr "};
  const bool header = std::any_of(std::begin(kHeaders), std::end(kHeaders), [&](std::string_view word) { return selector.starts_with(word); });
  return header && find_selector(selector).selects == Selects::unknown;
}

}  // namespace

void LineResult::worsen(LineClass to, std::string_view what) {
  if (to <= line_class) return;
  line_class = to;
  construct = std::string(what);
}

void RuleLowering::run() {
  for (const Statement& statement : rule_.statements)
    if (step(statement) == Next::done) {
      steps_.clear();
      emitted_ = true;
      break;
    }
  if (!steps_.empty()) settle();
  if (!emitted_) emit({ActionKind::proceed, 0});
  if (!behind_) return;
  emit({}, {ActionKind::go_to, *behind_});
  *scope_.out = *behind_;
}

RuleLowering::Next RuleLowering::step(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::match: return match(statement);
    case StatementKind::verdict: return verdict(statement);
    case StatementKind::verdict_map: return verdict_map(statement);
    case StatementKind::assign: return assign(statement);
    case StatementKind::nat: return nat(statement);
    case StatementKind::reject: return reject(statement);
    case StatementKind::proceed: return proceed(statement);
    case StatementKind::chance: case StatementKind::opaque_match: return chance(statement);
    case StatementKind::change_set: return change_set(statement);
    case StatementKind::notrack: return notrack(statement);
    case StatementKind::flow: return flow(statement);
    case StatementKind::opaque_action: return opaque(statement);
    case StatementKind::broken: return broken(statement);
  }
  return Next::done;
}

// ---- rules ----

void RuleLowering::emit(Terms terms, Action action) {
  model::Rule rule;
  for (Term& term : terms)  // each statement brings its dependencies along
    if (std::find(rule.terms.begin(), rule.terms.end(), term) == rule.terms.end()) rule.terms.push_back(std::move(term));
  rule.action = action;
  rule.origin = rule_.origin;
  rule.name = std::string(rule_.name);
  b_.policy.chains[current_].rules.push_back(std::move(rule));
  emitted_ = true;
}

uint32_t RuleLowering::add_rewrite(std::vector<Rewrite> steps, ActionKind then) {
  b_.policy.rewrites.push_back({std::move(steps), then});
  return static_cast<uint32_t>(b_.policy.rewrites.size() - 1);
}

RuleLowering::Next RuleLowering::give_up(std::string_view text) {
  emit({ActionKind::unknown_rewriting, b_.unknown("target", text, false, rule_.origin)});
  return Next::done;
}

bool RuleLowering::conditions_change() const {
  return std::any_of(terms_.begin(), terms_.end(), [&](const Term& term) { return touches(term, steps_); });
}

// Where the conditions read what is assigned, or are drawn anew at each look, the rule's rest and the chain's rest become chains of their own.
bool RuleLowering::settle() {
  if (steps_.empty()) return true;
  std::vector<Rewrite> steps = std::move(steps_);
  steps_.clear();
  Terms terms = terms_;
  const Terms only = std::exchange(only_, {});
  terms.insert(terms.end(), only.begin(), only.end());
  steps_.swap(steps);
  const bool split = conditions_change();
  steps_.swap(steps);
  if (!split) {
    emit_steps(terms, std::move(steps));
    return true;
  }
  if (++b_.splits > kMaxSplits) return give_up("too many rules that change what they look at"), false;
  const std::string& chain = b_.policy.chains[current_].name;
  const std::string line = std::to_string(rule_.origin.line);
  const std::string base = chain.substr(0, std::min(chain.find(" (line "), chain.find(" (behind line ")));
  const uint32_t rest = b_.add_chain(base + " (line " + line + ")"), behind = behind_ ? *behind_ : b_.add_chain(base + " (behind line " + line + ")");
  emit({ActionKind::go_to, rest});
  const bool first = !behind_;
  if (first) {
    terms_.clear();
    emit({ActionKind::go_to, behind});
    behind_ = behind;
  } else {
    // A second split within the rule: the packets that do not match here go on behind the rule.
    emit({}, {ActionKind::go_to, behind});
  }
  current_ = rest;
  terms_.clear();
  emit_steps(only, std::move(steps));
  return true;
}

// A map without an element for the packet ends the rule.
void RuleLowering::emit_steps(const Terms& terms, std::vector<Rewrite> steps) {
  if (choices_.empty()) return emit(terms, {ActionKind::rewrite, add_rewrite(std::move(steps), ActionKind::proceed)});
  model::AnyOf any;
  for (auto& [condition, value] : choices_) {
    Terms all = terms;
    all.insert(all.end(), condition.begin(), condition.end());
    emit(std::move(all), {ActionKind::rewrite, add_rewrite({{Rewrite::Kind::set_bits, steps[0].field, {}, "", kMarkMask, value}}, ActionKind::proceed)});
    any.alternatives.push_back(std::move(condition));
  }
  choices_.clear();
  terms_.push_back({std::move(any)});
}

bool RuleLowering::is_last(const Statement& statement) const {
  const Statement* last = nullptr;
  for (const Statement& each : rule_.statements)
    if (each.kind != StatementKind::proceed) last = &each;
  return last == &statement;
}

// ---- conditions ----

RuleLowering::Next RuleLowering::match(const Statement& statement) {
  if (!settle()) return Next::done;
  conditions_.add_match(statement, terms_);
  return Next::go_on;
}

RuleLowering::Next RuleLowering::chance(const Statement& statement) {
  if (!settle()) return Next::done;
  line_.worsen(LineClass::opaque, statement.word);
  b_.context->tell(rule_.origin, statement.column, 0, DiagnosticId::match_opaque, Severity::note,
                   "'" + std::string(statement.text.substr(0, 120)) + "' is outside the packet model", "it counts as an unknown condition");
  terms_.push_back(conditions_.unknown_term(statement.word, statement.text, false));
  return Next::go_on;
}

bool RuleLowering::require(Terms needed) {
  if (needed.empty()) return true;
  if (!settle()) return false;
  terms_.insert(terms_.end(), std::make_move_iterator(needed.begin()), std::make_move_iterator(needed.end()));
  return true;
}

bool RuleLowering::require(const Expr& expr, const Statement& statement) {
  Terms needed;
  conditions_.add_reads(expr, statement, needed);
  return require(std::move(needed));
}

// counter name tcp dport map { … }: an object for each value.
RuleLowering::Next RuleLowering::proceed(const Statement& statement) {
  return require(statement.left, statement) && require(statement.right, statement) ? Next::go_on : Next::done;
}

RuleLowering::Next RuleLowering::change_set(const Statement& statement) {
  if (!is_last(statement) && !require(statement.left, statement)) return Next::done;
  for (const Statement& inner : statement.inner) {
    if (inner.kind == StatementKind::proceed) continue;
    if (chance(inner) == Next::done) return Next::done;
  }
  // nft_dynset_eval: a set that is full ends the rule.
  b_.assume("sets that rules add to have room", {rule_.origin.file, 0});
  return Next::go_on;
}

RuleLowering::Next RuleLowering::notrack(const Statement&) {
  if (!settle()) return Next::done;
  // nft_notrack_eval: a connection that is there stays; an invalid packet has none.
  const bool early = has(scope_.sites, Site::early);
  if (!early) only_ = {{model::In{Field::state, IntervalSet::of(model::state_invalid)}}};
  Rewrite step{Rewrite::Kind::assign, Field::state, IntervalSet::of(model::state_untracked)};
  if (early && has(scope_.sites, Site::tracked)) step.values = IntervalSet::range(model::state_new, model::state_untracked);
  steps_.push_back(std::move(step));
  return Next::go_on;
}

// nft_flow_offload_eval: later packets of an established flow pass by the hooks; a flow that is not taken over ends the rule.
RuleLowering::Next RuleLowering::flow(const Statement& statement) {
  if (!is_last(statement) && chance(statement) == Next::done) return Next::done;
  line_.worsen(LineClass::approximated, "flow add");
  b_.assume("packets of flows that a flowtable takes over are treated as the rules treat them", {rule_.origin.file, 0});
  return Next::go_on;
}

// ---- actions ----

RuleLowering::Next RuleLowering::opaque(const Statement& statement) {
  if (!settle()) return Next::done;
  line_.worsen(LineClass::opaque, statement.word);
  b_.context->tell(rule_.origin, statement.column, 0, DiagnosticId::target_opaque, Severity::note,
                   "what '" + std::string(statement.text.substr(0, 120)) + "' does to the packet cannot be told", "");
  if (statement.word != "tproxy") return give_up(statement.text);
  // nft_tproxy.c: the packet keeps its destination and goes to a socket of this host.
  emit({ActionKind::unknown_rewriting, b_.unknown("interception", statement.text, false, rule_.origin)});
  return Next::done;
}

RuleLowering::Next RuleLowering::broken(const Statement& statement) {
  if (!settle()) return Next::done;
  line_.worsen(LineClass::unrecognised, "rule that cannot be read");
  b_.context->tell(rule_.origin, statement.column, static_cast<uint32_t>(std::min<size_t>(statement.word.size(), 300)), DiagnosticId::line_unrecognised,
                   Severity::warning, "cannot read this rule from '" + std::string(statement.word.substr(0, 60)) + "' on",
                   "it may continue, accept, drop or change the packet");
  return give_up(statement.text.empty() ? std::string_view("rule that cannot be read") : statement.text);
}

RuleLowering::Next RuleLowering::reject(const Statement& statement) {
  if (statement.word != "tcp" && choices_.empty()) steps_.clear();
  if (!settle()) return Next::done;
  const bool v4 = b_.family == model::Family::v4;
  if (statement.word == "tcp") terms_.push_back({model::In{Field::protocol, IntervalSet::of(model::proto_tcp)}});
  if ((statement.word == "icmp" && !v4) || (statement.word == "icmpv6" && v4)) terms_.push_back(Conditions::never());
  emit({ActionKind::reject, 0});
  return Next::done;
}

Action RuleLowering::action_of(const Expr& given, bool& fine) {
  const Expr& verdict = given.get();
  fine = true;
  if (verdict.text == "accept") return {ActionKind::accept, 0};
  if (verdict.text == "drop") return {ActionKind::drop, 0};
  if (verdict.text == "return") return {ActionKind::return_, 0};
  if (verdict.text == "continue") return {ActionKind::proceed, 0};
  fine = false;
  if (verdict.kids.empty()) {
    line_.worsen(LineClass::opaque, verdict.text);
    return {};
  }
  const std::string name(verdict.kids[0].get().text);
  const auto chain = scope_.chains.find({&scope_.table, name});
  if (chain == scope_.chains.end()) {
    line_.worsen(LineClass::unrecognised, "jump to a chain that does not exist");
    b_.context->tell(rule_.origin, 0, 0, DiagnosticId::chain_missing, Severity::error, "chain '" + name.substr(0, 80) + "' does not exist in table " + scope_.table.name);
    return {};
  }
  fine = true;
  return {verdict.text == "jump" ? ActionKind::jump : ActionKind::go_to, chain->second};
}

RuleLowering::Next RuleLowering::verdict(const Statement& statement) {
  bool fine = false;
  const Action action = action_of(statement.right, fine);
  if (action.kind == ActionKind::proceed && fine) return Next::go_on;
  if (fine && action.kind == ActionKind::accept && !steps_.empty() && only_.empty() && choices_.empty()) {
    emit({ActionKind::rewrite, add_rewrite(std::move(steps_), ActionKind::accept)});
    return Next::done;
  }
  if (fine && action.kind == ActionKind::drop && choices_.empty()) steps_.clear();
  if (!settle()) return Next::done;
  if (!fine) return give_up(statement.text);
  emit(action);
  return Next::done;
}

// ---- verdict maps ----

bool RuleLowering::may_change(const Key& key) const {
  return std::any_of(key.begin(), key.end(), [&](const KeyPart& part) {
    return !part.readable || !part.selector || part.selector->selects == Selects::unknown || part.selector->selects == Selects::any_port ||
           part.selector->selects == Selects::address_type || b_.rewritten.contains(part.selector->field);
  });
}

bool RuleLowering::collect_groups(const Statement& statement, const Key& key, std::vector<Group>& groups, const Expr*& star) {
  const SetLookup set = look_up(scope_, statement.right);
  std::string problem = set.problem;
  std::map<std::pair<std::string_view, std::string_view>, size_t> index;
  bool fine = problem.empty();
  for (const Expr* root : set.roots)
    fine = fine && each_element(*root, b_.element_budget, [&](const Expr& element, const Expr* value) {
             if (!value || value->kind != ExprKind::verdict) return false;
             if (element.get().kind == ExprKind::star) return star = value, true;
             const std::string_view chain = value->kids.empty() ? std::string_view() : value->kids[0].get().text;
             const auto [entry, added] = index.try_emplace({value->text, chain}, groups.size());
             if (added) groups.push_back({value, {}, {}, {}});
             Group& group = groups[entry->second];
             Terms terms = conditions_.element_terms(key, element, statement.text);
             const auto* in = terms.size() == 1 && !terms[0].negated ? std::get_if<model::In>(&terms[0].what) : nullptr;
             const auto* addresses = terms.size() == 1 && !terms[0].negated ? std::get_if<model::InAddresses>(&terms[0].what) : nullptr;
             if (!in && !addresses) return group.alternatives.push_back(std::move(terms)), true;
             const IntervalSet& values = in ? in->set : addresses->set.in(b_.family);
             group.values.insert(group.values.end(), values.intervals().begin(), values.intervals().end());
             group.shape = terms[0];
             return true;
           });
  if (fine) return true;
  if (problem.empty()) problem = "its elements cannot be read";
  line_.worsen(LineClass::opaque, "verdict map whose content is not known");
  b_.context->tell(rule_.origin, statement.column, 0, set.missing ? DiagnosticId::set_missing : DiagnosticId::target_opaque, Severity::warning,
                   "verdict map of '" + std::string(statement.text.substr(0, 80)) + "': " + problem, "it may continue, accept or drop");
  return false;
}

Terms RuleLowering::condition_of(Group& group) {
  if (group.shape) {
    Term term = *group.shape;
    IntervalSet all = IntervalSet::from(std::move(group.values));
    if (auto* in = std::get_if<model::In>(&term.what)) in->set = std::move(all);
    if (auto* in = std::get_if<model::InAddresses>(&term.what)) (in->set.v4.empty() ? in->set.v6 : in->set.v4) = std::move(all);
    group.alternatives.push_back({std::move(term)});
    group.shape.reset();
  }
  if (group.alternatives.size() == 1) return group.alternatives[0];
  return {Term{model::AnyOf{group.alternatives}}};
}

RuleLowering::Next RuleLowering::verdict_map(const Statement& statement) {
  if (!settle()) return Next::done;
  const Key key = conditions_.key_of(statement.left);
  conditions_.add_dependencies(key, terms_);
  std::vector<Group> groups;
  const Expr* star = nullptr;
  if (!collect_groups(statement, key, groups, star)) return give_up(statement.text);
  std::vector<std::pair<Terms, const Expr*>> rows;
  Term others{model::AnyOf{}, true};
  for (Group& group : groups) {
    Terms condition = condition_of(group);
    if (star) std::get<model::AnyOf>(others.what).alternatives.push_back(condition);
    rows.emplace_back(std::move(condition), group.verdict);
  }
  if (star) rows.push_back({{others}, star});
  const auto jumps = std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.second->text == "jump"; });
  // Behind a jump the packet is not looked up again: where a chain may have changed it, the jumps stand in a chain of their own.
  const bool apart = jumps >= 2 && may_change(key);
  std::stable_partition(rows.begin(), rows.end(), [&](const auto& row) { return !apart || row.second->text != "jump"; });
  std::optional<uint32_t> dispatch;
  for (auto& [condition, verdict] : rows) {
    bool fine = false;
    Action action = action_of(*verdict, fine);
    if (!fine) action = {ActionKind::unknown_rewriting, b_.unknown("target", statement.text, false, rule_.origin)};
    if (action.kind == ActionKind::proceed && !is_last(statement))
      action = {ActionKind::unknown_rewriting, b_.unknown("target", "statements behind a verdict map", false, rule_.origin)};
    Terms terms = terms_;
    if (apart && action.kind == ActionKind::jump) {
      if (!dispatch) {
        dispatch = b_.add_chain(b_.policy.chains[current_].name + " (map of line " + std::to_string(rule_.origin.line) + ")");
        emit({ActionKind::jump, *dispatch});
      }
      terms.clear();
      action.kind = ActionKind::go_to;
    }
    terms.insert(terms.end(), std::make_move_iterator(condition.begin()), std::make_move_iterator(condition.end()));
    const uint32_t here = current_;
    if (action.kind == ActionKind::go_to && dispatch) current_ = *dispatch;
    emit(std::move(terms), action);
    current_ = here;
  }
  return Next::done;
}

// ---- assignments ----

RuleLowering::Next RuleLowering::assign(const Statement& statement) {
  const Expr& left = statement.left.get();
  if (left.kind != ExprKind::selector) return opaque(statement);
  const Selector& selector = find_selector(left.text);
  if (is_outside_model(left.text)) return outside_model(statement);
  if (left.text == "meta mark" || left.text == "ct mark") {
    mark(statement, selector.field);
    return Next::go_on;
  }
  const bool header = selector.selects == Selects::field || selector.selects == Selects::bits;
  if (!header || left.text.starts_with("meta ") || left.text.starts_with("ct ")) return opaque(statement);
  Terms needed;
  conditions_.add_writes(left, needed);
  if (!settle() || !require(std::move(needed)) || !require(statement.right, statement)) return Next::done;
  assign_field(statement, selector);
  return Next::go_on;
}

// Nothing changes that the model holds; but what is not there to be changed or read ends the rule.
RuleLowering::Next RuleLowering::outside_model(const Statement& statement) {
  if (statement.left.get().text == "ct expectation") return expectation(statement);
  if (sets_zone(statement)) return zone(statement);
  const bool lifetime = statement.left.get().text == "ip ttl" || statement.left.get().text == "ip6 hoplimit";
  if (is_last(statement) && !lifetime) return Next::go_on;
  Terms needed;
  conditions_.add_writes(statement.left.get(), needed);
  if (!require(std::move(needed)) || !require(statement.right, statement)) return Next::done;
  return lifetime ? time_to_live(statement) : Next::go_on;
}

// ip_forward, ip6_forward: what comes with 1 or less is not forwarded; what leaves with so little ends at the next router, if there is one.
RuleLowering::Next RuleLowering::time_to_live(const Statement& statement) {
  constexpr u128 kEnough = 64;  // routers on the way
  static constexpr Site kOnward[] = {Site::ingress, Site::prerouting, Site::forward, Site::output, Site::postrouting, Site::egress};
  const bool goes_on = std::any_of(std::begin(kOnward), std::end(kOnward), [&](Site site) { return has(scope_.sites, site); });
  if (!goes_on) return Next::go_on;
  if (!settle()) return Next::done;
  const Expr& value = statement.right.get();
  std::vector<std::pair<Terms, const Expr*>> choices;
  if (value.kind != ExprKind::map || !expand(value, choices, statement)) choices = {{Terms{}, &value}};
  for (auto& [condition, choice] : choices) {
    const auto number = constant_of(*choice, Type::integer);
    if (number && *number > 1) {
      if (*number < kEnough) b_.assume("a time to live or hop limit that rules set is enough for the rest of the way", rule_.origin);
      continue;
    }
    line_.worsen(LineClass::opaque, statement.left.get().text);
    b_.context->tell(rule_.origin, statement.column, 0, DiagnosticId::target_opaque, Severity::warning,
                     "a packet does not get far behind '" + std::string(statement.text.substr(0, 120)) + "'", "where it is forwarded, here or by the next router, it may be dropped");
    Terms terms = terms_;
    terms.insert(terms.end(), condition.begin(), condition.end());
    terms.push_back(conditions_.unknown_term("time to live", statement.text, false));
    emit(std::move(terms), {ActionKind::drop, 0});
  }
  return Next::go_on;
}

// nft_ct_expect_obj_eval: only the first packet of a connection may expect another one; where that fails the packet is dropped or the rule ends.
RuleLowering::Next RuleLowering::expectation(const Statement& statement) {
  if (!settle()) return Next::done;
  line_.worsen(LineClass::opaque, statement.left.get().text);
  terms_.push_back({model::In{Field::state, IntervalSet::from({{model::state_new, model::state_new}, {model::state_related, model::state_related}})}});
  emit({ActionKind::unknown, b_.unknown("target", statement.text, false, rule_.origin)});
  terms_.push_back(conditions_.unknown_term("ct expectation", statement.text, false));
  return Next::go_on;
}

// nft_ct_set_zone_eval: in front of conntrack it says where the connection is looked for (assemble.cpp); behind it, a packet without connection gets a
// template, which reads as new.
RuleLowering::Next RuleLowering::zone(const Statement& statement) {
  line_.worsen(LineClass::approximated, "ct zone set");
  if (!require(statement.right, statement) || !settle()) return Next::done;
  if (!has(scope_.sites, Site::tracked)) return Next::go_on;
  only_ = {{model::In{Field::state, IntervalSet::of(model::state_invalid)}}};
  steps_.push_back({Rewrite::Kind::assign, Field::state, IntervalSet::from({{model::state_new, model::state_new}, {model::state_invalid, model::state_invalid}})});
  return Next::go_on;
}

// ip daddr set 192.0.2.1: the header changes without a connection knowing.
void RuleLowering::assign_field(const Statement& statement, const Selector& selector) {
  const Expr* value = &statement.right.get();
  IntervalSet all;
  std::vector<const Expr*> choices = {value};
  if (value->kind == ExprKind::map) {
    choices.clear();
    const SetLookup set = look_up(scope_, value->kids[1]);
    bool fine = set.problem.empty();
    for (const Expr* root : set.roots)
      fine = fine && each_element(*root, b_.element_budget, [&](const Expr&, const Expr* data) { return data && (choices.push_back(data), true); });
    if (!fine) choices.clear();
    line_.worsen(LineClass::approximated, "assignment by map");
  }
  for (const Expr* choice : choices) {
    const auto one = numbers_of(*choice, selector.type);
    if (!one) {
      all = IntervalSet();
      break;
    }
    all = all.united(*one);
  }
  if (all.empty()) {
    all = IntervalSet::all(model::field_bits(selector.field, b_.family));
    line_.worsen(LineClass::approximated, "assignment of any value");
  }
  steps_.push_back({Rewrite::Kind::assign, selector.field, std::move(all)});
}

// mark = (from & mask) ^ flip
void RuleLowering::mark(const Statement& statement, Field field) {
  const Expr& value = statement.right.get();
  if (!settle()) return;
  // nft_ct_set_eval: without a connection nothing happens; in front of conntrack packets on lo alone have one.
  if (field == Field::connmark) only_ = {has(scope_.sites, Site::early) ? conditions_.unknown_term("connection in front of conntrack", statement.text, false) : Conditions::tracked()};
  if (value.kind == ExprKind::map) return mark_by_map(statement, field, value);
  if (const auto number = constant_of(value, Type::mark)) {
    steps_.push_back({Rewrite::Kind::set_bits, field, {}, "", kMarkMask, *number & kMarkMask});
    return;
  }
  if (!require(value, statement)) return;
  const Key key = conditions_.key_of(value);
  const Selector* from = key.size() == 1 && key[0].readable ? key[0].selector : nullptr;
  if (!from || from->type != Type::mark) {
    steps_.push_back({Rewrite::Kind::assign, field, IntervalSet::all(32)});
    return line_.worsen(LineClass::approximated, "mark of any value");
  }
  if (from->field != field) steps_.push_back({Rewrite::Kind::copy_bits, field, {}, "", kMarkMask, 0, from->field});
  const u128 mask = key[0].mask & kMarkMask;
  if (mask != kMarkMask || key[0].flip != 0) steps_.push_back({Rewrite::Kind::set_bits, field, {}, "", ~mask & kMarkMask, key[0].flip & kMarkMask});
}

// Each value of the map becomes a rule of its own.
void RuleLowering::mark_by_map(const Statement& statement, Field field, const Expr& map) {
  std::vector<std::pair<Terms, const Expr*>> choices;
  const Key key = conditions_.key_of(map.kids[0]);
  bool fine = !key.empty() && std::none_of(key.begin(), key.end(), [&](const KeyPart& part) { return part.selector && part.selector->field == field; });
  fine = fine && expand(map, choices, statement);
  for (const auto& [condition, data] : choices) {
    const auto number = constant_of(*data, Type::mark);
    fine = fine && number && std::none_of(condition.begin(), condition.end(), [](const Term& term) { return touches(term, {}); });
    if (fine) choices_.emplace_back(condition, *number & kMarkMask);
  }
  if (!fine || choices_.empty()) {
    choices_.clear();
    if (!require(map, statement)) return;
    line_.worsen(LineClass::approximated, "mark of any value");
  }
  steps_.push_back({Rewrite::Kind::assign, field, IntervalSet::all(32)});
}

void lower_rule(const RuleScope& scope, const RuleAst& rule, LineResult& line) { RuleLowering(scope, rule, line).run(); }

}  // namespace fwproof::importers::nftables
