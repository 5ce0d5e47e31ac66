// nftables' words for the router's rules.
#include "tests/support/random_router.h"

namespace fwproof::testing {
namespace {

using model::Family;

class Writer {
 public:
  explicit Writer(uint64_t seed) : dice_(seed) {}

  std::string all() {
    std::string text = "table inet f {\n" + sets();
    text += chain("two", "", "filter", dice_.below(4), 0) + chain("one", "", "filter", dice_.below(4), 1);
    if (dice_.chance(40)) text += chain("early", base("filter", "prerouting", dice_.any({"raw", "mangle", "dstnat + 5", "-110"}), 5), "early", dice_.below(4), 2);
    for (const char* name : {"fwd1", "fwd2"}) {
      if (name[3] == '2' && dice_.chance(50)) continue;
      text += chain(name, base("filter", "forward", dice_.any({"filter", "filter", "mangle", "10"}), 40), "filter", 1 + dice_.below(7), 2);
    }
    if (dice_.chance(70)) text += chain("in1", base("filter", "input", "filter", 40), "filter", dice_.below(5), 2);
    if (dice_.chance(40)) text += chain("out1", base("filter", "output", dice_.any({"filter", "mangle"}), 15), "filter", dice_.below(3), 2);
    if (dice_.chance(40)) text += chain("late", base("filter", "postrouting", dice_.any({"mangle", "srcnat - 5", "srcnat + 10"}), 5), "filter", dice_.below(3), 2);
    text += "}\n";
    if (dice_.chance(50)) return text + nat_table("inet", both());
    return text + nat_table("ip", {Family::v4}) + nat_table("ip6", {Family::v6});
  }

 private:
  static std::vector<Family> both() { return {Family::v4, Family::v6}; }

  std::string sets() {
    std::string text;
    for (const Family family : both()) {
      const RouterWorld& world = router_world(family);
      const bool v4 = family == Family::v4;
      const std::string type = v4 ? "ipv4_addr" : "ipv6_addr", number = v4 ? "4" : "6";
      text += "  set hosts" + number + " { type " + type + "; flags interval; elements = { " + world.prefixes[1] + ", " + world.ranges[0] + ", " + world.server_side[2] + " }\n  }\n";
      text += "  set pairs" + number + " { type " + type + " . inet_service; elements = { " + world.server_side[0] + " . 8001, " + world.server_side[1] + " . 8002, " +
              world.client_side[0] + " . 9000 }\n  }\n";
    }
    text += "  set sides { type ifname; elements = { \"c0\", \"lo\" }\n  }\n";
    text += "  map decide { type inet_service : verdict; elements = { 8000 : accept, 8001 : jump one, 8002 : goto two, 8003 : drop }\n  }\n";
    text += "  map marks { type inet_service : mark; elements = { 8004 : 4, 8005 : 5 }\n  }\n";
    return text;
  }

  std::string base(const std::string& type, const std::string& hook, const std::string& priority, uint64_t drop_percent) {
    return "type " + type + " hook " + hook + " priority " + priority + "; policy " + (dice_.chance(drop_percent) ? "drop" : "accept") + ";";
  }

  std::string chain(const std::string& name, const std::string& head, const std::string& kind, uint64_t rules, int calls) {
    std::string text = "  chain " + name + " {\n" + (head.empty() ? "" : "    " + head + "\n");
    if (head.find("policy drop") != std::string::npos) {
      if (dice_.chance(80)) text += "    ct state " + dice_.any({"established,related accept", "{ established, related } accept", "vmap { established : accept, related : accept, invalid : drop }"}) + "\n";
      if (dice_.chance(40)) text += "    " + dice_.any({"ct status dnat accept", "ct state new accept", "meta l4proto { icmp, icmpv6 } accept", "ct status snat,dnat accept"}) + "\n";
    }
    for (uint64_t i = 0; i < rules; ++i) text += "    " + rule(kind, calls) + "\n";
    return text + "  }\n";
  }

  std::string port() { return std::to_string(8000 + dice_.below(8)); }

  std::string addresses() {
    const Family family = family_;
    const RouterWorld& world = router_world(family);
    const std::string word = family == Family::v4 ? "ip " : "ip6 ", number = family == Family::v4 ? "4" : "6";
    const std::string which = word + dice_.any({"saddr ", "daddr "}), no = dice_.chance(25) ? "!= " : "";
    switch (dice_.below(6)) {
      case 0: return which + no + "@hosts" + number;
      case 1: return which + no + dice_.pick(world.ranges);
      case 2: return which + no + "{ " + dice_.pick(world.client_side) + ", " + dice_.pick(world.server_side) + " }";
      case 3: return word + "daddr . " + (dice_.chance(70) ? protocol_ : "th") + " dport " + no + "@pairs" + number;
    }
    return which + no + dice_.pick(world.prefixes);
  }

  std::string connection() {
    return dice_.any({"ct state new", "ct state established", "ct state != new", "ct state invalid", "ct state { new, untracked }", "ct state established,related", "ct status dnat",
                      "ct status snat", "ct status != dnat", "ct status & (snat|dnat) == 0", "ct status snat,dnat", "ct direction original", "ct direction reply", "ct direction != reply",
                      "ct status seen-reply", "ct status confirmed"});
  }

  std::string other() {
    const std::string p = port();
    switch (dice_.below(8)) {
      case 0: case 1: return protocol_ + " dport " + std::string(dice_.any({"!= ", "", ""})) + p;
      case 2: return protocol_ + " dport " + std::string(dice_.any({"!= ", ""})) + "{ " + p + ", 9000-9099 }";
      case 3: return "meta l4proto { tcp, udp } th dport " + std::string(dice_.any({"< ", ">= "})) + p;
      case 4: protocol_ = "th"; return dice_.any({"meta l4proto { icmp, icmpv6 }", "meta l4proto != tcp", family_ == Family::v4 ? "icmp type { echo-reply, 13 }" : "icmpv6 type echo-request", family_ == Family::v4 ? "icmp type echo-request" : "icmpv6 type { echo-reply, 3 }"});
      case 5: protocol_ = "tcp"; return dice_.any({"tcp flags & (fin|syn|rst|ack) == syn", "tcp flags syn", "tcp flags ack / syn,ack", "tcp flags != syn", "tcp sport >= 30000"});
      case 6: return dice_.any({"meta mark 4", "meta mark & 0x5 != 0", "meta mark != 1", "meta nfproto != 7", "fib daddr type local", "fib saddr type != local"});
    }
    protocol_ = "th";
    if (family_ == Family::v6) return dice_.any({"ip6 nexthdr udp", "ip6 nexthdr . th dport { tcp . 8001, udp . 8002 }"});
    return dice_.any({"ip protocol . th dport { tcp . 8001, udp . 8002, tcp . 9000 }", "ip protocol icmp", "ip daddr & 255.0.0.255 == 192.0.0.10"});
  }

  std::string interface(bool out) {
    return std::string(out && dice_.chance(50) ? "oifname " : "iifname ") + dice_.any({"\"c0\"", "\"s0\"", "!= \"c0\"", "\"s*\"", "{ \"c0\", \"lo\" }", "@sides", "!= { \"s0\", \"eth7\" }"});
  }

  std::string rule(const std::string& kind, int calls) {
    const bool early = kind == "early";
    std::string text;
    family_ = dice_.chance(60) ? Family::v4 : Family::v6;
    protocol_ = dice_.any({"tcp", "udp"});
    if (dice_.chance(35)) text += interface(!early) + " ";
    if (dice_.chance(40)) text += addresses() + " ";
    if (dice_.chance(40)) text += other() + " ";
    if (dice_.chance(early ? 0 : 35)) text += connection() + " ";
    if (dice_.chance(15)) text += dice_.any({"counter ", "meta mark set 4 ", "log prefix \"seen\" ", "meta mark set mark or 0x1 ", "meta mark set 5 "});
    if (calls == 2 && dice_.chance(15)) return text + decision();
    if (calls == 2 && dice_.chance(15)) return text + dice_.any({"jump one", "goto two", "jump two", "goto one"});
    if (calls == 1 && dice_.chance(15)) return text + dice_.any({"jump two", "goto two"});
    if (early && dice_.chance(15)) return text + "notrack";
    return text + dice_.any({"accept", "accept", "accept", "drop", "drop", "return", "meta mark set 4", "reject", "continue", "meta mark set 1 accept"});
  }

  // By a map of verdicts.
  std::string decision() {
    switch (dice_.below(6)) {
      case 0: return protocol_ + " dport vmap @decide";
      case 1: return protocol_ + " dport vmap { 8001 : drop, 8002-8004 : jump one, * : continue }";
      case 2: if (family_ == Family::v4) return "iifname . ip saddr vmap { \"c0\" . 192.0.2.10 : accept, \"s0\" . 198.51.100.10 : drop }"; break;
      case 3: return "meta mark vmap { 0 : jump one, 4 : jump two, 5 : drop }";
    }
    return dice_.any({"ct state vmap { invalid : drop, new : continue, established : accept }", "ct direction vmap { original : jump one, reply : accept }"});
  }

  // ---- translation ----

  std::string nat_table(const std::string& family, const std::vector<Family>& families) {
    std::string text = "table " + family + " n {\n";
    word_ = family == "inet";
    for (const bool source : {false, true}) {
      const std::string hook = source ? "post" : "pre";
      text += "  chain " + hook + "-sub {\n" + nat_rule(families, source) + "  }\n";
      for (const char* number : {"1", "2"}) {
        if (dice_.chance(*number == '2' ? 70 : 15)) continue;
        text += "  chain " + hook + number + " {\n    type nat hook " + hook + "routing priority " + dice_.any(source ? std::initializer_list<const char*>{"srcnat", "srcnat", "90"} : std::initializer_list<const char*>{"dstnat", "dstnat", "-90"}) + ";\n";
        for (uint64_t i = 1 + dice_.below(4); i > 0; --i) text += nat_rule(families, source);
        if (dice_.chance(25)) text += "    jump " + hook + "-sub\n";
        text += "  }\n";
      }
    }
    if (dice_.chance(15)) text += "  chain in {\n    type nat hook input priority 100;\n    udp dport 8001 " + statement("snat", families[0]) + " to " + router_world(families[0]).new_sources[0] + "\n  }\n";
    return text + "}\n";
  }

  std::string statement(const std::string& verb, Family family) const { return verb + (word_ ? (family == Family::v4 ? " ip" : " ip6") : ""); }

  std::string nat_rule(const std::vector<Family>& families, bool source) {
    const Family family = dice_.pick(families);
    const RouterWorld& world = router_world(family);
    std::string text = "    ";
    if (dice_.chance(35)) text += std::string(source ? "oifname " : "iifname ") + dice_.any({"\"c0\" ", "\"s0\" ", "!= \"c0\" "});
    if (dice_.chance(40)) text += std::string(family == Family::v4 ? "ip " : "ip6 ") + dice_.any({"saddr ", "daddr "}) + dice_.pick(world.prefixes) + " ";
    if (dice_.chance(8)) text += "ct status dnat ";
    const bool ports = dice_.chance(60);
    protocol_ = dice_.any({"tcp", "udp"});
    if (ports) text += protocol_ + " dport " + dice_.any({"8000", "8001", "{ 8002, 8003 }", "8000-8005", "!= 8001", "8007"}) + " ";
    if (dice_.chance(10)) return text + dice_.any({"accept", "return", "counter", "meta mark set 1"}) + "\n";
    return text + (source ? new_source(family, ports) : new_destination(family, ports)) + "\n";
  }

  static std::string with_port(Family family, const std::string& address, const std::string& port) { return (family == Family::v4 ? address : "[" + address + "]") + ":" + port; }

  std::string new_destination(Family family, bool ports) {
    const RouterWorld& world = router_world(family);
    const std::string dnat = statement("dnat", family), to = dice_.pick(world.new_destinations), another = dice_.pick(world.new_destinations);
    const auto& [from, into] = dice_.pick(world.maps);
    const std::string daddr = family == Family::v4 ? "ip daddr" : "ip6 daddr";
    switch (dice_.below(9)) {
      case 0: return dnat + " to " + dice_.pick(world.new_destination_ranges);
      case 1: if (from.ends_with("/120") || from.find("0/28") != std::string::npos) return dnat + " prefix to " + daddr + " map { " + from + " : " + into + " }"; break;
      case 2: return ports ? "redirect to :8002" : "redirect";
      case 3: case 4: if (ports) return dnat + " to " + with_port(family, to, dice_.any({"8003", "9000", "9000-9005"})); break;
      case 5: if (ports) return dnat + " to " + protocol_ + " dport map { 8000 : " + to + ", 8001-8002 : " + another + ", 8005 : " + to + " }"; break;
      case 6: if (ports) return (word_ ? dnat + " addr . port to " : "dnat to ") + protocol_ + " dport map { 8000 : " + to + " . 9000, 8003 : " + another + " . 8001 }"; break;
    }
    return dnat + " to " + to;
  }

  std::string new_source(Family family, bool ports) {
    const RouterWorld& world = router_world(family);
    const std::string snat = statement("snat", family), to = dice_.pick(world.new_sources);
    const auto& [from, into] = dice_.pick(world.maps);
    const std::string saddr = family == Family::v4 ? "ip saddr" : "ip6 saddr";
    switch (dice_.below(9)) {
      case 0: return snat + " to " + dice_.pick(world.new_source_ranges);
      case 1: return snat + " prefix to " + saddr + " map { " + from + " : " + into + " }";
      case 2: case 3: return ports ? "masquerade to :20000-29999" : dice_.any({"masquerade", "masquerade random"});
      case 4: if (ports) return snat + " to " + with_port(family, to, "20000-29999"); break;
      case 5: return snat + " to " + saddr + " map { " + world.client_side[0] + " : " + to + ", " + world.server_side[0] + " : " + world.new_sources[0] + " }";
    }
    return snat + " to " + to;
  }

  Dice dice_;
  bool word_ = false;       // the table is of both families, so that translations name theirs
  Family family_ = Family::v4;  // of the rule
  std::string protocol_;
};

}  // namespace

std::string random_router_ruleset(uint64_t seed) { return Writer(seed).all(); }

}  // namespace fwproof::testing
