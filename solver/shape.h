// What a packet looks like on its way, in terms of the client's packet: each field is a variable of the question or a constant.
// Shapes are numbered; equal shapes have equal numbers.
#pragma once

#include <array>
#include <map>
#include <vector>

#include "model/packet.h"
#include "solver/diagram.h"

namespace fwproof::solver {

struct Value {
  bool is_constant = true;
  model::u128 constant = 0;
  VarId var = 0;
  static Value of(model::u128 constant) { return {true, constant, 0}; }
  static Value of_var(VarId var) { return {false, 0, var}; }
  friend auto operator<=>(const Value&, const Value&) = default;
};

using ShapeId = uint32_t;

struct Shape {
  std::array<Value, model::kFields> fields;
  const Value& get(model::Field field) const { return fields[static_cast<size_t>(field)]; }
  void set(model::Field field, Value value) { fields[static_cast<size_t>(field)] = value; }
  friend auto operator<=>(const Shape&, const Shape&) = default;
};

class Shapes {
 public:
  ShapeId id(const Shape& shape) {
    const auto [found, added] = ids_.try_emplace(shape, static_cast<ShapeId>(all_.size()));
    if (added) all_.push_back(&found->first);
    return found->second;
  }
  const Shape& operator[](ShapeId id) const { return *all_[id]; }

 private:
  std::map<Shape, ShapeId> ids_;
  std::vector<const Shape*> all_;
};

}  // namespace fwproof::solver
