// Two legs that look at one packet: where they differ (walk.h, "The same packet").
#include <algorithm>
#include <utility>

#include "solver/dependences.h"
#include "solver/flow_run.h"

namespace fwproof::solver {

using namespace model;

VarId Flow::Run::seen_variable(Field field) const {
  return static_cast<VarId>(kClientFields.size() + static_cast<size_t>(std::find(kSeen.begin(), kSeen.end(), field) - kSeen.begin()));
}

void Flow::Run::add_seen_variables() {
  for (const Field field : kSeen) diagrams.add_variable(max_value(field_bits(field, walk_.family)));
  first_unknown_ = static_cast<VarId>(diagrams.variables());
  const auto is = [&](Field field, const IntervalSet& set) {
    const auto client = std::find(kClientFields.begin(), kClientFields.end(), field);
    return diagrams.in(client != kClientFields.end() ? client_variable(field) : seen_variable(field), set);
  };
  const IntervalSet zero = IntervalSet::of(0);
  const auto where = [&](Ref premise, Ref then) { possible_ = diagrams.both(possible_, diagrams.either(diagrams.minus(Diagrams::kTrue, premise), then)); };
  for (const Field field : kSeen) where(Diagrams::kTrue, is(field, seen_domain(walk_, field)));
  where(diagrams.minus(Diagrams::kTrue, is(Field::protocol, IntervalSet::of(proto_tcp))), is(Field::tcp_flags, zero));
  where(is(Field::ct_dir, IntervalSet::of(1)), is(Field::state, IntervalSet::range(state_established, state_related)));
  where(is(Field::ct_dir, zero), is(Field::ct_status, zero));
  where(is(Field::state, IntervalSet::of(state_new)), is(Field::connmark, zero));
}

Flow::Run::Traveller Flow::Run::same_packet() const {
  Traveller traveller;
  traveller.now.region = question;
  traveller.now.version = kAsItCame;
  return traveller;
}

// Under which packets and unknowns two classes leave with another address or port.
Ref Flow::Run::leave_differently(const Class& a, const Class& b) {
  const Ref common = diagrams.both(diagrams.both(a.region, b.region), domain_);
  Ref alike = common;
  for (const Field field : {Field::src, Field::dst, Field::src_port, Field::dst_port}) {
    if (alike == Diagrams::kFalse) break;
    const Value x = shapes_[a.shape].get(field);
    const Value y = shapes_[b.shape].get(field);
    if (const std::optional<Ref> same = coincide(alike, x, y)) {
      alike = *same;
      continue;
    }
    const VarId free = unknown_variable(1, {"field", "which " + std::string(field_text(field)) + " the packet is given", {}});
    alike = diagrams.both(alike, diagrams.in(free, IntervalSet::of(1)));
  }
  return diagrams.minus(common, alike);
}

Ref Flow::Run::translated_differently() {
  Ref differently = Diagrams::kFalse;
  for (const Class& a : ends_[0])
    for (const Class& b : ends_[1]) differently = diagrams.either(differently, leave_differently(a, b));
  const Ref fate = diagrams.either(fates_[0], fates_[1]);
  if (fate == Diagrams::kFalse) return differently;
  const VarId free = unknown_variable(1, {"unknown action", "what an unknown action makes of the packet", {}});
  return diagrams.either(differently, diagrams.both(fate, diagrams.in(free, IntervalSet::of(1))));
}

// Packets in question for which every assignment is inside.
Ref Flow::Run::surely(Ref region) {
  return diagrams.minus(question, diagrams.exists_from(diagrams.minus(diagrams.both(question, domain_), region), first_unknown_));
}

Differences Flow::Run::differences() {
  const Ref before = passing_[0], after = passing_[1];
  const Ref gained = diagrams.minus(after, before), lost = diagrams.minus(before, after);
  const Ref moved = diagrams.both(translated_differently(), diagrams.both(before, after));
  differing_ = diagrams.both(diagrams.either(diagrams.either(gained, lost), moved), domain_);
  Differences found{surely(gained), surely(lost), surely(moved), surely(differing_), Diagrams::kFalse};
  const Ref kinds = diagrams.either(diagrams.either(found.allowed, found.blocked), found.translated);
  found.perhaps = diagrams.minus(diagrams.both(question, some_assignment(differing_)), found.unlike);
  found.unlike = diagrams.minus(found.unlike, kinds);
  return found;
}

// Combinations that no packet has are given to the region where that makes its boxes larger.
std::vector<Region> Flow::Run::regions(Ref region, size_t limit, bool& complete) {
  std::vector<Region> result;
  const Ref clients = diagrams.exists_from(region, static_cast<VarId>(kClientFields.size()));
  const Ref wide = diagrams.both(diagrams.minus(Diagrams::kTrue, diagrams.minus(possible_, region)), clients);
  // Most products are real; those that are not take no place in the list, but are not looked at without end either.
  const size_t most = limit > SIZE_MAX / 16 ? SIZE_MAX : 16 * limit + 1'000;
  std::vector<std::vector<IntervalSet>> products;
  complete = diagrams.products(wide, [&](const std::vector<IntervalSet>& sets) {
    if (products.size() == most) return false;
    products.emplace_back(sets.begin(), sets.begin() + static_cast<long>(kClientFields.size() + kSeen.size()));
    return true;
  });
  for (const std::vector<IntervalSet>& sets : products) {
    if (diagrams.both(product(sets), region) == Diagrams::kFalse) continue;
    if (result.size() == limit) {
      complete = false;
      break;
    }
    result.push_back(shortest(sets, region));
  }
  return result;
}

// Says nothing of fields that do not matter to packets that there are.
Region Flow::Run::shortest(std::vector<IntervalSet> sets, Ref region) {
  for (size_t i = sets.size(); i-- > kClientFields.size();) {
    if (sets[i].empty()) continue;
    const IntervalSet said = std::exchange(sets[i], {});
    if (diagrams.minus(diagrams.both(product(sets), possible_), region) == Diagrams::kFalse) continue;
    sets[i] = said.intersected(seen_domain(walk_, kSeen[i - kClientFields.size()]));
  }
  Region box{walk_.family, {}};
  for (size_t i = 0; i < sets.size(); ++i)
    if (!sets[i].empty()) box.sets[i < kClientFields.size() ? kClientFields[i] : kSeen[i - kClientFields.size()]] = sets[i];
  return box;
}

// From the last variable up: each step only puts a node on top.
Ref Flow::Run::product(const std::vector<IntervalSet>& sets) {
  Ref inside = Diagrams::kTrue;
  for (size_t i = sets.size(); i-- > 0;)
    if (!sets[i].empty()) inside = diagrams.both(diagrams.in(static_cast<VarId>(i), sets[i]), inside);
  return inside;
}

std::vector<Dependence> Flow::Run::dependences(const std::vector<bool>& support) const {
  std::vector<Dependence> named, result;
  for (VarId var = first_unknown_; var < support.size(); ++var)
    if (support[var]) named.push_back(unknown_texts_[var - first_unknown_]);
  add_new(result, named);
  return result;
}

std::vector<Dependence> Flow::Run::differences_depend_on(Ref region) { return dependences(diagrams.support(diagrams.both(differing_, region))); }

}  // namespace fwproof::solver
