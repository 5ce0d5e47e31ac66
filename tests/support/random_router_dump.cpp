// iptables' words for the router's rules.
#include "tests/support/random_router.h"

namespace fwproof::testing {
namespace {

using model::Family;

class Writer {
 public:
  Writer(uint64_t seed, Family family) : dice_(seed), world_(router_world(family)), v4_(family == Family::v4) {}

  std::string all() {
    std::string text;
    if (dice_.chance(25)) text += table("raw", {"PREROUTING", "OUTPUT"});
    if (dice_.chance(50)) text += table("mangle", {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"});
    text += table("nat", {"PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"});
    return text + table("filter", {"INPUT", "FORWARD", "OUTPUT"});
  }

 private:
  size_t rules_of(const std::string& chain) {
    if (table_ == "nat") return chain == "PREROUTING" ? 1 + dice_.below(5) : chain == "POSTROUTING" ? 1 + dice_.below(4) : dice_.below(2);
    if (table_ == "filter") return chain == "FORWARD" ? 1 + dice_.below(7) : chain == "INPUT" ? dice_.below(5) : dice_.below(3);
    return dice_.below(3);
  }

  std::string table(const std::string& name, const std::vector<std::string>& base_chains) {
    table_ = name;
    user_chains_ = name == "nat" ? 2 : dice_.below(3);
    std::string text = "*" + name + "\n", rules;
    for (const std::string& chain : base_chains) {
      const bool drops = name == "filter" && dice_.chance(chain == "OUTPUT" ? 15 : 40);
      text += ":" + chain + (drops ? " DROP" : " ACCEPT") + " [0:0]\n";
      if (drops && dice_.chance(75)) rules += "-A " + chain + " -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";
      // The usual pair of port forwards.
      if (drops && dice_.chance(40)) rules += "-A " + chain + " -m conntrack --ctstate " + dice_.any({"NEW", "DNAT", "NEW,DNAT", "SNAT", "INVALID"}) + " -j ACCEPT\n";
      for (size_t i = rules_of(chain); i > 0; --i) rules += rule(chain, 0);
    }
    for (size_t i = 0; i < user_chains_; ++i) {
      text += ":" + user_chain(i) + " - [0:0]\n";
      for (size_t n = dice_.below(4); n > 0; --n) rules += rule(user_chain(i), i + 1);
    }
    return text + rules + "COMMIT\n";
  }

  // In table nat the first one belongs to PREROUTING, the second one to POSTROUTING.
  static std::string user_chain(size_t i) { return "chain-" + std::to_string(i); }

  bool is_source_hook() const { return chain_ == "POSTROUTING" || chain_ == "INPUT" || chain_ == "chain-1"; }

  std::string rule(const std::string& chain, size_t first_callable) {
    chain_ = chain;
    ports_ = false;
    std::string text = "-A " + chain;
    if (dice_.chance(45)) text += addresses();
    if (dice_.chance(55)) text += protocol();
    if (dice_.chance(30)) text += interface();
    if (dice_.chance(table_ == "nat" ? 8 : 40) && table_ != "raw") text += connection();
    if (dice_.chance(10)) text += " -m mark " + maybe_not() + "--mark " + dice_.any({"0x0/0x1", "0x1", "0x2/0x2", "0x3", "0x0"});
    if (v4_ && dice_.chance(8)) text += " -m addrtype " + maybe_not() + dice_.any({"--dst-type LOCAL", "--src-type LOCAL"});
    if (!v4_ && dice_.chance(8)) text += " -m addrtype " + maybe_not() + dice_.any({"--dst-type LOCAL", "--dst-type LOCAL,MULTICAST"});
    return text + target(first_callable) + "\n";
  }

  std::string maybe_not(size_t percent = 25) { return dice_.chance(percent) ? "! " : ""; }

  std::string addresses() {
    switch (dice_.below(5)) {
      case 0: case 1: return " " + maybe_not() + "-s " + dice_.pick(world_.prefixes);
      case 2: case 3: return " " + maybe_not() + "-d " + dice_.pick(world_.prefixes);
    }
    return " -m iprange " + maybe_not() + dice_.any({"--src-range ", "--dst-range "}) + dice_.pick(world_.ranges);
  }

  std::string protocol() {
    switch (dice_.below(7)) {
      case 0: return " " + maybe_not() + "-p " + dice_.any({"tcp", "udp"});
      case 1:
        ports_ = true;
        return " -p " + dice_.any({"tcp", "udp"}) + " -m multiport " + maybe_not() + dice_.any({"--dports ", "--dports ", "--ports "}) + dice_.any({"8000,8002", "8001:8003,8007", "9000:9099"});
      case 2: return " -p tcp " + maybe_not() + dice_.any({"--syn", "--tcp-flags SYN,ACK SYN", "--tcp-flags FIN,SYN,RST,ACK ACK"});
      case 3: return v4_ ? " -p icmp " + maybe_not() + "--icmp-type " + dice_.any({"8", "0"}) : " -p ipv6-icmp " + maybe_not() + "--icmpv6-type " + dice_.any({"128", "129"});
    }
    ports_ = true;
    return " -p " + dice_.any({"tcp", "udp"}) + (dice_.chance(25) ? "" : " " + maybe_not(12) + dice_.any({"--dport ", "--dport ", "--dport ", "--sport "}) + dice_.any({"8000", "8001", "8002:8004", ":8003", "8005:", "8007", "9000"}));
  }

  std::string interface() {
    const bool in = chain_ == "INPUT" || chain_ == "PREROUTING" || (chain_ != "OUTPUT" && chain_ != "POSTROUTING" && !(table_ == "nat" && chain_ == "chain-1") && dice_.chance(50));
    return " " + maybe_not() + (in ? "-i " : "-o ") + dice_.any({"c0", "s0", "c0", "s0", "s+", "lo"});
  }

  std::string connection() {
    static const std::vector<std::string> kStates = {"NEW", "ESTABLISHED", "RELATED,ESTABLISHED", "INVALID", "UNTRACKED", "NEW,UNTRACKED", "DNAT", "DNAT,INVALID", "SNAT", "SNAT,DNAT", "NEW,SNAT"};
    switch (dice_.below(8)) {
      case 0: case 1: return " -m conntrack --ctdir " + dice_.any({"ORIGINAL", "REPLY"});
      case 2: case 3: return " -m conntrack " + maybe_not() + "--ctstate " + dice_.pick(kStates) + " --ctdir " + dice_.any({"ORIGINAL", "REPLY"});
      case 4: if (dice_.chance(30)) return " -m conntrack " + maybe_not() + "--ctstatus " + dice_.any({"SEEN_REPLY", "ASSURED", "CONFIRMED", "NONE"});
    }
    return " -m conntrack " + maybe_not() + "--ctstate " + dice_.pick(kStates);
  }

  std::string target(size_t first_callable) {
    if (table_ == "nat") return translation();
    if (first_callable < user_chains_ && dice_.chance(25))
      return dice_.any({" -j ", " -j ", " -g "}) + user_chain(first_callable + dice_.below(user_chains_ - first_callable));
    if (dice_.chance(8)) return " -j RETURN";
    if (table_ == "filter") return " -j " + dice_.any({"ACCEPT", "ACCEPT", "ACCEPT", "DROP", "DROP", "REJECT", "MARK --set-xmark 0x1/0x1"});
    if (table_ == "raw" && dice_.chance(12)) return " -j CT " + dice_.any({"--zone 1", "--ctevents new", "--ctevents new"});
    if (table_ == "mangle" && dice_.chance(8)) return std::string(" -j ") + (v4_ ? "TTL --ttl-" : "HL --hl-") + dice_.any({"set 1", "set 64", "inc 1"});
    if (table_ == "raw") return " -j " + dice_.any({"CT --notrack", "ACCEPT", "MARK --set-mark 0x2", "MARK --set-mark 0x1"});
    return " -j " + dice_.any({"MARK --set-xmark 0x1/0xffffffff", "MARK --or-mark 0x2", "MARK --xor-mark 0x3", "MARK --set-mark 0x2/0x3", "ACCEPT", "ACCEPT"}) ;
  }

  std::string translation() {
    const bool base = chain_ == "PREROUTING" || chain_ == "POSTROUTING";
    if (base && dice_.chance(12)) return std::string(dice_.any({" -j ", " -g "})) + (chain_ == "PREROUTING" ? "chain-0" : "chain-1");
    if (dice_.chance(12)) return " -j " + dice_.any({"ACCEPT", "RETURN", "MARK --set-mark 0x1"});
    if (chain_ == "OUTPUT") return " -j MARK --set-mark 0x3";
    return " -j " + (is_source_hook() ? new_source() : new_destination());
  }

  std::string with_port(const std::string& address, const std::string& port) const { return (v4_ ? address : "[" + address + "]") + ":" + port; }

  std::string new_destination() {
    const std::string to = dice_.pick(world_.new_destinations);
    switch (dice_.below(10)) {
      case 0: return "DNAT --to-destination " + dice_.pick(world_.new_destination_ranges);
      case 1: if (chain_ == "PREROUTING") return "NETMAP --to " + dice_.pick(world_.maps).second; break;
      case 2: return ports_ ? "REDIRECT --to-ports " + dice_.any({"8002", "8000-8007"}) : "REDIRECT";
      case 3: case 4: case 5: if (ports_) return "DNAT --to-destination " + with_port(to, dice_.any({"8003", "9000", "8001", "9000-9005"})); break;
      case 6: if (ports_ && v4_) return "DNAT --to-destination :8004"; break;
    }
    return "DNAT --to-destination " + to;
  }

  std::string new_source() {
    const std::string to = dice_.pick(world_.new_sources);
    switch (dice_.below(10)) {
      case 0: return "SNAT --to-source " + dice_.pick(world_.new_source_ranges);
      case 1: if (chain_ == "POSTROUTING") return "NETMAP --to " + dice_.pick(world_.maps).second; break;
      case 2: case 3: case 4:
        if (chain_ == "INPUT") break;
        return ports_ && dice_.chance(40) ? "MASQUERADE --to-ports " + dice_.any({"20000-29999", "15000-19999"}) : "MASQUERADE";
      case 5: if (ports_) return "SNAT --to-source " + with_port(to, "20000-29999"); break;
    }
    return "SNAT --to-source " + to;
  }

  Dice dice_;
  const RouterWorld& world_;
  bool v4_;
  std::string table_;
  std::string chain_;
  size_t user_chains_ = 0;
  bool ports_ = false;  // the rule's protocol has some, and a translation may name them
};

}  // namespace

std::string random_router_dump(uint64_t seed, Family family) { return Writer(seed, family).all(); }

}  // namespace fwproof::testing
