// One file although it is long: how rules pair up, and why those that only moved may be left out, is one argument.
#include "model/align.h"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "model/edit_script.h"
#include "model/in_parts.h"

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

// ---- Equal rules ----

class Hash {
 public:
  void add(uint64_t value) { state_ = (state_ ^ value) * 0x9e3779b97f4a7c15ULL ^ (state_ >> 29); }
  void add(u128 value) {
    add(static_cast<uint64_t>(value));
    add(static_cast<uint64_t>(value >> 64));
  }
  void add(const IntervalSet& set) {
    for (const Interval& interval : set.intervals()) {
      add(interval.lo);
      add(interval.hi);
    }
  }
  void add(const Term& term) {
    add(static_cast<uint64_t>(term.what.index() * 2 + term.negated));
    if (const auto* in = std::get_if<In>(&term.what)) {
      add(static_cast<uint64_t>(in->field));
      add(in->set);
    } else if (const auto* in = std::get_if<InAddresses>(&term.what)) {
      add(static_cast<uint64_t>(in->field));
      add(in->set.v4);
      add(in->set.v6);
    } else if (const auto* what = std::get_if<Unknown>(&term.what)) {
      add(static_cast<uint64_t>(what->index));
    } else if (const auto* bits = std::get_if<Masked>(&term.what)) {
      add(bits->mask);
      add(bits->value);
    } else if (const auto* any = std::get_if<AnyOf>(&term.what)) {
      for (const auto& terms : any->alternatives) {
        add(static_cast<uint64_t>(terms.size()));
        for (const Term& inner : terms) add(inner);
      }
    }
  }
  uint64_t value() const { return state_; }

 private:
  uint64_t state_ = 0x243f6a8885a308d3ULL;
};

bool equal(const Rule& a, const Rule& b) { return a.action.kind == b.action.kind && a.action.index == b.action.index && a.terms == b.terms; }

// Gives equal rules equal numbers. The rules must stay where they are. A table with open addressing: policies have a hundred thousand rules.
class RuleNumbers {
 public:
  explicit RuleNumbers(size_t rules) : places_(std::bit_ceil(2 * rules + 1)) { known_.reserve(rules); }

  std::vector<uint32_t> of(const Rule* first, size_t count) {
    std::vector<uint64_t> hashes(count);
    in_parts(count, kWorthAThread, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) hashes[i] = hash_of(first[i]);
    });
    std::vector<uint32_t> numbers(count);
    for (size_t i = 0; i < count; ++i) numbers[i] = number(first[i], hashes[i]);
    return numbers;
  }
  uint32_t number(const Rule& rule) { return number(rule, hash_of(rule)); }

 private:
  static constexpr size_t kWorthAThread = 20'000;
  struct Place {
    uint64_t hash = 0;
    uint32_t number = kNone;
  };

  static uint64_t hash_of(const Rule& rule) {
    Hash hash;
    hash.add((static_cast<uint64_t>(rule.action.kind) << 32) | rule.action.index);
    for (const Term& term : rule.terms) hash.add(term);
    return hash.value();
  }

  // Requires: no more rules than were promised.
  uint32_t number(const Rule& rule, uint64_t hash) {
    const size_t mask = places_.size() - 1;
    size_t at = (hash ^ hash >> 32) & mask;
    for (; places_[at].number != kNone; at = (at + 1) & mask)
      if (places_[at].hash == hash && equal(*known_[places_[at].number], rule)) return places_[at].number;
    places_[at] = {hash, static_cast<uint32_t>(known_.size())};
    known_.push_back(&rule);
    return places_[at].number;
  }

  std::vector<Place> places_;
  std::vector<const Rule*> known_;   // by number
};

// Where one side has no rule: it does nothing.
Rule no_rule() {
  Rule rule;
  rule.enabled = false;
  return rule;
}

// Most changes leave most rules as they are: only what lies between the first and the last difference is numbered.
std::vector<std::pair<uint32_t, uint32_t>> common_rules(const std::vector<Rule>& before, const std::vector<Rule>& after) {
  const size_t shorter = std::min(before.size(), after.size());
  size_t head = 0, tail = 0;
  while (head < shorter && equal(before[head], after[head])) ++head;
  while (tail < shorter - head && equal(before[before.size() - 1 - tail], after[after.size() - 1 - tail])) ++tail;
  const size_t old_count = before.size() - head - tail, new_count = after.size() - head - tail;
  std::vector<std::pair<uint32_t, uint32_t>> common;
  common.reserve(shorter + 1);
  for (size_t i = 0; i < head; ++i) common.emplace_back(i, i);
  if (old_count > 0 && new_count > 0) {
    RuleNumbers numbers(old_count + new_count);
    const std::vector<uint32_t> old = numbers.of(before.data() + head, old_count), now = numbers.of(after.data() + head, new_count);
    for (const auto& [i, j] : common_places(old, now)) common.emplace_back(i + head, j + head);
  }
  for (size_t i = tail; i > 0; --i) common.emplace_back(before.size() - i, after.size() - i);
  return common;
}

void align_rules(uint32_t chain, std::vector<Rule>& before, std::vector<Rule>& after, std::vector<ChangedRule>& changed) {
  auto common = common_rules(before, after);
  if (common.size() == before.size() && common.size() == after.size()) return;
  common.push_back({static_cast<uint32_t>(before.size()), static_cast<uint32_t>(after.size())});
  std::vector<Rule> left, right;
  left.reserve(before.size() + after.size() - common.size() + 1);
  right.reserve(left.capacity());
  uint32_t i = 0, j = 0;
  for (const auto& [next_i, next_j] : common) {
    for (; i < next_i; ++i) {
      changed.push_back({false, chain, static_cast<uint32_t>(left.size())});
      left.push_back(std::move(before[i]));
      right.push_back(no_rule());
    }
    for (; j < next_j; ++j) {
      changed.push_back({true, chain, static_cast<uint32_t>(left.size())});
      left.push_back(no_rule());
      right.push_back(std::move(after[j]));
    }
    if (i == before.size()) break;
    left.push_back(std::move(before[i++]));
    right.push_back(std::move(after[j++]));
  }
  before = std::move(left);
  after = std::move(right);
}

// ---- Moved rules that change nothing ----

bool is_verdict(ActionKind kind) { return kind == ActionKind::accept || kind == ActionKind::drop || kind == ActionKind::reject; }

// No packet matches both, whatever its family.
bool are_disjoint(const Rule& a, const Rule& b) {
  for (const Term& x : a.terms) {
    if (x.negated) continue;
    for (const Term& y : b.terms) {
      if (y.negated || x.what.index() != y.what.index()) continue;
      if (const auto* in = std::get_if<In>(&x.what)) {
        const In& other = std::get<In>(y.what);
        if (in->field == other.field && !in->set.intersects(other.set)) return true;
      } else if (const auto* in = std::get_if<InAddresses>(&x.what)) {
        const InAddresses& other = std::get<InAddresses>(y.what);
        if (in->field == other.field && !in->set.v4.intersects(other.set.v4) && !in->set.v6.intersects(other.set.v6)) return true;
      }
    }
  }
  return false;
}

// Whether it makes no difference which of two neighbours comes first.
bool commute(const Rule& a, const Rule& b) {
  if (!is_verdict(a.action.kind) || !is_verdict(b.action.kind)) return false;
  return (a.action.kind == ActionKind::accept) == (b.action.kind == ActionKind::accept) || are_disjoint(a, b);
}

// Pairs of rules that are compared; beyond, what was moved counts as changed.
constexpr uint64_t kMostSteps = 20'000'000;

// Where a rule that both sides have once stands in the common numbering.
struct Place {
  uint32_t before = kNone;
  uint32_t after = kNone;
};

// A moved rule changes nothing by itself where it commutes with every rule that it passes. (Two orders of the same rules do the same when every
// pair that stands the other way round commutes; rules that only one side has are asked about anyway.) Bounded: `steps`.
class Commuting {
 public:
  Commuting(const std::vector<Rule>& before, const std::vector<Rule>& after) : before_(before), after_(after) {}

  void drop(std::vector<ChangedRule>& changed, size_t first, uint64_t& steps) {
    if (changed.size() == first) return;
    pair_up(changed, first);
    const auto changes_nothing = [&](const ChangedRule& rule) {
      const Place* place = place_of(rule);
      return place && stays_equal(*place, steps);
    };
    changed.erase(std::remove_if(changed.begin() + static_cast<long>(first), changed.end(), changes_nothing), changed.end());
  }

 private:
  // A rule that each side has once among the changed ones was moved.
  void pair_up(const std::vector<ChangedRule>& changed, size_t first) {
    struct Met {
      uint32_t times = 0;
      bool both = false;
      ChangedRule first;
    };
    places_.assign(before_.size(), {});
    RuleNumbers numbers(changed.size() - first);
    std::vector<Met> met;
    std::vector<Place> pairs;
    for (size_t i = first; i < changed.size(); ++i) {
      const uint32_t number = numbers.number((changed[i].in_after ? after_ : before_)[changed[i].rule]);
      if (number == met.size()) {
        met.push_back({1, false, changed[i]});
        pairs.emplace_back();
        continue;
      }
      Met& known = met[number];
      if (++known.times != 2 || known.first.in_after == changed[i].in_after) continue;
      known.both = true;
      pairs[number] = changed[i].in_after ? Place{known.first.rule, changed[i].rule} : Place{changed[i].rule, known.first.rule};
    }
    for (size_t number = 0; number < met.size(); ++number)
      if (met[number].both && met[number].times == 2) places_[pairs[number].before] = places_[pairs[number].after] = pairs[number];
  }
  const Place* place_of(const ChangedRule& rule) const { return places_[rule.rule].before == kNone ? nullptr : &places_[rule.rule]; }

  // Rules between its two places that both sides have are passed by; of the moved ones those whose order turns round.
  bool stays_equal(const Place& place, uint64_t& steps) const {
    const Rule& rule = before_[place.before];
    const auto [from, to] = std::minmax(place.before, place.after);
    for (uint32_t i = from + 1; i < to; ++i) {
      if (steps == 0) return false;
      --steps;
      const bool old = before_[i].enabled, now = after_[i].enabled;
      if (old != now) {
        const Place& other = places_[i];
        if (other.before == kNone || (place.before < other.before) == (place.after < other.after)) continue;
      }
      if (!commute(rule, old ? before_[i] : after_[i])) return false;
    }
    return true;
  }

  const std::vector<Rule>& before_;
  const std::vector<Rule>& after_;
  std::vector<Place> places_;  // by number; kNone: not a moved rule
};

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

bool blocks(ActionKind at_end) { return at_end == ActionKind::drop || at_end == ActionKind::reject; }

bool same_stages(const std::vector<Stage>& a, const std::vector<Stage>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Stage& x, const Stage& y) {
    return x.kind == y.kind && (x.kind == Stage::Kind::route || x.chain == y.chain);
  });
}

}  // namespace

Aligned align(Policy before, Policy after) {
  before.index = after.index = {};   // the rules change now
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
  Aligned both{std::move(before), std::move(after), {}, {}, {}};
  uint64_t steps = kMostSteps;
  for (uint32_t chain = 0; chain < chains; ++chain) {
    Chain& left = both.before.chains[chain];
    Chain& right = both.after.chains[chain];
    if (blocks(left.at_end) != blocks(right.at_end)) both.ends.push_back(chain);
    const size_t first = both.changed.size();
    align_rules(chain, left.rules, right.rules, both.changed);
    Commuting(left.rules, right.rules).drop(both.changed, first, steps);
  }
  for (size_t hook = 0; hook < kHooks; ++hook) both.stages[hook] = !same_stages(both.before.hooks[hook], both.after.hooks[hook]);
  return both;
}

}  // namespace fwproof::model
