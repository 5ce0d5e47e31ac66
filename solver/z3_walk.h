// A walk in Z3: for each leg one formula that is true when the packet passes, over the client's packet and everything that is free.
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
    z3::expr passes;
    z3::expr state;
    z3::expr tcp_flags;
  };

  Z3Walk(Z3Session& session, const Walk& walk, const Slice* slice, uint32_t visits);

  const std::vector<Leg>& legs() const { return legs_; }
  // Requires: same_packet.
  struct Differs {
    z3::expr allowed;     // leg 1 passes, leg 0 does not
    z3::expr blocked;     // the other way round
    z3::expr translated;  // both pass and leave differently
  };
  const Differs& differs();
  z3::expr inside(const std::vector<Region>& regions);
  // Of the client's packet. Requires: one of the seven fields of PacketBox.
  const z3::expr& client(model::Field field) const { return client_[static_cast<size_t>(field)]; }
  z3::expr inside(const std::vector<PacketBox>& boxes);

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
    std::vector<z3::expr> wild;
    std::vector<z3::expr> elsewhere;  // took another way
  };

  void encode(const WalkLeg& leg);
  // ---- two legs that look at one packet ----
  void see_packet();
  void encode_same(const WalkLeg& leg);
  z3::expr leave_differently();
  Progress pass_hop(const WalkLeg& leg, const WalkHop& hop, Progress at);
  // Requires: the hop's nat stages are entered by this packet (walk.h, "Translation").
  void pass_nat(const WalkHop& hop, const model::Stage& stage, Z3Chains& chains, Progress& at, Translated& seen);
  void enter(const WalkHop& hop, const model::Stage& stage, bool in_nat, Z3Chains& chains, Progress& at);
  // On an answer what leg 0 met is undone; on a later packet of the client's it is done again.
  void stay(const WalkHop& hop, Progress& at);
  z3::expr came_back(VersionId version);
  void translate(const WalkLeg& leg, const WalkHop& hop, bool destination, Progress& at);
  VersionId start_of_leg(const WalkLeg& leg, const z3::expr& state, const z3::expr& flags);
  VersionId start_of_hop(const WalkLeg& leg, const WalkHop& hop, VersionId arriving, const z3::expr& state);
  Z3Packets::Fields mirrored(const Z3Packets::Fields& fields);
  z3::expr surrounding(const WalkLeg& leg, const WalkHop& hop, model::Field field);
  z3::expr shared(const model::Policy& policy, model::Field field, int role, const model::IntervalSet& possible);
  z3::expr ct_status(const WalkHop& hop);
  void note_untracked(const WalkHop& hop, const Progress& at);

  Z3Session& session_;
  const Walk& walk_;
  const Slice* slice_;
  uint32_t visits_left_;
  Z3Packets packets_;
  Z3Packets::Fields client_;
  std::vector<Leg> legs_;
  Z3Choices choices_;
  struct End {
    VersionId version;
    z3::expr when;
    z3::expr wild;
  };
  std::vector<End> ends_;  // by leg
  std::optional<Differs> differs_;
  std::map<std::tuple<const model::Policy*, model::Field, int>, z3::expr> shared_;
  // Leg 0:
  VersionId arrived_ = 0;
  std::optional<z3::expr> passed_;  // without those whose fate is free
  std::optional<z3::expr> wild_;
  std::map<const model::Policy*, Translated> translated_;
  // Earlier legs:
  std::map<const model::Policy*, z3::expr> untracked_;  // conntrack did not see one of them
  std::vector<z3::expr> gone_;                          // one of them took another way, which counts as passed
};

}  // namespace fwproof::solver
