// Conversations across the router of RouterNamespace: a first packet, its answer, and a further packet of the client's.
#pragma once

#include <optional>

#include "tests/support/random_router.h"
#include "tests/support/router_namespace.h"

namespace fwproof::testing {

struct Talk {
  static constexpr size_t kPackets = 3;
  Side from = Side::client;
  unsigned state = 0;        // that conntrack gives the first packet (nf_conntrack_proto_*.c)
  bool has_answer = false;
  std::optional<Wire> sent[kPackets];
  std::optional<RouterNamespace::Arrival> arrived[kPackets];
};

// What the packets are is independent of the rules. Ports and identifiers do not repeat soon, so that every conversation is new.
class Speaker {
 public:
  Talk begin(Dice& dice, model::Family family);
  // Leads conversations side by side, so that waiting is shared.
  void lead(RouterNamespace& router, std::vector<Talk>& talks);

 private:
  uint16_t next_id() { return ++id_ == 0 ? ++id_ : id_; }
  uint16_t next_port() { return port_ = port_ >= 64'999 ? 30'000 : port_ + 1; }
  void set_flags(Dice& dice, Talk& talk);
  void set_type(Dice& dice, Talk& talk);
  void answer(RouterNamespace& router, Talk& talk);
  void go_on(RouterNamespace& router, Talk& talk);

  uint16_t id_ = 0;
  uint16_t port_ = 29'999;
};

}  // namespace fwproof::testing
