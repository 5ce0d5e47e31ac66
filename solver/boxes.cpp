#include "solver/boxes.h"

#include <algorithm>
#include <utility>

#include "solver/diagram.h"

namespace fwproof::solver {

using namespace model;

IntervalSet& set_of(PacketBox& box, Field field) {
  return const_cast<IntervalSet&>(set_of(std::as_const(box), field));  // the box is not const
}

PacketBox everything(Family family) {
  PacketBox box;
  for (const Field field : kClientFields) set_of(box, field) = IntervalSet::all(field_bits(field, family));
  return box;
}

PacketBox intersection(const PacketBox& a, const PacketBox& b) {
  PacketBox both;
  for (const Field field : kClientFields) set_of(both, field) = set_of(a, field).intersected(set_of(b, field));
  return both;
}

bool is_empty(const PacketBox& box) {
  return std::any_of(kClientFields.begin(), kClientFields.end(), [&](Field field) { return set_of(box, field).empty(); });
}

std::vector<PacketBox> inside(const std::vector<PacketBox>& boxes, const PacketBox& frame) {
  std::vector<PacketBox> parts;
  for (const PacketBox& box : boxes)
    if (PacketBox part = intersection(box, frame); !is_empty(part)) parts.push_back(std::move(part));
  return parts;
}

namespace {

Ref region(Diagrams& diagrams, const std::vector<PacketBox>& boxes) {
  Ref all = Diagrams::kFalse;
  for (const PacketBox& box : boxes) {
    Ref one = Diagrams::kTrue;
    for (size_t i = kClientFields.size(); i-- > 0;) one = diagrams.both(diagrams.in(static_cast<VarId>(i), set_of(box, kClientFields[i])), one);
    all = diagrams.either(all, one);
  }
  return all;
}

}  // namespace

std::optional<std::vector<PacketBox>> difference(Family family, const std::vector<PacketBox>& boxes, const std::vector<PacketBox>& others, size_t most,
                                                 const Limits& limits) try {
  Diagrams diagrams(limits.diagram_nodes, limits.diagram_steps, limits.many_edges);
  for (const Field field : kClientFields) diagrams.add_variable(max_value(field_bits(field, family)));
  const Ref left = diagrams.minus(region(diagrams, boxes), region(diagrams, others));
  std::vector<PacketBox> found;
  const bool complete = diagrams.products(left, [&](const std::vector<IntervalSet>& sets) {
    if (found.size() == most) return false;
    PacketBox box = everything(family);
    for (size_t i = 0; i < kClientFields.size(); ++i)
      if (!sets[i].empty()) set_of(box, kClientFields[i]) = sets[i];
    found.push_back(std::move(box));
    return true;
  });
  if (!complete) return std::nullopt;
  return found;
} catch (const LimitReached&) {
  return std::nullopt;
}

}  // namespace fwproof::solver
