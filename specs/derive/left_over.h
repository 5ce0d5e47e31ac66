// Numbers that look like ports and are in no row, each with the reason.
#pragma once

#include <utility>
#include <vector>

#include "specs/derive/tokens.h"
#include "specs/specification.h"

namespace fwproof::specs::derive {

constexpr size_t kMaxLeftOver = 100'000;    // of a document; what is beyond is counted in a diagnostic

struct LeftOverList {
  std::vector<LeftOver> entries;
  size_t count = 0;                         // with those beyond the limit
  size_t wide_tables = 0;                   // of which not every column is read
  void add(LeftOver entry) {
    if (++count <= kMaxLeftOver) entries.push_back(std::move(entry));
  }
};

// Adds an entry for each unused number of the passage, in order; what belongs together ("192.0.2.0/24", "10 April 2019" without the month) is
// one entry. `otherwise`: the reason where nothing more precise is seen. Only the line of each citation is set.
void collect_left_over(const Passage& passage, const char* otherwise, LeftOverList& left_over);

// Marks the numbers of a range of tokens that no row uses.
void explain(Passage& passage, size_t begin, size_t end, const char* why);

}  // namespace fwproof::specs::derive
