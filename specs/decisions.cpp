#include "specs/decisions.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace fwproof::specs {
namespace {

// All that a decision rests on.
auto basis(const Row& row) {
  return std::tie(row.from, row.to, row.protocol_number, row.ports, row.src_ports, row.optional, row.program, row.service, row.dynamic_rpc);
}

bool same_question(const Reading& a, const Reading& b) { return std::tie(a.open, a.chosen, a.alternative) == std::tie(b.open, b.chosen, b.alternative); }

void take_over(const Row& earlier, Row& row) {
  if (basis(earlier) != basis(row)) return;
  for (Reading& reading : row.readings) {
    const auto decided = std::find_if(earlier.readings.begin(), earlier.readings.end(), [&](const Reading& one) { return !one.review && same_question(one, reading); });
    if (!reading.review || decided == earlier.readings.end()) continue;
    reading.review = false;
    reading.accepted = decided->accepted;
  }
}

const Specification* counterpart(const std::vector<Specification>& earlier, const std::vector<Specification>& derived, const Specification& spec) {
  if (earlier.size() == 1 && derived.size() == 1) return &earlier[0];
  const auto found = std::find_if(earlier.begin(), earlier.end(), [&](const Specification& one) { return one.id == spec.id; });
  return found == earlier.end() ? nullptr : &*found;
}

}  // namespace

bool is_open(const Row& row) {
  return std::any_of(row.readings.begin(), row.readings.end(), [](const Reading& reading) { return reading.review; });
}

size_t open_rows(const std::vector<Specification>& specifications) {
  size_t count = 0;
  for (const Specification& spec : specifications) count += static_cast<size_t>(std::count_if(spec.rows.begin(), spec.rows.end(), is_open));
  return count;
}

void record_decision(Row& row, const std::string& reason) {
  for (Reading& reading : row.readings) {
    if (!reading.review) continue;
    reading.review = false;
    reading.accepted = reason;
  }
}

CarriedOver carry_decisions(const std::vector<Specification>& earlier, std::vector<Specification>& derived) {
  const size_t open = open_rows(derived);
  for (Specification& spec : derived) {
    const Specification* was = counterpart(earlier, derived, spec);
    if (was == nullptr) continue;
    std::map<std::string, const Row*> rows;
    for (const Row& row : was->rows) rows[row.id] = &row;
    for (Row& row : spec.rows)
      if (const auto found = rows.find(row.id); found != rows.end()) take_over(*found->second, row);
  }
  const size_t left = open_rows(derived);
  return {open - left, left};
}

}  // namespace fwproof::specs
