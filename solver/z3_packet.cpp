#include "solver/z3_packet.h"

#include <set>

namespace fwproof::solver {
namespace {

using model::Field;
using model::IntervalSet;
using model::Rewrite;
using model::u128;

}  // namespace

VersionId Z3Packets::add(Fields fields) {
  versions_.push_back({std::move(fields), {}});
  return static_cast<VersionId>(versions_.size() - 1);
}

VersionId Z3Packets::assigned(VersionId version, const std::vector<std::pair<Field, Formula>>& values) {
  Fields fields = versions_[version].fields;
  for (const auto& [field, value] : values) fields[static_cast<size_t>(field)] = value;
  return add(std::move(fields));
}

VersionId Z3Packets::rewritten(VersionId version, const Rewrite& step, const Choose& choose) {
  return assigned(version, {{step.field, new_value(version, step, choose)}});
}

Formula Z3Packets::new_value(VersionId version, const Rewrite& step, const Choose& choose) {
  const unsigned width = bits(step.field);
  const u128 all = model::max_value(width);
  const Formula old = field(version, step.field);
  const Formula kept = formulas_.bits_and(old, formulas_.number(~step.mask & all, width));
  switch (step.kind) {
    case Rewrite::Kind::assign:
    case Rewrite::Kind::assign_named: {
      const IntervalSet values = step.values.intersected(IntervalSet::all(width));
      // Without a value that fits nothing is known about the result.
      return choose(width, values.empty() ? IntervalSet::all(width) : values);
    }
    case Rewrite::Kind::set_bits: return formulas_.named(formulas_.bits_xor(kept, formulas_.number(step.value & all, width)));
    case Rewrite::Kind::netmap: return formulas_.named(formulas_.bits_or(kept, formulas_.number(step.value & all, width)));
    case Rewrite::Kind::copy_bits: {
      const Formula fitted = formulas_.resized(field(version, step.from), width);
      return formulas_.named(formulas_.bits_or(kept, formulas_.bits_and(fitted, formulas_.number(step.mask & all, width))));
    }
  }
  return formulas_.free_number(width);
}

VersionId Z3Packets::merged(const std::vector<Arrival>& ways) {
  std::map<VersionId, std::vector<Formula>> by_version;
  for (const Arrival& way : ways) by_version[way.version].push_back(way.when);
  if (by_version.size() == 1) return by_version.begin()->first;
  std::vector<Arrival> parents;
  for (const auto& [version, whens] : by_version) parents.push_back({formulas_.named(formulas_.any_of(whens)), version});
  Fields fields = versions_[parents[0].version].fields;
  for (size_t i = 0; i < fields.size(); ++i) {
    bool differs = false;
    for (const Arrival& parent : parents) differs = differs || fields[i] != versions_[parent.version].fields[i];
    if (!differs) continue;
    const Formula value = formulas_.free_number(formulas_.bits(fields[i]));
    for (const Arrival& parent : parents)
      formulas_.promise(formulas_.implies(parent.when, formulas_.equal(value, versions_[parent.version].fields[i])));
    fields[i] = value;
  }
  versions_.push_back({std::move(fields), std::move(parents)});
  return static_cast<VersionId>(versions_.size() - 1);
}

// Ascending, so parents come before what was merged from them. Not recursive: a chain of thousands of rewriting rules is a line of
// thousands of ancestors.
std::vector<VersionId> Z3Packets::missing_ancestors(uint32_t unknown, VersionId version) const {
  std::set<VersionId> missing;
  std::vector<VersionId> todo = {version};
  while (!todo.empty()) {
    const VersionId next = todo.back();
    todo.pop_back();
    if (pure_.count({unknown, next}) != 0 || !missing.insert(next).second) continue;
    for (const Arrival& parent : versions_[next].parents) todo.push_back(parent.version);
  }
  return {missing.begin(), missing.end()};
}

// Versions are numbered after their parents.
Formula Z3Packets::untouched(VersionId came, VersionId version) {
  for (VersionId id = came; id <= version; ++id) {
    if (untouched_.count(id) != 0) continue;
    Formula value = id == came ? formulas_.yes() : formulas_.no();
    std::vector<Formula> ways;
    for (const Arrival& parent : versions_[id].parents)
      if (parent.version >= came) ways.push_back(formulas_.both(parent.when, untouched_.at(parent.version)));
    if (!ways.empty()) value = formulas_.named(formulas_.any_of(ways));
    untouched_.emplace(id, value);
  }
  return untouched_.at(version);
}

Formula Z3Packets::pure(uint32_t unknown, VersionId version) {
  for (const VersionId id : missing_ancestors(unknown, version)) {
    const Formula value = formulas_.free_bool();
    for (const Arrival& parent : versions_[id].parents)
      formulas_.promise(formulas_.implies(parent.when, formulas_.equal(value, pure_.at({unknown, parent.version}))));
    pure_.emplace(std::pair{unknown, id}, value);
  }
  return pure_.at({unknown, version});
}

}  // namespace fwproof::solver
