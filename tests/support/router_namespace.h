// A router in a network namespace of its own between two others, joined by veth pairs, so that the real netfilter can be asked what it does
// with packets that pass, and as what they arrive. The namespaces belong to this process alone and end with it; nothing leaves them.
//
//   router:      c0  192.0.2.1/24     2001:db8:1::1/64          s0  198.51.100.1/25, 198.51.100.129/25, 203.0.113.1/32   2001:db8:2::1/64
//   beyond c0:   203.0.113.128/25     2001:db8:b::/64
//   beyond s0:   203.0.113.0/25       2001:db8:a::/64
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/support/wire.h"

namespace fwproof::testing {

enum class Side { client, server, router };

class RouterNamespace {
 public:
  // Why that cannot work here; empty: it can. The process is as before.
  static std::string obstacle();

  RouterNamespace();   // throws std::runtime_error; from here on the thread is in the router's namespace
  ~RouterNamespace();
  RouterNamespace(const RouterNamespace&) = delete;
  RouterNamespace& operator=(const RouterNamespace&) = delete;

  // What `ip addr`, `ip route` and `ip -6 route` say of the router.
  std::vector<std::string> facts() const;

  // As a frame from that side, or through the router's own output hook.
  void send(Side from, const Wire& wire);
  struct Arrival {
    Side side;   // router: behind its input hook
    Wire wire;
  };
  // What arrived anywhere since the last call, after waiting for silence.
  std::vector<Arrival> arrivals();
  int patience_ms = 5;

 private:
  struct Hidden;
  Hidden* hidden_;
};

// The ports that the router listens at with TCP.
constexpr uint16_t kRouterFirstPort = 8000, kRouterLastPort = 8007;

}  // namespace fwproof::testing
