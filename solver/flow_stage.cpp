// How sets of packets pass the stages of one device: routing, translation, and the base chains between them.
#include <algorithm>

#include "solver/flow_run.h"

namespace fwproof::solver {

using namespace model;

Classes Flow::Run::run_hook(Classes classes, const WalkLeg& leg, const WalkHop& hop, const Arrived* past) {
  const std::vector<Stage>& stages = policy_->hooks[static_cast<size_t>(hop.hook)];
  std::vector<size_t> nats;
  for (size_t i = 0; i < stages.size(); ++i)
    if (stages[i].kind == Stage::Kind::nat) nats.push_back(i);
  const bool between = nats.size() >= 2;
  const bool around = leg.reply && !between;  // a hop with fewer than two nat stages (walk.h, "Translation")
  if (around) classes = translate(std::move(classes), past, leg.reply, true);
  const auto is_route = [](const Stage& stage) { return stage.kind == Stage::Kind::route; };
  const auto first_route = static_cast<size_t>(std::find_if(stages.begin(), stages.end(), is_route) - stages.begin());
  if (first_route == stages.size()) classes = stay(std::move(classes), hop);
  for (size_t i = 0; i < stages.size() && !classes.empty(); ++i) {
    const bool first_nat = !nats.empty() && i == nats.front();
    const bool last_nat = !nats.empty() && i == nats.back();
    if (first_nat)
      for (Class& packets : classes) packets.before_nat = packets.shape;
    if (stages[i].kind == Stage::Kind::route) {
      classes = route(std::move(classes), hop);
      if (i == first_route) classes = stay(std::move(classes), hop);
    } else if (stages[i].kind == Stage::Kind::filter) {
      classes = run_stage(stages[i], static_cast<uint32_t>(i), std::move(classes));
    } else if (enters_nat(hop)) {
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

bool Flow::Run::enters_nat(const WalkHop& hop) const { return leg_ == 0 || walk_.same_packet || stands_alone(walk_, walk_.legs[leg_], hop); }

// Connections that conntrack does not follow are not translated; of the others, nat looks at the first packet.
void Flow::Run::enter_nat(Classes classes, Classes& consulted, Classes& skipped) {
  for (const Class& packets : classes) {
    const Value state = shapes_[packets.shape].get(Field::state);
    const auto part = [&](Classes& into, const IntervalSet& states, Ref also) {
      Class some = packets;
      some.region = diagrams.both(diagrams.both(packets.region, value_in(state, Field::state, states)), also);
      if (some.region == Diagrams::kFalse) return;
      if (states.is_single()) {
        Shape shape = shapes_[packets.shape];
        shape.set(Field::state, Value::of(states.min()));
        some.shape = shapes_.id(shape);
      }
      merge_into(into, some);
    };
    part(skipped, IntervalSet::range(state_invalid, state_untracked), Diagrams::kTrue);
    // Answers stand for ones that are translated back already (walk.h, "The same packet"); elsewhere ct_dir is 0 here.
    const Ref asks = value_in(shapes_[packets.shape].get(Field::ct_dir), Field::ct_dir, IntervalSet::of(0));
    if (walk_.same_packet) part(skipped, IntervalSet::range(state_new, state_related), diagrams.minus(Diagrams::kTrue, asks));
    const Ref first = walk_.same_packet ? asks : Diagrams::kTrue;
    part(consulted, IntervalSet::of(state_established), first);
    part(consulted, IntervalSet::of(state_new).united(IntervalSet::of(state_related)), first);
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
    for (const Class& done : translated(other, *past, reply, destination)) merge_into(result, done);
  }
  return result;
}

Classes Flow::Run::translated(const Class& packets, const Arrived& past, bool reply, bool destination) {
  const auto [before_id, after_id] = past.translated.at(policy_);
  const Shape before = shapes_[before_id];
  const Shape after = shapes_[after_id];
  Classes result = {packets};
  const auto take = [&](Field source, Field target) {
    const Field now = destination ? target : source;
    const Field then = destination != reply ? target : source;  // the request's source is the answer's destination
    if (before.get(then) == after.get(then)) return;
    Classes next;
    for (const Class& some : result) {
      Shape shape = shapes_[some.shape];
      Class same = some;
      same.region = diagrams.both(some.region, untouched(some, before.get(then), after.get(then), shape.get(now)));
      Class changed = some;
      changed.region = diagrams.minus(some.region, same.region);
      shape.set(now, reply ? before.get(then) : after.get(then));
      changed.shape = shapes_.id(shape);
      if (changed.shape != some.shape) changed.version = ++versions_;
      merge_into(next, same);
      merge_into(next, changed);
    }
    result = std::move(next);
  };
  take(Field::src, Field::dst);
  take(Field::src_port, Field::dst_port);
  return result;
}

// Where nat happened to write what was there already, nothing is undone or done again. That is to be told apart only where somebody else
// rewrote the field on the way: else it has that value.
Ref Flow::Run::untouched(const Class& packets, const Value& before, const Value& after, const Value& now) {
  if (now == before || now == after) return Diagrams::kFalse;
  if (const std::optional<Ref> same = coincide(diagrams.both(packets.region, domain_), before, after)) return *same;
  return diagrams.in(unknown_variable(1, {"field", "an address or port that was rewritten", {}}), IntervalSet::of(1));
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

// Those whose way this walk follows (walk.h, "Other ways").
Classes Flow::Run::stay(Classes classes, const WalkHop& hop) {
  if (!hop.onward) return classes;
  Classes staying;
  for (Class packets : classes) {
    const Ref onward = value_in(shapes_[packets.shape].get(Field::dst), Field::dst, hop.onward->in(walk_.family));
    elsewhere_.back() = diagrams.either(elsewhere_.back(), diagrams.minus(packets.region, onward));
    packets.region = diagrams.both(packets.region, onward);
    merge_into(staying, packets);
  }
  return staying;
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

}  // namespace fwproof::solver
