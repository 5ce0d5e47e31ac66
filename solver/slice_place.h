// The second look's own idea of a place where packets are looked at, and of which rules they match there. Internal to slice_check.cpp.
#pragma once

#include <optional>
#include <vector>

#include "solver/slice_parts.h"

namespace fwproof::solver::second_look {

// Where a packet is looked at: a leg, a hop, and stages of one kind.
struct Visit {
  const Walk& walk;
  const WalkLeg& leg;
  const WalkHop& hop;
  model::Stage::Kind kind;
  const slicing::Rewritten& rewritten;
};

// What the fields of a packet may be at a place: the values of all packets in question, put in order once.
class Place {
 public:
  explicit Place(const Visit& visit) : visit_(visit), seen_(model::kFields) {}

  model::Family family() const { return visit_.walk.family; }
  model::Stage::Kind kind() const { return visit_.kind; }
  // nullptr: anything.
  const model::IntervalSet* values(model::Field field) const;

 private:
  struct Seen {
    bool bounded;
    model::IntervalSet values;
  };
  Visit visit_;
  mutable std::vector<std::optional<Seen>> seen_;   // by field; nothing: nobody asked yet
};

// No packet in question that comes to the rule matches it.
bool rightly_dropped(const model::Rule& rule, const Place& place);
// Every packet in question that comes to the rule matches it.
bool matches_all(const model::Rule& rule, const Place& place);

}  // namespace fwproof::solver::second_look
