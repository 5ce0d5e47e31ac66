// Lowers the rules of a long table on all cores, ahead of the one thread that puts them in order.
//
// What a line means depends on nothing but the line, so it can be lowered anywhere. What it leaves in what rules share (unknown conditions, rewrites,
// notes) is kept beside its rule and put there in the order of the lines, so that the policy is the one that lowering line by line makes.
// Lines that are no plain `-A`, or are refused, are left to the caller.
#pragma once

#include <memory>
#include <optional>

#include "importers/iptables_save/dump.h"
#include "importers/iptables_save/lower.h"

namespace fwproof::importers::iptables_save {

// What a line leaves. Its rules refer to unknown conditions and rewrites by their place here.
struct LineTraces {
  struct Unknown {
    model::UnknownCondition condition;
    bool by_text = false;        // equal ones are one
    bool reads_header = false;   // of Builder::header_unknowns
  };
  struct Place {
    uint32_t column = 0;
    uint32_t length = 0;
  };
  LineResult line;
  std::vector<Place> places;          // of the line's notes
  std::vector<model::Rule> before;    // as lower_rule() says
  std::vector<Unknown> unknowns;
  std::vector<model::RewriteAction> rewrites;
  bool changes_header = false;
};

struct LoweredAhead {
  uint32_t chain = 0;
  model::Rule rule;
  std::unique_ptr<LineTraces> traces;   // nothing: a modelled line that leaves none
};

// Moves unknown conditions and rewrites into the builder; the rules refer to those there afterwards. Requires: in the order of the lines.
void leave_traces(Builder& builder, LoweredAhead& lowered);

class LoweringAhead {
 public:
  using ChainIndex = std::unordered_map<std::string_view, uint32_t>;   // of the table, built-in chains too
  static constexpr size_t kWorthAThread = 8'000;                       // lines: some milliseconds of work

  // builder, scope, chains: as lower_rule() wants them before the table's first rule; later changes to them are not seen.
  // Short tables are not worth a thread: nothing is lowered ahead.
  LoweringAhead(const Builder& builder, const TableScope& scope, const ChainIndex& chains, std::span<const Section> sections, std::span<const LineRef> rules,
                size_t worth_a_thread = kWorthAThread);
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
  size_t worth_a_thread_;
  size_t batch_begin_ = 0;
  std::vector<std::optional<LoweredAhead>> batch_;
};

}  // namespace fwproof::importers::iptables_save
