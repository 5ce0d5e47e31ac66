// Lowers the rules of a long table on all cores, ahead of the one thread that puts them in order.
//
// Most rules are alike: appended, fully modelled, and without a trace in what rules share (unknown conditions, rewrites, notes). What such
// a line means depends on nothing but the line, so it can be lowered anywhere. Every other line is left to the caller, in its order.
#pragma once

#include <optional>

#include "importers/iptables_save/dump.h"
#include "importers/iptables_save/lower.h"

namespace fwproof::importers::iptables_save {

struct LoweredAhead {
  uint32_t chain = 0;
  model::Rule rule;
};

class LoweringAhead {
 public:
  using ChainIndex = std::unordered_map<std::string_view, uint32_t>;   // of the table, built-in chains too

  // builder, scope, chains: as lower_rule() wants them before the table's first rule; later changes to them are not seen.
  // Short tables are not worth a thread: nothing is lowered ahead.
  LoweringAhead(const Builder& builder, const TableScope& scope, const ChainIndex& chains, std::span<const Section> sections, std::span<const LineRef> rules);
  // The rule of line i of `rules`, or nothing: then the caller lowers it. Requires: called once for each i, in order.
  std::optional<LoweredAhead> take(size_t i);

 private:
  void lower_batch();
  void lower_range(size_t begin, size_t end);

  const Builder& shared_;
  const TableScope& scope_;
  const ChainIndex& chains_;
  std::span<const Section> sections_;
  std::span<const LineRef> rules_;
  size_t batch_begin_ = 0;
  std::vector<std::optional<LoweredAhead>> batch_;
};

}  // namespace fwproof::importers::iptables_save
