// How rules of two policies pair up, and why those that only moved may be left out.
#include "model/align.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "model/common_numbers.h"
#include "model/edit_script.h"
#include "model/in_parts.h"

namespace fwproof::model {
namespace {

constexpr uint32_t kNone = 0xffffffff;

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

bool blocks(ActionKind at_end) { return at_end == ActionKind::drop || at_end == ActionKind::reject; }

bool same_stages(const std::vector<Stage>& a, const std::vector<Stage>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Stage& x, const Stage& y) {
    return x.kind == y.kind && (x.kind == Stage::Kind::route || x.chain == y.chain);
  });
}

}  // namespace

Aligned align(Policy before, Policy after) {
  before.index = after.index = {};   // the rules change now
  put_in_common_numbers(before, after);
  Aligned both{std::move(before), std::move(after), {}, {}, {}};
  uint64_t steps = kMostSteps;
  for (uint32_t chain = 0; chain < both.before.chains.size(); ++chain) {
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
