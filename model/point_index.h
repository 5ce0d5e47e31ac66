// Finds the rules of long chains that one packet may match, for whoever asks about very many packets: looking up a packet takes about a
// microsecond where the columns of rule_index.h compare every rule, but building it costs as much as thousands of such look-ups.
//
//   const PointIndex points(policy);
//   EvaluateOptions options;
//   options.points = &points;
//   evaluate(policy, hook, packet, options);      // the same answer as without it
//
// For each chain it is a tree: the rules are split by the field that tells most of them apart, what falls into one block of values by the next
// field, and so on. What it finds is too much, never too little: terms that it does not read leave everything. A policy must not change or move
// while its index is in use.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "model/policy.h"

namespace fwproof::model {

class PointIndex {
 public:
  // Chains of fewer rules are faster read than looked up.
  static constexpr size_t kShortest = 32;
  // And so few rules of one block are rather compared one by one.
  static constexpr size_t kFewest = 12;
  explicit PointIndex(const Policy& policy, size_t shortest = kShortest, size_t fewest = kFewest);
  ~PointIndex();

  // Replaces `found` by the numbers of the rules that may match, ascending. False where it knows nothing: another policy's chain, a short one, or a packet
  // whose addresses, protocol or destination port are not known.
  bool find(const Policy& policy, uint32_t chain, const Packet& packet, std::vector<uint32_t>& found) const;

 private:
  struct Trees;
  struct Of {
    const Rule* rules;   // whose trees they are
    size_t count;
    std::array<uint32_t, 2> tree = {};   // by family, into Trees; 0: none
  };
  std::vector<Of> chains_;
  std::unique_ptr<Trees> trees_;
};

}  // namespace fwproof::model
