// Two legs that look at one packet, for Z3 (walk.h, "The same packet").
#include "solver/z3_walk.h"

namespace fwproof::solver {
namespace {

using model::Field;
using model::IntervalSet;

size_t at(Field field) { return static_cast<size_t>(field); }

}  // namespace

void Z3Walk::see_packet() {
  for (const Field field : kSeen) {
    client_[at(field)] = formulas_.free_number(packets_.bits(field), seen_domain(walk_, field));
  }
  const auto is = [&](Field field, uint64_t value) { return formulas_.in_set(client(field), IntervalSet::of(value)); };
  formulas_.promise(formulas_.any_of({is(Field::protocol, model::proto_tcp), is(Field::tcp_flags, 0)}));
  formulas_.promise(formulas_.any_of({is(Field::ct_dir, 0), is(Field::state, model::state_established), is(Field::state, model::state_related)}));
  formulas_.promise(formulas_.any_of({is(Field::ct_dir, 1), is(Field::ct_status, 0)}));
  formulas_.promise(formulas_.implies(is(Field::state, model::state_new), is(Field::connmark, 0)));
  choices_.came = packets_.add(client_);
}

void Z3Walk::encode_same(const WalkLeg& leg) {
  Progress progress{{formulas_.yes(), choices_.came}, {}, {}};
  for (const WalkHop& hop : leg.hops) progress = pass_hop(leg, hop, std::move(progress));
  const Formula wild = formulas_.named(formulas_.any_of(progress.wild));
  const Formula passes =
      formulas_.any_of({formulas_.both(progress.here.when, formulas_.negation(wild)), formulas_.both(wild, formulas_.free_bool())});
  legs_.push_back({formulas_.named(passes), client(Field::state), client(Field::tcp_flags)});
  ends_.push_back({progress.here.version, progress.here.when, wild});
}

// Where both pass, and neither met an unknown rewriting.
Formula Z3Walk::leave_differently() {
  std::vector<Formula> parts;
  for (const Field field : {Field::src, Field::dst, Field::src_port, Field::dst_port}) {
    const Formula before = packets_.field(ends_[0].version, field);
    const Formula after = packets_.field(ends_[1].version, field);
    parts.push_back(formulas_.named(formulas_.negation(formulas_.equal(before, after))));
  }
  return formulas_.any_of(parts);
}

const Z3Walk::Differs& Z3Walk::differs() {
  if (differs_) return *differs_;
  const Formula before = legs_[0].passes;
  const Formula after = legs_[1].passes;
  const Formula wild = formulas_.named(formulas_.any_of({ends_[0].wild, ends_[1].wild}));
  const Formula moved = formulas_.any_of({formulas_.both(formulas_.negation(wild), leave_differently()), formulas_.both(wild, formulas_.free_bool())});
  differs_ = Differs{formulas_.named(formulas_.both(after, formulas_.negation(before))), formulas_.named(formulas_.both(before, formulas_.negation(after))),
                     formulas_.named(formulas_.all_of({before, after, moved}))};
  return *differs_;
}

Formula Z3Walk::inside(const std::vector<Region>& regions) {
  std::vector<Formula> parts;
  for (const Region& region : regions) {
    std::vector<Formula> all;
    for (const auto& [field, set] : region.sets) all.push_back(formulas_.in_set(client(field), set));
    parts.push_back(formulas_.all_of(all));
  }
  return formulas_.any_of(parts);
}

}  // namespace fwproof::solver
