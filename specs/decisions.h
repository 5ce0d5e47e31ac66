// What people decided about rows whose document leaves a point open.
//
//   record_decision(row, "asked the vendor, ticket 4711");
//   CarriedOver carried = carry_decisions(earlier, derived);     // a new revision keeps what was decided about unchanged rows
#pragma once

#include <string>
#include <vector>

#include "specs/specification.h"

namespace fwproof::specs {

// A reading that nobody has decided.
bool is_open(const Row& row);
size_t open_rows(const std::vector<Specification>& specifications);

// Decides every open reading of the row.
void record_decision(Row& row, const std::string& reason);

struct CarriedOver {
  size_t rows = 0;        // whose open readings are all decided now
  size_t still_open = 0;  // rows
};
// A row of `derived` takes over a decision where a row of `earlier` has the same id, roles, protocol, ports, service and kind, and an equal
// reading that is decided. Specifications belong together by id; one against one whatever they are called.
CarriedOver carry_decisions(const std::vector<Specification>& earlier, std::vector<Specification>& derived);

}  // namespace fwproof::specs
