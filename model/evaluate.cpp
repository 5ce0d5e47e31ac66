// One file although it is long: the reference meaning is to be read in one go.
#include "model/evaluate.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "model/point_index.h"
#include "model/rule_index.h"

namespace fwproof::model {
namespace {

// The choices of one way through the policy. Ways are enumerated like the numbers of a counter: the last choice changes first.
class Script {
 public:
  // Takes option 0 the first time it comes here, then the others in turn.
  bool choose() {
    if (next_ == taken_.size()) taken_.push_back(false);
    return !taken_[next_++];
  }
  void rewind() { next_ = 0; }
  bool advance() {
    while (!taken_.empty() && taken_.back()) taken_.pop_back();
    if (taken_.empty()) return false;
    taken_.back() = true;
    return true;
  }

 private:
  std::vector<bool> taken_;  // false: first option
  size_t next_ = 0;
};

struct StepLimit {};

class Way {
 public:
  // steps: those that are left.
  Way(const Policy& policy, const Packet& packet, const EvaluateOptions& options, Script& script, std::vector<Dependence>& looked_at, uint64_t& steps)
      : policy_(policy), packet_(packet), options_(options), script_(script), looked_at_(looked_at), steps_(steps) {
    for (size_t i = 0; i < kFields; ++i)
      if (!packet_.known[i]) possible_[i] = domain(static_cast<Field>(i));
  }

  Outcome run(Hook hook) {
    outcome_.verdict = Verdict::accept;
    const std::vector<Stage>& stages = policy_.hooks[static_cast<size_t>(hook)];
    const auto is_nat = [](const Stage& stage) { return stage.kind == Stage::Kind::nat; };
    const auto first_nat = std::find_if(stages.begin(), stages.end(), is_nat);
    const auto last_nat = std::find_if(stages.rbegin(), stages.rend(), is_nat);
    const bool between = std::count_if(stages.begin(), stages.end(), is_nat) >= 2;
    if (!between) translate_back(true);
    const bool routes = std::any_of(stages.begin(), stages.end(), [](const Stage& stage) { return stage.kind == Stage::Kind::route; });
    if (!routes && takes_another_way()) return leave();
    for (const Stage& stage : stages) {
      if (between && &stage == &*first_nat) translate_back(true);
      if (stage.kind == Stage::Kind::route) {
        if (hook == Hook::output && options_.local && is_local()) {
          outcome_.arrives = false;
          outcome_.trail.push_back({{}, "stays: its destination is this host now"});
          break;
        }
        if (hook == Hook::input && !is_local()) {
          outcome_.arrives = false;
          outcome_.trail.push_back({{}, "sent on: its destination is not this host"});
          break;
        }
        if (!std::exchange(routed_, true) && takes_another_way()) return leave();
        continue;
      }
      if (between && &stage == &*last_nat) translate_back(false);
      if (stage.kind == Stage::Kind::nat && options_.again) {
        if (&stage == &*first_nat) translate_again(true);
        if (&stage == &*last_nat) translate_again(false);
        continue;
      }
      const bool skipped = stage.kind == Stage::Kind::nat && !nat_applies();
      if (first_nat != stages.end() && &stage == &*first_nat) outcome_.before_nat = packet_;
      if (skipped) {
        outcome_.behind_nat = packet_;
        continue;
      }
      in_nat_ = stage.kind == Stage::Kind::nat;
      stage_can_block_ = stage.can_block;
      // A chain that belongs to two stages is visited twice.
      const auto number = static_cast<uint32_t>(&stage - stages.data());
      const bool passed = pass(stage.chain, path_of(0, {RuleRef::kAtEnd, number}));
      if (in_nat_) outcome_.behind_nat = packet_;
      if (!passed) break;
    }
    if (!between) translate_back(false);
    outcome_.out = packet_;
    return std::move(outcome_);
  }

 private:
  struct Frame {
    uint32_t chain;
    uint32_t next = 0;
    uint32_t call_path = 0;
    // Of a long chain: the rules that the packet may match, as it was when they were looked up.
    std::vector<uint32_t> found;
    std::optional<uint32_t> found_for;
  };
  struct SeenUnknown {
    uint32_t index;
    uint32_t version;
    Packet packet;
    bool value;
  };

  IntervalSet domain(Field field) const {
    if (options_.domains)
      if (const auto found = options_.domains->find(field); found != options_.domains->end()) return found->second;
    if (const NameDomain* names = names_of(policy_, field)) return names->all();
    if (field == Field::profile) return IntervalSet::range(profile_domain, profile_public);
    if (field == Field::rpc_port) return IntervalSet::range(rpc_no, rpc_default_range);
    if (field == Field::state) return IntervalSet::range(state_new, state_untracked);
    return IntervalSet::all(field_bits(field, packet_.family));
  }

  // Which connections have their first packet looked at by the nat table, or get its result (conntrack, nf_nat).
  bool nat_applies() {
    if (test_in(Field::state, IntervalSet::range(state_invalid, state_untracked))) return false;
    if (packet_.has(Field::ct_dir) && packet_.get(Field::ct_dir) == 1) return false;
    if (test_in(Field::state, IntervalSet::of(state_established))) return test_in(Field::ct_dir, IntervalSet::of(0));
    return true;
  }

  void translate_back(bool destination) {
    if (!options_.undo || test_in(Field::state, IntervalSet::range(state_invalid, state_untracked))) return;
    set_translated(destination ? Field::dst : Field::src, destination ? options_.undo->src : options_.undo->dst);
    set_translated(destination ? Field::dst_port : Field::src_port, destination ? options_.undo->src_port : options_.undo->dst_port);
  }

  void translate_again(bool destination) {
    if (test_in(Field::state, IntervalSet::range(state_invalid, state_untracked))) return;
    set_translated(destination ? Field::dst : Field::src, destination ? options_.again->dst : options_.again->src);
    set_translated(destination ? Field::dst_port : Field::src_port, destination ? options_.again->dst_port : options_.again->src_port);
  }

  void set_translated(Field field, const std::optional<u128>& value) {
    if (!value) return;
    packet_.set(field, *value);
    ++version_;
  }

  bool is_local() {
    if (!options_.local) return true;
    return test_in(Field::dst, options_.local->in(packet_.family));
  }

  bool takes_another_way() {
    return options_.onward && !test_in(Field::dst, options_.onward->in(packet_.family));
  }

  Outcome leave() {
    outcome_.another_way = true;
    outcome_.trail.push_back({{}, "takes another way"});
    outcome_.out = packet_;
    return std::move(outcome_);
  }

  // Passes one base chain; false: the packet's fate is decided.
  bool pass(uint32_t base_chain, uint32_t call_path) {
    stack_.assign(1, Frame{base_chain, 0, call_path, {}, {}});
    while (true) {
      Frame& frame = stack_.back();
      const Chain& chain = policy_.chains[frame.chain];
      skip_rules(frame);
      if (frame.next == chain.rules.size()) {
        if (stack_.size() > 1) {
          stack_.pop_back();
          continue;
        }
        return decide(chain.at_end, {base_chain, RuleRef::kAtEnd}, chain.at_end_text);
      }
      take(1);
      const RuleRef here{frame.chain, frame.next++};
      const Rule& rule = chain.rules[here.rule];
      if (!rule.enabled || !all_hold(rule.terms, here)) continue;
      if (const auto passed = act(rule, here)) return *passed;
    }
  }

  void take(uint64_t steps) {
    if (steps_ < steps) throw StepLimit{};
    steps_ -= steps;
  }

  // Goes on to the next rule that the packet may match.
  void skip_rules(Frame& frame) {
    const size_t rules = policy_.chains[frame.chain].rules.size();
    if (frame.next == rules || !options_.indexed) return;
    if (frame.found_for != version_) {
      if (!find_rules(frame)) return;
      frame.found_for = version_;
    }
    const auto next = std::lower_bound(frame.found.begin(), frame.found.end(), frame.next);
    frame.next = next == frame.found.end() ? static_cast<uint32_t>(rules) : *next;
  }

  bool find_rules(Frame& frame) {
    if (options_.points && options_.points->find(policy_, frame.chain, packet_, frame.found)) return true;
    const RuleColumns* columns = columns_of(policy_, frame.chain, packet_.family);
    if (columns == nullptr) return false;
    constexpr uint64_t kRulesInStep = 16;   // columns are compared many at a time
    take(policy_.chains[frame.chain].rules.size() / kRulesInStep);
    FieldBounds bounds;
    for (const Field field : {Field::src, Field::dst, Field::dst_port, Field::protocol})
      if (packet_.has(field)) bounds.of(field) = IntervalSet::of(packet_.get(field));
    frame.found.clear();
    columns->find(bounds, frame.found);
    return true;
  }

  // Applies a matching rule; nothing: go on with the next rule.
  std::optional<bool> act(const Rule& rule, RuleRef here) {
    switch (rule.action.kind) {
      case ActionKind::accept:
      case ActionKind::drop:
      case ActionKind::reject: return decide(rule.action.kind, here, "");
      case ActionKind::jump: return call(rule.action.index, here, false);
      case ActionKind::go_to: return call(rule.action.index, here, true);
      case ActionKind::return_:
        outcome_.trail.push_back({here, "return"});
        if (stack_.size() == 1) return end_of_base();
        stack_.pop_back();
        return std::nullopt;
      case ActionKind::proceed: outcome_.trail.push_back({here, "continue"}); return std::nullopt;
      case ActionKind::rewrite: return rewrite(policy_.rewrites[rule.action.index], here);
      case ActionKind::unknown: return unknown_target(rule.action.index, here);
      case ActionKind::unknown_rewriting:
        outcome_.trail.push_back({here, "unknown action"});
        depend_on(policy_.unknowns[rule.action.index]);
        fate_known_ = true;
        return decide(script_.choose() ? ActionKind::drop : ActionKind::accept, here, "unknown action");
    }
    return std::nullopt;
  }

  std::optional<bool> call(uint32_t target, RuleRef here, bool goes) {
    take(EvaluateOptions::kStepsOfCall);
    outcome_.trail.push_back({here, std::string(goes ? "goto " : "jump ") + policy_.chains[target].name});
    const uint32_t path = path_of(stack_.back().call_path, here);
    // A goto out of a base chain must keep that frame: at its end the base chain's policy applies.
    if (goes) {
      if (stack_.size() == 1)
        stack_.back().next = static_cast<uint32_t>(policy_.chains[here.chain].rules.size());
      else
        stack_.pop_back();
    }
    stack_.push_back({target, 0, path, {}, {}});
    return std::nullopt;
  }

  bool end_of_base() {
    const uint32_t base = stack_.front().chain;
    const Chain& chain = policy_.chains[base];
    return decide(chain.at_end, {base, RuleRef::kAtEnd}, chain.at_end_text);
  }

  bool decide(ActionKind kind, RuleRef by, const std::string& why) {
    const bool blocks = kind == ActionKind::drop || kind == ActionKind::reject;
    // Acceptance is decided where the packet could have been blocked.
    if (blocks || stage_can_block_ || !outcome_.decided) outcome_.decided_by = by;
    outcome_.decided = true;
    if (blocks) {
      outcome_.verdict = kind == ActionKind::drop ? Verdict::drop : Verdict::reject;
      outcome_.trail.push_back({by, why.empty() ? std::string(to_text(outcome_.verdict)) : why});
      return false;
    }
    outcome_.trail.push_back({by, why.empty() ? "accept" : why});
    return !fate_known_;
  }

  std::optional<bool> unknown_target(uint32_t index, RuleRef here) {
    depend_on(policy_.unknowns[index]);
    outcome_.trail.push_back({here, "unknown action"});
    if (script_.choose()) return std::nullopt;
    return decide(script_.choose() ? ActionKind::drop : ActionKind::accept, here, "unknown action");
  }

  std::optional<bool> rewrite(const RewriteAction& action, RuleRef here) {
    for (const Rewrite& step : action.steps) apply(step, here);
    if (action.then == ActionKind::proceed) return std::nullopt;
    return decide(action.then, here, "");
  }

  void apply(const Rewrite& step, RuleRef here) {
    const unsigned bits = field_bits(step.field, packet_.family);
    const u128 all = max_value(bits);
    const bool known = packet_.has(step.field);
    const u128 old = known ? packet_.get(step.field) : 0;
    std::optional<u128> value;
    IntervalSet choice = IntervalSet::all(bits);
    switch (step.kind) {
      case Rewrite::Kind::assign:
      case Rewrite::Kind::assign_named:
        if (step.values.is_single())
          value = step.values.min();
        else if (!step.values.empty())
          choice = step.values;
        break;
      case Rewrite::Kind::set_bits:
        if (known || (step.mask & all) == all) value = ((old & ~step.mask) ^ step.value) & all;
        break;
      case Rewrite::Kind::copy_bits:
        if (packet_.has(step.from) && (known || (step.mask & all) == all))
          value = ((old & ~step.mask) | (packet_.get(step.from) & step.mask)) & all;
        break;
      case Rewrite::Kind::netmap:
        if (known || (step.mask & all) == all) value = ((old & ~step.mask) | step.value) & all;
        choice = IntervalSet::range(step.value & all, (step.value | ~step.mask) & all);
        break;
    }
    ++version_;
    if (value) {
      packet_.set(step.field, *value);
    } else {
      packet_.known.reset(static_cast<size_t>(step.field));
      possible_[static_cast<size_t>(step.field)] = choice;
    }
    outcome_.trail.push_back({here, std::string(field_text(step.field)) + " rewritten"});
  }

  // ---- Conditions ----

  bool all_hold(const std::vector<Term>& terms, RuleRef here) {
    return std::all_of(terms.begin(), terms.end(), [&](const Term& term) { return holds(term, here); });
  }

  bool holds(const Term& term, RuleRef here) {
    const bool plain = std::visit([&](const auto& what) { return test(what, here); }, term.what);
    return plain != term.negated;
  }

  bool test(const In& in, RuleRef) { return test_in(in.field, in.set); }
  bool test(const InAddresses& in, RuleRef) { return test_in(in.field, in.set.in(packet_.family)); }
  bool test(const InNamed&, RuleRef) { throw std::logic_error("evaluate: names are not bound"); }
  bool test(const AnyOf& any, RuleRef here) {
    return std::any_of(any.alternatives.begin(), any.alternatives.end(),
                       [&](const std::vector<Term>& terms) { return all_hold(terms, here); });
  }

  bool test(const Masked& masked, RuleRef) {
    if (const auto value = seen(masked.field)) return (*value & masked.mask) == masked.value;
    if (const auto set = masked_values(field_bits(masked.field, packet_.family), masked.mask, masked.value))
      return test_in(masked.field, *set);
    depend_on({"field", std::string(field_text(masked.field)), {}});
    return script_.choose();
  }

  bool test(const Unknown& unknown, RuleRef here) {
    const UnknownCondition& condition = policy_.unknowns[unknown.index];
    depend_on(condition);
    const bool pure = condition.sharing == UnknownCondition::Sharing::pure;
    SeenUnknown seen{unknown.index, pure ? version_ : path_of(stack_.back().call_path, here), pure ? packet_ : Packet{}, false};
    for (const SeenUnknown& old : seen_)
      if (old.index == seen.index && old.version == seen.version && old.packet == seen.packet) return old.value;
    seen.value = script_.choose();
    seen_.push_back(seen);
    return seen.value;
  }

  // A field's value, if it is known. Later packets of a connection get the translation that its first packet got.
  std::optional<u128> seen(Field field) const {
    const bool as_first = in_nat_ && packet_.has(Field::state) && packet_.get(Field::state) == state_established;
    if (as_first && field == Field::state) return state_new;
    if (as_first && field == Field::tcp_flags && packet_.get(Field::protocol) == proto_tcp) return tcp_syn;
    return packet_.has(field) ? std::optional(packet_.get(field)) : std::nullopt;
  }

  bool test_in(Field field, const IntervalSet& set) {
    if (const auto value = seen(field)) return set.contains(*value);
    IntervalSet& possible = possible_[static_cast<size_t>(field)];
    if (!set.intersects(possible)) return false;
    if (set.contains(possible)) return true;
    if (!std::exchange(looked_at_fields_[static_cast<size_t>(field)], true)) depend_on({"field", std::string(field_text(field)), {}});
    const bool yes = script_.choose();
    possible = yes ? possible.intersected(set) : possible.minus(set);
    return yes;
  }

  void depend_on(const UnknownCondition& unknown) { depend_on(Dependence{unknown.kind, unknown.text, unknown.origin}); }
  void depend_on(Dependence dependence) {
    if (std::find(looked_at_.begin(), looked_at_.end(), dependence) == looked_at_.end()) looked_at_.push_back(std::move(dependence));
  }

  // Numbers the stacks of call sites that this way has seen: "the same rule, visited the same way".
  uint32_t path_of(uint32_t parent, RuleRef call) {
    const std::pair key{parent, call};
    const auto [found, added] = paths_.try_emplace(key, static_cast<uint32_t>(paths_.size() + 1));
    return found->second;
  }

  const Policy& policy_;
  Packet packet_;
  const EvaluateOptions& options_;
  Script& script_;
  std::vector<Dependence>& looked_at_;
  uint64_t& steps_;
  std::array<bool, kFields> looked_at_fields_{};   // of those that are in looked_at_
  std::array<IntervalSet, kFields> possible_;
  std::vector<Frame> stack_;
  std::vector<SeenUnknown> seen_;
  std::map<std::pair<uint32_t, RuleRef>, uint32_t> paths_;
  Outcome outcome_;
  uint32_t version_ = 0;
  bool in_nat_ = false;
  bool stage_can_block_ = true;
  bool fate_known_ = false;
  bool routed_ = false;
};

bool same_fate(const Outcome& a, const Outcome& b) {
  const auto passes = [](const Outcome& o) { return o.verdict == Verdict::accept; };
  return passes(a) == passes(b) && (!passes(a) || (a.arrives == b.arrives && a.another_way == b.another_way));
}

// What ways that end alike make of the packet need not be alike: only what all of them say is known.
void forget_differences(Packet& packet, const Packet& other) {
  for (size_t i = 0; i < kFields; ++i)
    if (packet.known[i] && !(other.known[i] && other.values[i] == packet.values[i])) packet.known.reset(i);
}

void forget_differences(Outcome& outcome, const Outcome& other) {
  forget_differences(outcome.out, other.out);
  for (const auto part : {&Outcome::before_nat, &Outcome::behind_nat})
    if (outcome.*part && other.*part) forget_differences(*(outcome.*part), *(other.*part));
}

Outcome undecided(Outcome outcome, const std::vector<Dependence>& looked_at, bool limit) {
  outcome.verdict = Verdict::depends;
  outcome.depends_on = looked_at;
  outcome.limit_reached = limit;
  return outcome;
}

}  // namespace

std::string_view to_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::accept: return "accept";
    case Verdict::drop: return "drop";
    case Verdict::reject: return "reject";
    case Verdict::depends: return "depends";
  }
  return "";
}

Outcome evaluate(const Policy& policy, Hook hook, const Packet& packet, const EvaluateOptions& options) {
  Script script;
  std::vector<Dependence> looked_at;
  std::optional<Outcome> first;
  uint64_t steps = options.max_steps;
  for (uint32_t way = 0; way < options.max_ways; ++way) {
    script.rewind();
    try {
      Outcome outcome = Way(policy, packet, options, script, looked_at, steps).run(hook);
      if (!first)
        first = std::move(outcome);
      else if (!same_fate(*first, outcome))
        return undecided(*first, looked_at, false);
      else
        forget_differences(*first, outcome);
    } catch (const StepLimit&) {
      return undecided(first.value_or(Outcome{}), looked_at, true);
    }
    if (!script.advance()) return *first;
  }
  return undecided(*first, looked_at, true);
}

std::optional<bool> holds(const Policy& policy, const Term& term, const Packet& packet) {
  // One rule that drops what the term covers; the evaluator then tries both ways where it must.
  Policy probe;
  probe.v4 = probe.v6 = true;
  probe.unknowns = policy.unknowns;
  probe.interfaces = policy.interfaces;
  probe.programs = policy.programs;
  probe.services = policy.services;
  probe.chains.push_back({"probe", {{{term}, {ActionKind::drop, 0}, {}, "", true, -1}}, ActionKind::accept, {}, "", -1});
  probe.hooks[0] = {{Stage::Kind::filter, 0}};
  const Outcome outcome = evaluate(probe, Hook::input, packet);
  if (outcome.verdict == Verdict::depends) return std::nullopt;
  return outcome.verdict == Verdict::drop;
}

}  // namespace fwproof::model
