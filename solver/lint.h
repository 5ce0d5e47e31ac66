// Rules that never match any packet, whatever the unknown conditions do, and what takes their packets (docs/semantics.md, "Dead rules").
//
//   LintReport report = lint(device, {});
//   for (const LintFinding& finding : report.findings) … finding.rule.origin.line, finding.covered_by …
//
// What one line of an export became in several chains, hooks or families is one rule here: it is dead where all of it is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/network.h"
#include "solver/limits.h"
#include "solver/result.h"

namespace fwproof::solver {

enum class LintKind {
  inside_one,      // all that it matches is taken by one earlier rule
  covered,         // by several together
  contradicts,     // no packet meets its own conditions
  callers_exclude, // no packet that meets them comes through the calls of its chain
  never_entered,   // nothing leads to its chain
  redundant,       // live, but what comes behind it does the same
};

// What a claim stands on.
enum class LintProof {
  containment,  // one set inside another; packets from the corners were run through the evaluator
  z3,
  conditions,   // of the rule and of the calls to it alone
};

struct LintCover {
  Decider rule;
  std::optional<Decider> called_by;   // the call that leads to its chain, where it is another one than the dead rule's
};

struct LintFinding {
  LintKind kind = LintKind::inside_one;
  Decider rule;
  std::vector<LintCover> covered_by;
  LintProof proof = LintProof::containment;
};

// Neither dead nor live.
struct LintUntold {
  Decider rule;
  std::string why;
};

struct LintReport {
  std::vector<LintFinding> findings;   // in the order of files and lines
  std::vector<LintUntold> untold;      // limits, and rewriting that is not followed
  std::vector<LintUntold> hanging;     // whether a packet ever comes hangs on conditions that are not modelled
  size_t rules = 0;                    // that were asked about: enabled, with a line
  size_t live = 0;                     // with a packet that was replayed
  uint32_t queries = 0;
  double z3_ms = 0;
  std::vector<std::string> faults;     // a claim did not stand the second look: ours (exit 5)
};

struct LintOptions {
  Limits limits;
  bool redundant = false;              // also live rules that could be left out
  bool lists_have_other_uses = false;  // chains that are called may be used by something that the export does not show as a call
};

// Requires: policies without flaws. Binds the names in them.
LintReport lint(model::Device& device, const LintOptions& options);

}  // namespace fwproof::solver
