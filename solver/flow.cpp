// One file although it is long: how a packet enters a hop is to be read beside what solver/walk.h says of it.
#include "solver/flow.h"

#include <algorithm>
#include <utility>

#include "solver/boxes.h"
#include "solver/dependences.h"
#include "solver/flow_run.h"

namespace fwproof::solver {

using namespace model;

namespace {

IntervalSet without_loopback_interface(const Policy& policy) {
  const NameDomain& names = policy.interfaces;
  const uint32_t atom = names.atom_of("lo");
  return names.is_exact(atom) ? names.all().minus(IntervalSet::of(atom)) : names.all();
}

}  // namespace

Flow::Run::Run(const Walk& walk, const Slice& slice, const Limits& limits)
    : diagrams(limits.diagram_nodes, limits.diagram_steps, limits.many_edges), walk_(walk), slice_(slice), limits_(limits), apart_(conditions_apart(walk, slice, limits)) {
  add_client_variables();
  if (walk.same_packet) add_seen_variables();
  for (const PacketBox& box : walk.in_question) question = diagrams.either(question, box_region(box));
  for (const PacketBox& box : walk.not_in_question) question = diagrams.minus(question, box_region(box));
  question = diagrams.both(question, possible_);
}

void Flow::Run::add_client_variables() {
  for (Field field : kClientFields) diagrams.add_variable(max_value(field_bits(field, walk_.family)));
  first_unknown_ = static_cast<VarId>(diagrams.variables());
}

Ref Flow::Run::box_region(const PacketBox& box) {
  Ref region = Diagrams::kTrue;
  // From the last variable up: each step only puts a node on top.
  for (auto field = kClientFields.rbegin(); field != kClientFields.rend(); ++field)
    region = diagrams.both(diagrams.in(client_variable(*field), set_of(box, *field)), region);
  return region;
}

VarId Flow::Run::unknown_variable(u128 max, Dependence what, std::optional<IntervalSet> domain) {
  const VarId var = diagrams.add_variable(max);
  unknown_texts_.push_back(std::move(what));
  if (domain) domain_ = diagrams.both(domain_, diagrams.in(var, *domain));
  possible_values_.resize(var);
  possible_values_.push_back(domain.value_or(IntervalSet{}));
  return var;
}

Value Flow::Run::environment(const Policy* policy, const std::string& key, Field field, std::optional<IntervalSet> domain) {
  const auto [found, added] = environment_.try_emplace({policy, key});
  if (added) {
    if (domain && domain->is_single())
      found->second = Value::of(domain->min());
    else
      found->second = Value::of_var(unknown_variable(max_value(field_bits(field, walk_.family)),
                                                     {"field", std::string(field_text(field)), {}}, std::move(domain)));
  }
  return found->second;
}

Shape Flow::Run::client_shape() const {
  Shape shape;
  for (Field field : kClientFields) shape.set(field, Value::of_var(client_variable(field)));
  if (walk_.same_packet)
    for (Field field : kSeen) shape.set(field, Value::of_var(seen_variable(field)));
  return shape;
}

Shape Flow::Run::mirrored(const Shape& shape) const {
  Shape mirror = shape;
  mirror.set(Field::src, shape.get(Field::dst));
  mirror.set(Field::dst, shape.get(Field::src));
  mirror.set(Field::src_port, shape.get(Field::dst_port));
  mirror.set(Field::dst_port, shape.get(Field::src_port));
  return mirror;
}

void Flow::Run::set_interfaces(Shape& shape, const WalkLeg& leg, const WalkHop& hop) {
  const std::string here = std::to_string(leg_) + "/" + std::to_string(hop_);
  const auto value = [&](Field field, const std::optional<IntervalSet>& given, const std::string& side, bool meaningless) {
    const std::string name(field_text(field));
    if (given) return environment(hop.policy, "given " + name + " " + here, field, given);
    const bool may_be_lo = field == Field::out && hop.hook == Hook::input;
    const IntervalSet domain = may_be_lo ? hop.policy->interfaces.all() : without_loopback_interface(*hop.policy);
    return environment(hop.policy, meaningless ? "any " + name + " " + here : side, field, domain);
  };
  const std::string towards_client = "interface towards the client";
  const std::string towards_server = "interface towards the server";
  shape.set(Field::in, value(Field::in, hop.in, leg.reply ? towards_server : towards_client, hop.hook == Hook::output));
  shape.set(Field::out, value(Field::out, hop.out, leg.reply ? towards_client : towards_server, hop.hook == Hook::input));
}

// What a packet carries from hop to hop stays; everything that a device adds to it starts anew (walk.h, "Hops").
void Flow::Run::enter_hop(Shape& shape, const WalkLeg& leg, const WalkHop& hop, Value ct_status) {
  const std::string here = std::to_string(leg_) + "/" + std::to_string(hop_);
  const Policy* policy = hop.policy;
  shape.set(Field::mark, Value::of(0));
  shape.set(Field::fragment, Value::of(0));
  shape.set(Field::ct_status, ct_status);
  shape.set(Field::ct_dir, Value::of(leg.reply && !stands_alone(walk_, leg, hop)));
  shape.set(Field::state, hop.state ? environment(policy, "given state " + here, Field::state, hop.state)
                                    : environment(nullptr, "state " + std::to_string(leg_), Field::state, leg.state));
  const bool surely_new = state_at(leg, hop) == IntervalSet::of(state_new);
  shape.set(Field::connmark, surely_new ? Value::of(0) : environment(policy, "connmark " + here, Field::connmark, std::nullopt));
  shape.set(Field::mac, environment(policy, "mac " + here, Field::mac, std::nullopt));
  const auto local = [&](Field field, const std::optional<IntervalSet>& given, const IntervalSet& domain) {
    const std::string name(field_text(field));
    shape.set(field, given ? environment(policy, "given " + name + " " + here, field, given) : environment(policy, name, field, domain));
  };
  local(Field::profile, hop.profile, IntervalSet::range(profile_domain, profile_public));
  local(Field::program, hop.program, policy->programs.all());
  local(Field::service, hop.service, policy->services.all());
  local(Field::rpc_port, hop.rpc_port, IntervalSet::range(rpc_no, rpc_default_range));
  set_interfaces(shape, leg, hop);
}

std::vector<Flow::Run::Traveller> Flow::Run::start_of(size_t leg_index) {
  const WalkLeg& leg = walk_.legs[leg_index];
  std::vector<Traveller> travellers;
  const auto start = [&](Ref region, Shape shape, size_t arrived) {
    region = diagrams.minus(region, gone_);
    if (region == Diagrams::kFalse) return;
    shape.set(Field::tcp_flags, environment(nullptr, "tcp_flags " + std::to_string(leg_index), Field::tcp_flags, leg.tcp_flags));
    Traveller traveller;
    traveller.now.region = region;
    traveller.now.shape = shapes_.id(shape);
    traveller.now.version = ++versions_;
    traveller.arrived = arrived;
    traveller.past.region = region;
    travellers.push_back(std::move(traveller));
  };
  if (walk_.same_packet) {
    versions_ = std::max(versions_, kAsItCame);
    Traveller traveller = same_packet();
    traveller.now.shape = traveller.now.before_nat = traveller.now.after_nat = shapes_.id(client_shape());
    return {traveller};
  }
  if (!leg.reply) {
    Ref rest = question;
    for (size_t i = 0; i < arrived_.size(); ++i) {
      rest = diagrams.minus(rest, arrived_[i].region);
      start(arrived_[i].region, client_shape(), i);
    }
    start(rest, client_shape(), SIZE_MAX);
    return travellers;
  }
  // The answer to an echo request is an echo reply (RFC 792, RFC 4443).
  const bool v4 = walk_.family == Family::v4;
  const Ref echo = diagrams.both(diagrams.in(client_variable(Field::protocol), IntervalSet::of(v4 ? proto_icmp : proto_icmpv6)),
                                 diagrams.in(client_variable(Field::icmp_type), IntervalSet::of(v4 ? 8 : 128)));
  const auto answer = [&](Ref region, Shape shape, size_t arrived) {
    start(diagrams.minus(region, echo), shape, arrived);
    shape.set(Field::icmp_type, Value::of(v4 ? 0 : 129));
    start(diagrams.both(region, echo), shape, arrived);
  };
  Ref rest = question;
  for (size_t i = 0; i < arrived_.size(); ++i) {
    rest = diagrams.minus(rest, arrived_[i].region);
    answer(arrived_[i].region, mirrored(shapes_[arrived_[i].shape]), i);
  }
  answer(rest, mirrored(client_shape()), SIZE_MAX);
  return travellers;
}

std::vector<Flow::Run::Traveller> Flow::Run::run_hop(std::vector<Traveller> travellers, const WalkLeg& leg, const WalkHop& hop) {
  policy_ = hop.policy;
  kept_ = &slice_.at(hop.policy);
  std::vector<Traveller> behind;
  Ref untracked = Diagrams::kFalse;
  for (Traveller& traveller : travellers) {
    const Arrived* past = traveller.arrived == SIZE_MAX ? nullptr : &arrived_[traveller.arrived];
    if (past && !past->translated.contains(policy_)) past = nullptr;
    Shape shape = shapes_[traveller.now.shape];
    if (walk_.same_packet) {
      for (const Class& left : run_hook({traveller.now}, leg, hop, nullptr)) {
        behind.push_back(traveller);
        behind.back().now = left;
      }
      continue;
    }
    enter_hop(shape, leg, hop, past ? shapes_[past->left.at(policy_)].get(Field::ct_status) : Value::of(0));
    for (const Class& left : run_hook(entering(traveller.now, shape, stands_alone(walk_, leg, hop)), leg, hop, past)) {
      const Ref unfollowed = value_in(shapes_[left.shape].get(Field::state), Field::state, IntervalSet::of(state_untracked));
      untracked = diagrams.either(untracked, diagrams.both(left.region, unfollowed));
      Traveller next = traveller;
      next.now = left;
      next.past.translated[policy_] = {left.before_nat, left.after_nat};
      next.past.left[policy_] = left.shape;
      behind.push_back(std::move(next));
    }
  }
  if (untracked != Diagrams::kFalse) untracked_[policy_] = diagrams.either(untracked, untracked_.try_emplace(policy_, Diagrams::kFalse).first->second);
  return behind;
}

// Where conntrack did not see an earlier packet, what it thinks of this one is not known (walk.h, "Hops").
Classes Flow::Run::entering(const Class& packets, const Shape& shape, bool alone) {
  Classes classes;
  const auto part = [&](Ref region, const Shape& as) {
    if (region == Diagrams::kFalse) return;
    Class some = packets;
    some.region = region;
    some.shape = some.before_nat = some.after_nat = shapes_.id(as);
    classes.push_back(some);
  };
  const auto found = untracked_.find(policy_);
  const Ref unseen = found == untracked_.end() ? Diagrams::kFalse : diagrams.both(packets.region, found->second);
  part(diagrams.minus(packets.region, unseen), shape);
  if (unseen == Diagrams::kFalse) return classes;
  const std::string here = std::to_string(leg_) + "/" + std::to_string(hop_);
  Shape free = shape;
  free.set(Field::state, environment(policy_, "state of unseen " + here, Field::state, IntervalSet::range(state_new, state_invalid)));
  if (!alone) free.set(Field::ct_dir, environment(policy_, "ct_dir of unseen " + here, Field::ct_dir, std::nullopt));
  part(unseen, free);
  return classes;
}

// Where an unknown action may have rewritten the request, the fate of what follows is free.
std::vector<Flow::Run::Traveller> Flow::Run::without_free_fates(std::vector<Traveller> travellers, Ref& passing) {
  std::vector<Traveller> bound;
  for (Traveller& traveller : travellers) {
    if (traveller.arrived == SIZE_MAX || !arrived_[traveller.arrived].fate) {
      bound.push_back(std::move(traveller));
      continue;
    }
    const VarId free = unknown_variable(1, {"unknown action", "what an unknown action made of the request", {}});
    passing = diagrams.either(passing, diagrams.both(traveller.now.region, diagrams.in(free, IntervalSet::of(1))));
  }
  return bound;
}

void Flow::Run::run_leg(size_t leg_index) {
  leg_ = leg_index;
  fate_ = Diagrams::kFalse;
  elsewhere_.push_back(Diagrams::kFalse);
  foreign_.push_back(Diagrams::kFalse);
  const WalkLeg& leg = walk_.legs[leg_index];
  Ref passing = gone_;
  std::vector<Traveller> travellers = without_free_fates(start_of(leg_index), passing);
  for (hop_ = 0; hop_ < leg.hops.size(); ++hop_) travellers = run_hop(std::move(travellers), leg, leg.hops[hop_]);
  if (walk_.same_packet) {
    ends_.emplace_back();
    fates_.push_back(fate_);
  }
  for (Traveller& traveller : travellers) {
    if (walk_.same_packet) {
      ends_.back().push_back(traveller.now);
      passing = diagrams.either(passing, traveller.now.region);
      continue;
    }
    Ref passed = traveller.now.region;
    if (leg.reply && walk_.must_return && traveller.arrived != SIZE_MAX) {
      passed = returned(traveller.now);
      foreign_.back() = diagrams.either(foreign_.back(), diagrams.minus(traveller.now.region, passed));
    }
    passing = diagrams.either(passing, passed);
    if (leg_index != 0) continue;
    traveller.past.region = traveller.now.region;
    traveller.past.shape = traveller.now.shape;
    arrived_.push_back(std::move(traveller.past));
  }
  if (walk_.same_packet) {
    passing_.push_back(diagrams.either(passing, fate_));
    return;
  }
  if (leg_index == 0 && fate_ != Diagrams::kFalse) arrived_.push_back({fate_, shapes_.id(client_shape()), {}, {}, true});
  if (walk_.elsewhere_passes) {
    passing = diagrams.either(passing, elsewhere_.back());
    gone_ = diagrams.either(gone_, elsewhere_.back());
  }
  split_verdict(leg_index, diagrams.either(passing, fate_));
}

void Flow::Run::split_verdict(size_t, Ref passing) {
  const Ref all = diagrams.both(question, domain_);
  LegRegions regions;
  regions.blocked = diagrams.minus(question, diagrams.exists_from(diagrams.both(passing, domain_), first_unknown_));
  regions.passes = diagrams.minus(question, diagrams.exists_from(diagrams.minus(all, passing), first_unknown_));
  regions.depends = diagrams.minus(diagrams.minus(question, regions.blocked), regions.passes);
  legs.push_back(regions);
  passing_.push_back(passing);
}

void Flow::Run::compute() {
  for (size_t leg = 0; leg < walk_.legs.size(); ++leg) run_leg(leg);
}

Ref Flow::Run::some_assignment(Ref region) { return diagrams.exists_from(diagrams.both(region, domain_), first_unknown_); }

std::vector<PacketBox> Flow::Run::boxes(Ref region, size_t limit, bool& complete) const {
  std::vector<PacketBox> result;
  complete = diagrams.products(region, [&](const std::vector<IntervalSet>& sets) {
    if (result.size() == limit) return false;
    PacketBox box;
    for (Field field : kClientFields) {
      const IntervalSet& set = sets[client_variable(field)];
      set_of(box, field) = set.empty() ? IntervalSet::all(field_bits(field, walk_.family)) : set;
    }
    result.push_back(std::move(box));
    return true;
  });
  return result;
}

std::vector<Dependence> Flow::Run::depends_on(size_t leg, Ref region) {
  const Ref within = diagrams.both(region, domain_);
  const Ref passing = diagrams.both(within, passing_[leg]);
  possible_values_.resize(diagrams.variables());
  const std::vector<bool> support = diagrams.support(passing, possible_values_);
  std::vector<Dependence> named;
  std::set<uint32_t> grouped;
  for (VarId var = first_unknown_; var < support.size(); ++var) {
    if (!support[var]) continue;
    if (is_group(var)) add_grouped(var, diagrams.values_where(passing, client_variable(apart_.field), var), grouped);
    else named.push_back(unknown_texts_[var - first_unknown_]);
  }
  for (const uint32_t text : grouped) named.push_back(grouped_texts_[text]);
  // In the order of the lines; variables are made in the order in which conditions are put together.
  std::stable_sort(named.begin(), named.end(), [](const Dependence& a, const Dependence& b) {
    return std::pair(a.origin.file, a.origin.line) < std::pair(b.origin.file, b.origin.line);
  });
  std::vector<Dependence> result;
  add_new(result, named);
  return result;
}

Ref Flow::Run::moved(Field field) {
  const VarId own = client_variable(field);
  Ref moved = Diagrams::kFalse;
  for (const Arrived& arrived : arrived_) {
    if (arrived.fate) continue;
    const Value value = shapes_[arrived.shape].get(field);
    if (value == Value::of_var(own)) continue;
    const Ref kept = value.is_constant ? diagrams.in(own, IntervalSet::of(value.constant)) : Diagrams::kFalse;
    moved = diagrams.either(moved, diagrams.minus(arrived.region, kept));
  }
  return some_assignment(moved);
}

IntervalSet Flow::Run::arriving(Field field) {
  const IntervalSet all = IntervalSet::all(field_bits(field, walk_.family));
  IntervalSet set;
  for (const Arrived& arrived : arrived_) {
    if (arrived.fate) return all;
    const Value value = shapes_[arrived.shape].get(field);
    if (value.is_constant) {
      set = set.united(IntervalSet::of(value.constant));
      continue;
    }
    const bool own = value == Value::of_var(client_variable(field));
    if (!own) return all;
    bool complete = true;
    constexpr size_t kMost = 1000;
    const std::vector<PacketBox> some = boxes(some_assignment(arrived.region), kMost, complete);
    if (!complete) return all;
    for (const PacketBox& box : some) set = set.united(set_of(box, field));
  }
  return set;
}

Ref Flow::Run::sent_on(size_t leg) {
  Ref region = Diagrams::kFalse;
  for (const Record& record : records_)
    if (record.leg == leg && record.chain == kSentOn) region = diagrams.either(region, record.packets.region);
  return some_assignment(region);
}

Ref Flow::Run::elsewhere() {
  if (elsewhere_.empty() || elsewhere_[0] == Diagrams::kFalse) return Diagrams::kFalse;
  return diagrams.minus(question, some_assignment(diagrams.minus(question, elsewhere_[0])));
}

Ref Flow::Run::foreign(size_t leg) {
  return foreign_[leg] == Diagrams::kFalse ? Diagrams::kFalse : some_assignment(foreign_[leg]);
}

// ---- The public face ----

Flow::Flow(const Walk& walk, const Slice& slice, const Limits& limits) : run_(std::make_unique<Run>(walk, slice, limits)) {
  run_->compute();
}
Flow::~Flow() = default;
Diagrams& Flow::diagrams() { return run_->diagrams; }
Ref Flow::question() const { return run_->question; }
Ref Flow::some_assignment(Ref region) { return run_->some_assignment(region); }
Ref Flow::region_of(const PacketBox& box) { return run_->box_region(box); }
const LegRegions& Flow::leg(size_t index) const { return run_->legs[index]; }
std::vector<PacketBox> Flow::boxes(Ref region, size_t limit, bool& complete) const { return run_->boxes(region, limit, complete); }
std::vector<Decision> Flow::deciders(size_t leg, Ref region, bool only_assumed, size_t most, bool* all) {
  return run_->deciders(leg, region, only_assumed, most, all);
}
Ref Flow::moved(Field field) { return run_->moved(field); }
IntervalSet Flow::arriving(Field field) { return run_->arriving(field); }
Ref Flow::sent_on(size_t leg) { return run_->sent_on(leg); }
Ref Flow::elsewhere() { return run_->elsewhere(); }
Ref Flow::stays() { return run_->diagrams.minus(run_->question, run_->elsewhere()); }
Differences Flow::differences() { return run_->differences(); }
std::vector<Region> Flow::regions(Ref region, size_t limit, bool& complete) { return run_->regions(region, limit, complete); }
std::vector<Dependence> Flow::differences_depend_on(Ref region) { return run_->differences_depend_on(region); }
Ref Flow::foreign(size_t leg) { return run_->foreign(leg); }
std::vector<Dependence> Flow::depends_on(size_t leg, Ref region) { return run_->depends_on(leg, region); }

FlowRegions compute(const Walk& walk, const Slice& slice, const Limits& limits) {
  Flow flow(walk, slice, limits);
  FlowRegions result;
  for (size_t leg = 0; leg < walk.legs.size(); ++leg) {
    bool complete = true;
    const auto all = [&](Ref region) { return flow.boxes(region, SIZE_MAX, complete); };
    result.legs.push_back({all(flow.leg(leg).passes), all(flow.leg(leg).blocked), all(flow.leg(leg).depends)});
  }
  return result;
}

}  // namespace fwproof::solver
