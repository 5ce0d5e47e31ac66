#include "model/common_numbers.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace fwproof::model {
namespace {

// ---- Names: both sides get the domain that holds the names of both ----

using Atoms = std::vector<uint32_t>;  // by atom of the common domain: the atom of the old one that it lies in

// What an atom that is a prefix starts with; atom 0, "any other name", starts with nothing.
std::string prefix_of(const NameDomain& names, uint32_t atom) {
  static constexpr std::string_view kEllipsis = "…";  // as NameDomain::text() ends a prefix
  if (atom == 0) return "";
  std::string text = names.text(atom);
  text.resize(text.size() - kEllipsis.size());
  return text;
}

NameDomain joined(const NameDomain& a, const NameDomain& b) {
  NameDomain common;
  if (a.normalise() == b.normalise()) common.set_normalise(a.normalise());
  for (const NameDomain* names : {&a, &b})
    for (uint32_t i = 0; i < names->size(); ++i) common.add(names->is_exact(i) ? names->text(i) : prefix_of(*names, i), !names->is_exact(i));
  return common;
}

// The old atoms that are prefixes, longest first: the first that fits is the one.
Atoms longest_first(const NameDomain& names) {
  Atoms prefixes;
  for (uint32_t i = 0; i < names.size(); ++i)
    if (!names.is_exact(i)) prefixes.push_back(i);
  std::stable_sort(prefixes.begin(), prefixes.end(), [&](uint32_t a, uint32_t b) { return prefix_of(names, a).size() > prefix_of(names, b).size(); });
  return prefixes;
}

Atoms renamed(const NameDomain& old, const NameDomain& common) {
  std::unordered_map<std::string, uint32_t> exact;
  for (uint32_t i = 0; i < old.size(); ++i)
    if (old.is_exact(i)) exact.emplace(old.text(i), i);
  const Atoms prefixes = longest_first(old);
  Atoms around(common.size());
  for (uint32_t i = 0; i < around.size(); ++i) {
    const std::string name = common.is_exact(i) ? common.text(i) : prefix_of(common, i);
    const auto found = common.is_exact(i) ? exact.find(name) : exact.end();
    const auto starts = [&](uint32_t prefix) { return name.starts_with(prefix_of(old, prefix)); };
    around[i] = found != exact.end() ? found->second : *std::find_if(prefixes.begin(), prefixes.end(), starts);
  }
  return around;
}

bool is_unchanged(const Atoms& atoms, const NameDomain& old) {
  for (uint32_t i = 0; i < atoms.size(); ++i)
    if (atoms[i] != i) return false;
  return atoms.size() == old.size();
}

IntervalSet moved(const IntervalSet& set, const Atoms& atoms) {
  std::vector<Interval> values;
  for (uint32_t i = 0; i < atoms.size(); ++i)
    if (set.contains(atoms[i])) values.push_back({i, i});
  return IntervalSet::from(std::move(values));
}

// What one side's numbers become.
struct Numbers {
  std::map<Field, Atoms> atoms;      // fields whose names are numbered anew
  std::vector<uint32_t> chains;
  std::vector<uint32_t> rewrites;
};

template <typename Domain>
void unify(Policy& before, Policy& after, Domain domain, const std::vector<Field>& fields, Numbers& of_before, Numbers& of_after) {
  const NameDomain common = joined(before.*domain, after.*domain);
  for (auto [policy, numbers] : {std::pair{&before, &of_before}, std::pair{&after, &of_after}}) {
    const Atoms atoms = renamed(policy->*domain, common);
    if (!is_unchanged(atoms, policy->*domain))
      for (const Field field : fields) numbers->atoms[field] = atoms;
    policy->*domain = common;
  }
}

// ---- Unknown conditions and rewritings: equal ones get one number ----

class Tables {
 public:
  // repeated: how often the rule at hand has used an equal per_visit condition already.
  uint32_t unknown(const UnknownCondition& what, uint32_t repeated) {
    const auto key = std::tuple{what.sharing, what.kind, what.text, repeated};
    const auto [found, added] = unknown_ids_.try_emplace(key, static_cast<uint32_t>(unknowns.size()));
    if (added) unknowns.push_back(what);
    return found->second;
  }
  uint32_t rewrite(const RewriteAction& action) {
    const auto [found, added] = rewrite_ids_.try_emplace(text_of(action), static_cast<uint32_t>(rewrites.size()));
    if (added) rewrites.push_back(action);
    return found->second;
  }

  std::vector<UnknownCondition> unknowns;
  std::vector<RewriteAction> rewrites;

 private:
  static void add(std::string& text, u128 value) { text.append(reinterpret_cast<const char*>(&value), sizeof value); }
  static std::string text_of(const RewriteAction& action) {
    std::string text;
    add(text, static_cast<u128>(action.then));
    for (const Rewrite& step : action.steps) {
      for (const u128 value : {static_cast<u128>(step.kind), static_cast<u128>(step.field), step.mask, step.value, static_cast<u128>(step.from),
                               static_cast<u128>(step.values.intervals().size())})
        add(text, value);
      for (const Interval& interval : step.values.intervals()) {
        add(text, interval.lo);
        add(text, interval.hi);
      }
    }
    return text;
  }
  std::map<std::tuple<UnknownCondition::Sharing, std::string, std::string, uint32_t>, uint32_t> unknown_ids_;
  std::map<std::string, uint32_t> rewrite_ids_;
};

// ---- Rules in common numbers ----

class Renumber {
 public:
  Renumber(const Policy& policy, const Numbers& numbers, Tables& tables) : policy_(policy), numbers_(numbers), tables_(tables) {}

  void rule(Rule& rule) {
    used_.clear();
    for (Term& term : rule.terms) this->term(term);
    Action& action = rule.action;
    switch (action.kind) {
      case ActionKind::jump:
      case ActionKind::go_to: action.index = numbers_.chains[action.index]; break;
      case ActionKind::rewrite: action.index = numbers_.rewrites[action.index]; break;
      case ActionKind::unknown:
      case ActionKind::unknown_rewriting: action.index = unknown(action.index); break;
      case ActionKind::accept:
      case ActionKind::drop:
      case ActionKind::reject:
      case ActionKind::return_:
      case ActionKind::proceed: action.index = 0; break;
    }
  }

 private:
  void term(Term& term) {
    if (auto* in = std::get_if<In>(&term.what)) {
      if (const auto found = numbers_.atoms.find(in->field); found != numbers_.atoms.end()) in->set = moved(in->set, found->second);
    } else if (auto* what = std::get_if<Unknown>(&term.what)) {
      what->index = unknown(what->index);
    } else if (auto* any = std::get_if<AnyOf>(&term.what)) {
      for (auto& terms : any->alternatives)
        for (Term& inner : terms) this->term(inner);
    }
  }
  // The same condition of a rule, written twice in one table entry, is one; two entries with equal words are two.
  uint32_t unknown(uint32_t index) {
    const UnknownCondition& what = policy_.unknowns[index];
    if (what.sharing == UnknownCondition::Sharing::pure) return tables_.unknown(what, 0);
    uint32_t repeated = 0;
    for (const uint32_t other : used_) {
      if (other == index) return tables_.unknown(what, repeated);
      const UnknownCondition& seen = policy_.unknowns[other];
      repeated += seen.kind == what.kind && seen.text == what.text;
    }
    used_.push_back(index);
    return tables_.unknown(what, repeated);
  }

  const Policy& policy_;
  const Numbers& numbers_;
  Tables& tables_;
  std::vector<uint32_t> used_;
};

// ---- Chains: by name; base chains that only one side calls so, by their place ----

std::vector<std::string> unique_names(const Policy& policy) {
  std::map<std::string, uint32_t> seen;
  std::vector<std::string> names;
  for (const Chain& chain : policy.chains) {
    const uint32_t number = seen[chain.name]++;
    names.push_back(number == 0 ? chain.name : chain.name + "#" + std::to_string(number));
  }
  return names;
}

constexpr uint32_t kNone = 0xffffffff;

// Different formats call the same place differently: the n-th base chain of a kind in a hook is the other side's n-th.
void pair_base_chains(const Policy& before, const Policy& after, std::vector<uint32_t>& twin_of_after, std::vector<bool>& taken) {
  for (size_t hook = 0; hook < kHooks; ++hook)
    for (const Stage::Kind kind : {Stage::Kind::filter, Stage::Kind::nat}) {
      const auto chains = [&](const Policy& policy) {
        std::vector<uint32_t> found;
        for (const Stage& stage : policy.hooks[hook])
          if (stage.kind == kind) found.push_back(stage.chain);
        return found;
      };
      const std::vector<uint32_t> old = chains(before), now = chains(after);
      if (old.size() != now.size()) continue;
      for (size_t i = 0; i < old.size(); ++i) {
        if (taken[old[i]] || twin_of_after[now[i]] != kNone) continue;
        twin_of_after[now[i]] = old[i];
        taken[old[i]] = true;
      }
    }
}

// Numbers of both sides' chains; returns how many there are.
size_t number_chains(const Policy& before, const Policy& after, Numbers& of_before, Numbers& of_after) {
  std::unordered_map<std::string, uint32_t> by_name;
  const std::vector<std::string> old = unique_names(before), now = unique_names(after);
  for (uint32_t i = 0; i < old.size(); ++i) {
    by_name[old[i]] = i;
    of_before.chains.push_back(i);
  }
  std::vector<uint32_t> twins(now.size(), kNone);
  std::vector<bool> taken(old.size(), false);
  for (uint32_t i = 0; i < now.size(); ++i)
    if (const auto found = by_name.find(now[i]); found != by_name.end()) {
      twins[i] = found->second;
      taken[found->second] = true;
    }
  pair_base_chains(before, after, twins, taken);
  auto next = static_cast<uint32_t>(old.size());
  for (const uint32_t twin : twins) of_after.chains.push_back(twin == kNone ? next++ : twin);
  return next;
}

bool does_something(const Rule& rule) { return rule.enabled && rule.action.kind != ActionKind::proceed; }

// ---- One side ----

void renumber(Policy& policy, Numbers& numbers, size_t chains, Tables& tables) {
  for (const RewriteAction& action : policy.rewrites) {
    RewriteAction moved_action = action;
    for (Rewrite& step : moved_action.steps)
      if (const auto found = numbers.atoms.find(step.field); found != numbers.atoms.end()) step.values = moved(step.values, found->second);
    numbers.rewrites.push_back(tables.rewrite(moved_action));
  }
  Renumber renumbering(policy, numbers, tables);
  std::vector<Chain> all(chains);
  for (size_t i = 0; i < policy.chains.size(); ++i) {
    Chain& chain = policy.chains[i];
    std::erase_if(chain.rules, [](const Rule& rule) { return !does_something(rule); });
    for (Rule& rule : chain.rules) renumbering.rule(rule);
    all[numbers.chains[i]] = std::move(chain);
  }
  policy.chains = std::move(all);
  for (auto& stages : policy.hooks)
    for (Stage& stage : stages)
      if (stage.kind != Stage::Kind::route) stage.chain = numbers.chains[stage.chain];
}

}  // namespace

void put_in_common_numbers(Policy& before, Policy& after) {
  Numbers old, now;
  unify(before, after, &Policy::interfaces, {Field::in, Field::out}, old, now);
  unify(before, after, &Policy::programs, {Field::program}, old, now);
  unify(before, after, &Policy::services, {Field::service}, old, now);
  const size_t chains = number_chains(before, after, old, now);
  Tables tables;
  renumber(before, old, chains, tables);
  renumber(after, now, chains, tables);
  before.unknowns = after.unknowns = tables.unknowns;
  before.rewrites = after.rewrites = tables.rewrites;
}

}  // namespace fwproof::model
