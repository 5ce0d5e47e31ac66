#include "solver/z3_chains.h"

#include "solver/leads.h"

namespace fwproof::solver {
namespace {

using model::Action;
using model::ActionKind;
using model::Chain;
using model::Rule;

// Calls nest no deeper: the encoding is recursive.
constexpr uint32_t kMaxDepth = 2'000;

// What is free in a rule; per_visit conditions are told apart by their numbers.
constexpr uint32_t kGoesOn = 0xffffffff, kAccepts = 0xfffffffe, kValue = 0x80000000;

bool is_call(const Action& action) { return action.kind == ActionKind::jump || action.kind == ActionKind::go_to; }

}  // namespace

Z3Chains::Z3Chains(Formulas& formulas, Z3Packets& packets, const model::Policy& policy, const KeptRules* kept, const std::vector<PacketBox>& leads,
                   uint32_t& visits_left, Z3Choices* choices)
    : formulas_(formulas), packets_(packets), policy_(policy), kept_(kept), leads_(leads), visits_left_(visits_left), choices_(choices), facts_(policy.chains.size()), entered_(policy.chains.size()) {}

// Callees first, with an explicit stack: hostile inputs nest chains as deep as they like.
void Z3Chains::find_facts(uint32_t start) {
  std::vector<std::pair<uint32_t, size_t>> stack;
  const auto enter = [&](uint32_t chain) {
    if (entered_[chain]) return;
    entered_[chain] = 1;
    stack.push_back({chain, 0});
  };
  enter(start);
  while (!stack.empty()) {
    auto& [chain, next] = stack.back();
    if (next == kept_count(chain)) {
      facts_[chain] = facts_of(chain);
      stack.pop_back();
      continue;
    }
    const Action& action = kept_rule(chain, next++).action;
    if (is_call(action)) enter(action.index);
  }
}

Z3Chains::Facts Z3Chains::facts_of(uint32_t chain) const {
  const auto differs_by_visit = [&](const auto& self, const model::Term& term) -> bool {
    if (const auto* unknown = std::get_if<model::Unknown>(&term.what))
      return policy_.unknowns[unknown->index].sharing == model::UnknownCondition::Sharing::per_visit;
    if (std::holds_alternative<model::InNamed>(term.what)) return true;
    if (const auto* any = std::get_if<model::AnyOf>(&term.what))
      for (const auto& terms : any->alternatives)
        for (const model::Term& inner : terms)
          if (self(self, inner)) return true;
    return false;
  };
  Facts facts;
  for (size_t i = 0; i < kept_count(chain); ++i) {
    const Rule& rule = kept_rule(chain, i);
    if (!rule.enabled) continue;
    const ActionKind kind = rule.action.kind;
    for (const model::Term& term : rule.terms) facts.shareable = facts.shareable && !differs_by_visit(differs_by_visit, term);
    if ((kind == ActionKind::rewrite && !sends_away(rule.action)) || kind == ActionKind::unknown || kind == ActionKind::unknown_rewriting) facts.shareable = false;
    if (is_call(rule.action)) facts.shareable = facts.shareable && facts_[rule.action.index].shareable;
    const bool passes_by = kind == ActionKind::proceed || (kind == ActionKind::jump && !facts_[rule.action.index].has_effect);
    facts.has_effect = facts.has_effect || !passes_by;
  }
  return facts;
}

ChainExits Z3Chains::base_chain(uint32_t chain, const Arrival& arrival, bool in_nat, uint32_t stage) {
  in_nat_ = in_nat;
  find_facts(chain);
  path_ = {stage};
  ChainExits exits = visit(chain, arrival);
  const ActionKind at_end = policy_.chains[chain].at_end;
  if (at_end != ActionKind::drop && at_end != ActionKind::reject)
    exits.accepted.insert(exits.accepted.end(), exits.returned.begin(), exits.returned.end());
  exits.returned.clear();
  return exits;
}

ChainExits Z3Chains::visit(uint32_t chain, const Arrival& arrival) {
  if (visits_left_ == 0 || depth_ == kMaxDepth) throw EncodingLimit{};
  --visits_left_;
  ++depth_;
  Visit visit{chain, 0, arrival, {}, {}};
  for (size_t i = 0; i < kept_count(chain) && !visit.here.when.is_false(); ++i) {
    const Rule& rule = kept_rule(chain, i);
    visit.rule = kept_ ? (*kept_)[chain][i] : static_cast<uint32_t>(i);
    if (rule.enabled) apply(rule, visit);
  }
  visit.exits.returned.push_back(visit.here);
  --depth_;
  return std::move(visit.exits);
}

void Z3Chains::apply(const Rule& rule, Visit& visit) {
  const Action& action = rule.action;
  if (action.kind == ActionKind::proceed) return;
  if (action.kind == ActionKind::jump && !facts_[action.index].has_effect) return;
  visit.fresh.clear();
  const Formula match = formulas_.named(all_hold(rule.terms, visit));
  if (match.is_false()) return;
  const Formula hit = formulas_.named(formulas_.both(visit.here.when, match));
  const Formula miss = formulas_.named(formulas_.both(visit.here.when, formulas_.negation(match)));
  const VersionId version = visit.here.version;
  switch (action.kind) {
    case ActionKind::proceed: return;
    case ActionKind::accept: visit.exits.accepted.push_back({hit, version}); break;
    case ActionKind::drop:
    case ActionKind::reject: break;
    case ActionKind::return_: visit.exits.returned.push_back({hit, version}); break;
    case ActionKind::jump: return call(action.index, false, hit, miss, visit);
    case ActionKind::go_to: return call(action.index, true, hit, miss, visit);
    case ActionKind::rewrite:
      if (sends_away(action)) break;
      return rewrite(policy_.rewrites[action.index], hit, miss, visit);
    case ActionKind::unknown: {
      const Formula goes_on = choice(visit, kGoesOn);
      visit.exits.accepted.push_back({formulas_.named(formulas_.all_of({hit, formulas_.negation(goes_on), choice(visit, kAccepts)})), version});
      visit.here.when = formulas_.named(formulas_.any_of({miss, formulas_.both(hit, goes_on)}));
      return;
    }
    case ActionKind::unknown_rewriting: visit.exits.wild.push_back(hit); break;
  }
  visit.here.when = miss;
}

Formula Z3Chains::choice(const Visit& visit, uint32_t what) {
  return choice(visit, what, [&] { return formulas_.free_bool(); });
}

Formula Z3Chains::choice(const Visit& visit, uint32_t what, unsigned bits, const model::IntervalSet& values) {
  return choice(visit, what, [&] { return values == model::IntervalSet::all(bits) ? formulas_.free_number(bits) : formulas_.free_number(bits, values); });
}

Formula Z3Chains::choice(const Visit& visit, uint32_t what, const std::function<Formula()>& fresh) {
  if (choices_ == nullptr) return fresh();
  const Formula untouched = packets_.untouched(choices_->came, visit.here.version);
  if (untouched.is_false()) return fresh();
  std::vector<uint32_t> key = path_;
  key.insert(key.end(), {visit.chain, visit.rule, what});
  auto found = choices_->made.find(key);
  if (found == choices_->made.end()) found = choices_->made.emplace(std::move(key), fresh()).first;
  if (untouched.is_true()) return found->second;
  return formulas_.named(formulas_.choice(untouched, found->second, fresh()));
}

void Z3Chains::call(uint32_t target, bool goes, Formula hit, Formula miss, Visit& visit) {
  ChainExits exits;
  if (facts_[target].shareable) {
    const Shared& chain = shared(target, visit.here.version);
    exits.accepted.push_back({formulas_.named(formulas_.both(hit, chain.accepted)), visit.here.version});
    exits.returned.push_back({formulas_.named(formulas_.both(hit, chain.returned)), visit.here.version});
  } else {
    path_.insert(path_.end(), {visit.chain, visit.rule});
    exits = this->visit(target, {hit, visit.here.version});
    path_.resize(path_.size() - 2);
  }
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  append(visit.exits.accepted, exits.accepted);
  append(visit.exits.wild, exits.wild);
  if (goes) {
    append(visit.exits.returned, exits.returned);
    visit.here.when = miss;
    return;
  }
  exits.returned.push_back({miss, visit.here.version});
  std::vector<Formula> whens;
  for (const Arrival& arrival : exits.returned) whens.push_back(arrival.when);
  visit.here = {formulas_.named(formulas_.any_of(whens)), packets_.merged(exits.returned)};
}

const Z3Chains::Shared& Z3Chains::shared(uint32_t chain, VersionId version) {
  const std::tuple key{chain, version, in_nat_};
  if (const auto found = shared_.find(key); found != shared_.end()) return found->second;
  const ChainExits exits = visit(chain, {formulas_.yes(), version});
  const auto when_any = [&](const std::vector<Arrival>& arrivals) {
    std::vector<Formula> whens;
    for (const Arrival& arrival : arrivals) whens.push_back(arrival.when);
    return formulas_.named(formulas_.any_of(whens));
  };
  return shared_.emplace(key, Shared{when_any(exits.returned), when_any(exits.accepted)}).first->second;
}

bool Z3Chains::sends_away(const Action& action) const {
  return action.kind == ActionKind::rewrite && solver::sends_away(policy_.rewrites[action.index], leads_);
}

void Z3Chains::rewrite(const model::RewriteAction& action, Formula hit, Formula miss, Visit& visit) {
  VersionId version = visit.here.version;
  for (uint32_t step = 0; step < action.steps.size(); ++step)
    version = packets_.rewritten(version, action.steps[step], [&](unsigned bits, const model::IntervalSet& values) {
      return choice(visit, kValue + step, bits, values);
    });
  switch (action.then) {
    case ActionKind::drop:
    case ActionKind::reject: visit.here.when = miss; return;
    case ActionKind::proceed: visit.here.version = packets_.merged({{hit, version}, {miss, visit.here.version}}); return;
    case ActionKind::accept:
    case ActionKind::jump:
    case ActionKind::go_to:
    case ActionKind::return_:
    case ActionKind::rewrite:
    case ActionKind::unknown:
    case ActionKind::unknown_rewriting: break;  // accept is the only one of these that RewriteAction allows
  }
  visit.exits.accepted.push_back({hit, version});
  visit.here.when = miss;
}

}  // namespace fwproof::solver
