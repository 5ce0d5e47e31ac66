// A walk for Z3, in formulas: for each leg one formula that is true when the packet passes, over the client's packet and everything that is free.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "solver/result.h"
#include "solver/z3_chains.h"

namespace fwproof::solver {

class Z3Walk {
 public:
  struct Leg {
    Formula passes;
    Formula state;
    Formula tcp_flags;
  };

  Z3Walk(Formulas& formulas, const Walk& walk, const Slice* slice, uint32_t visits);

  const std::vector<Leg>& legs() const { return legs_; }
  // Requires: same_packet.
  struct Differs {
    Formula allowed;     // leg 1 passes, leg 0 does not
    Formula blocked;     // the other way round
    Formula translated;  // both pass and leave differently
  };
  const Differs& differs();
  Formula inside(const std::vector<Region>& regions);
  // Of the client's packet. Requires: one of the seven fields of PacketBox.
  Formula client(model::Field field) const { return client_[static_cast<size_t>(field)]; }
  Formula inside(const std::vector<PacketBox>& boxes);

 private:
  enum class Side { client, server };
  // What a hop did to leg 0, for its answers.
  struct Translated {
    std::optional<VersionId> before;  // the first nat stage
    VersionId behind = 0;             // the last one
    VersionId end = 0;
  };
  struct Progress {
    Arrival here;
    std::vector<Formula> wild;
    std::vector<Formula> elsewhere;  // took another way
  };

  void encode(const WalkLeg& leg);
  // ---- two legs that look at one packet ----
  void see_packet();
  void encode_same(const WalkLeg& leg);
  Formula leave_differently();
  Progress pass_hop(const WalkLeg& leg, const WalkHop& hop, Progress at);
  // Requires: the hop's nat stages are entered by this packet (walk.h, "Translation").
  void pass_nat(const WalkHop& hop, const model::Stage& stage, Z3Chains& chains, Progress& at, Translated& seen);
  void enter(const WalkHop& hop, const model::Stage& stage, bool in_nat, Z3Chains& chains, Progress& at);
  // On an answer what leg 0 met is undone; on a later packet of the client's it is done again.
  void stay(const WalkHop& hop, Progress& at);
  Formula came_back(VersionId version);
  void translate(const WalkLeg& leg, const WalkHop& hop, bool destination, Progress& at);
  VersionId start_of_leg(const WalkLeg& leg, Formula state, Formula flags);
  VersionId start_of_hop(const WalkLeg& leg, const WalkHop& hop, VersionId arriving, Formula state);
  Z3Packets::Fields mirrored(const Z3Packets::Fields& fields);
  Formula surrounding(const WalkLeg& leg, const WalkHop& hop, model::Field field);
  Formula shared(const model::Policy& policy, model::Field field, int role, const model::IntervalSet& possible);
  Formula ct_status(const WalkHop& hop);
  void note_untracked(const WalkHop& hop, const Progress& at);

  Formulas& formulas_;
  const Walk& walk_;
  const Slice* slice_;
  uint32_t visits_left_;
  Z3Packets packets_;
  Z3Packets::Fields client_;
  std::vector<Leg> legs_;
  Z3Choices choices_;
  struct End {
    VersionId version;
    Formula when;
    Formula wild;
  };
  std::vector<End> ends_;  // by leg
  std::optional<Differs> differs_;
  std::map<std::tuple<const model::Policy*, model::Field, int>, Formula> shared_;
  // Leg 0:
  VersionId arrived_ = 0;
  std::optional<Formula> passed_;  // without those whose fate is free
  std::optional<Formula> wild_;
  std::map<const model::Policy*, Translated> translated_;
  // Earlier legs:
  std::map<const model::Policy*, Formula> untracked_;  // conntrack did not see one of them
  std::vector<Formula> gone_;                          // one of them took another way, which counts as passed
};

}  // namespace fwproof::solver
