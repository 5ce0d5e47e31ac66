// One policy at one hop of a walk, for Z3: its base chains and whatever they call, rule by rule, straight from the meaning in
// model/policy.h. A chain is encoded anew for each visit, except pure ones (no rewriting and nothing that differs between visits), which
// are encoded once for each version of the packet: thirty chains that each call the next one twice stay thirty chains.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "model/policy.h"
#include "solver/slice.h"
#include "solver/z3_packet.h"

namespace fwproof::solver {

struct EncodingLimit {};

// How packets leave a chain; dropped ones are those that do not.
struct ChainExits {
  std::vector<Arrival> returned;
  std::vector<Arrival> accepted;
  std::vector<Formula> wild;  // met an unknown target that may rewrite: their fate is free
};

// What is free and yet one for two walks through two policies that look at the same packet: by the visit that asks (walk.h, "The same
// packet").
struct Z3Choices {
  VersionId came = 0;  // the packet as it came
  std::map<std::vector<uint32_t>, Formula> made;
};

class Z3Chains {
 public:
  // kept: nullptr keeps all rules. leads: of the walk. Counts chain entries down in visits_left and throws EncodingLimit at its end.
  Z3Chains(Formulas& formulas, Z3Packets& packets, const model::Policy& policy, const KeptRules* kept, const std::vector<PacketBox>& leads, uint32_t& visits_left,
           Z3Choices* choices = nullptr);

  // in_nat: a later packet of a connection is looked at as the first one was. stage: its number in the hook.
  ChainExits base_chain(uint32_t chain, const Arrival& arrival, bool in_nat, uint32_t stage);

 private:
  struct Facts {
    bool has_effect = false;  // something in it can change what happens to a packet
    bool shareable = true;
  };
  struct Shared {
    Formula returned;
    Formula accepted;
  };
  struct Visit {
    uint32_t chain;
    uint32_t rule;  // at hand
    Arrival here;
    ChainExits exits;
    std::map<uint32_t, Formula> fresh;  // per_visit conditions of the rule at hand
  };

  // Of the chain and those that it calls.
  void find_facts(uint32_t start);
  Facts facts_of(uint32_t chain) const;
  size_t kept_count(uint32_t chain) const { return kept_ ? (*kept_)[chain].size() : policy_.chains[chain].rules.size(); }
  const model::Rule& kept_rule(uint32_t chain, size_t i) const { return policy_.chains[chain].rules[kept_ ? (*kept_)[chain][i] : i]; }
  ChainExits visit(uint32_t chain, const Arrival& arrival);
  void apply(const model::Rule& rule, Visit& visit);
  void call(uint32_t target, bool goes, Formula hit, Formula miss, Visit& visit);
  // What is free in this visit of the rule at hand; `what` tells the free things of one rule apart.
  Formula choice(const Visit& visit, uint32_t what);
  Formula choice(const Visit& visit, uint32_t what, unsigned bits, const model::IntervalSet& values);
  Formula choice(const Visit& visit, uint32_t what, const std::function<Formula()>& fresh);
  // Sends packets to where nothing leads to the end: as if it dropped them.
  bool sends_away(const model::Action& action) const;
  void rewrite(const model::RewriteAction& action, Formula hit, Formula miss, Visit& visit);
  const Shared& shared(uint32_t chain, VersionId version);

  Formula read(VersionId version, model::Field field);
  Formula all_hold(const std::vector<model::Term>& terms, Visit& visit);
  Formula holds(const model::Term& term, Visit& visit);
  Formula test(const model::In& in, Visit& visit);
  Formula test(const model::InAddresses& in, Visit& visit);
  Formula test(const model::Masked& masked, Visit& visit);
  Formula test(const model::InNamed& named, Visit& visit);
  Formula test(const model::Unknown& unknown, Visit& visit);
  Formula test(const model::AnyOf& any, Visit& visit);

  Formulas& formulas_;
  Z3Packets& packets_;
  const model::Policy& policy_;
  const KeptRules* kept_;
  const std::vector<PacketBox>& leads_;
  uint32_t& visits_left_;
  Z3Choices* choices_;
  std::vector<uint32_t> path_;  // the stage, and the rules that called; kept where there are choices to share
  std::vector<Facts> facts_;
  std::vector<uint8_t> entered_;
  std::map<std::tuple<uint32_t, VersionId, bool>, Shared> shared_;
  bool in_nat_ = false;
  uint32_t depth_ = 0;
};

}  // namespace fwproof::solver
