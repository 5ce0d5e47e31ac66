// Two hosts in network namespaces of their own, joined by a veth pair, so that the real netfilter can be asked what it does with a
// packet. The namespaces belong to this process alone: whatever happens to it, they end with it, and nothing leaves them.
//
//   TwoHosts hosts;
//   hosts.restore("*filter\n…COMMIT\n");
//   hosts.send_to_host(packet);
//   for (const Bytes& arrived : hosts.received_by_host()) …
//
// `host` (interface v0, 192.0.2.1 and 198.51.100.1) is the one with the rules; `peer` sends and sees raw frames, as any address.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/wire.h"

namespace fwproof::testing {

class TwoHosts {
 public:
  enum class BackEnd { legacy, nf_tables };

  // Why that cannot work here (no right to make namespaces, programs or kernel parts missing); empty: it can.
  static std::string obstacle();

  TwoHosts();   // throws std::runtime_error
  ~TwoHosts();
  TwoHosts(const TwoHosts&) = delete;
  TwoHosts& operator=(const TwoHosts&) = delete;

  // False: that back end does not work here.
  bool usable(BackEnd back_end) const;
  // Replaces all rules of the host and forgets its connections. Returns what iptables-save says; nothing when the rules are refused.
  std::optional<std::string> restore(const std::string& dump, BackEnd back_end);
  void clear(BackEnd back_end);

  void send_to_host(const Bytes& packet);         // a frame from the peer
  bool send_from_host(const Bytes& packet);       // through the host's output hook; false: refused on the spot
  int patience_ms = 4;
  // What got through since the last call, after waiting for silence of that length.
  std::vector<Bytes> received_by_host();          // behind the input hook
  std::vector<Bytes> received_by_peer();          // on the wire

 private:
  struct Hidden;
  Hidden* hidden_;
};

}  // namespace fwproof::testing
