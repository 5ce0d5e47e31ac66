// Two legs that look at one packet, in Z3 (walk.h, "The same packet").
#include "solver/z3_walk.h"

namespace fwproof::solver {
namespace {

using model::Field;
using model::IntervalSet;

size_t at(Field field) { return static_cast<size_t>(field); }

}  // namespace

void Z3Walk::see_packet() {
  z3::solver& solver = session_.solver();
  for (const Field field : kSeen) {
    client_[at(field)] = session_.free_number(packets_.bits(field));
    solver.add(session_.in_set(client(field), seen_domain(walk_, field)));
  }
  const auto is = [&](Field field, uint64_t value) { return session_.in_set(client(field), IntervalSet::of(value)); };
  solver.add(is(Field::protocol, model::proto_tcp) || is(Field::tcp_flags, 0));
  solver.add(is(Field::ct_dir, 0) || is(Field::state, model::state_established) || is(Field::state, model::state_related));
  solver.add(is(Field::ct_dir, 1) || is(Field::ct_status, 0));
  solver.add(!is(Field::state, model::state_new) || is(Field::connmark, 0));
  choices_.came = packets_.add(client_);
}

void Z3Walk::encode_same(const WalkLeg& leg) {
  Progress progress{{session_.yes(), choices_.came}, {}, {}};
  for (const WalkHop& hop : leg.hops) progress = pass_hop(leg, hop, std::move(progress));
  const z3::expr wild = session_.named(session_.any_of(progress.wild));
  const z3::expr passes =
      session_.any_of({session_.both(progress.here.when, session_.negation(wild)), session_.both(wild, session_.free_bool())});
  legs_.push_back({session_.named(passes), client(Field::state), client(Field::tcp_flags)});
  ends_.push_back({progress.here.version, progress.here.when, wild});
}

// Where both pass, and neither met an unknown rewriting.
z3::expr Z3Walk::leave_differently() {
  std::vector<z3::expr> parts;
  for (const Field field : {Field::src, Field::dst, Field::src_port, Field::dst_port}) {
    const z3::expr& before = packets_.field(ends_[0].version, field);
    const z3::expr& after = packets_.field(ends_[1].version, field);
    if (!same(before, after)) parts.push_back(session_.named((before != after).simplify()));
  }
  return session_.any_of(parts);
}

const Z3Walk::Differs& Z3Walk::differs() {
  if (differs_) return *differs_;
  const z3::expr& before = legs_[0].passes;
  const z3::expr& after = legs_[1].passes;
  const z3::expr wild = session_.named(session_.any_of({ends_[0].wild, ends_[1].wild}));
  const z3::expr moved = session_.any_of({session_.both(session_.negation(wild), leave_differently()), session_.both(wild, session_.free_bool())});
  differs_ = Differs{session_.named(session_.both(after, session_.negation(before))), session_.named(session_.both(before, session_.negation(after))),
                     session_.named(session_.all_of({before, after, moved}))};
  return *differs_;
}

z3::expr Z3Walk::inside(const std::vector<Region>& regions) {
  std::vector<z3::expr> parts;
  for (const Region& region : regions) {
    std::vector<z3::expr> all;
    for (const auto& [field, set] : region.sets) all.push_back(session_.in_set(client(field), set));
    parts.push_back(session_.all_of(all));
  }
  return session_.any_of(parts);
}

}  // namespace fwproof::solver
