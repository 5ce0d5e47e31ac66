// Internal to flow*.cpp: the state of one run.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "solver/apart.h"
#include "solver/flow.h"
#include "solver/shape.h"

namespace fwproof::solver {

// Packets that look alike: region says which client packets (and which values of the unknowns) they come from.
struct Class {
  Ref region = Diagrams::kFalse;
  ShapeId shape = 0;
  // What pure unknown conditions may share: equal for packets with the same past of rewriting. Merging two pasts makes a new one.
  uint32_t version = 0;
  // Shapes before the first and behind the last nat stage of the hop at hand; the same where there is none.
  ShapeId before_nat = 0;
  ShapeId after_nat = 0;
};
using Classes = std::vector<Class>;

// The order of the client's variables, kClientFields, decides how regions are cut into boxes: by service first, then by who may use it.
inline VarId client_variable(model::Field field) {
  return static_cast<VarId>(std::find(kClientFields.begin(), kClientFields.end(), field) - kClientFields.begin());
}

inline model::Verdict verdict_of(model::ActionKind kind) {
  if (kind == model::ActionKind::accept) return model::Verdict::accept;
  return kind == model::ActionKind::reject ? model::Verdict::reject : model::Verdict::drop;
}

// What leg 0 left behind for the answers: one entry per class that passed.
struct Arrived {
  Ref region;
  ShapeId shape;                                            // behind the last hop
  std::map<const model::Policy*, std::pair<ShapeId, ShapeId>> translated;  // by policy: before and after its nat stages
  std::map<const model::Policy*, ShapeId> left;             // by policy: shape when it left that hop (for ct_status)
  bool fate = false;                                        // it passed an unknown rewriting action: the answers' fate is free
};

class Flow::Run {
 public:
  Run(const Walk& walk, const Slice& slice, const Limits& limits);
  void compute();

  Diagrams diagrams;
  Ref question = Diagrams::kFalse;
  std::vector<LegRegions> legs;

  std::vector<Decision> deciders(size_t leg, Ref region, bool only_assumed, size_t most, bool* all);
  std::vector<model::Dependence> depends_on(size_t leg, Ref region);
  Ref moved(model::Field field);
  model::IntervalSet arriving(model::Field field);
  Ref sent_on(size_t leg);
  Ref elsewhere();
  Ref foreign(size_t leg);
  Differences differences();
  std::vector<Region> regions(Ref region, size_t limit, bool& complete);
  std::vector<model::Dependence> differences_depend_on(Ref region);
  Ref some_assignment(Ref region);
  Ref box_region(const PacketBox& box);
  std::vector<PacketBox> boxes(Ref region, size_t limit, bool& complete) const;

 private:
  // A run of rules that decided alike, by where and what they took.
  struct Record {
    size_t leg;
    size_t hop;
    uint32_t chain;
    uint32_t first_rule;  // RuleRef::kAtEnd: the chain's end
    uint32_t last_rule;
    Class packets;
    uint32_t path;
    model::Verdict verdict;
    bool can_block;                                         // the stage could have blocked the packet
    bool in_nat;
  };
  // In place of a chain: the routing decision sent the packet on to another host.
  static constexpr uint32_t kSentOn = 0xfffffffe;
  // In place of a calling chain: the stage itself, so that a chain of two stages is two visits.
  static constexpr uint32_t kStage = 0xfffffffd;
  // The version of packets that nothing has rewritten, where both legs look at the same packet.
  static constexpr uint32_t kAsItCame = 1;
  // A packet on its way through a leg.
  struct Traveller {
    Class now;
    size_t arrived = SIZE_MAX;  // index into arrived_, for later legs
    Arrived past;               // for leg 0
    bool fate = false;
  };

  // ---- flow.cpp: variables, legs, hops ----
  void add_client_variables();
  VarId unknown_variable(model::u128 max, model::Dependence what, std::optional<model::IntervalSet> domain = std::nullopt);
  Value environment(const model::Policy* policy, const std::string& key, model::Field field, std::optional<model::IntervalSet> domain);
  Shape client_shape() const;
  Shape mirrored(const Shape& shape) const;
  void enter_hop(Shape& shape, const WalkLeg& leg, const WalkHop& hop, Value ct_status);
  Classes entering(const Class& packets, const Shape& shape, bool alone);
  void set_interfaces(Shape& shape, const WalkLeg& leg, const WalkHop& hop);
  void run_leg(size_t leg);
  std::vector<Traveller> without_free_fates(std::vector<Traveller> travellers, Ref& passing);
  std::vector<Traveller> start_of(size_t leg);
  std::vector<Traveller> run_hop(std::vector<Traveller> travellers, const WalkLeg& leg, const WalkHop& hop);
  void split_verdict(size_t leg, Ref passing);

  // ---- flow_same.cpp: two legs that look at one packet (walk.h, "The same packet") ----
  void add_seen_variables();
  VarId seen_variable(model::Field field) const;
  Traveller same_packet() const;
  bool is_shared(const Class& packets) const { return walk_.same_packet && packets.version == kAsItCame; }
  Ref translated_differently();
  Ref leave_differently(const Class& a, const Class& b);
  Ref surely(Ref region);
  Ref product(const std::vector<model::IntervalSet>& sets);
  Region shortest(std::vector<model::IntervalSet> sets, Ref region);
  std::vector<model::Dependence> dependences(const std::vector<bool>& support) const;

  // ---- flow_return.cpp: answers that come back from elsewhere ----
  Ref returned(const Class& packets);
  // The part of the region where two values are the same number; nothing where there are too many to compare.
  std::optional<Ref> coincide(Ref region, const Value& a, const Value& b);
  model::IntervalSet values_of(Ref region, VarId var);

  // ---- flow_stage.cpp, flow_chain.cpp, flow_match.cpp: stages; chains and rules; conditions and rewriting ----
  Classes run_hook(Classes classes, const WalkLeg& leg, const WalkHop& hop, const Arrived* past);
  Classes run_stage(const model::Stage& stage, uint32_t number, Classes classes);
  Classes route(Classes classes, const WalkHop& hop);
  Classes stay(Classes classes, const WalkHop& hop);
  // Stages of kind nat are entered by the packet itself (walk.h, "Translation").
  bool enters_nat(const WalkHop& hop) const;
  Classes run_chain(uint32_t chain, Classes live, uint32_t path, Classes& accepted, uint32_t depth);
  void run_rule(uint32_t chain, uint32_t rule, Classes& live, uint32_t path, Classes& accepted, Classes& returning, uint32_t depth);
  size_t batch_end(uint32_t chain, size_t rule) const;
  void run_batch(uint32_t chain, size_t first, size_t end, Classes& live, uint32_t path, Classes& accepted, Classes& returning);
  // What a run of rules takes, by verdict (in the order of kVerdicts) and in all.
  struct Taken {
    std::array<Ref, 4> by{};
    Ref any = Diagrams::kFalse;
  };
  size_t verdicts_end(uint32_t chain, size_t rule) const;
  // Hardly any of them match the same packets, so that what they take together stays simple.
  bool are_scattered(uint32_t chain, size_t first, size_t end) const;
  Taken taken(uint32_t chain, size_t first, size_t end, const Class& packets, uint32_t path);
  void run_verdicts(uint32_t chain, size_t first, size_t end, Classes& live, uint32_t path, Classes& accepted, Classes& returning);
  void decide_run(uint32_t chain, size_t first, size_t end, const Class& packets, model::ActionKind kind, uint32_t path, Classes& accepted, Classes& returning);
  void run_unknown(const model::Rule& rule, uint32_t chain, uint32_t index, const Classes& hit, uint32_t path, Classes& live,
                   Classes& accepted);
  Ref batch_condition(uint32_t chain, size_t first, size_t end, const Class& packets, uint32_t path);
  Ref condition(const std::vector<model::Term>& terms, const Class& packets, uint32_t chain, uint32_t rule, uint32_t path);
  Ref condition(const model::Term& term, const Class& packets, uint32_t chain, uint32_t rule, uint32_t path);
  Ref value_in(const Value& value, model::Field field, const model::IntervalSet& set);
  Ref masked(const model::Masked& masked, const Class& packets);
  Ref unknown(uint32_t index, const Class& packets, uint32_t path);
  Ref field_in(const Class& packets, model::Field field, const model::IntervalSet& set);
  bool is_sent_away(const Class& packets) const;
  Class rewritten(Class packets, const model::RewriteAction& action, uint32_t here);
  Value rewritten_value(const Shape& shape, const model::Rewrite& step, uint32_t here, size_t number, bool shared);
  bool rests_on_assumption(const Record& record) const;
  // most: of them; false: there may be more.
  bool resolve(const Record& record, Ref region, size_t most, std::vector<Decision>& into);
  void merge_into(Classes& into, const Class& packets);
  void record(uint32_t chain, uint32_t first, uint32_t last, const Class& packets, uint32_t path, model::Verdict verdict);
  uint32_t path_of(uint32_t parent, uint32_t chain, uint32_t rule);
  // A variable of its own, or that of its group where the condition is one of those that no packet meets together.
  VarId condition_variable(const model::UnknownCondition& what, uint32_t index);
  bool is_group(VarId var) const;
  // Requires: the variable stands for a group. Adds the texts of the conditions that packets with these values meet.
  void add_grouped(VarId var, const model::IntervalSet& met, std::set<uint32_t>& texts);
  // shared: by the legs of a walk that look at the same packet.
  Ref boolean(const model::UnknownCondition& unknown, const std::tuple<int, uint32_t, uint32_t>& key, bool shared);
  void run_into(uint32_t chain, Classes hit, uint32_t path, Classes& returned, Classes& accepted, uint32_t depth);
  void enter_nat(Classes classes, Classes& consulted, Classes& skipped);
  // On an answer what leg 0 met is undone; on a later packet of the client's it is done again.
  Classes translated(const Class& packets, const Arrived& past, bool reply, bool destination);
  Ref untouched(const Class& packets, const Value& before, const Value& after, const Value& now);
  Classes translate(Classes classes, const Arrived* past, bool reply, bool destination);
  // Neither rewrites nor remembers, nor does anything it calls: equal packets have equal results, wherever it is called from.
  bool shareable(uint32_t chain, uint32_t depth);

  const Walk& walk_;
  const Slice& slice_;
  const Limits& limits_;
  Shapes shapes_;
  VarId first_unknown_ = 0;
  std::vector<model::Dependence> unknown_texts_;      // by variable, from first_unknown_
  Ref domain_ = Diagrams::kTrue;                      // what the unknowns can be at all
  std::vector<model::IntervalSet> possible_values_;   // the same by variable; empty: anything
  std::map<std::tuple<const model::Policy*, std::string>, Value> environment_;
  std::vector<Arrived> arrived_;
  std::map<const model::Policy*, Ref> untracked_;     // conntrack did not see an earlier packet of these connections
  std::vector<Record> records_;
  std::vector<Ref> passing_;                          // by leg, over client packets and unknowns
  std::vector<Ref> elsewhere_;                        // by leg: takes another way
  std::vector<Ref> foreign_;                          // by leg: comes back from elsewhere
  std::vector<Classes> ends_;                         // by leg: what leaves it; only where both look at the same packet
  std::vector<Ref> fates_;                            // by leg: behind unknown_rewriting; likewise
  Ref possible_ = Diagrams::kTrue;                    // what kSeen can be; likewise
  Ref differing_ = Diagrams::kFalse;                  // packets and values of unknowns under which the legs differ
  Ref gone_ = Diagrams::kFalse;                       // took another way on an earlier leg and counts as passed
  std::map<const model::Policy*, std::vector<uint8_t>> shareable_;  // by chain: 0 not known, 1 yes, 2 no
  struct Shared {
    Classes returned;
    Classes accepted;
  };
  // By leg, hop, in a nat stage, chain, region, shape, version.
  std::map<std::tuple<size_t, size_t, bool, uint32_t, Ref, ShapeId, uint32_t>, Shared> shared_;
  uint32_t visits_ = 0;
  uint32_t versions_ = 0;
  uint32_t paths_ = 0;
  // Where the run stands.
  size_t leg_ = 0;
  size_t hop_ = 0;
  const model::Policy* policy_ = nullptr;
  const KeptRules* kept_ = nullptr;
  bool in_nat_ = false;
  bool stage_can_block_ = true;
  Ref fate_ = Diagrams::kFalse;                       // passes this hop and everything later, whatever comes (unknown rewriting)
  std::map<std::tuple<uint32_t, uint32_t, uint32_t>, uint32_t> path_ids_;
  std::map<std::tuple<const model::Policy*, size_t, size_t, int, uint32_t, uint32_t>, Ref> booleans_;
  std::map<std::tuple<VarId, model::u128, model::u128>, Ref> masked_;
  Apart apart_;
  struct Group {
    VarId var;
    std::map<uint32_t, model::Interval> met;            // by the place of their texts in grouped_texts_
  };
  std::map<uint32_t, Group> groups_;                    // of apart_
  std::vector<model::Dependence> grouped_texts_;
};

}  // namespace fwproof::solver
