// What a new revision of a specification changes: rows that came, went or changed, and what else the document asks.
//
//   SpecificationDiff diff = diff_specifications(find_builtin("mailstore-spe-single")[0], derived);
//   diff.rows[0].before == nullptr;     // it came
//
// Rows belong together by id; else by content (roles, protocol, ports), else by roles, protocol and description, where that is unambiguous.
// Lines, digests, titles of roles and left-over numbers are the document's own and no change of what it asks.
#pragma once

#include <string>
#include <vector>

#include "specs/specification.h"

namespace fwproof::specs {

// "ports": "8450" → "8451"
struct FieldChange {
  std::string field;
  std::string before;   // empty: was not said
  std::string after;    // empty: is not said any more
  friend bool operator==(const FieldChange&, const FieldChange&) = default;
};

// Of two rows, constraints or specifications; they must outlive this.
template <class Thing>
struct Pair {
  const Thing* before = nullptr;   // nullptr: it came
  const Thing* after = nullptr;    // nullptr: it went
  std::vector<FieldChange> changes;
};

struct SpecificationDiff {
  const Specification* before = nullptr;
  const Specification* after = nullptr;
  std::vector<FieldChange> changes;             // "unlisted tcp", "roles"
  std::vector<Pair<Row>> rows;                  // those that differ: in the order of the new one, then those that went
  std::vector<Pair<Constraint>> constraints;
  size_t same_rows = 0;
  bool differs() const { return before == nullptr || after == nullptr || !changes.empty() || !rows.empty() || !constraints.empty(); }
};

SpecificationDiff diff_specifications(const Specification& before, const Specification& after);
// Of whole files: specifications belong together by id; one against one whatever they are called.
std::vector<SpecificationDiff> diff_specifications(const std::vector<Specification>& before, const std::vector<Specification>& after);

}  // namespace fwproof::specs
