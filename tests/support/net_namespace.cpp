#include "tests/support/net_namespace.h"

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

struct TwoHosts::Hidden {
  int home = -1, host = -1, peer = -1;  // namespaces
  std::vector<int> listeners;           // at the host; a TCP handshake needs somebody who answers
  std::vector<int> readers;             // at the host: one raw socket per protocol, they see what passed the input hook
  int sender = -1;                      // at the host
  int wire = -1;                        // at the peer
  sockaddr_ll towards_host{};
  bool legacy = false, nf_tables = false;

  void enter(int where) { must(setns(where, CLONE_NEWNET) == 0, "enter a namespace"); }

  ~Hidden() {
    for (const int fd : listeners) close(fd);
    for (const int fd : readers) close(fd);
    for (const int fd : {sender, wire, host, peer})
      if (fd >= 0) close(fd);
    if (home >= 0) {
      if (setns(home, CLONE_NEWNET) != 0) std::perror("leave the namespaces");
      close(home);
    }
  }

  void make_namespaces() {
    home = namespace_at_hand();
    must(unshare(CLONE_NEWNET) == 0, "make a namespace");
    peer = namespace_at_hand();
    must(unshare(CLONE_NEWNET) == 0, "make a namespace");
    host = namespace_at_hand();
    shell("ip link add v0 type veth peer name v1 netns /proc/self/fd/" + std::to_string(peer));
    // Without ARP every address counts as on the link, so that the peer can be anybody.
    shell("ip link set lo up && ip link set v0 arp off up && ip addr add 192.0.2.1/24 dev v0 && ip addr add 198.51.100.1/32 dev v0 && "
          "ip route add 203.0.113.0/24 dev v0 && ip route add 198.51.100.0/24 dev v0");
    for (const char* name : {"conf/all/rp_filter", "conf/v0/rp_filter", "ip_forward"}) setting(name, "0");
    setting("icmp_echo_ignore_all", "1");
    setting("tcp_syncookies", "0");
    enter(peer);
    shell("ip link set v1 arp off up");
    enter(host);
  }

  static void setting(const std::string& name, const std::string& value) { std::ofstream("/proc/sys/net/ipv4/" + name) << value; }

  // Requires: in the host's namespace.
  void open_host_sockets() {
    for (const int protocol : {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP}) {
      readers.push_back(socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
      must(readers.back() >= 0, "raw socket");
      const int size = 8 << 20;
      setsockopt(readers.back(), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    }
    sender = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    must(sender >= 0, "raw socket");
    listeners = listeners_at(8000, 8007, AF_INET);
  }

  // Requires: in the peer's namespace.
  void open_wire(const unsigned char* host_mac) {
    wire = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_IP));
    must(wire >= 0, "packet socket");
    towards_host.sll_family = AF_PACKET;
    towards_host.sll_protocol = htons(ETH_P_IP);
    towards_host.sll_ifindex = static_cast<int>(if_nametoindex("v1"));
    towards_host.sll_halen = ETH_ALEN;
    std::memcpy(towards_host.sll_addr, host_mac, ETH_ALEN);
    must(bind(wire, reinterpret_cast<sockaddr*>(&towards_host), sizeof towards_host) == 0, "bind to v1");
  }

  void open_sockets() {
    enter(host);
    open_host_sockets();
    ifreq request{};
    std::strcpy(request.ifr_name, "v0");
    must(ioctl(sender, SIOCGIFHWADDR, &request) == 0, "address of v0");
    enter(peer);
    open_wire(reinterpret_cast<const unsigned char*>(request.ifr_hwaddr.sa_data));
    enter(host);
  }

  static std::string program(BackEnd back_end) { return back_end == BackEnd::legacy ? "iptables-legacy" : "iptables-nft"; }

  // Rules that look at connections make the host follow them; they are forgotten with the rules' tables, but that takes until the
  // kernel's next round. A new zone per set of rules would show in the rules, so connections never repeat instead.
  std::optional<std::string> restore(const std::string& dump, BackEnd back_end) {
    FILE* pipe = popen((program(back_end) + "-restore -w 2>/dev/null").c_str(), "w");
    if (!pipe) return std::nullopt;
    fwrite(dump.data(), 1, dump.size(), pipe);
    if (pclose(pipe) != 0) return std::nullopt;
    return output_of(program(back_end) + "-save 2>/dev/null");
  }

  static std::vector<Bytes> read_all(const std::vector<int>& sockets, const sockaddr_ll* not_from, int patience_ms) {
    std::vector<Bytes> packets;
    std::vector<pollfd> polls;
    for (const int fd : sockets) polls.push_back({fd, POLLIN, 0});
    while (poll(polls.data(), polls.size(), patience_ms) > 0)
      for (const int fd : sockets) read_one(fd, not_from, packets);
    return packets;
  }

  static void read_one(int fd, const sockaddr_ll* not_from, std::vector<Bytes>& packets) {
    uint8_t buffer[2048];
    sockaddr_ll from{};
    socklen_t length = sizeof from;
    for (ssize_t n; (n = recvfrom(fd, buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&from), &length)) > 0; length = sizeof from)
      if (!not_from || from.sll_pkttype != PACKET_OUTGOING) packets.emplace_back(buffer, buffer + n);
  }
};

std::string TwoHosts::obstacle() {
  try {
    const TwoHosts hosts;
    if (!hosts.hidden_->legacy && !hosts.hidden_->nf_tables) return "neither iptables-legacy-restore nor iptables-nft-restore works in a namespace";
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TwoHosts::TwoHosts() : hidden_(new Hidden) {
  try {
    hidden_->make_namespaces();
    hidden_->open_sockets();
  } catch (...) {
    delete hidden_;
    throw;
  }
  const std::string probe = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m conntrack --ctstate NEW -m multiport --dports 1,2 -j DROP\nCOMMIT\n";
  for (const BackEnd back_end : {BackEnd::legacy, BackEnd::nf_tables}) {
    (back_end == BackEnd::legacy ? hidden_->legacy : hidden_->nf_tables) = hidden_->restore(probe, back_end).has_value();
    clear(back_end);
  }
}

TwoHosts::~TwoHosts() { delete hidden_; }

bool TwoHosts::usable(BackEnd back_end) const { return back_end == BackEnd::legacy ? hidden_->legacy : hidden_->nf_tables; }

std::optional<std::string> TwoHosts::restore(const std::string& dump, BackEnd back_end) { return hidden_->restore(dump, back_end); }

void TwoHosts::clear(BackEnd back_end) {
  // A table that is restored keeps the policies that are not named: the other back end would go on with them.
  const std::string nothing = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n*raw\nCOMMIT\n*mangle\nCOMMIT\n*nat\nCOMMIT\n";
  (void)hidden_->restore(nothing, back_end);
}

void TwoHosts::send_to_host(const Bytes& packet) {
  (void)sendto(hidden_->wire, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&hidden_->towards_host), sizeof hidden_->towards_host);
}

bool TwoHosts::send_from_host(const Bytes& packet) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  std::memcpy(&to.sin_addr, packet.data() + 16, 4);
  return sendto(hidden_->sender, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) >= 0;
}

std::vector<Bytes> TwoHosts::received_by_host() { return Hidden::read_all(hidden_->readers, nullptr, patience_ms); }
std::vector<Bytes> TwoHosts::received_by_peer() { return Hidden::read_all({hidden_->wire}, &hidden_->towards_host, patience_ms); }

}  // namespace fwproof::testing
