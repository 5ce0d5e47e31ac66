#include "tests/support/router_namespace.h"

#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "tests/support/namespace_tools.h"

namespace fwproof::testing {
namespace {

using model::Family;
using model::u128;

void enter(int where) { must(setns(where, CLONE_NEWNET) == 0, "enter a namespace"); }

void setting(const std::string& name, const std::string& value) { std::ofstream("/proc/sys/net/" + name) << value; }

void large_buffer(int fd) {
  const int size = 8 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
}

in6_addr to_in6(u128 value) {
  in6_addr address;
  for (size_t i = 16; i-- > 0; value >>= 8) address.s6_addr[i] = static_cast<uint8_t>(value & 0xff);
  return address;
}

u128 from_in6(const in6_addr& address) {
  u128 value = 0;
  for (const uint8_t byte : address.s6_addr) value = value << 8 | byte;
  return value;
}

// A raw IPv6 socket gives no header (RFC 3542, 3): it is put together again from what comes beside.
std::optional<Wire> read_v6(int fd, uint8_t protocol) {
  uint8_t payload[2048], control[256];
  sockaddr_in6 from{};
  iovec part{payload, sizeof payload};
  msghdr message{};
  message.msg_name = &from, message.msg_namelen = sizeof from;
  message.msg_iov = &part, message.msg_iovlen = 1;
  message.msg_control = control, message.msg_controllen = sizeof control;
  const ssize_t n = recvmsg(fd, &message, 0);
  if (n < 0) return std::nullopt;
  Wire head;
  head.family = Family::v6;
  head.protocol = protocol;
  head.src = from_in6(from.sin6_addr);
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    in6_pktinfo info;
    uint32_t flow = 0;
    if (c->cmsg_type == IPV6_PKTINFO) std::memcpy(&info, CMSG_DATA(c), sizeof info), head.dst = from_in6(info.ipi6_addr);
    if (c->cmsg_type == 11 /* IPV6_FLOWINFO */) std::memcpy(&flow, CMSG_DATA(c), sizeof flow), head.id = static_cast<uint16_t>(ntohl(flow));
  }
  Bytes bytes = to_bytes(head);
  bytes.resize(40);
  bytes.insert(bytes.end(), payload, payload + n);
  return from_bytes(bytes).value_or(Wire{});
}

}  // namespace

struct RouterNamespace::Hidden {
  struct Wired {
    int fd = -1;
    sockaddr_ll towards_router{};
  };
  struct Reader {
    int fd;
    Family family;
    uint8_t protocol;
  };
  int home = -1, router = -1, client = -1, server = -1;
  Wired wires[2];               // Side::client, Side::server
  std::vector<Reader> readers;  // raw sockets at the router: they see what passed the input hook
  std::vector<int> listeners;
  int sender4 = -1, sender6 = -1;

  ~Hidden() {
    for (const int fd : listeners) close(fd);
    for (const Reader& reader : readers) close(reader.fd);
    for (const int fd : {wires[0].fd, wires[1].fd, sender4, sender6, router, client, server})
      if (fd >= 0) close(fd);
    if (home < 0) return;
    if (setns(home, CLONE_NEWNET) != 0) std::perror("leave the namespaces");
    close(home);
  }

  static int make_namespace() {
    must(unshare(CLONE_NEWNET) == 0, "make a namespace");
    return namespace_at_hand();
  }

  void make_namespaces() {
    home = namespace_at_hand();
    client = make_namespace();
    setting("ipv6/conf/default/disable_ipv6", "1");
    server = make_namespace();
    setting("ipv6/conf/default/disable_ipv6", "1");
    router = make_namespace();
    for (const char* name : {"ipv4/conf/all/rp_filter", "ipv4/conf/default/rp_filter", "ipv4/conf/all/send_redirects", "ipv4/conf/default/send_redirects",
                             "ipv6/conf/default/accept_dad", "ipv4/tcp_syncookies", "ipv6/conf/default/accept_ra"})
      setting(name, "0");
    for (const char* name : {"ipv4/ip_forward", "ipv6/conf/all/forwarding", "ipv4/icmp_echo_ignore_all", "ipv6/icmp/echo_ignore_all"}) setting(name, "1");
    // Without ARP every address counts as on the link, so that the sides can be anybody.
    shell("ip link add c0 type veth peer name c1 netns /proc/self/fd/" + std::to_string(client) + " && ip link add s0 type veth peer name s1 netns /proc/self/fd/" +
          std::to_string(server) + " && ip link set lo up && ip link set c0 arp off up && ip link set s0 arp off up");
    shell("ip addr add 192.0.2.1/24 dev c0 && ip addr add 198.51.100.1/25 dev s0 && ip addr add 198.51.100.129/25 dev s0 && ip addr add 203.0.113.1/32 dev s0 && "
          "ip addr add 2001:db8:1::1/64 dev c0 nodad && ip addr add 2001:db8:2::1/64 dev s0 nodad");
    shell("ip route add 203.0.113.0/26 via 198.51.100.126 dev s0 && ip route add 203.0.113.64/26 via 198.51.100.254 dev s0 && ip route add 203.0.113.128/25 via 192.0.2.254 dev c0 && "
          "ip -6 route add 2001:db8:a::/64 via 2001:db8:2::fe dev s0 && ip -6 route add 2001:db8:b::/64 via 2001:db8:1::fe dev c0");
  }

  void open_side(Side side, int where, const char* there, const char* here) {
    Wired& wired = wires[static_cast<size_t>(side)];
    ifreq request{};
    std::strcpy(request.ifr_name, here);
    must(ioctl(sender4, SIOCGIFHWADDR, &request) == 0, "hardware address");
    enter(where);
    shell("ip link set " + std::string(there) + " arp off up");
    wired.fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
    must(wired.fd >= 0, "packet socket");
    large_buffer(wired.fd);
    sockaddr_ll& address = wired.towards_router;
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = static_cast<int>(if_nametoindex(there));
    address.sll_halen = ETH_ALEN;
    std::memcpy(address.sll_addr, request.ifr_hwaddr.sa_data, ETH_ALEN);
    must(bind(wired.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind to an interface");
    enter(router);
  }

  void open_reader(Family family, uint8_t protocol) {
    const int fd = socket(family == Family::v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    must(fd >= 0, "raw socket");
    readers.push_back({fd, family, protocol});
    large_buffer(fd);
    const int yes = 1;
    if (family == Family::v4) return;
    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &yes, sizeof yes);
    setsockopt(fd, IPPROTO_IPV6, 11 /* IPV6_FLOWINFO */, &yes, sizeof yes);
  }

  void open_sockets() {
    for (const uint8_t protocol : {uint8_t{IPPROTO_TCP}, uint8_t{IPPROTO_UDP}, uint8_t{IPPROTO_ICMP}}) open_reader(Family::v4, protocol);
    for (const int protocol : {int{IPPROTO_TCP}, int{IPPROTO_UDP}, int{IPPROTO_ICMPV6}}) open_reader(Family::v6, static_cast<uint8_t>(protocol));
    sender4 = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    sender6 = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    must(sender4 >= 0 && sender6 >= 0, "raw socket");
    listeners = listeners_at(kRouterFirstPort, kRouterLastPort, AF_INET6);
    open_side(Side::client, client, "c1", "c0");
    open_side(Side::server, server, "s1", "s0");
  }

  // One packet of a socket; false: there is none.
  bool read_side(Side side, std::vector<Arrival>& into) {
    uint8_t buffer[2048];
    sockaddr_ll from{};
    socklen_t length = sizeof from;
    const ssize_t n = recvfrom(wires[static_cast<size_t>(side)].fd, buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (n < 0) return false;
    if (from.sll_pkttype == PACKET_OUTGOING) return true;
    if (const auto wire = from_bytes(Bytes(buffer, buffer + n))) into.push_back({side, *wire});
    return true;
  }

  static bool read_router(const Reader& reader, std::vector<Arrival>& into) {
    if (reader.family == Family::v6) {
      const auto wire = read_v6(reader.fd, reader.protocol);
      if (wire) into.push_back({Side::router, *wire});
      return wire.has_value();
    }
    uint8_t buffer[2048];
    const ssize_t n = recv(reader.fd, buffer, sizeof buffer, 0);
    if (n < 0) return false;
    if (const auto wire = from_bytes(Bytes(buffer, buffer + n))) into.push_back({Side::router, *wire});
    return true;
  }
};

std::string RouterNamespace::obstacle() {
  try {
    const RouterNamespace router;
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

RouterNamespace::RouterNamespace() : hidden_(new Hidden) {
  try {
    hidden_->make_namespaces();
    hidden_->open_sockets();
  } catch (...) {
    delete hidden_;
    throw;
  }
}

RouterNamespace::~RouterNamespace() { delete hidden_; }

std::vector<std::string> RouterNamespace::facts() const {
  std::vector<std::string> texts;
  for (const char* command : {"ip addr", "ip route", "ip -6 route"}) texts.push_back(output_of(command).value_or(""));
  return texts;
}

void RouterNamespace::send(Side from, const Wire& wire) {
  const Bytes packet = to_bytes(wire);
  const bool v4 = wire.family == Family::v4;
  if (from != Side::router) {
    const Hidden::Wired& wired = hidden_->wires[static_cast<size_t>(from)];
    sockaddr_ll to = wired.towards_router;
    to.sll_protocol = htons(v4 ? ETH_P_IP : ETH_P_IPV6);
    (void)sendto(wired.fd, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    return;
  }
  sockaddr_in to4{};
  to4.sin_family = AF_INET;
  to4.sin_addr.s_addr = htonl(static_cast<uint32_t>(wire.dst));
  sockaddr_in6 to6{};
  to6.sin6_family = AF_INET6;
  to6.sin6_addr = to_in6(wire.dst);
  if (v4) (void)sendto(hidden_->sender4, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to4), sizeof to4);
  else (void)sendto(hidden_->sender6, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to6), sizeof to6);
}

std::vector<RouterNamespace::Arrival> RouterNamespace::arrivals() {
  std::vector<Arrival> all;
  std::vector<pollfd> polls = {{hidden_->wires[0].fd, POLLIN, 0}, {hidden_->wires[1].fd, POLLIN, 0}};
  for (const Hidden::Reader& reader : hidden_->readers) polls.push_back({reader.fd, POLLIN, 0});
  while (poll(polls.data(), polls.size(), patience_ms) > 0) {
    for (const Side side : {Side::client, Side::server})
      while (hidden_->read_side(side, all)) {}
    for (const Hidden::Reader& reader : hidden_->readers)
      while (Hidden::read_router(reader, all)) {}
  }
  return all;
}

}  // namespace fwproof::testing
