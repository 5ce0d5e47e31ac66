#include "solver/z3_walk.h"

#include <algorithm>
#include <utility>

namespace fwproof::solver {
namespace {

using model::Field;
using model::Hook;
using model::IntervalSet;
using model::Policy;
using model::Stage;

constexpr size_t at(Field field) { return static_cast<size_t>(field); }

// The interface domain without `lo`: packets of other hosts never arrive on it.
IntervalSet without_loopback(const model::NameDomain& names) {
  const uint32_t lo = names.atom_of("lo");
  return names.is_exact(lo) ? names.all().minus(IntervalSet::of(lo)) : names.all();
}

const std::optional<IntervalSet>& settled(const WalkHop& hop, Field field) {
  static const std::optional<IntervalSet> kNothing;
  switch (field) {
    case Field::in: return hop.in;
    case Field::out: return hop.out;
    case Field::profile: return hop.profile;
    case Field::program: return hop.program;
    case Field::service: return hop.service;
    case Field::rpc_port: return hop.rpc_port;
    case Field::src:
    case Field::dst:
    case Field::protocol:
    case Field::src_port:
    case Field::dst_port:
    case Field::icmp_type:
    case Field::icmp_code:
    case Field::tcp_flags:
    case Field::fragment:
    case Field::state:
    case Field::ct_dir:
    case Field::ct_status:
    case Field::mac:
    case Field::mark:
    case Field::connmark: break;
  }
  return kNothing;
}

IntervalSet possible(const WalkHop& hop, Field field) {
  if (field == Field::profile) return IntervalSet::range(model::profile_domain, model::profile_public);
  if (field == Field::rpc_port) return IntervalSet::range(model::rpc_no, model::rpc_default_range);
  if (field == Field::out && hop.hook == Hook::input) return hop.policy->interfaces.all();
  if (field == Field::in || field == Field::out) return without_loopback(hop.policy->interfaces);
  return field == Field::program ? hop.policy->programs.all() : hop.policy->services.all();
}

}  // namespace

Z3Walk::Z3Walk(Formulas& formulas, const Walk& walk, const Slice* slice, uint32_t visits)
    : formulas_(formulas), walk_(walk), slice_(slice), visits_left_(visits), packets_(formulas, walk.family) {
  for (size_t i = 0; i < model::kFields; ++i) client_.push_back(formulas_.number(0, packets_.bits(static_cast<Field>(i))));
  std::map<Field, IntervalSet> possible;
  for (const Field field : kClientFields) {
    for (const PacketBox& box : walk.in_question) possible[field] = possible[field].united(set_of(box, field));
    const unsigned bits = packets_.bits(field);
    const bool some = possible[field].intersects(IntervalSet::all(bits));
    client_[at(field)] = formulas_.free_number(bits, some ? possible[field] : IntervalSet::all(bits));
  }
  formulas_.promise(inside(walk.in_question));
  formulas_.promise(formulas_.negation(inside(walk.not_in_question)));
  if (walk.same_packet) see_packet();
  for (const WalkLeg& leg : walk.legs) walk.same_packet ? encode_same(leg) : encode(leg);
}

Formula Z3Walk::inside(const std::vector<PacketBox>& boxes) {
  std::vector<Formula> parts;
  for (const PacketBox& box : boxes) {
    std::vector<Formula> all;
    for (const Field field : kClientFields)
      all.push_back(formulas_.in_set(client(field), set_of(box, field)));
    parts.push_back(formulas_.all_of(all));
  }
  return formulas_.any_of(parts);
}

void Z3Walk::encode(const WalkLeg& leg) {
  const bool first = legs_.empty();
  const Formula state = formulas_.free_number(packets_.bits(Field::state), leg.state);
  const Formula flags = formulas_.free_number(packets_.bits(Field::tcp_flags), leg.tcp_flags);
  Progress progress{{formulas_.yes(), start_of_leg(leg, state, flags)}, {}, {}};
  for (const WalkHop& hop : leg.hops) {
    progress.here.version = start_of_hop(leg, hop, progress.here.version, state);
    progress = pass_hop(leg, hop, std::move(progress));
  }
  Formula wild = formulas_.named(formulas_.any_of(progress.wild));
  Formula elsewhere = formulas_.any_of(progress.elsewhere);
  if (first) {
    arrived_ = progress.here.version;
    passed_ = progress.here.when;
    wild_ = wild;
  } else {
    wild = formulas_.named(formulas_.any_of({wild, *wild_}));
    elsewhere = formulas_.both(elsewhere, formulas_.negation(*wild_));
    if (leg.reply && walk_.must_return)
      progress.here.when = formulas_.both(progress.here.when, formulas_.any_of({formulas_.negation(*passed_), came_back(progress.here.version)}));
  }
  if (walk_.elsewhere_passes) gone_.push_back(formulas_.named(elsewhere));
  const Formula passes = formulas_.any_of({formulas_.both(progress.here.when, formulas_.negation(wild)),
                                           formulas_.both(wild, formulas_.free_bool()), formulas_.any_of(gone_)});
  legs_.push_back({formulas_.named(passes), state, flags});
}

Z3Packets::Fields Z3Walk::mirrored(const Z3Packets::Fields& fields) {
  Z3Packets::Fields mirror = fields;
  std::swap(mirror[at(Field::src)], mirror[at(Field::dst)]);
  std::swap(mirror[at(Field::src_port)], mirror[at(Field::dst_port)]);
  const Formula type = fields[at(Field::icmp_type)];
  const bool v4 = walk_.family == model::Family::v4;
  const unsigned echo = v4 ? 8 : 128;
  const unsigned answer = v4 ? 0 : 129;
  const Formula icmp = formulas_.in_set(fields[at(Field::protocol)], IntervalSet::of(v4 ? model::proto_icmp : model::proto_icmpv6));
  mirror[at(Field::icmp_type)] =
      formulas_.named(formulas_.choice(formulas_.both(icmp, formulas_.in_set(type, IntervalSet::of(echo))), formulas_.number(answer, 8), type));
  return mirror;
}

VersionId Z3Walk::start_of_leg(const WalkLeg& leg, Formula state, Formula flags) {
  const auto with_leg = [&](Z3Packets::Fields fields) {
    fields[at(Field::state)] = state;
    fields[at(Field::tcp_flags)] = flags;
    fields[at(Field::ct_dir)] = formulas_.number(leg.reply ? 1 : 0, 1);
    return fields;
  };
  if (!leg.reply) return packets_.add(with_leg(client_));
  const VersionId untouched = packets_.add(with_leg(mirrored(client_)));
  if (passed_->is_false()) return untouched;
  // The rest does not travel between hops.
  Z3Packets::Fields travelled = client_;
  for (const Field field : kClientFields) travelled[at(field)] = packets_.field(arrived_, field);
  const VersionId arrived = packets_.add(with_leg(mirrored(travelled)));
  return packets_.merged({{*passed_, arrived}, {formulas_.negation(*passed_), untouched}});
}

VersionId Z3Walk::start_of_hop(const WalkLeg& leg, const WalkHop& hop, VersionId arriving, Formula state) {
  Z3Packets::Fields fields = packets_.fields(arriving);
  const auto set = [&](Field field, const Formula value) { fields[at(field)] = value; };
  const IntervalSet& seen_as = hop.state ? *hop.state : leg.state;
  const bool surely_new = seen_as == IntervalSet::of(model::state_new);
  const bool alone = stands_alone(walk_, leg, hop);
  set(Field::mark, formulas_.number(0, 32));
  set(Field::connmark, surely_new ? formulas_.number(0, 32) : formulas_.free_number(32));
  set(Field::fragment, formulas_.number(0, 1));
  set(Field::ct_status, ct_status(hop));
  const Formula direction = formulas_.number(leg.reply && !alone ? 1 : 0, 1);
  const Formula known = hop.state ? formulas_.free_number(packets_.bits(Field::state), seen_as) : state;
  const auto unseen = untracked_.find(hop.policy);
  if (unseen == untracked_.end()) {
    set(Field::ct_dir, direction);
    set(Field::state, known);
  } else {
    const Formula any = formulas_.free_number(packets_.bits(Field::state), IntervalSet::range(model::state_new, model::state_invalid));
    set(Field::ct_dir, alone ? direction : formulas_.named(formulas_.choice(unseen->second, formulas_.free_number(1), direction)));
    set(Field::state, formulas_.named(formulas_.choice(unseen->second, any, known)));
  }
  set(Field::mac, formulas_.free_number(48));
  for (const Field field : {Field::in, Field::out, Field::profile, Field::program, Field::service, Field::rpc_port}) set(field, surrounding(leg, hop, field));
  return packets_.add(std::move(fields));
}

Formula Z3Walk::ct_status(const WalkHop& hop) {
  const Formula none = formulas_.number(0, 2);
  const auto seen = translated_.find(hop.policy);
  if (legs_.empty() || seen == translated_.end()) return none;
  return formulas_.named(formulas_.choice(*passed_, packets_.field(seen->second.end, Field::ct_status), none));
}

Formula Z3Walk::surrounding(const WalkLeg& leg, const WalkHop& hop, Field field) {
  const unsigned bits = packets_.bits(field);
  if (const auto& set = settled(hop, field)) return formulas_.free_number(bits, *set);
  if (field != Field::in && field != Field::out) return shared(*hop.policy, field, 0, possible(hop, field));
  const bool means_nothing = (field == Field::in && hop.hook == Hook::output) || (field == Field::out && hop.hook == Hook::input);
  if (means_nothing) return formulas_.free_number(bits, possible(hop, field));
  const Side side = (field == Field::in) != leg.reply ? Side::client : Side::server;
  return shared(*hop.policy, Field::in, static_cast<int>(side), possible(hop, field));
}

Formula Z3Walk::shared(const Policy& policy, Field field, int role, const IntervalSet& possible) {
  const std::tuple key{&policy, field, role};
  if (const auto found = shared_.find(key); found != shared_.end()) return found->second;
  return shared_.emplace(key, formulas_.free_number(packets_.bits(field), possible)).first->second;
}

Z3Walk::Progress Z3Walk::pass_hop(const WalkLeg& leg, const WalkHop& hop, Progress at) {
  const KeptRules* kept = nullptr;
  if (slice_)
    if (const auto found = slice_->find(hop.policy); found != slice_->end()) kept = &found->second;
  Z3Chains chains(formulas_, packets_, *hop.policy, kept, walk_.leads, visits_left_, walk_.same_packet ? &choices_ : nullptr);
  const std::vector<Stage>& stages = hop.policy->hooks[static_cast<size_t>(hop.hook)];
  std::vector<const Stage*> nats;
  for (const Stage& stage : stages)
    if (stage.kind == Stage::Kind::nat) nats.push_back(&stage);
  const bool two = nats.size() >= 2;
  Translated seen;
  const bool later = !legs_.empty() && !walk_.same_packet;
  if (leg.reply && !two) translate(leg, hop, true, at);
  bool routed = std::none_of(stages.begin(), stages.end(), [](const Stage& stage) { return stage.kind == Stage::Kind::route; });
  if (routed) stay(hop, at);
  for (const Stage& stage : stages) {
    if (later && (two || !leg.reply) && !nats.empty() && &stage == nats.front()) translate(leg, hop, true, at);
    if (later && (two || !leg.reply) && !nats.empty() && &stage == nats.back()) translate(leg, hop, false, at);
    switch (stage.kind) {
      case Stage::Kind::filter: enter(hop, stage, false, chains, at); break;
      case Stage::Kind::nat:
        if (!later || stands_alone(walk_, leg, hop)) pass_nat(hop, stage, chains, at, seen);
        break;
      case Stage::Kind::route:
        if (hop.hook != Hook::forward && hop.local) {
          const Formula own = formulas_.in_set(packets_.field(at.here.version, Field::dst), hop.local->in(walk_.family));
          at.here.when = formulas_.named(formulas_.both(at.here.when, hop.hook == Hook::input ? own : formulas_.negation(own)));
        }
        if (!std::exchange(routed, true)) stay(hop, at);
        break;
    }
  }
  if (leg.reply && !two) translate(leg, hop, false, at);
  if (walk_.same_packet) return at;
  note_untracked(hop, at);
  if (!later) {
    seen.end = at.here.version;
    translated_[hop.policy] = seen;
  }
  return at;
}

void Z3Walk::enter(const WalkHop& hop, const Stage& stage, bool in_nat, Z3Chains& chains, Progress& at) {
  const auto number = static_cast<uint32_t>(&stage - hop.policy->hooks[static_cast<size_t>(hop.hook)].data());
  ChainExits exits = chains.base_chain(stage.chain, at.here, in_nat, number);
  at.wild.insert(at.wild.end(), exits.wild.begin(), exits.wild.end());
  std::vector<Formula> whens;
  for (const Arrival& arrival : exits.accepted) whens.push_back(arrival.when);
  at.here.when = formulas_.named(formulas_.any_of(whens));
  if (!exits.accepted.empty()) at.here.version = packets_.merged(exits.accepted);
}

void Z3Walk::pass_nat(const WalkHop& hop, const Stage& stage, Z3Chains& chains, Progress& at, Translated& seen) {
  if (!seen.before) seen.before = at.here.version;
  const Formula unfollowed = formulas_.in_set(packets_.field(at.here.version, Field::state),
                                              IntervalSet::range(model::state_invalid, model::state_untracked));
  const Formula answer = walk_.same_packet ? formulas_.in_set(packets_.field(at.here.version, Field::ct_dir), IntervalSet::of(1)) : formulas_.no();
  const Formula skipped = formulas_.named(formulas_.any_of({unfollowed, answer}));
  Arrival beside{formulas_.named(formulas_.both(at.here.when, skipped)), at.here.version};
  at.here.when = formulas_.named(formulas_.both(at.here.when, formulas_.negation(skipped)));
  enter(hop, stage, true, chains, at);
  at.here = {formulas_.named(formulas_.any_of({at.here.when, beside.when})), packets_.merged({at.here, beside})};
  seen.behind = at.here.version;
}

// Takes those whose destination the device's routes send elsewhere off this walk.
void Z3Walk::stay(const WalkHop& hop, Progress& at) {
  if (!hop.onward) return;
  const Formula onward = formulas_.named(formulas_.in_set(packets_.field(at.here.version, Field::dst), hop.onward->in(walk_.family)));
  at.elsewhere.push_back(formulas_.named(formulas_.both(at.here.when, formulas_.negation(onward))));
  at.here.when = formulas_.named(formulas_.both(at.here.when, onward));
}

// The mirror of the client's packet in addresses and ports.
Formula Z3Walk::came_back(VersionId version) {
  const auto is = [&](Field mine, Field theirs) {
    const Formula value = packets_.field(version, mine);
    return formulas_.named(formulas_.equal(value, client(theirs)));
  };
  return formulas_.named(formulas_.all_of({is(Field::src, Field::dst), is(Field::dst, Field::src), is(Field::src_port, Field::dst_port),
                                         is(Field::dst_port, Field::src_port)}));
}

void Z3Walk::note_untracked(const WalkHop& hop, const Progress& at) {
  const Formula state = formulas_.in_set(packets_.field(at.here.version, Field::state), IntervalSet::of(model::state_untracked));
  Formula unseen = formulas_.both(at.here.when, state);
  if (unseen.is_false()) return;
  const auto earlier = untracked_.find(hop.policy);
  if (earlier != untracked_.end()) unseen = formulas_.any_of({earlier->second, unseen});
  untracked_.insert_or_assign(hop.policy, formulas_.named(unseen));
}

void Z3Walk::translate(const WalkLeg& leg, const WalkHop& hop, bool destination, Progress& at) {
  const auto found = translated_.find(hop.policy);
  if (found == translated_.end() || !found->second.before) return;
  const Translated& seen = found->second;
  const Formula untracked = formulas_.in_set(packets_.field(at.here.version, Field::state),
                                             IntervalSet::range(model::state_invalid, model::state_untracked));
  const Formula applies = formulas_.named(formulas_.both(*passed_, formulas_.negation(untracked)));
  const auto twin = [&](Field source, Field target) {
    return std::pair{destination ? target : source, destination != leg.reply ? target : source};
  };
  for (const auto& [mine, theirs] : {twin(Field::src, Field::dst), twin(Field::src_port, Field::dst_port)}) {
    const Formula before = packets_.field(*seen.before, theirs);
    const Formula behind = packets_.field(seen.behind, theirs);
    if (before == behind) continue;
    const Formula changed = formulas_.named(formulas_.both(applies, formulas_.negation(formulas_.equal(before, behind))));
    const VersionId restored = packets_.assigned(at.here.version, {{mine, leg.reply ? before : behind}});
    at.here.version = packets_.merged({{changed, restored}, {formulas_.named(formulas_.negation(changed)), at.here.version}});
  }
}

}  // namespace fwproof::solver
