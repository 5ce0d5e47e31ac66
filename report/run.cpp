#include "report/run.h"

namespace fwproof::report {

const model::Policy* policy_of(const Run& run, const solver::Counterexample& counterexample) {
  if (run.network == nullptr) return nullptr;
  for (const solver::Decider& decider : counterexample.decided_by)
    for (const model::Device& device : run.network->devices)
      if (device.name == decider.device) return device.policy_for(counterexample.region.family);
  // Nobody decided: with one device there is no doubt whose names these are.
  if (run.network->devices.size() == 1) return run.network->devices[0].policy_for(counterexample.region.family);
  return nullptr;
}

bool is_accepted(const solver::Result& result) { return result.truth == solver::Truth::violated && !result.accepted.empty(); }

Counts count(const solver::Report& report) {
  Counts counts;
  counts.not_asked = report.not_asked.size();
  for (const solver::Result& result : report.results) {
    counts.faults += !result.fault.empty();
    const bool holds = result.truth == solver::Truth::holds;
    if (result.optional) {
      ++counts.optional;
      counts.optional_failing += !holds;
    } else if (holds) {
      ++counts.holds;
    } else if (result.warning || is_accepted(result)) {
      ++counts.warnings;
    } else if (result.truth == solver::Truth::violated) {
      ++counts.violated;
    } else {
      ++counts.cannot_tell;
    }
  }
  return counts;
}

std::string_view truth_text(solver::Truth truth) {
  switch (truth) {
    case solver::Truth::holds: return "holds";
    case solver::Truth::violated: return "violated";
    case solver::Truth::cannot_tell: return "cannot-tell";
  }
  return "";
}

std::string_view kind_text(solver::Kind kind) {
  switch (kind) {
    case solver::Kind::required: return "required";
    case solver::Kind::exposure: return "exposure";
    case solver::Kind::constraint: return "constraint";
  }
  return "";
}

}  // namespace fwproof::report
