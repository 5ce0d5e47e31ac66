// What a change of one host's or device's rules does to packets: those that become allowed, those that become blocked, those that leave
// translated otherwise, proven by Z3 (docs/semantics.md, "diff").
//
//   DiffReport report = diff(before, after, {});
//   report.same();                             // proven: every packet meets the same fate before and after
#pragma once

#include <list>
#include <string>
#include <vector>

#include "model/align.h"
#include "solver/check.h"
#include "solver/result.h"

namespace fwproof::solver {

// The first three: whatever the unknown conditions do.
enum class Becomes : uint8_t {
  allowed,
  blocked,
  translated,  // passes before and after, and leaves with another address or port
  unlike,      // one of these, but which one depends
  perhaps,     // the same or not: it depends
};

// What becomes of packets in one policy.
struct Fate {
  model::Verdict verdict = model::Verdict::depends;  // of `packet`
  std::vector<Decider> decided_by;                   // empty: nothing decided
  model::Packet out;                                 // as `packet` leaves, where it passes
};

struct Difference {
  Becomes becomes = Becomes::perhaps;
  model::Hook hook = model::Hook::input;
  Region region;
  model::Packet packet;                              // one of them
  Fate before, after;                                // of `packet`
  std::vector<model::Dependence> depends_on;         // unlike, perhaps
  const model::Policy* names = nullptr;              // of the region's interfaces, programs, services
};

struct DiffReport {
  std::vector<Difference> differences;
  bool complete = true;                              // nothing else differs, proven; false: at least these
  std::vector<std::string> reasons;                  // why not all can be told: "IPv6: …", "limit reached: …"
  std::vector<model::Family> compared;               // that both sides speak of
  std::vector<model::Family> one_sided;              // that only one side's files speak of; each with a reason
  std::vector<model::Assumption> assumes;
  Proof proof;
  uint32_t only_before = 0, only_after = 0;          // rules that only one side has, at their place
  std::string fault;                                 // not empty: regions, Z3 and evaluator disagree
  std::list<model::Aligned> policies;                // what `names` points into

  bool surely_differs() const;
  // Proven for the families that were compared; others could not be.
  bool same_where_compared() const { return differences.empty() && complete && reasons.size() == one_sided.size() && fault.empty(); }
  bool same() const { return differences.empty() && complete && reasons.empty() && fault.empty(); }
};

// Requires: policies without flaws. Binds names ("local", …) from each device's own facts. The devices' names go into deciders.
DiffReport diff(model::Device before, model::Device after, const CheckOptions& options);

}  // namespace fwproof::solver
