// The packet on its way, in Z3: a version per rewriting. Versions of different ways that meet again are merged by one implication per
// way, so that the formula stays flat.
#pragma once

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "model/policy.h"
#include "solver/z3_session.h"

namespace fwproof::solver {

using VersionId = uint32_t;

// A way on which a packet came here, and as which version.
struct Arrival {
  z3::expr when;
  VersionId version;
};

// All packets of a walk. Field values are bit vectors as wide as model::field_bits says.
class Z3Packets {
 public:
  using Fields = std::vector<z3::expr>;  // by model::Field

  Z3Packets(Z3Session& session, model::Family family) : session_(session), family_(family) {}

  model::Family family() const { return family_; }
  unsigned bits(model::Field field) const { return model::field_bits(field, family_); }
  VersionId add(Fields fields);
  const z3::expr& field(VersionId version, model::Field field) const { return versions_[version].fields[static_cast<size_t>(field)]; }
  const Fields& fields(VersionId version) const { return versions_[version].fields; }
  // Which of several values is taken: a free number of the set.
  using Choose = std::function<z3::expr(unsigned bits, const model::IntervalSet& values)>;
  VersionId rewritten(VersionId version, const model::Rewrite& step, const Choose& choose);
  VersionId assigned(VersionId version, const std::vector<std::pair<model::Field, z3::expr>>& values);
  // Requires: at most one of the ways is taken. Where none is, the fields are anything.
  VersionId merged(const std::vector<Arrival>& ways);
  // The value of a pure unknown condition for this version.
  z3::expr pure(uint32_t unknown, VersionId version);
  // Whether nothing has rewritten the packet since it was `came`.
  z3::expr untouched(VersionId came, VersionId version);

 private:
  struct Version {
    Fields fields;
    std::vector<Arrival> parents;  // empty: not merged
  };

  z3::expr new_value(VersionId version, const model::Rewrite& step, const Choose& choose);
  std::vector<VersionId> missing_ancestors(uint32_t unknown, VersionId version) const;

  Z3Session& session_;
  model::Family family_;
  std::vector<Version> versions_;
  std::map<std::pair<uint32_t, VersionId>, z3::expr> pure_;
  std::map<VersionId, z3::expr> untouched_;
};

}  // namespace fwproof::solver
