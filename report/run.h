// Everything one run has found out, as flat data for the writers.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/account.h"
#include "model/diagnostic.h"
#include "model/network.h"
#include "model/source.h"
#include "solver/result.h"

namespace fwproof::report {

struct Input {
  std::string path;
  std::string sha256;
  std::string kind;       // "site", "specification"; empty: an export
  std::string importer;   // empty: none
  std::string encoding;
  model::Account account;
  std::map<std::string, std::string> header;
};

// One verdict that the last files of a host changed; nothing before: the result is new, nothing after: it is gone.
struct Change {
  std::string id;
  std::optional<solver::Truth> before;
  std::optional<solver::Truth> after;
  std::string summary_before;
  std::string summary_after;
};
struct Changes {
  std::vector<std::string> files;
  std::vector<Change> changes;
};

struct Run {
  const model::Sources* sources = nullptr;   // never null when written
  const model::Network* network = nullptr;   // for names in regions; may be null
  std::string version;
  std::string title;                         // "site hosting"; may be empty
  std::vector<Input> inputs;
  std::vector<model::Diagnostic> diagnostics;
  solver::Report report;
  std::optional<Changes> changes;
  int exit_code = 0;
  std::string exit_meaning;                  // "everything holds"
  bool strict = false;
  bool require_optional = false;
  bool is_reach = false;                     // a list of what is open, not of what must hold
};

// The policy whose names a counterexample's fields speak of; nullptr when it is not known.
const model::Policy* policy_of(const Run& run, const solver::Counterexample& counterexample);

// Found and accepted by the site: still violated, but it fails nothing.
bool is_accepted(const solver::Result& result);

// Disjoint: optional rows and warnings are counted apart (docs/semantics.md, "Exit codes").
struct Counts {
  size_t holds = 0;
  size_t violated = 0;
  size_t cannot_tell = 0;
  size_t optional = 0;
  size_t optional_failing = 0;  // of `optional`: not proven to hold
  size_t warnings = 0;          // and what the site accepts
  size_t not_asked = 0;
  size_t faults = 0;
};
Counts count(const solver::Report& report);

std::string_view truth_text(solver::Truth truth);  // "cannot-tell"
std::string_view kind_text(solver::Kind kind);

}  // namespace fwproof::report
