#include "solver/slice_place.h"

#include <algorithm>
#include <utility>

namespace fwproof::solver::second_look {

using namespace model;
using namespace slicing;

namespace {

// Some value of `possible` meets the term; a deliberately different formulation: value ranges are compared one by one, by their ends.
bool some_value_meets(const IntervalSet& set, bool negated, const IntervalSet& possible) {
  const Intervals all = set.intervals();
  for (const Interval& p : possible.intervals()) {
    const auto from = std::lower_bound(all.begin(), all.end(), p.lo, [](const Interval& s, u128 value) { return s.hi < value; });
    const bool meets = from != all.end() && from->lo <= p.hi;
    const bool holds_all = meets && from->lo <= p.lo && p.hi <= from->hi;   // intervals of a set do not touch
    if (negated ? !holds_all : meets) return true;
  }
  return false;
}

// As look_at_values(), for what the hop settles: interfaces that are not given are any but `lo`, above and below it.
template <class Look>
bool look_at_given(const std::optional<IntervalSet>& given, const NameDomain* never_lo, const Look& look) {
  if (given) {
    look(*given);
    return true;
  }
  if (never_lo == nullptr) return false;
  const uint32_t lo = never_lo->atom_of("lo");
  if (!never_lo->is_exact(lo)) {
    look(never_lo->all());
    return true;
  }
  if (lo > 0) look(IntervalSet::range(0, lo - 1));
  if (lo + 1 < never_lo->size()) look(IntervalSet::range(lo + 1, never_lo->size() - 1));
  return true;
}

template <class Look>
bool look_at_surroundings(Field field, const WalkHop& hop, const Look& look) {
  const NameDomain& interfaces = hop.policy->interfaces;
  if (field == Field::in) return look_at_given(hop.in, &interfaces, look);
  if (field == Field::out) return look_at_given(hop.out, hop.hook == Hook::input ? nullptr : &interfaces, look);
  if (field == Field::profile) return look_at_given(hop.profile, nullptr, look);
  if (field == Field::program) return look_at_given(hop.program, nullptr, look);
  if (field == Field::service) return look_at_given(hop.service, nullptr, look);
  return look_at_given(hop.rpc_port, nullptr, look);
}

// Calls look(values) for sets that together hold what a field may be there. false: it may be anything.
template <class Look>
bool look_at_values(Field field, const Visit& place, const Look& look) {
  const auto& [walk, leg, hop, kind, rewritten] = place;
  if (rewritten.anything[static_cast<size_t>(field)]) return false;
  look(rewritten.values[static_cast<size_t>(field)]);
  const bool as_first = kind == Stage::Kind::nat && may_be_established(state_at(leg, hop), rewritten);
  bool bounded = true;
  for (const PacketBox& box : walk.in_question) {
    switch (field) {
      case Field::src: look(leg.reply ? box.dst : box.src); break;
      case Field::dst: look(leg.reply ? box.src : box.dst); break;
      case Field::src_port: look(leg.reply ? box.dst_port : box.src_port); break;
      case Field::dst_port: look(leg.reply ? box.src_port : box.dst_port); break;
      case Field::protocol: look(box.protocol); break;
      case Field::icmp_code: look(box.icmp_code); break;
      case Field::icmp_type:
        if (leg.reply) bounded = false;
        look(box.icmp_type);
        break;
      case Field::state:
        look(state_at(leg, hop));
        if (as_first) look(IntervalSet::of(state_new));
        break;
      case Field::tcp_flags:
        look(leg.tcp_flags);
        if (as_first) look(IntervalSet::of(tcp_syn));
        break;
      case Field::fragment: look(IntervalSet::of(0)); break;
      case Field::in:
      case Field::out:
      case Field::profile:
      case Field::program:
      case Field::service:
      case Field::rpc_port: bounded = !walk.same_packet && look_at_surroundings(field, hop, look); break;
      case Field::ct_dir:
      case Field::ct_status:
      case Field::mac:
      case Field::mark:
      case Field::connmark: bounded = false; break;
    }
  }
  return bounded;
}

}  // namespace

const IntervalSet* Place::values(Field field) const {
  std::optional<Seen>& seen = seen_[static_cast<size_t>(field)];
  if (!seen) {
    std::vector<Interval> all;
    const bool bounded = look_at_values(field, visit_, [&](const IntervalSet& values) {
      for (const Interval& part : values.intervals()) all.push_back(part);
    });
    seen = Seen{bounded, IntervalSet::from(std::move(all))};
  }
  return seen->bounded ? &seen->values : nullptr;
}

bool rightly_dropped(const Rule& rule, const Place& place) {
  if (!rule.enabled) return true;
  for (const Term& term : rule.terms) {
    const auto* in = std::get_if<In>(&term.what);
    const auto* addresses = std::get_if<InAddresses>(&term.what);
    if (!in && !addresses) continue;
    const IntervalSet* values = place.values(in ? in->field : addresses->field);
    if (values && !some_value_meets(in ? in->set : addresses->set.in(place.family()), term.negated, *values)) return true;
  }
  return false;
}

bool matches_all(const Rule& rule, const Place& place) {
  for (const Term& term : rule.terms) {
    const auto* in = std::get_if<In>(&term.what);
    const auto* addresses = std::get_if<InAddresses>(&term.what);
    if (!in && !addresses) return false;
    const IntervalSet* values = place.values(in ? in->field : addresses->field);
    if (!values || some_value_meets(in ? in->set : addresses->set.in(place.family()), !term.negated, *values)) return false;
  }
  return rule.enabled;
}

}  // namespace fwproof::solver::second_look
