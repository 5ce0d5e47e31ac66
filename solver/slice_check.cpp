// The second look at a slice: every rule that was left out, by tests that the first look does not use.
#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <optional>

#include "model/rule_index.h"
#include "solver/leads.h"
#include "solver/slice.h"
#include "solver/slice_parts.h"
#include "solver/slice_place.h"

namespace fwproof::solver {

using namespace model;
using namespace slicing;
using namespace second_look;

namespace {

// The least and greatest value of a field in the question; nothing: any.
struct Span {
  Field field;
  u128 lo, hi;
};
std::vector<Span> spans_of(const Walk& walk, const WalkLeg& leg, const Rewritten& rewritten) {
  std::vector<Span> spans;
  const auto add = [&](Field field, const IntervalSet PacketBox::*set) {
    if (rewritten.anything[static_cast<size_t>(field)]) return;
    Span span{field, ~u128{0}, 0};
    const auto look = [&](const IntervalSet& values) {
      for (const Interval& part : values.intervals()) span = {field, std::min(span.lo, part.lo), std::max(span.hi, part.hi)};
    };
    look(rewritten.values[static_cast<size_t>(field)]);
    for (const PacketBox& box : walk.in_question) look(box.*set);
    spans.push_back(span);
  };
  add(Field::src, leg.reply ? &PacketBox::dst : &PacketBox::src);
  add(Field::dst, leg.reply ? &PacketBox::src : &PacketBox::dst);
  add(Field::dst_port, leg.reply ? &PacketBox::src_port : &PacketBox::dst_port);
  add(Field::protocol, &PacketBox::protocol);
  return spans;
}

// Some packet may match both: what their plain terms leave to a field, together.
bool may_meet(const Rule& a, const Rule& b, Family family) {
  std::array<std::pair<Field, IntervalSet>, kFields> left;   // in place: pairs of rules are many
  size_t told = 0;
  for (const Rule* rule : {&a, &b})
    for (const Term& term : rule->terms) {
      const auto* in = std::get_if<In>(&term.what);
      const auto* addresses = std::get_if<InAddresses>(&term.what);
      if (!in && !addresses) continue;
      const Field field = in ? in->field : addresses->field;
      const IntervalSet* set = plain_set(term, field, family);
      if (!set) continue;
      size_t i = 0;
      while (i < told && left[i].first != field) ++i;
      if (i == told) left[told++] = {field, *set};
      else left[i].second = left[i].second.intersected(*set);
      if (left[i].second.empty()) return false;
    }
  return true;
}

// The least and greatest source and destination that a rule leaves: rules that are apart in these do not meet.
struct Ends {
  u128 src_lo, src_hi, dst_lo, dst_hi;
};
Ends ends_of(const Rule& rule, Family family) {
  Ends ends{0, ~u128{0}, 0, ~u128{0}};
  for (const Term& term : rule.terms) {
    const auto* addresses = std::get_if<InAddresses>(&term.what);
    if (addresses == nullptr || term.negated || addresses->set.in(family).empty()) continue;
    const IntervalSet& set = addresses->set.in(family);
    u128& lo = addresses->field == Field::src ? ends.src_lo : ends.dst_lo;
    u128& hi = addresses->field == Field::src ? ends.src_hi : ends.dst_hi;
    lo = std::max(lo, set.min());
    hi = std::min(hi, set.max());
  }
  return ends;
}
bool are_apart(const Ends& a, const Ends& b) { return a.src_hi < b.src_lo || b.src_hi < a.src_lo || a.dst_hi < b.dst_lo || b.dst_hi < a.dst_lo; }

class Recheck {
 public:
  Recheck(const Walk& walk, const WalkLeg& leg, const WalkHop& hop, const KeptRules& kept, const Rewritten& rewritten, bool idle)
      : walk_(walk), leg_(leg), hop_(hop), kept_(kept), rewritten_(rewritten), idle_(idle), spans_(spans_of(walk, leg, rewritten)) {
    if (idle) find_bases();
  }

  bool is_right() {
    bool right = true;
    for (const Stage::Kind kind : kKindsWithChains) {
      passes_on_.clear();
      const Place place({walk_, leg_, hop_, kind, rewritten_});
      walk_chains(leg_, hop_, kind, [&](uint32_t chain, const auto& add) { right = right && is_right(chain, place, add); });
    }
    return right;
  }

 private:
  // add(chain): this leg comes there too. A call that is kept for another leg leads nowhere here.
  template <class Add>
  bool is_right(uint32_t chain, const Place& place, const Add& add) {
    const std::vector<Rule>& rules = hop_.policy->chains[chain].rules;
    for (const uint32_t rule : looked_at(chain)) {
      const bool kept = std::binary_search(kept_[chain].begin(), kept_[chain].end(), rule);
      const bool apart = rightly_dropped(rules[rule], place);
      if (!kept && !apart && !is_rightly_idle(chain, rule, place)) return false;
      if (kept && !apart && is_call(rules[rule].action)) add(rules[rule].action.index);
      // Nothing in question comes to the rules behind it.
      if (ends_chain(rules[rule]) && matches_all(rules[rule], place)) return true;
    }
    return true;
  }

  // All rules, or those that the index does not exclude.
  std::vector<uint32_t> looked_at(uint32_t chain) const {
    std::vector<uint32_t> rules;
    if (const RuleColumns* columns = columns_of(*hop_.policy, chain, walk_.family)) {
      FieldBounds bounds;
      for (const Span& span : spans_) bounds.of(span.field) = IntervalSet::range(span.lo, span.hi);
      columns->find(bounds, rules);
    } else {
      rules.resize(hop_.policy->chains[chain].rules.size());
      std::iota(rules.begin(), rules.end(), 0);
    }
    return rules;
  }

  bool is_rightly_idle(uint32_t chain, uint32_t number, const Place& place) {
    const Rule& rule = hop_.policy->chains[chain].rules[number];
    if (!idle_) return false;
    if (!walk_.leads.empty() && comes_to_nothing(chain, number, place)) return true;
    if (blocks(rule.action.kind)) return is_blocked_anyway(chain, rule, place);
    if (rule.action.kind != ActionKind::return_) return false;
    // Whether a packet returns here, by a later rule or at the end of the chain is the same where nothing else happens to it on the way there.
    const auto behind = std::upper_bound(kept_[chain].begin(), kept_[chain].end(), number);
    return std::none_of(behind, kept_[chain].end(), [&](uint32_t other) {
      const Rule& later = hop_.policy->chains[chain].rules[other];
      return later.action.kind != ActionKind::return_ && may_meet(rule, later, walk_.family);
    });
  }

  // A base chain that the hop enters, and the chains that it comes to by kept calls.
  struct Base {
    Stage::Kind kind;
    uint32_t chain;
    std::vector<bool> reaches;
  };

  void find_bases() {
    for (const Stage& stage : hop_.policy->hooks[static_cast<size_t>(hop_.hook)]) {
      if (stage.kind == Stage::Kind::route) continue;
      Base base{stage.kind, stage.chain, std::vector<bool>(hop_.policy->chains.size(), false)};
      std::vector<uint32_t> todo = {stage.chain};
      while (!todo.empty()) {
        const uint32_t chain = todo.back();
        todo.pop_back();
        if (base.reaches[chain]) continue;
        base.reaches[chain] = true;
        for (const uint32_t rule : kept_[chain])
          if (const Action& action = hop_.policy->chains[chain].rules[rule].action; is_call(action)) todo.push_back(action.index);
      }
      bases_.push_back(std::move(base));
    }
    ends_.resize(kept_.size());
    weigh_.resize(kept_.size());
    for (uint32_t chain = 0; chain < kept_.size(); ++chain)
      for (size_t at = 0; at < kept_[chain].size(); ++at) {
        const Rule& rule = hop_.policy->chains[chain].rules[kept_[chain][at]];
        ends_[chain].push_back(ends_of(rule, walk_.family));
        const bool may_be_passed_by = walk_.leads.empty() && !rule.terms.empty() && blocks(rule.action.kind);
        if (!may_be_passed_by) weigh_[chain].push_back(static_cast<uint32_t>(at));
      }
  }

  // Without it, its packets come to the end of every base chain from which they come here, and that blocks them; or a later rule does.
  bool is_blocked_anyway(uint32_t chain, const Rule& rule, const Place& place) const {
    bool is_reached = false;
    for (const Base& base : bases_) {
      if (base.kind != place.kind() || !base.reaches[chain]) continue;
      is_reached = true;
      std::map<uint32_t, Ways> known;
      const Ways ways = ways_through(base.chain, {&rule, ends_of(rule, walk_.family)}, place, known, 0);
      const Chain& whole = hop_.policy->chains[base.chain];
      const bool end_blocks = blocks(whole.at_end) && whole.at_end_assumption < 0;
      if (ways.accepts || (ways.returns && !end_blocks)) return false;
    }
    return is_reached;
  }

  static constexpr uint32_t kDeepest = 200;

  // How packets that a rule may match may leave a chain of kept rules, other than by being blocked.
  struct Ways {
    bool accepts = true;   // or are changed, or nobody knows
    bool returns = true;
  };
  struct Packets {
    const Rule* rule;   // that may match them
    Ends ends;
  };
  Ways ways_through(uint32_t chain, const Packets& packets, const Place& place, std::map<uint32_t, Ways>& known, uint32_t depth) const {
    if (depth > kDeepest) return {};
    const auto [found, added] = known.try_emplace(chain);
    if (added) found->second = ways_behind(chain, 0, packets, place, known, depth);
    return found->second;   // or it is being looked at, and anything may happen
  }

  // first: place among the kept rules of the chain.
  Ways ways_behind(uint32_t chain, size_t first, const Packets& packets, const Place& place, std::map<uint32_t, Ways>& known, uint32_t depth) const {
    Ways ways{false, false};
    const std::vector<uint32_t>& weigh = weigh_[chain];
    for (auto next = std::lower_bound(weigh.begin(), weigh.end(), first); next != weigh.end(); ++next) {
      const size_t at = *next;
      const Rule& rule = hop_.policy->chains[chain].rules[kept_[chain][at]];
      const bool takes_all = rule.terms.empty() || (!walk_.leads.empty() && matches_all(rule, place));
      const ActionKind kind = rule.action.kind;
      const bool is_lost = blocks(kind) || is_sent_away(rule);
      if (is_lost && takes_all) return ways;
      if (is_lost || kind == ActionKind::proceed) continue;
      const bool meets = !are_apart(packets.ends, ends_[chain][at]) && may_meet(*packets.rule, rule, walk_.family);
      if (!meets && takes_all) return ways;   // none of the packets is in question
      if (!meets) continue;
      if (kind == ActionKind::return_) {
        ways.returns = true;
        if (takes_all) return ways;
      } else if (is_call(rule.action)) {
        const Ways inner = ways_through(rule.action.index, packets, place, known, depth + 1);
        const bool goes = kind == ActionKind::go_to;
        ways.accepts = ways.accepts || inner.accepts;
        ways.returns = ways.returns || (goes && inner.returns);
        if (takes_all && (goes || !inner.returns)) return ways;
      } else {
        ways.accepts = true;
      }
    }
    ways.returns = true;
    return ways;
  }

  bool is_sent_away(const Rule& rule) const {
    return rule.action.kind == ActionKind::rewrite && sends_away(hop_.policy->rewrites[rule.action.index], walk_.leads);
  }

  // Whether it takes packets or lets them go on, marked or not, none comes out of its chain: behind it, every way ends.
  bool comes_to_nothing(uint32_t chain, uint32_t number, const Place& place) {
    const Rule any;
    std::map<uint32_t, Ways> known;
    const auto behind = std::upper_bound(kept_[chain].begin(), kept_[chain].end(), number);
    const Ways ways = ways_behind(chain, static_cast<size_t>(behind - kept_[chain].begin()), {&any, ends_of(any, walk_.family)}, place, known, 0);
    return !ways.accepts && !ways.returns && takes_or_passes_on(hop_.policy->chains[chain].rules[number], place, 0);
  }

  // Looks at the rules of chains that it calls whether they are kept or not.
  bool takes_or_passes_on(const Rule& rule, const Place& place, uint32_t depth) {
    const ActionKind kind = rule.action.kind;
    if (blocks(kind) || kind == ActionKind::proceed || is_sent_away(rule)) return true;
    if (kind == ActionKind::rewrite) return hop_.policy->rewrites[rule.action.index].then == ActionKind::proceed;
    if (kind != ActionKind::jump || depth > kDeepest) return false;
    const auto [found, added] = passes_on_.try_emplace(rule.action.index, false);
    if (!added) return found->second;
    for (const Rule& inner : hop_.policy->chains[rule.action.index].rules) {
      if (rightly_dropped(inner, place)) continue;
      if (inner.action.kind != ActionKind::return_ && !takes_or_passes_on(inner, place, depth + 1)) return false;
      if (ends_chain(inner) && matches_all(inner, place)) break;
    }
    return found->second = true;
  }

  const Walk& walk_;
  const WalkLeg& leg_;
  const WalkHop& hop_;
  const KeptRules& kept_;
  const Rewritten& rewritten_;
  bool idle_;
  std::vector<Span> spans_;
  std::vector<Base> bases_;
  // By chain: of the kept rules; and which of them matter to what comes behind a rule that was left out, by their place among the kept ones.
  std::vector<std::vector<Ends>> ends_;
  std::vector<std::vector<uint32_t>> weigh_;
  std::map<uint32_t, bool> passes_on_;   // by chain that is called, at the place at hand: all its rules do, or return
};

}  // namespace

bool sliced_rightly(const Walk& walk, const Slice& slice, bool idle) {
  const Rewritten rewritten = rewritten_by(walk, slice);
  for (const WalkLeg& leg : walk.legs) {
    const Rewritten carried = in_leg(rewritten, leg);
    for (const WalkHop& hop : leg.hops)
      if (!Recheck(walk, leg, hop, slice.at(hop.policy), carried, idle).is_right()) return false;
  }
  return true;
}

}  // namespace fwproof::solver
