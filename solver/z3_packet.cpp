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

VersionId Z3Packets::assigned(VersionId version, const std::vector<std::pair<Field, z3::expr>>& values) {
  Fields fields = versions_[version].fields;
  for (const auto& [field, value] : values) fields[static_cast<size_t>(field)] = value;
  return add(std::move(fields));
}

VersionId Z3Packets::rewritten(VersionId version, const Rewrite& step, const Choose& choose) {
  return assigned(version, {{step.field, new_value(version, step, choose)}});
}

z3::expr Z3Packets::new_value(VersionId version, const Rewrite& step, const Choose& choose) {
  const unsigned width = bits(step.field);
  const u128 all = model::max_value(width);
  const z3::expr& old = field(version, step.field);
  const z3::expr kept = old & session_.number(~step.mask & all, width);
  switch (step.kind) {
    case Rewrite::Kind::assign:
    case Rewrite::Kind::assign_named: {
      const IntervalSet values = step.values.intersected(IntervalSet::all(width));
      // Without a value that fits nothing is known about the result.
      return choose(width, values.empty() ? IntervalSet::all(width) : values);
    }
    case Rewrite::Kind::set_bits: return session_.named_number(kept ^ session_.number(step.value & all, width));
    case Rewrite::Kind::netmap: return session_.named_number(kept | session_.number(step.value & all, width));
    case Rewrite::Kind::copy_bits: {
      const z3::expr& from = field(version, step.from);
      const unsigned from_width = bits(step.from);
      const z3::expr fitted = from_width < width   ? z3::zext(from, width - from_width)
                              : from_width > width ? from.extract(width - 1, 0)
                                                   : from;
      return session_.named_number(kept | (fitted & session_.number(step.mask & all, width)));
    }
  }
  return session_.free_number(width);
}

VersionId Z3Packets::merged(const std::vector<Arrival>& ways) {
  std::map<VersionId, std::vector<z3::expr>> by_version;
  for (const Arrival& way : ways) by_version[way.version].push_back(way.when);
  if (by_version.size() == 1) return by_version.begin()->first;
  std::vector<Arrival> parents;
  for (const auto& [version, whens] : by_version) parents.push_back({session_.named(session_.any_of(whens)), version});
  Fields fields = versions_[parents[0].version].fields;
  for (size_t i = 0; i < fields.size(); ++i) {
    bool differs = false;
    for (const Arrival& parent : parents) differs = differs || !same(fields[i], versions_[parent.version].fields[i]);
    if (!differs) continue;
    const z3::expr value = session_.free_number(fields[i].get_sort().bv_size());
    for (const Arrival& parent : parents)
      session_.solver().add(z3::implies(parent.when, value == versions_[parent.version].fields[i]));
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
z3::expr Z3Packets::untouched(VersionId came, VersionId version) {
  for (VersionId id = came; id <= version; ++id) {
    if (untouched_.count(id) != 0) continue;
    z3::expr value = id == came ? session_.yes() : session_.no();
    std::vector<z3::expr> ways;
    for (const Arrival& parent : versions_[id].parents)
      if (parent.version >= came) ways.push_back(session_.both(parent.when, untouched_.at(parent.version)));
    if (!ways.empty()) value = session_.named(session_.any_of(ways));
    untouched_.emplace(id, value);
  }
  return untouched_.at(version);
}

z3::expr Z3Packets::pure(uint32_t unknown, VersionId version) {
  for (const VersionId id : missing_ancestors(unknown, version)) {
    const z3::expr value = session_.free_bool();
    for (const Arrival& parent : versions_[id].parents)
      session_.solver().add(z3::implies(parent.when, value == pure_.at({unknown, parent.version})));
    pure_.emplace(std::pair{unknown, id}, value);
  }
  return pure_.at({unknown, version});
}

}  // namespace fwproof::solver
