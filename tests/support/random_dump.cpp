#include "tests/support/random_dump.h"

#include <random>

namespace fwproof::testing {
namespace {

using Words = std::vector<std::string>;

class Writer {
 public:
  explicit Writer(uint64_t seed) : random_(seed) {}

  std::string all() {
    std::string text;
    if (chance(30)) text += table("raw", {"PREROUTING", "OUTPUT"});
    if (chance(60)) text += table("mangle", {"PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"});
    if (chance(50)) text += table("nat", {"PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"});
    return text + table("filter", {"INPUT", "OUTPUT"});
  }

 private:
  size_t below(size_t limit) { return static_cast<size_t>(random_() % limit); }
  bool chance(size_t percent) { return below(100) < percent; }
  const std::string& pick(const Words& words) { return words[below(words.size())]; }
  std::string maybe_not(size_t percent = 30) { return chance(percent) ? "! " : ""; }

  std::string table(const std::string& name, const Words& base_chains) {
    table_ = name;
    user_chains_ = below(4);
    std::string text = "*" + name + "\n", rules;
    for (const std::string& chain : base_chains) {
      const bool inwards = chain == "INPUT" || chain == "PREROUTING";
      text += ":" + chain + (name == "filter" && inwards && chance(60) ? " DROP" : " ACCEPT") + " [0:0]\n";
      for (size_t i = below(name == "filter" && inwards ? 9 : inwards ? 4 : 2); i > 0; --i) rules += rule(chain, 0);
    }
    for (size_t i = 0; i < user_chains_; ++i) {
      text += ":" + user_chain(i) + " - [0:0]\n";
      for (size_t n = below(5); n > 0; --n) rules += rule(user_chain(i), i + 1);
    }
    return text + rules + "COMMIT\n";
  }

  static std::string user_chain(size_t i) { return "chain-" + std::to_string(i); }

  // Chains call later ones only.
  std::string rule(const std::string& chain, size_t first_callable) {
    chain_ = chain;
    ports_ = false;
    std::string text = "-A " + chain;
    if (chance(40)) text += addresses();
    if (chance(60)) text += protocol();
    if (chance(15)) text += interface();
    if (chance(30) && table_ != "raw") text += connection();
    if (chance(15)) text += mark();
    if (chance(10)) text += " -m addrtype " + maybe_not() + pick({"--dst-type LOCAL", "--src-type LOCAL"});
    if (chance(10)) text += " -m comment --comment " + pick({"plain", "\"two words\"", "\"a \\\"quoted\\\" \\\\ -j DROP\""});
    return text + target(first_callable) + "\n";
  }

  std::string addresses() {
    static const Words kPrefixes = {"192.0.2.0/25", "192.0.2.0/24", "203.0.113.0/24", "203.0.113.128/25", "198.51.100.0/24", "203.0.113.5",
                                    "192.0.2.77",   "192.0.2.1",    "0.0.0.0/0",      "203.0.0.5/255.0.0.255", "198.51.100.1"};
    static const Words kRanges = {"192.0.2.1-192.0.2.9", "203.0.113.5-203.0.113.200", "198.51.100.0-203.0.113.4"};
    switch (below(5)) {
      case 0: return " " + maybe_not() + "-s " + pick(kPrefixes);
      case 1: return " " + maybe_not() + "-d " + pick(kPrefixes);
      case 2: return " -s " + pick(kPrefixes) + "," + pick(kPrefixes) + " -d " + pick(kPrefixes);
      case 3: return " -m iprange " + maybe_not() + "--src-range " + pick(kRanges);
    }
    return " -m iprange " + maybe_not() + "--dst-range " + pick(kRanges);
  }

  std::string protocol() {
    static const Words kPorts = {"8000", "8001", "8002:8004", ":8003", "8005:", "8007"};
    static const Words kLists = {"8000,8002", "8001:8003,8007", "1024:20000", "8006"};
    switch (below(8)) {
      case 0: return " " + maybe_not() + "-p " + pick({"tcp", "udp", "icmp", "gre"});
      case 1: case 2: {
        ports_ = true;
        return " -p " + pick({"tcp", "udp"}) + " " + maybe_not() + pick({"--dport ", "--dport ", "--sport "}) + pick(kPorts);
      }
      case 3: {
        ports_ = true;
        return " -p " + pick({"tcp", "udp"}) + " -m multiport " + maybe_not() + pick({"--dports ", "--ports ", "--sports "}) + pick(kLists);
      }
      case 4: return " -p tcp " + maybe_not() + "--syn";
      case 5: return " -p tcp " + maybe_not() + "--tcp-flags " + pick({"SYN,ACK SYN", "ALL NONE", "FIN,SYN,RST,ACK ACK", "RST RST", "ALL FIN,PSH,URG", "SYN,FIN SYN,FIN"});
      case 6: return " -p icmp " + maybe_not() + "--icmp-type " + pick({"8", "echo-reply", "3/3", "any", "13", "destination-unreachable"});
    }
    ports_ = true;
    return " -p " + pick({"tcp", "udp"});
  }

  std::string interface() {
    const bool in = chain_ == "INPUT" || chain_ == "PREROUTING" || (chain_ != "OUTPUT" && chain_ != "POSTROUTING" && chance(70));
    return " " + maybe_not() + (in ? "-i " : "-o ") + pick({"v0", "v+", "lo", "w+", "v00"});
  }

  std::string connection() {
    static const Words kStates = {"NEW", "ESTABLISHED", "RELATED,ESTABLISHED", "INVALID", "UNTRACKED", "NEW,UNTRACKED", "DNAT", "DNAT,INVALID", "SNAT"};
    static const Words kOldStates = {"NEW", "ESTABLISHED", "RELATED,ESTABLISHED", "INVALID", "UNTRACKED"};
    switch (below(7)) {
      case 0: return " -m state " + maybe_not() + "--state " + pick(kOldStates);
      case 3: return " -m conntrack " + (chance(50) ? maybe_not() + "--ctstate " + pick(kStates) + " " : "") + maybe_not() + pick({"--ctorigsrc 192.0.2.0/25", "--ctproto 6", "--ctorigdst 192.0.2.1"});
      case 1: return " -m conntrack --ctdir " + pick({"ORIGINAL", "REPLY"});
      case 2: return " -m conntrack " + maybe_not() + "--ctstate " + pick(kStates) + " --ctdir " + pick({"ORIGINAL", "REPLY"});
    }
    return " -m conntrack " + maybe_not() + "--ctstate " + pick(kStates);
  }

  std::string mark() {
    const std::string value = pick({"0x0/0x1", "0x1", "0x2/0x2", "0x3", "0x0"});
    return " -m " + pick({"mark ", "mark ", "connmark "}) + maybe_not() + "--mark " + value;
  }

  std::string target(size_t first_callable) {
    if (first_callable < user_chains_ && chance(35))
      return pick({" -j ", " -j ", " -g "}) + user_chain(first_callable + below(user_chains_ - first_callable));
    if (chance(10)) return "";
    if (chance(12)) return " -j RETURN";
    if (table_ == "filter") return " -j " + pick({"ACCEPT", "ACCEPT", "DROP", "REJECT", "REJECT --reject-with icmp-admin-prohibited", "MARK --set-xmark 0x1/0x1"});
    if (table_ == "raw" && chance(15)) return " -j CT " + pick({"--zone 1", "--ctevents new", "--ctevents new"});
    if (table_ == "raw") return " -j " + pick({"CT --notrack", "CT --notrack", "ACCEPT", "DROP", "MARK --set-mark 0x2"});
    if (table_ == "mangle") return marking();
    return translation();
  }

  std::string marking() {
    return " -j " + pick({"MARK --set-xmark 0x1/0xffffffff", "MARK --or-mark 0x2", "MARK --and-mark 0x1", "MARK --xor-mark 0x3", "MARK --set-mark 0x2/0x3",
                          "CONNMARK --save-mark", "CONNMARK --restore-mark", "CONNMARK --set-mark 0x1", "CONNMARK --restore-mark --mask 0x1", "ACCEPT", "DROP"});
  }

  std::string translation() {
    if (chance(20)) return " -j " + pick({"ACCEPT", "MARK --set-mark 0x1", "CONNMARK --set-mark 0x2"});
    const bool destination = chain_ == "PREROUTING" || (chain_ != "INPUT" && chain_ != "POSTROUTING" && chain_ != "OUTPUT" && chance(80));
    if (chain_ == "OUTPUT") return " -j MARK --set-mark 0x3";
    if (!destination) return " -j SNAT --to-source " + pick({"198.51.100.99", "203.0.113.77"});
    if (ports_) return " -j " + pick({"DNAT --to-destination 192.0.2.1:8003", "DNAT --to-destination 198.51.100.1:8001", "REDIRECT --to-ports 8002", "DNAT --to-destination :8004"});
    return " -j " + pick({"DNAT --to-destination 192.0.2.1", "DNAT --to-destination 198.51.100.1", "REDIRECT"});
  }

  std::mt19937_64 random_;
  std::string table_;
  std::string chain_;
  size_t user_chains_ = 0;
  bool ports_ = false;  // the rule's protocol has some, and a translation may name them
};

}  // namespace

std::string random_dump(uint64_t seed) { return Writer(seed).all(); }

const std::vector<std::string>& client_addresses() {
  static const Words kAddresses = {"192.0.2.2", "192.0.2.77", "203.0.113.5", "203.0.113.200", "198.51.100.98"};
  return kAddresses;
}

const std::vector<std::string>& target_addresses() {
  static const Words kAddresses = {"192.0.2.1", "192.0.2.1", "198.51.100.1", "203.0.113.250"};
  return kAddresses;
}

}  // namespace fwproof::testing
