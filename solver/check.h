// Asks all requirements of a network and proves the answers (docs/semantics.md says what each verdict claims).
//
//   Report report = check(network, requirements, {});
#pragma once

#include <string>
#include <vector>

#include "model/network.h"
#include "model/requirement.h"
#include "solver/limits.h"
#include "solver/proof_session.h"
#include "solver/result.h"

namespace fwproof::solver {

// What a site has looked at and accepts: counterexamples of result `id` whose sources lie inside `src`.
struct Accepted {
  std::string id;
  model::AddressSet src;
  std::string reason;
};

struct CheckOptions {
  Limits limits;
  bool strict = false;                 // assumptions turn holds and violated into cannot-tell
  bool only_touched = false;           // the one-liner: rows that no device with an export touches go to not_asked
  std::vector<std::string> only;       // roles: rows that do not mention one of them go to not_asked
  bool unlisted_outbound = false;
  std::vector<Accepted> accepted;
  bool proofs = true;                  // false: regions only; every result says so (proof.by "none")
  ProofSession* session = nullptr;     // made with the same limits; nullptr: the check starts a Z3 of its own
};

// Requires: policies without flaws. Binds names ("local", …) from zones and facts itself: in a copy, or in the network that is given up for it.
Report check(const model::Network& network, const model::Requirements& requirements, const CheckOptions& options);
Report check(model::Network&& network, const model::Requirements& requirements, const CheckOptions& options);

// Every flow that the policy of one device lets in from anywhere (hook input; for a device on the way: forward): results of kind exposure,
// one per destination port set and accepting rule; truth violated = open, cannot_tell = may be open.
Report reach(const model::Device& device, const CheckOptions& options);

}  // namespace fwproof::solver
