// What a document demands beyond rows: each constraint is one question of its own.
#include <algorithm>

#include "solver/check_run.h"

namespace fwproof::solver {

using namespace model;

std::vector<std::string> Checking::protected_zones(const Constraint& constraint) const {
  std::vector<std::string> names = constraint.to;
  const auto add = [&](const std::string& name) {
    const Zone& role = zone(name);
    if (!role.any && !role.is_name && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  if (!names.empty()) return names;
  for (const Requirement* row : rows_of(constraint)) std::for_each(row->to.begin(), row->to.end(), add);
  return names;
}

std::vector<const Requirement*> Checking::rows_of(const Constraint& constraint) const {
  std::vector<const Requirement*> rows;
  for (const Requirement& row : requirements_.rows)
    if (row.spec == constraint.spec) rows.push_back(&row);
  return rows;
}

const Declaration* Checking::declared(const Constraint& constraint) const {
  for (const Declaration& declaration : requirements_.declarations)
    if (declaration.constraint == constraint.id) return &declaration;
  return nullptr;
}

void Checking::ask_constraint(const Constraint& constraint) {
  Result result;
  result.id = constraint.id;
  result.kind = Kind::constraint;
  result.spec = constraint.spec;
  result.from = constraint.from;
  result.to = protected_zones(constraint);
  result.citation = constraint.citation;
  switch (constraint.kind) {
    case Constraint::Kind::port_forward: ask_port_forward(constraint, result); break;
    case Constraint::Kind::nat_loopback: ask_nat_loopback(constraint, result); break;
    case Constraint::Kind::static_address: ask_static_address(constraint, result); break;
    case Constraint::Kind::not_intercepted: ask_not_intercepted(constraint, result); break;
  }
}

}  // namespace fwproof::solver
