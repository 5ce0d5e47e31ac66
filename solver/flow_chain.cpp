// How sets of packets pass the stages, chains and rules of one device: model/evaluate.cpp, for all packets at once.
#include <algorithm>
#include <stdexcept>

#include "solver/flow_run.h"

namespace fwproof::solver {

using namespace model;

namespace {

bool terminal(ActionKind kind) {
  return kind == ActionKind::accept || kind == ActionKind::drop || kind == ActionKind::reject || kind == ActionKind::return_;
}

Verdict verdict_of(ActionKind kind) {
  if (kind == ActionKind::accept) return Verdict::accept;
  return kind == ActionKind::reject ? Verdict::reject : Verdict::drop;
}

bool equal_but_for_region(const Class& a, const Class& b) {
  return a.shape == b.shape && a.before_nat == b.before_nat && a.after_nat == b.after_nat;
}

}  // namespace

void Flow::Run::merge_into(Classes& into, const Class& packets) {
  if (packets.region == Diagrams::kFalse) return;
  for (Class& old : into) {
    if (!equal_but_for_region(old, packets)) continue;
    old.region = diagrams.either(old.region, packets.region);
    if (old.version != packets.version) old.version = ++versions_;
    return;
  }
  // Classes differ by what was rewritten; a policy that makes thousands of different packets out of one question is beyond this engine.
  if (into.size() >= 4096) throw LimitReached{"more than 4,096 different rewritings of the packets in question"};
  into.push_back(packets);
}

uint32_t Flow::Run::path_of(uint32_t parent, uint32_t chain, uint32_t rule) {
  const auto [found, added] = path_ids_.try_emplace({parent, chain, rule}, paths_ + 1);
  if (added) ++paths_;
  return found->second;
}

void Flow::Run::record(uint32_t chain, uint32_t first, uint32_t last, const Class& packets, uint32_t path, Verdict verdict) {
  if (packets.region == Diagrams::kFalse) return;
  records_.push_back({leg_, hop_, chain, first, last, packets, path, verdict, stage_can_block_, in_nat_});
}

// ---- Stages ----

Classes Flow::Run::run_hook(Classes classes, const WalkLeg& leg, const WalkHop& hop, const Arrived* past) {
  const std::vector<Stage>& stages = policy_->hooks[static_cast<size_t>(hop.hook)];
  std::vector<size_t> nats;
  for (size_t i = 0; i < stages.size(); ++i)
    if (stages[i].kind == Stage::Kind::nat) nats.push_back(i);
  const bool between = nats.size() >= 2;
  const bool around = leg.reply && !between;  // a hop with fewer than two nat stages (walk.h, "Translation")
  if (around) classes = translate(std::move(classes), past, leg.reply, true);
  for (size_t i = 0; i < stages.size() && !classes.empty(); ++i) {
    const bool first_nat = !nats.empty() && i == nats.front();
    const bool last_nat = !nats.empty() && i == nats.back();
    if (first_nat)
      for (Class& packets : classes) packets.before_nat = packets.shape;
    if (stages[i].kind == Stage::Kind::route) {
      classes = route(std::move(classes), hop);
    } else if (stages[i].kind == Stage::Kind::filter) {
      classes = run_stage(stages[i], static_cast<uint32_t>(i), std::move(classes));
    } else if (leg_ == 0) {
      Classes consulted;
      Classes skipped;
      enter_nat(std::move(classes), consulted, skipped);
      in_nat_ = true;
      classes = run_stage(stages[i], static_cast<uint32_t>(i), std::move(consulted));
      in_nat_ = false;
      for (const Class& packets : skipped) merge_into(classes, packets);
    } else if (!around) {
      if (first_nat) classes = translate(std::move(classes), past, leg.reply, true);
      if (last_nat) classes = translate(std::move(classes), past, leg.reply, false);
    }
    if (last_nat)
      for (Class& packets : classes) packets.after_nat = packets.shape;
  }
  if (around) classes = translate(std::move(classes), past, leg.reply, false);
  return classes;
}

// Connections that conntrack does not follow are not translated; of the others, nat looks at the first packet.
void Flow::Run::enter_nat(Classes classes, Classes& consulted, Classes& skipped) {
  for (const Class& packets : classes) {
    const Value state = shapes_[packets.shape].get(Field::state);
    const auto part = [&](Classes& into, const IntervalSet& states) {
      Class some = packets;
      some.region = diagrams.both(packets.region, value_in(state, Field::state, states));
      if (some.region == Diagrams::kFalse) return;
      if (states.is_single()) {
        Shape shape = shapes_[packets.shape];
        shape.set(Field::state, Value::of(states.min()));
        some.shape = shapes_.id(shape);
      }
      merge_into(into, some);
    };
    part(skipped, IntervalSet::range(state_invalid, state_untracked));
    part(consulted, IntervalSet::of(state_established));
    part(consulted, IntervalSet::of(state_new).united(IntervalSet::of(state_related)));
  }
}

Classes Flow::Run::translate(Classes classes, const Arrived* past, bool reply, bool destination) {
  if (!past) return classes;
  Classes result;
  for (const Class& packets : classes) {
    const Value state = shapes_[packets.shape].get(Field::state);
    const Ref untracked = value_in(state, Field::state, IntervalSet::range(state_invalid, state_untracked));
    Class same = packets;
    same.region = diagrams.both(packets.region, untracked);
    merge_into(result, same);
    Class other = packets;
    other.region = diagrams.minus(packets.region, untracked);
    merge_into(result, translated(other, *past, reply, destination));
  }
  return result;
}

Class Flow::Run::translated(Class packets, const Arrived& past, bool reply, bool destination) {
  const auto [before_id, after_id] = past.translated.at(policy_);
  const Shape before = shapes_[before_id];
  const Shape after = shapes_[after_id];
  Shape shape = shapes_[packets.shape];
  const auto take = [&](Field source, Field target) {
    const Field now = destination ? target : source;
    const Field then = destination != reply ? target : source;  // the request's source is the answer's destination
    if (before.get(then) != after.get(then)) shape.set(now, reply ? before.get(then) : after.get(then));
  };
  take(Field::src, Field::dst);
  take(Field::src_port, Field::dst_port);
  const ShapeId id = shapes_.id(shape);
  if (id != packets.shape) packets.version = ++versions_;
  packets.shape = id;
  return packets;
}

Classes Flow::Run::route(Classes classes, const WalkHop& hop) {
  if (hop.hook == Hook::forward || !hop.local) return classes;
  Classes arriving;
  for (Class packets : classes) {
    const Value dst = shapes_[packets.shape].get(Field::dst);
    const Ref own = value_in(dst, Field::dst, hop.local->in(walk_.family));
    const Ref local = hop.hook == Hook::input ? own : diagrams.minus(Diagrams::kTrue, own);  // goes on as it should
    Class away = packets;
    away.region = diagrams.minus(packets.region, local);
    if (away.region != Diagrams::kFalse)
      records_.push_back({leg_, hop_, kSentOn, RuleRef::kAtEnd, RuleRef::kAtEnd, away, 0, Verdict::drop, true, false});
    packets.region = diagrams.both(packets.region, local);
    merge_into(arriving, packets);
  }
  return arriving;
}

Classes Flow::Run::run_stage(const Stage& stage, uint32_t number, Classes classes) {
  Classes accepted;
  stage_can_block_ = stage.can_block;
  const Chain& chain = policy_->chains[stage.chain];
  for (const Class& packets : run_chain(stage.chain, std::move(classes), path_of(0, kStage, number), accepted, 0)) {
    record(stage.chain, RuleRef::kAtEnd, RuleRef::kAtEnd, packets, 0, verdict_of(chain.at_end));
    if (chain.at_end == ActionKind::accept || chain.at_end == ActionKind::return_) merge_into(accepted, packets);
  }
  return accepted;
}

// ---- Chains ----

// Packets that run off the end or return. `accepted` gains those that are done with the stage.
Classes Flow::Run::run_chain(uint32_t chain, Classes live, uint32_t path, Classes& accepted, uint32_t depth) {
  if (++visits_ > limits_.visits) throw LimitReached{"too many visits of chains"};
  if (depth > 2'000) throw LimitReached{"chains call each other more than 2,000 deep"};
  Classes returning;
  const size_t rules = policy_->chains[chain].rules.size();
  const auto& mask = (*mask_)[chain];
  for (size_t rule = 0; rule < rules && !live.empty(); ++rule) {
    if (!mask[rule]) continue;
    const size_t end = batch_end(chain, rule);
    if (end > rule + 1) {
      run_batch(chain, rule, end, live, path, accepted, returning);
      rule = end - 1;
    } else {
      run_rule(chain, static_cast<uint32_t>(rule), live, path, accepted, returning, depth);
    }
  }
  for (const Class& packets : live) merge_into(returning, packets);
  return returning;
}

// Enters a chain; what it does to equal packets is computed once where its chains allow that.
void Flow::Run::run_into(uint32_t chain, Classes hit, uint32_t path, Classes& returned, Classes& accepted, uint32_t depth) {
  Classes accepted_here;
  Classes returned_here;
  const bool share = hit.size() == 1 && shareable(chain, 0);
  std::tuple<size_t, size_t, bool, uint32_t, Ref, ShapeId, uint32_t> key;
  if (share) {
    key = {leg_, hop_, in_nat_, chain, hit[0].region, hit[0].shape, hit[0].version};
    if (const auto found = shared_.find(key); found != shared_.end()) {
      for (Class packets : found->second.returned) merge_into(returned, packets);
      for (Class packets : found->second.accepted) merge_into(accepted, packets);
      return;
    }
  }
  returned_here = run_chain(chain, std::move(hit), path, accepted_here, depth);
  for (const Class& packets : returned_here) merge_into(returned, packets);
  for (const Class& packets : accepted_here) merge_into(accepted, packets);
  if (share) shared_[key] = {std::move(returned_here), std::move(accepted_here)};
}

namespace {

bool has_per_visit(const Policy& policy, const std::vector<Term>& terms) {
  for (const Term& term : terms) {
    if (const auto* unknown = std::get_if<Unknown>(&term.what))
      if (policy.unknowns[unknown->index].sharing == UnknownCondition::Sharing::per_visit) return true;
    if (const auto* any = std::get_if<AnyOf>(&term.what))
      for (const auto& inner : any->alternatives)
        if (has_per_visit(policy, inner)) return true;
  }
  return false;
}

}  // namespace

bool Flow::Run::shareable(uint32_t chain, uint32_t depth) {
  if (depth > 2'000) return false;
  auto& known = shareable_[policy_];
  known.resize(policy_->chains.size());
  if (known[chain]) return known[chain] == 1;
  known[chain] = 2;
  bool yes = true;
  for (const Rule& rule : policy_->chains[chain].rules) {
    if (!rule.enabled) continue;
    const ActionKind kind = rule.action.kind;
    const bool calls = kind == ActionKind::jump || kind == ActionKind::go_to;
    const bool plain = terminal(kind) || kind == ActionKind::proceed || (calls && shareable(rule.action.index, depth + 1));
    yes = yes && plain && !has_per_visit(*policy_, rule.terms);
    if (!yes) break;
  }
  known[chain] = yes ? 1 : 2;
  return yes;
}

void Flow::Run::run_rule(uint32_t chain, uint32_t index, Classes& live, uint32_t path, Classes& accepted, Classes& returning,
                         uint32_t depth) {
  const Rule& rule = policy_->chains[chain].rules[index];
  if (rule.action.kind == ActionKind::proceed) return;
  Classes hit;
  Classes next;
  for (const Class& packets : live) {
    const Ref matching = condition(rule.terms, packets, chain, index, path);
    Class matched = packets;
    matched.region = diagrams.both(packets.region, matching);
    Class missed = packets;
    missed.region = diagrams.minus(packets.region, matching);
    merge_into(hit, matched);
    merge_into(next, missed);
  }
  live = std::move(next);
  if (hit.empty()) return;
  const uint32_t here = path_of(path, chain, index);
  const auto decide = [&](const Class& packets, ActionKind kind) {
    record(chain, index, index, packets, path, verdict_of(kind));
    if (kind == ActionKind::accept) merge_into(accepted, packets);
  };
  switch (rule.action.kind) {
    case ActionKind::accept:
    case ActionKind::drop:
    case ActionKind::reject:
      for (const Class& packets : hit) decide(packets, rule.action.kind);
      return;
    case ActionKind::return_:
      for (const Class& packets : hit) merge_into(returning, packets);
      return;
    case ActionKind::jump: run_into(rule.action.index, std::move(hit), here, live, accepted, depth + 1); return;
    case ActionKind::go_to: run_into(rule.action.index, std::move(hit), here, returning, accepted, depth + 1); return;
    case ActionKind::proceed: return;
    case ActionKind::rewrite: {
      const RewriteAction& action = policy_->rewrites[rule.action.index];
      for (const Class& packets : hit) {
        const Class changed = rewritten(packets, action, here);
        if (action.then == ActionKind::proceed)
          merge_into(live, changed);
        else
          decide(changed, action.then);
      }
      return;
    }
    case ActionKind::unknown:
    case ActionKind::unknown_rewriting: run_unknown(rule, chain, index, hit, path, live, accepted); return;
  }
}

void Flow::Run::run_unknown(const Rule& rule, uint32_t chain, uint32_t index, const Classes& hit, uint32_t path, Classes& live,
                            Classes& accepted) {
  const UnknownCondition& what = policy_->unknowns[rule.action.index];
  const uint32_t here = path_of(path, chain, index);
  const bool rewriting = rule.action.kind == ActionKind::unknown_rewriting;
  const Ref goes_on = rewriting ? Diagrams::kFalse : boolean(what, {1, rule.action.index, here});
  const Ref accepts = boolean(what, {2, rule.action.index, here});
  for (const Class& packets : hit) {
    Class part = packets;
    part.region = diagrams.both(packets.region, goes_on);
    merge_into(live, part);
    const Ref ends = diagrams.minus(packets.region, goes_on);
    part.region = diagrams.both(ends, accepts);
    record(chain, index, index, part, path, Verdict::accept);
    if (rewriting)
      fate_ = diagrams.either(fate_, part.region);
    else
      merge_into(accepted, part);
    part.region = diagrams.minus(ends, accepts);
    record(chain, index, index, part, path, Verdict::drop);
  }
}

// ---- Batches: neighbours that decide alike are one condition, put together pairwise so that long lists stay n log n ----

size_t Flow::Run::batch_end(uint32_t chain, size_t first) const {
  const auto& rules = policy_->chains[chain].rules;
  const auto& mask = (*mask_)[chain];
  const ActionKind kind = rules[first].action.kind;
  if (!terminal(kind)) return first + 1;
  size_t end = first + 1;
  size_t last_kept = first;
  for (; end < rules.size(); ++end) {
    if (!mask[end]) continue;
    if (rules[end].action.kind != kind) break;
    last_kept = end;
  }
  return last_kept + 1;
}

Ref Flow::Run::batch_condition(uint32_t chain, size_t first, size_t end, const Class& packets, uint32_t path) {
  if (end - first == 1) {
    if (!(*mask_)[chain][first]) return Diagrams::kFalse;
    return condition(policy_->chains[chain].rules[first].terms, packets, chain, static_cast<uint32_t>(first), path);
  }
  const size_t middle = first + (end - first) / 2;
  return diagrams.either(batch_condition(chain, first, middle, packets, path), batch_condition(chain, middle, end, packets, path));
}

void Flow::Run::run_batch(uint32_t chain, size_t first, size_t end, Classes& live, uint32_t path, Classes& accepted,
                          Classes& returning) {
  const ActionKind kind = policy_->chains[chain].rules[first].action.kind;
  Classes next;
  for (const Class& packets : live) {
    const Ref matching = batch_condition(chain, first, end, packets, path);
    Class matched = packets;
    matched.region = diagrams.both(packets.region, matching);
    Class missed = packets;
    missed.region = diagrams.minus(packets.region, matching);
    merge_into(next, missed);
    if (kind == ActionKind::return_) {
      merge_into(returning, matched);
      continue;
    }
    record(chain, static_cast<uint32_t>(first), static_cast<uint32_t>(end - 1), matched, path, verdict_of(kind));
    if (kind == ActionKind::accept) merge_into(accepted, matched);
  }
  live = std::move(next);
}

// ---- Conditions ----

Ref Flow::Run::condition(const std::vector<Term>& terms, const Class& packets, uint32_t chain, uint32_t rule, uint32_t path) {
  Ref all = Diagrams::kTrue;
  for (const Term& term : terms) {
    all = diagrams.both(all, condition(term, packets, chain, rule, path));
    if (all == Diagrams::kFalse) return all;
  }
  return all;
}

Ref Flow::Run::condition(const Term& term, const Class& packets, uint32_t chain, uint32_t rule, uint32_t path) {
  Ref plain = Diagrams::kFalse;
  if (const auto* in = std::get_if<In>(&term.what)) {
    plain = field_in(packets, in->field, in->set);
  } else if (const auto* addresses = std::get_if<InAddresses>(&term.what)) {
    plain = field_in(packets, addresses->field, addresses->set.in(walk_.family));
  } else if (const auto* bits = std::get_if<Masked>(&term.what)) {
    plain = masked(*bits, packets);
  } else if (const auto* what = std::get_if<Unknown>(&term.what)) {
    plain = unknown(what->index, packets, path_of(path, chain, rule));
  } else if (const auto* any = std::get_if<AnyOf>(&term.what)) {
    for (const auto& terms : any->alternatives) plain = diagrams.either(plain, condition(terms, packets, chain, rule, path));
  } else {
    throw std::logic_error("flow: names are not bound");
  }
  return term.negated ? diagrams.minus(Diagrams::kTrue, plain) : plain;
}

Ref Flow::Run::value_in(const Value& value, Field field, const IntervalSet& set) {
  if (value.is_constant) return set.contains(value.constant) ? Diagrams::kTrue : Diagrams::kFalse;
  (void)field;
  return diagrams.in(value.var, set);
}

// In nat stages an established packet is looked at as the first packet of its connection was (walk.h, "Translation").
Ref Flow::Run::field_in(const Class& packets, Field field, const IntervalSet& set) {
  const Shape& shape = shapes_[packets.shape];
  const Value own = shape.get(field);
  if (!in_nat_ || shape.get(Field::state) != Value::of(state_established)) return value_in(own, field, set);
  if (field == Field::state) return value_in(Value::of(state_new), field, set);
  if (field != Field::tcp_flags) return value_in(own, field, set);
  const Ref tcp = value_in(shape.get(Field::protocol), Field::protocol, IntervalSet::of(proto_tcp));
  return diagrams.either(diagrams.both(tcp, value_in(Value::of(tcp_syn), field, set)), diagrams.minus(value_in(own, field, set), tcp));
}

Ref Flow::Run::masked(const Masked& bits, const Class& packets) {
  const unsigned width = field_bits(bits.field, walk_.family);
  if (const auto set = masked_values(width, bits.mask, bits.value)) return field_in(packets, bits.field, *set);
  const Value value = shapes_[packets.shape].get(bits.field);
  if (value.is_constant) return (value.constant & bits.mask) == bits.value ? Diagrams::kTrue : Diagrams::kFalse;
  // Too scattered for intervals: one free Boolean for each distinct test of the same value.
  const auto [found, added] = masked_.try_emplace({value.var, bits.mask, bits.value}, Diagrams::kFalse);
  if (added) {
    const VarId var = unknown_variable(1, {"field", std::string(field_text(bits.field)), {}});
    found->second = diagrams.in(var, IntervalSet::of(1));
  }
  return found->second;
}

Ref Flow::Run::boolean(const UnknownCondition& what, const std::tuple<int, uint32_t, uint32_t>& key) {
  const auto [kind, index, where] = key;
  const auto [found, added] = booleans_.try_emplace({policy_, leg_, hop_, kind, index, where}, Diagrams::kFalse);
  if (added) found->second = diagrams.in(unknown_variable(1, {what.kind, what.text, what.origin}), IntervalSet::of(1));
  return found->second;
}

Ref Flow::Run::unknown(uint32_t index, const Class& packets, uint32_t here) {
  const UnknownCondition& what = policy_->unknowns[index];
  const bool pure = what.sharing == UnknownCondition::Sharing::pure;
  return boolean(what, {pure ? 3 : 4, index, pure ? packets.version : here});
}

// ---- Rewriting ----

Class Flow::Run::rewritten(Class packets, const RewriteAction& action, uint32_t here) {
  Shape shape = shapes_[packets.shape];
  for (size_t step = 0; step < action.steps.size(); ++step)
    shape.set(action.steps[step].field, rewritten_value(shape, action.steps[step], here, step));
  packets.shape = shapes_.id(shape);
  if (!action.steps.empty()) packets.version = ++versions_;
  return packets;
}

Value Flow::Run::rewritten_value(const Shape& shape, const Rewrite& step, uint32_t here, size_t number) {
  const u128 all = max_value(field_bits(step.field, walk_.family));
  const Value old = shape.get(step.field);
  const Value from = shape.get(step.from);
  const bool whole = (step.mask & all) == all;
  std::optional<IntervalSet> domain;
  switch (step.kind) {
    case Rewrite::Kind::assign:
    case Rewrite::Kind::assign_named:
      if (step.values.is_single()) return Value::of(step.values.min());
      if (!step.values.empty()) domain = step.values;
      break;
    case Rewrite::Kind::set_bits:
      if (whole) return Value::of(step.value & all);
      if (old.is_constant) return Value::of(((old.constant & ~step.mask) ^ step.value) & all);
      break;
    case Rewrite::Kind::copy_bits:
      if (whole && field_bits(step.from, walk_.family) == field_bits(step.field, walk_.family)) return from;
      if (old.is_constant && from.is_constant)
        return Value::of(((old.constant & ~step.mask) | (from.constant & step.mask)) & all);
      break;
    case Rewrite::Kind::netmap:
      if (whole) return Value::of(step.value & all);
      if (old.is_constant) return Value::of(((old.constant & ~step.mask) | step.value) & all);
      domain = IntervalSet::range(step.value & all, (step.value | ~step.mask) & all);
      break;
  }
  // One unknown value for each visit of the rule.
  const std::string key = "rewritten " + std::to_string(leg_) + "/" + std::to_string(hop_) + "/" + std::to_string(here) + "/" +
                          std::to_string(number);
  return environment(policy_, key, step.field, domain);
}

}  // namespace fwproof::solver
