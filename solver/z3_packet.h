// The packet on its way, for Z3: a version per rewriting. Versions of different ways that meet again are merged by one implication per
// way, so that the formula stays flat.
#pragma once

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "model/policy.h"
#include "solver/formulas.h"

namespace fwproof::solver {

using VersionId = uint32_t;

// A way on which a packet came here, and as which version.
struct Arrival {
  Formula when;
  VersionId version;
};

// All packets of a walk. Field values are bit vectors as wide as model::field_bits says.
class Z3Packets {
 public:
  using Fields = std::vector<Formula>;  // by model::Field

  Z3Packets(Formulas& formulas, model::Family family) : formulas_(formulas), family_(family) {}

  model::Family family() const { return family_; }
  unsigned bits(model::Field field) const { return model::field_bits(field, family_); }
  VersionId add(Fields fields);
  Formula field(VersionId version, model::Field field) const { return versions_[version].fields[static_cast<size_t>(field)]; }
  const Fields& fields(VersionId version) const { return versions_[version].fields; }
  // Which of several values is taken: a free number of the set.
  using Choose = std::function<Formula(unsigned bits, const model::IntervalSet& values)>;
  VersionId rewritten(VersionId version, const model::Rewrite& step, const Choose& choose);
  VersionId assigned(VersionId version, const std::vector<std::pair<model::Field, Formula>>& values);
  // Requires: at most one of the ways is taken. Where none is, the fields are anything.
  VersionId merged(const std::vector<Arrival>& ways);
  // The value of a pure unknown condition for this version.
  Formula pure(uint32_t unknown, VersionId version);
  // Whether nothing has rewritten the packet since it was `came`.
  Formula untouched(VersionId came, VersionId version);

 private:
  struct Version {
    Fields fields;
    std::vector<Arrival> parents;  // empty: not merged
  };

  Formula new_value(VersionId version, const model::Rewrite& step, const Choose& choose);
  std::vector<VersionId> missing_ancestors(uint32_t unknown, VersionId version) const;

  Formulas& formulas_;
  model::Family family_;
  std::vector<Version> versions_;
  std::map<std::pair<uint32_t, VersionId>, Formula> pure_;
  std::map<VersionId, Formula> untouched_;
};

}  // namespace fwproof::solver
