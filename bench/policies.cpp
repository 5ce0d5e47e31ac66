#include "bench/policies.h"

#include <algorithm>
#include <stdexcept>

#include "bench/dice.h"

namespace fwproof::bench {
namespace {

constexpr uint16_t kKnownPorts[] = {22, 25, 53, 80, 110, 143, 389, 443, 445, 587, 993, 1433, 3306, 3389, 5432, 8080, 8443};
constexpr uint32_t kFirstRowPort = 8000;   // of specification()

// Sources are anywhere but in kAdmin's 192/8 and in the martian networks; destinations are in 10/8.
uint32_t source(Dice& dice) {
  const uint32_t value = dice.bits();
  return (value & 0x00ffffff) | (16 + (value >> 24) % 100) << 24;
}
uint32_t destination(Dice& dice) { return (dice.bits() & 0x00ffffff) | 10u << 24; }

std::string any_port(Dice& dice) { return std::to_string(dice.chance(70) ? kKnownPorts[dice.below(std::size(kKnownPorts))] : dice.between(1, 65535)); }

std::string port_range(Dice& dice) {
  const uint32_t low = dice.between(1, 64000);
  return std::to_string(low) + ":" + std::to_string(low + dice.between(1, 1500));
}

const char* protocol(Dice& dice) { return dice.chance(75) ? "tcp" : "udp"; }

std::string rule(const char* chain, const std::string& source, const std::string& destination, const std::string& protocol, const std::string& ports, const char* target) {
  std::string text = std::string("-A ") + chain;
  if (!source.empty()) text += " -s " + source;
  if (!destination.empty()) text += " -d " + destination;
  text += " -p " + protocol + " -m " + protocol;
  if (!ports.empty()) text += " --dport " + ports;
  return text + " -j " + target + "\n";
}

const char* target(Dice& dice, uint32_t denied) { return dice.chance(denied) ? "DROP" : "ACCEPT"; }

// Destinations in 10/8; a rule that could open the host is a deny instead, so that the specification holds whatever else there is.
constexpr uint32_t kHostNumber = 10u << 24 | 1u << 16 | 2u << 8 | 3u;
struct Net {
  uint32_t value = 0;
  uint32_t length = 32;
  std::string text() const { return length == 32 ? address(value) : prefix(value, length); }
  bool has_host() const { return ((value ^ kHostNumber) >> (32 - length)) == 0; }
};
Net net(Dice& dice, uint32_t shortest, uint32_t longest) { return {destination(dice), dice.between(shortest, longest)}; }

std::string rule_to(const char* chain, const std::string& from, const Net& to, const std::string& protocol, const std::string& ports, const char* target) {
  return rule(chain, from, to.text(), protocol, ports, to.has_host() ? "DROP" : target);
}

// ClassBench-like: prefixes that lie in one another, three in five rules with one port, one in five with a range, one in ten denies.
std::string nested_rule(Dice& dice) {
  const std::string from = prefix(source(dice), dice.between(8, 32));
  const Net to = net(dice, 10, 32);
  const uint32_t kind = dice.below(5);
  const std::string ports = kind < 3 ? any_port(dice) : kind == 3 ? port_range(dice) : "";
  return rule_to("INPUT", from, to, protocol(dice), ports, target(dice, 10));
}

// A rule that two later neighbours of each other cover together and none of them alone: dead by union only.
std::string union_rules(Dice& dice) {
  const uint32_t net = destination(dice) & 0xffffff00, from = source(dice);
  const std::string port = any_port(dice), wide = prefix(from, 16);
  return rule_to("INPUT", wide, {net, 25}, "tcp", port, "ACCEPT") + rule_to("INPUT", wide, {net | 128, 25}, "tcp", port, "ACCEPT") +
         rule_to("INPUT", prefix(from, 20), {net, 24}, "tcp", port, "DROP");
}

std::string nested_rules(size_t rules, uint64_t seed) {
  Dice dice(seed);
  std::string text;
  for (size_t i = 0; i < rules; ++i) {
    if (i % 100 != 99 || i + 3 > rules) {
      text += nested_rule(dice);
    } else {
      text += union_rules(dice);
      i += 2;
    }
  }
  return text;
}

std::string flat_hosts(size_t rules, uint64_t seed) {
  Dice dice(seed);
  std::string text;
  for (size_t i = 0; i < rules; ++i) text += rule_to("INPUT", address(source(dice)), {destination(dice)}, protocol(dice), any_port(dice), target(dice, 10));
  return text;
}

std::string many_ports(size_t rules, uint64_t seed) {
  Dice dice(seed);
  std::string text;
  for (size_t i = 0; i < rules; ++i) text += rule_to("INPUT", prefix(source(dice), dice.between(8, 24)), net(dice, 12, 24), protocol(dice), port_range(dice), target(dice, 10));
  return text;
}

std::string deny_first(size_t rules, uint64_t seed) {
  Dice dice(seed);
  std::string text;
  for (size_t i = 0; i < rules / 2; ++i) text += rule("INPUT", prefix(source(dice), dice.between(16, 32)), "", "tcp", "", "DROP");
  for (size_t i = rules / 2; i < rules; ++i) text += nested_rule(dice);
  return text;
}

// Ranges of ports and wide prefixes that cut one another: where lists of boxes explode.
std::string overlapping(size_t rules, uint64_t seed) {
  Dice dice(seed);
  std::string text;
  for (size_t i = 0; i < rules; ++i) text += rule("INPUT", prefix(source(dice), dice.between(4, 12)), prefix(10u << 24, dice.between(8, 14)), "tcp", port_range(dice), i % 2 ? "DROP" : "ACCEPT");
  return text;
}

// 1,000 rules open a port of the host to a network of their own; the rest is about others.
std::string violating(size_t rules, uint64_t seed) {
  Dice dice(seed);
  std::string text;
  const size_t every = std::max<size_t>(1, rules / 1000);
  for (size_t i = 0; i < rules; ++i)
    if (i % every == every / 2) text += rule("INPUT", prefix((16u << 24) + static_cast<uint32_t>(i) * 4096, 24), kHost, "tcp", std::to_string(9000 + i / every), "ACCEPT");
    else text += rule("INPUT", address(source(dice)), address(destination(dice) | 1u << 22), protocol(dice), any_port(dice), target(dice, 10));
  return text;
}

// ---- chains -------------------------------------------------------------------------------------------------------

struct Table {
  std::string chains;
  std::string rules;
};

Table long_chain(size_t rules, uint64_t seed) {
  Table table{":SERVICES - [0:0]\n", "-A INPUT -p tcp -m tcp -j SERVICES\n"};
  std::string text = nested_rules(rules, seed);
  for (size_t at = 0; (at = text.find("-A INPUT", at)) != std::string::npos;) text.replace(at, 8, "-A SERVICES");
  table.rules += text;
  return table;
}

// A tree of chains by destination: each level decides on more bits of it.
Table deep_jumps(size_t rules, uint64_t seed) {
  Dice dice(seed);
  Table table;
  constexpr uint32_t kFan = 16;
  size_t left = rules;
  for (uint32_t a = 0; a < 256 && left > 0; ++a) {
    const std::string outer = "NET" + std::to_string(a);
    table.chains += ":" + outer + " - [0:0]\n";
    table.rules += "-A INPUT -d " + prefix(10u << 24 | a << 16, 16) + " -j " + outer + "\n";
    for (uint32_t b = 0; b < kFan && left > 0; ++b) {
      const std::string inner = outer + "-" + std::to_string(b);
      table.chains += ":" + inner + " - [0:0]\n";
      table.rules += "-A " + outer + " -d " + prefix(10u << 24 | a << 16 | b << 12, 20) + " -j " + inner + "\n";
      const size_t here = std::min(left, std::max<size_t>(1, rules / (256 * kFan)));
      for (size_t i = 0; i < here; ++i)
        table.rules += rule_to(inner.c_str(), prefix(source(dice), dice.between(8, 32)), {10u << 24 | a << 16 | b << 12 | dice.below(4096), dice.between(20, 32)}, protocol(dice), any_port(dice), target(dice, 10));
      left -= here;
    }
  }
  return table;
}

// What lets kAdmin in on the rows' ports and keeps everyone else away from the host.
std::string granted(size_t rows) {
  std::string text;
  for (size_t i = 0; i < rows; ++i) text += rule("INPUT", kAdmin, kHost, "tcp", std::to_string(kFirstRowPort + i), "ACCEPT");
  return text;
}

constexpr size_t kRows = 20;

std::string filter(const Table& table, const std::string& head) {
  return "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n" + table.chains + head + table.rules +
         "-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\nCOMMIT\n";
}

// The grants stand in the middle of the rules.
std::string holding(const Table& table) {
  const size_t middle = table.rules.find('\n', table.rules.size() / 2) + 1;
  return filter({table.chains, table.rules.substr(0, middle) + granted(kRows) + table.rules.substr(middle)}, "");
}

// ---- a Kubernetes node --------------------------------------------------------------------------------------------

// The tables that kube-proxy keeps in its iptables mode (Kubernetes 1.28, pkg/proxy/iptables/proxier.go), beside a network whose pods may talk.
class KubernetesNode {
 public:
  KubernetesNode(size_t services, uint64_t seed) : dice_(seed) {
    for (size_t i = 0; i < services; ++i) add_service(i);
  }

  std::string text() const {
    return "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n"
           ":KUBE-KUBELET-CANARY - [0:0]\n:KUBE-MARK-MASQ - [0:0]\n:KUBE-NODEPORTS - [0:0]\n:KUBE-POSTROUTING - [0:0]\n:KUBE-PROXY-CANARY - [0:0]\n:KUBE-SERVICES - [0:0]\n" + chains_ +
           "-A PREROUTING -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES\n"
           "-A OUTPUT -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES\n"
           "-A POSTROUTING -m comment --comment \"kubernetes postrouting rules\" -j KUBE-POSTROUTING\n" + external_ +
           "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000\n" + node_ports_ +
           "-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN\n-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0\n"
           "-A KUBE-POSTROUTING -m comment --comment \"kubernetes service traffic requiring SNAT\" -j MASQUERADE --random-fully\n" + endpoints_ + portals_ +
           "-A KUBE-SERVICES -m comment --comment \"kubernetes service nodeports; NOTE: this must be the last rule in this chain\" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS\n" + services_ +
           "COMMIT\n" + filter_table();
  }

 private:
  static constexpr unsigned kEndpoints = 5;

  // 16 characters of base 32 (RFC 4648), as from the hash of the service's name.
  std::string name(const char* kind) {
    std::string text = kind;
    for (unsigned i = 0; i < 16; ++i) text += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[dice_.bits() % 32];
    chains_ += ":" + text + " - [0:0]\n";
    return text;
  }

  static std::string comment(const std::string& text) { return " -m comment --comment \"" + text + "\""; }

  // Every tenth service has a port on the nodes.
  void add_service(size_t i) {
    const std::string chain = name("KUBE-SVC-"), what = "ns" + std::to_string(i % 50) + "/service-" + std::to_string(i) + ":https";
    const std::string ip = address(10u << 24 | 96u << 16 | static_cast<uint32_t>(i + 1)) + "/32", port = dice_.chance(50) ? "443" : std::to_string(dice_.between(1024, 29999));
    const std::string portal = "-d " + ip + " -p tcp" + comment(what + " cluster IP") + " -m tcp --dport " + port;
    portals_ += "-A KUBE-SERVICES " + portal + " -j " + chain + "\n";
    if (i % 10 == 0) {
      const std::string outside = name("KUBE-EXT-");
      external_ += "-A " + outside + comment("masquerade traffic for " + what + " external destinations") + " -j KUBE-MARK-MASQ\n-A " + outside + " -j " + chain + "\n";
      node_ports_ += "-A KUBE-NODEPORTS -p tcp" + comment(what) + " -m tcp --dport " + std::to_string(30000 + i / 10) + " -j " + outside + "\n";
    }
    services_ += "-A " + chain + " ! -s 10.244.0.0/16 " + portal + " -j KUBE-MARK-MASQ\n";
    for (unsigned e = 0; e < kEndpoints; ++e) add_endpoint(chain, what, e, address((10u << 24 | 244u << 16) + static_cast<uint32_t>(i * kEndpoints + e + 2)));
  }

  void add_endpoint(const std::string& service, const std::string& what, unsigned e, const std::string& pod) {
    const std::string chain = name("KUBE-SEP-");
    endpoints_ += "-A " + chain + " -s " + pod + "/32" + comment(what) + " -j KUBE-MARK-MASQ\n-A " + chain + " -p tcp" + comment(what) + " -m tcp -j DNAT --to-destination " + pod + ":8443\n";
    services_ += "-A " + service + comment(what + " -> " + pod + ":8443");
    if (e + 1 < kEndpoints) services_ += " -m statistic --mode random --probability " + std::to_string(1.0 / (kEndpoints - e)) + "00019";
    services_ += " -j " + chain + "\n";
  }

  static std::string filter_table() {
    return "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:KUBE-EXTERNAL-SERVICES - [0:0]\n:KUBE-FIREWALL - [0:0]\n:KUBE-FORWARD - [0:0]\n:KUBE-NODEPORTS - [0:0]\n"
           ":KUBE-PROXY-FIREWALL - [0:0]\n:KUBE-SERVICES - [0:0]\n"
           "-A INPUT -m conntrack --ctstate NEW -m comment --comment \"kubernetes load balancer firewall\" -j KUBE-PROXY-FIREWALL\n"
           "-A INPUT -m comment --comment \"kubernetes health check service ports\" -j KUBE-NODEPORTS\n"
           "-A INPUT -m conntrack --ctstate NEW -m comment --comment \"kubernetes externally-visible service portals\" -j KUBE-EXTERNAL-SERVICES\n-A INPUT -j KUBE-FIREWALL\n"
           "-A FORWARD -m conntrack --ctstate NEW -m comment --comment \"kubernetes load balancer firewall\" -j KUBE-PROXY-FIREWALL\n"
           "-A FORWARD -m comment --comment \"kubernetes forwarding rules\" -j KUBE-FORWARD\n"
           "-A FORWARD -m conntrack --ctstate NEW -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES\n"
           "-A FORWARD -s 10.244.0.0/16 -j ACCEPT\n-A FORWARD -d 10.244.0.0/16 -p tcp -m tcp --dport 8443 -j ACCEPT\n"
           "-A OUTPUT -m conntrack --ctstate NEW -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES\n-A OUTPUT -j KUBE-FIREWALL\n"
           "-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment \"block incoming localnet connections\" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP\n"
           "-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP\n"
           "-A KUBE-FORWARD -m comment --comment \"kubernetes forwarding rules\" -m mark --mark 0x4000/0x4000 -j ACCEPT\n"
           "-A KUBE-FORWARD -m comment --comment \"kubernetes forwarding conntrack rule\" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\nCOMMIT\n";
  }

  Dice dice_;
  std::string chains_, portals_, node_ports_, external_, services_, endpoints_;   // of table nat
};

// `netsh advfirewall firewall show rule name=all verbose`.
std::string netsh(size_t rules, uint64_t seed) {
  Dice dice(seed);
  std::string text;
  for (size_t i = 0; i < rules; ++i) {
    const std::string port = any_port(dice), from = prefix(source(dice), dice.between(8, 32));
    text += "\r\nRule Name:                            Service " + std::to_string(i) + "\r\n" + std::string(70, '-') +
            "\r\nDescription:                          Generated\r\nEnabled:                              Yes\r\nDirection:                            In\r\n"
            "Profiles:                             Domain,Private,Public\r\nGrouping:                             \r\nLocalIP:                              Any\r\n"
            "RemoteIP:                             " + from + "\r\nProtocol:                             TCP\r\nLocalPort:                            " + port +
            "\r\nRemotePort:                           Any\r\nEdge traversal:                       No\r\nProgram:                              \r\n"
            "Service:                              \r\nInterfaceTypes:                       Any\r\nSecurity:                             NotRequired\r\n"
            "Rule source:                          Local Setting\r\nAction:                               " + (dice.chance(10) ? "Block" : "Allow") + "\r\n";
  }
  return text + "Ok.\r\n\r\n";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at + 1));
    at = end + 1;
  }
  return lines;
}

// Replaces the port of a rule, or gives it one.
void change_port(std::string& line) {
  const size_t at = line.find(" --dport ");
  const size_t begin = at == std::string::npos ? line.find(" -j ") : at;
  line = line.substr(0, begin) + " --dport 60001" + line.substr(line.find(" -j "));
}

// Rules that end alike commute.
void swap_neighbours(std::vector<std::string>& lines) {
  const auto end_of = [](const std::string& line) { return line.substr(line.find(" -j ")); };
  for (size_t i = 0; i + 1 < lines.size(); i += 2)
    if (end_of(lines[i]) == end_of(lines[i + 1])) std::swap(lines[i], lines[i + 1]);
}

}  // namespace

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all = {
      {"nested", "prefixes in one another, ports and ranges, one in ten denies; one in a hundred rules is dead by a union of two"},
      {"hosts", "single addresses and ports"},
      {"ports", "ranges of ports everywhere"},
      {"deny-first", "a list of denied networks in front"},
      {"long-chain", "nested, in a chain of its own"},
      {"deep-jumps", "a tree of chains by destination"},
      {"overlap", "wide prefixes and ranges that cut one another, allowed and denied in turn"},
      {"violations", "1,000 rules open the host beyond the specification, in distinct places"},
      {"kubernetes", "a node with so many services, five endpoints each"},
      {"netsh", "a verbose listing of Windows rules"},
  };
  return all;
}

std::string policy(std::string_view shape, size_t rules, uint64_t seed) {
  if (shape == "nested") return holding({"", nested_rules(rules, seed)});
  if (shape == "hosts") return holding({"", flat_hosts(rules, seed)});
  if (shape == "ports") return holding({"", many_ports(rules, seed)});
  if (shape == "deny-first") return holding({"", deny_first(rules, seed)});
  if (shape == "long-chain") return holding(long_chain(rules, seed));
  if (shape == "deep-jumps") return holding(deep_jumps(rules, seed));
  if (shape == "overlap") return filter({"", overlapping(rules, seed)}, granted(kRows));
  if (shape == "violations") return filter({"", violating(rules, seed)}, granted(kRows));
  if (shape == "kubernetes") return KubernetesNode(rules, seed).text();
  if (shape == "netsh") return netsh(rules, seed);
  throw std::invalid_argument("no such shape: " + std::string(shape));
}

std::string changed(size_t rules, uint64_t seed, Change change) {
  std::vector<std::string> lines = lines_of(nested_rules(rules, seed));
  Dice dice(seed + 1);
  switch (change) {
    case Change::one:   // from where no other rule lets anyone in
      lines[lines.size() / 2] = rule("INPUT", "203.0.113.0/24", "10.9.9.9", "tcp", "60001", "ACCEPT");
      break;
    case Change::thousand:
      for (size_t i = 0; i < 1000; ++i) change_port(lines[i * lines.size() / 1000]);
      break;
    case Change::swaps: swap_neighbours(lines); break;
    case Change::shuffle:
      for (size_t i = lines.size(); i > 1; --i) std::swap(lines[i - 1], lines[dice.below(static_cast<uint32_t>(i))]);
      break;
  }
  std::string text;
  for (const std::string& line : lines) text += line;
  return holding({"", text});
}

std::string policy_with_set() { return filter({}, granted(kRows) + "-A INPUT -m set --match-set clients src -p tcp -m tcp --dport 8443 -j ACCEPT\n"); }

std::string named_set(size_t entries, uint64_t seed) {
  Dice dice(seed);
  std::string text = "create clients hash:net family inet hashsize 1024 maxelem " + std::to_string(entries) + "\n";
  for (size_t i = 0; i < entries; ++i) text += "add clients " + address(source(dice)) + "\n";
  return text;
}

std::string specification(size_t rows) {
  std::string text = R"({"id": "bench", "title": "Benchmark", "document": {"title": "Benchmark"}, "unlisted": {"tcp": "violation", "other": "warning"},)"
                     "\n \"roles\": {\"ADM\": {}, \"SRV\": {}},\n \"rows\": [";
  for (size_t i = 0; i < rows; ++i) {
    const std::string port = std::to_string(kFirstRowPort + i);
    text += (i ? ",\n  " : "\n  ") + std::string(R"({"id": ")") + port + R"(-ADM-SRV", "from": ["ADM"], "to": ["SRV"], "protocol": "tcp", "ports": [")" + port + "\"]}";
  }
  return text + "]}\n";
}

std::string cluster_site(const std::string& node, const std::string& specification) {
  return R"({"site": "cluster", "specs": [")" + specification + R"("],
 "zones": {"POD": ["10.244.250.0/24"], "WEB": ["10.244.0.2", "10.244.0.3", "10.244.0.4", "10.244.0.5", "10.244.0.6"]},
 "reached_at": {"WEB": {"POD": "10.96.0.1"}},
 "devices": [{"name": "node", "configs": [")" + node + "\"]}]}\n";
}

std::string cluster_specification() {
  return R"({"id": "cluster", "title": "Cluster", "document": {"title": "Cluster"}, "roles": {"POD": {}, "WEB": {}},
 "rows": [{"id": "web", "from": ["POD"], "to": ["WEB"], "protocol": "tcp", "ports": ["8443"]}]})" "\n";
}

std::string packets(size_t count, uint64_t seed) {
  Dice dice(seed);
  std::string text;
  for (size_t i = 0; i < count; ++i)
    text += R"({"src": ")" + address(source(dice)) + R"(", "dst": ")" + address(destination(dice)) + R"(", "protocol": ")" + protocol(dice) + R"(", "src_port": )" +
            std::to_string(dice.between(1024, 65535)) + R"(, "dst_port": )" + any_port(dice) + R"(, "state": "new"})" + "\n";
  return text;
}

}  // namespace fwproof::bench
