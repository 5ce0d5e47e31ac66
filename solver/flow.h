// The fast half of the solver: pushes all packets of a walk through its devices at once, as sets, and returns for each leg exactly
// which pass whatever the unknown conditions do, which do not pass whatever they do, and which depend.
//
//   Flow flow(walk, slice(walk), limits);
//   flow.leg(0).passes …
//
// Throws LimitReached.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "model/evaluate.h"
#include "solver/diagram.h"
#include "solver/limits.h"
#include "solver/result.h"
#include "solver/slice.h"
#include "solver/walk.h"

namespace fwproof::solver {

// Disjoint sets of client packets that make up the question.
struct LegRegions {
  Ref passes = Diagrams::kFalse;
  Ref blocked = Diagrams::kFalse;
  Ref depends = Diagrams::kFalse;
};

// Who decided a part of the question at a hop, in the first-match sense.
struct Decision {
  size_t hop = 0;
  model::RuleRef rule;
  model::Verdict verdict = model::Verdict::drop;
  bool sent_on = false;   // no rule: the routing decision sent the packet on to another host
  Ref region = Diagrams::kFalse;  // client packets (and values of unknowns) that it decides
};

// What one accepting rule opens: packets that pass whatever happens and would not without it or a later rule, and packets that perhaps pass by it.
struct Opened {
  Decision by;
  Ref surely = Diagrams::kFalse;
  Ref perhaps = Diagrams::kFalse;
};

// Where two legs that look at the same packet (Walk::same_packet) differ: disjoint sets of packets, over kClientFields and kSeen.
struct Differences {
  // Whatever the unknown conditions do:
  Ref allowed = Diagrams::kFalse;     // leg 1 passes, leg 0 does not
  Ref blocked = Diagrams::kFalse;     // the other way round
  Ref translated = Diagrams::kFalse;  // both pass and leave differently
  Ref unlike = Diagrams::kFalse;      // one of these, but which one depends
  Ref perhaps = Diagrams::kFalse;     // differ under some assignment, not under every one
};

class Flow {
 public:
  Flow(const Walk& walk, const Slice& slice, const Limits& limits);
  ~Flow();

  Diagrams& diagrams();
  Ref question() const;
  // Drops what unknown conditions say from a region: the client packets for which some assignment is inside.
  Ref some_assignment(Ref region);
  Ref region_of(const PacketBox& box);
  const LegRegions& leg(size_t index) const;

  // Disjoint boxes that make up a set of client packets; at most `limit` (complete = false when there are more).
  std::vector<PacketBox> boxes(Ref region, size_t limit, bool& complete) const;
  // The rules and chain ends that decide some packet of the region on that leg, under some assignment of the unknown conditions.
  // Accepting ones only where nothing later could block. In the order in which they were met.
  // only_assumed: those whose rule or chain end rests on an assumption (much cheaper when there are none).
  // most: of those that accept, and of those that block; *all becomes false where there are more.
  std::vector<Decision> deciders(size_t leg, Ref region, bool only_assumed = false, size_t most = SIZE_MAX, bool* all = nullptr);
  // The same by rule, in the order of the rules. Where several rules may accept a packet that passes anyway, the last one is named: it
  // accepts what the unknown conditions of the others leave.
  std::vector<Opened> opened(size_t leg);
  // What the fate of the region hangs on.
  std::vector<model::Dependence> depends_on(size_t leg, Ref region);
  // Packets of leg 0 that may pass with another value in the field than the client gave it.
  Ref moved(model::Field field);
  // What a field of leg 0's packets can be behind the last hop.
  model::IntervalSet arriving(model::Field field);
  // Packets that the routing decision of some hop may send on to another host.
  Ref sent_on(size_t leg);
  // Packets of leg 0 that take another way under every assignment, and those in question that stay under some.
  Ref elsewhere();
  Ref stays();
  // Requires: same_packet.
  Differences differences();
  // As boxes(), with a set for each field that is not free; kSeen included.
  std::vector<Region> regions(Ref region, size_t limit, bool& complete);
  // What it hangs on whether packets of the region differ.
  std::vector<model::Dependence> differences_depend_on(Ref region);
  // Packets whose answer may come back on that leg, but not from where they were sent (walk.h, must_return).
  Ref foreign(size_t leg);

 private:
  class Run;
  std::unique_ptr<Run> run_;
};

// Regions as boxes, for comparisons.
struct FlowRegions {
  struct Leg {
    std::vector<PacketBox> passes;
    std::vector<PacketBox> blocked;
    std::vector<PacketBox> depends;
  };
  std::vector<Leg> legs;
};
FlowRegions compute(const Walk& walk, const Slice& slice, const Limits& limits);

}  // namespace fwproof::solver
