// The real nftables as the judge: random rule sets are loaded into a network namespace, packets are sent, and what arrives (and as what)
// is compared with what the importer and the evaluator make of the file, of `nft list ruleset` and of `nft -j list ruleset`.
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstdio>
#include <cstdlib>
#include <random>

#include "importers/registry.h"
#include "model/evaluate.h"
#include "tests/support/net_namespace.h"

namespace fwproof::testing {
namespace {

using namespace model;

constexpr const char* kHost = "192.0.2.1";
constexpr const char* kOther = "198.51.100.1";

uint64_t number_from_environment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

uint32_t address(const std::string& text) { return static_cast<uint32_t>(parse_address(text)->value); }

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return text;
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, n);
  return pclose(pipe) == 0 ? text : std::string();
}

bool load(const std::string& rules) {
  FILE* pipe = popen("nft -f - 2>/dev/null", "w");
  if (!pipe) return false;
  fwrite(rules.data(), 1, rules.size(), pipe);
  return pclose(pipe) == 0;
}

class RandomRules {
 public:
  explicit RandomRules(uint64_t seed) : random_(seed) {}

  std::string text() {
    std::string all = "flush ruleset\n";
    all += "table inet f {\n  set addrs { type ipv4_addr; flags interval; elements = { 203.0.113.0/29, 203.0.113.32-203.0.113.40 }\n  }\n";
    all += "  set pairs { type ipv4_addr . inet_service; elements = { 203.0.113.1 . 8001, 203.0.113.2 . 8002, 203.0.113.33 . 8003 }\n  }\n";
    all += "  map decide { type inet_service : verdict; elements = { 8000 : accept, 8001 : jump one, 8002 : goto two, 8003 : drop }\n  }\n";
    all += "  set seen { type ipv4_addr; size 4096; flags dynamic; }\n  set ports { type inet_service; size 4096; flags dynamic; }\n";
    all += "  counter c { }\n";
    all += "  map marks { type inet_service : mark; elements = { 8004 : 4, 8005 : 5 }\n  }\n";
    all += chain("two", "", 2, 0) + chain("one", "", 3, 1);
    all += chain("early", "type filter hook prerouting priority raw; policy accept;", 2, 2);
    all += chain("mangle", "type filter hook prerouting priority mangle; policy accept;", 3, 2);
    all += chain("in1", "type filter hook input priority filter; policy " + policy() + ";", 5, 2);
    all += chain("in2", "type filter hook input priority filter + " + std::to_string(below(3)) + "; policy " + policy() + ";", 3, 2);
    all += "}\ntable ip n {\n";
    all += "  chain sub {\n" + nat_rule() + "  }\n";
    for (const char* name : {"pre1", "pre2"}) {
      all += std::string("  chain ") + name + " {\n    type nat hook prerouting priority " + (below(2) ? "dstnat" : "5") + ";\n";
      for (int i = 0; i < 2; ++i) all += nat_rule();
      if (below(2)) all += "    jump sub\n";
      all += nat_rule() + "  }\n";
    }
    return all + "}\n";
  }

 private:
  uint64_t below(uint64_t limit) { return random_() % limit; }
  std::string policy() { return below(3) ? "accept" : "drop"; }
  std::string port() { return std::to_string(8000 + below(8)); }
  std::string any(std::initializer_list<std::string> all) { return all.begin()[below(all.size())]; }

  std::string chain(const std::string& name, const std::string& head, int rules, int calls) {
    std::string all = "  chain " + name + " {\n" + (head.empty() ? "" : "    " + head + "\n");
    for (int i = 0; i < rules; ++i) all += "    " + rule(name, calls) + "\n";
    return all + "  }\n";
  }

  // nft refuses two protocols in one rule: text that asks for another one than the rule's is drawn again.
  std::string fitting(const std::string& text) const {
    for (const char* protocol : {"tcp", "udp", "icmp"}) {
      const bool asks = text.find(std::string(protocol) + " dport") != std::string::npos || text.find(std::string(protocol) + " sport") != std::string::npos ||
                        text.find(std::string(protocol) + " flags") != std::string::npos || text.find(std::string(protocol) + " type") != std::string::npos ||
                        text.find("ip protocol " + std::string(protocol)) != std::string::npos;
      if (asks && protocol_ != protocol) return "";
    }
    return text;
  }

  std::string condition() {
    while (true)
      if (const std::string text = fitting(any_condition()); !text.empty()) return text;
  }

  std::string any_condition() {
    const std::string p = port(), q = std::to_string(8000 + below(4));
    return any({"tcp dport " + p, "udp dport " + p, "udp dport != " + p, "tcp dport { " + p + ", " + q + " }", "tcp dport != { " + p + ", 8000-8002 }",
                "th dport " + q + "-8007", "meta l4proto { tcp, udp } th dport < " + p, "meta l4proto != icmp", "ip protocol icmp", "icmp type echo-request",
                "icmp type { echo-reply, 13, destination-unreachable }", "ip saddr 203.0.113.0/29", "ip saddr != 203.0.113.1-203.0.113.3", "ip saddr @addrs",
                "ip saddr != @addrs", "ip saddr . th dport @pairs", "ip saddr . tcp dport != @pairs", "ip daddr " + std::string(kOther), "ip daddr & 255.255.255.3 == 192.0.2.1",
                "iifname \"v0\"", "iifname \"v*\"", "iifname != \"lo\"", "meta mark 4", "meta mark & 0x5 != 0", "meta mark != 0x1", "meta mark 1-4",
                "tcp flags syn", "tcp flags == syn", "tcp flags & (fin|syn|rst|ack) == syn", "tcp flags != syn", "tcp flags ! ack", "tcp flags syn,ack / syn,ack",
                "tcp flags { syn, ack }", "ip protocol . th dport { tcp . " + p + ", udp . " + q + " }", "meta nfproto ipv4", "meta protocol ip", "meta nfproto != ipv6",
                "ip protocol != { 6, 17 }", "udp sport >= 30000", "fib daddr type local", "ip saddr { 203.0.113.1, 203.0.113.32/28 }"});
  }

  std::string rule(const std::string& chain, int calls) {
    static constexpr const char* kProtocols[] = {"tcp", "udp", "icmp", "tcp", "udp"};
    protocol_ = kProtocols[below(5)];
    std::string text;
    for (uint64_t i = below(3); i-- > 0;) text += condition() + " ";
    if (chain != "early" && below(5) == 0) text += any({"ct state new ", "ct state invalid ", "ct state != new ", "ct state { invalid, new } ", "ct state new,established "});
    if (below(4) == 0) text += any({"counter ", "log prefix \"x\" ", "meta mark set 4 ", "meta mark set mark or 0x1 ", "meta mark set meta mark & 0x4 | 0x2 ", "meta mark set " + (protocol_ == "icmp" ? "5 " : protocol_ + " dport map @marks ")});
    if (below(4) == 0) text += beside();
    if (below(6) == 0) text += condition() + " ";
    if (calls == 2 && below(6) == 0) return text + any({protocol_ == "icmp" ? "drop" : protocol_ + " dport vmap @decide", protocol_ == "icmp" ? "accept" : protocol_ + " dport vmap { 8001 : drop, 8002-8004 : jump one, * : continue }",
                                                        "meta mark vmap { 0 : jump one, 4 : jump two, 5 : drop }", "ct state vmap { invalid : drop, new : continue }"});
    if (calls == 2 && below(3) == 0) return text + any({"jump one", "goto two", "jump two", "goto one"});
    if (calls == 1 && below(3) == 0) return text + any({"jump two", "goto two"});
    return text + any({"accept", "drop", "return", "meta mark set 4", "counter", "reject", "continue", "drop", "accept", "meta mark set 1 accept", "meta mark set 5 return"});
  }

  // Statements that decide nothing, but end the rule for packets without what they read or write.
  std::string beside() {
    const std::string dport = protocol_ + " dport", some = " map { 8000-8003 : ";
    if (protocol_ == "icmp") return any({"add @seen { ip saddr } ", "ip dscp set cs1 ", "meta priority set icmp type map { echo-request : 1:1 } "});
    return any({"add @seen { ip saddr } ", "update @ports { " + dport + " } ", "delete @ports { " + dport + " } ", "counter name " + dport + some + "\"c\" } ",
                "meta priority set " + dport + some + "1:1 } ", "ip dscp set cs1 ", "ip ttl set 70 ", "meta mark set jhash " + protocol_ + " sport mod 1 ",
                "meta mark set numgen inc mod 1 map { 0 : 4 } ", protocol_ == "tcp" ? "tcp option maxseg size set 1400 " : "ip dscp set cs2 "});
  }

  std::string nat_rule() {
    const std::string p = port(), to = any({kHost, kOther});
    return "    " + any({"tcp dport " + p + " dnat to " + to + ":8003", "udp dport " + p + " dnat to " + to, "ip protocol tcp dnat to tcp dport map { 8000 : " + std::string(kOther) + ", 8001 : " + kHost + " }",
                         "tcp dport { 8002, 8003 } redirect to :8005", "udp dport " + p + " redirect to :8001", "udp dport " + p + " accept", "tcp dport " + p + " drop",
                         "tcp dport " + p + " return", "meta mark 4 meta l4proto udp dnat to " + to + ":8006",
                         "dnat ip addr . port to udp dport map { 8004 : " + std::string(kOther) + " . 8001 }", "counter"}) + "\n";
  }

  std::mt19937_64 random_;
  std::string protocol_;
};

struct Sent {
  Wire wire;
  unsigned state = state_new;
};

std::vector<Sent> random_packets(uint64_t seed, uint16_t& id, uint32_t& port) {
  std::mt19937_64 random(seed);
  const auto below = [&](uint64_t limit) { return random() % limit; };
  std::vector<Sent> all;
  for (int i = 0; i < 24; ++i) {
    Sent sent;
    Wire& wire = sent.wire;
    const char* const sources[] = {"203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.33", "203.0.113.77"};
    wire.src = address(sources[below(5)]);
    wire.dst = address(below(2) ? kHost : kOther);
    if (++id == 0) ++id;
    wire.id = id;
    const uint8_t protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_TCP};
    wire.protocol = protocols[below(5)];
    wire.src_port = wire.protocol == IPPROTO_ICMP ? 0 : static_cast<uint16_t>(1024 + port++ % 60000);
    wire.dst_port = wire.protocol == IPPROTO_ICMP ? 0 : static_cast<uint16_t>(8000 + below(8));
    if (wire.protocol == IPPROTO_TCP) {
      wire.tcp_flags = below(3) ? tcp_syn : below(2) ? tcp_syn | tcp_ack : tcp_fin | tcp_psh | tcp_urg;
      if (wire.tcp_flags != tcp_syn) sent.state = state_invalid;
    }
    if (wire.protocol == IPPROTO_ICMP) {
      wire.icmp_type = below(2) ? 8 : 0;
      if (wire.icmp_type == 0) sent.state = state_invalid;
    }
    all.push_back(sent);
  }
  return all;
}

Packet packet_of(const Sent& sent, const Policy& policy) {
  Packet packet;
  const Wire& wire = sent.wire;
  const std::pair<Field, u128> values[] = {
      {Field::src, wire.src}, {Field::dst, wire.dst}, {Field::protocol, wire.protocol}, {Field::src_port, wire.src_port}, {Field::dst_port, wire.dst_port},
      {Field::icmp_type, wire.icmp_type}, {Field::icmp_code, wire.icmp_code}, {Field::tcp_flags, wire.tcp_flags}, {Field::fragment, 0}, {Field::state, sent.state},
      {Field::ct_dir, 0}, {Field::ct_status, 0}, {Field::in, policy.interfaces.atom_of("v0")}, {Field::out, 0}, {Field::mac, 0}, {Field::mark, 0},
      {Field::connmark, 0}, {Field::profile, 0}, {Field::program, 0}, {Field::service, 0}};
  for (const auto& [field, value] : values) packet.set(field, value);
  return packet;
}

struct Figures {
  size_t rulesets = 0, refused = 0, packets = 0, passed = 0, depends = 0, disagreements = 0;
};

// One of the three texts that describe the rules.
void compare(const std::string& text, const std::vector<Sent>& packets, const std::vector<Wire>& arrived, const std::string& what, Figures& figures) {
  Sources sources{{{"rules", text}}};
  importers::ImportedHost host = importers::import_host(sources, {0}, {"nftables"});
  ASSERT_TRUE(host.understood) << what << text;
  EXPECT_EQ(host.inputs[0].account.count(LineClass::unrecognised), 0u) << what << text;
  Policy& policy = host.policies.at(0);
  AddressSet own = AddressSet::of(*parse_address(kHost)).united(AddressSet::of(*parse_address(kOther)));
  const AddressSet local = own.united(AddressSet::of(*parse_prefix("127.0.0.0/8")));
  bind_names(policy, {{"local", {own, true}}});
  EvaluateOptions options;
  options.local = &local;
  for (const Sent& sent : packets) {
    const Outcome outcome = evaluate(policy, Hook::input, packet_of(sent, policy), options);
    const Wire* seen = nullptr;
    for (const Wire& wire : arrived)
      if (wire.id == sent.wire.id && wire.protocol == sent.wire.protocol && wire.src == sent.wire.src) seen = &wire;
    ++figures.packets;
    figures.passed += seen != nullptr;
    figures.depends += outcome.verdict == Verdict::depends;
    if (outcome.verdict == Verdict::depends) continue;
    const bool passes = outcome.verdict == Verdict::accept && outcome.arrives;
    const auto same = [&](Field field, u128 value) { return !outcome.out.has(field) || outcome.out.get(field) == value; };
    const bool agrees = passes == (seen != nullptr) && (!seen || (same(Field::dst, seen->dst) && same(Field::dst_port, seen->dst_port)));
    if (agrees || ++figures.disagreements > 3) continue;
    std::string trail;
    for (const Step& step : outcome.trail) trail += "  " + step.what + " in " + policy.chains[step.rule.chain].name + (step.rule.rule == RuleRef::kAtEnd ? "" : " line " + std::to_string(policy.chains[step.rule.chain].rules[step.rule.rule].origin.line)) + "\n";
    ADD_FAILURE() << what << "protocol " << int(sent.wire.protocol) << " " << to_text(Address{Family::v4, sent.wire.src}) << ":" << sent.wire.src_port << " -> "
                  << to_text(Address{Family::v4, sent.wire.dst}) << ":" << sent.wire.dst_port << " flags " << int(sent.wire.tcp_flags) << " type " << int(sent.wire.icmp_type)
                  << (seen ? ": passed" : ": stopped") << (seen ? " as " + to_text(Address{Family::v4, seen->dst}) + ":" + std::to_string(seen->dst_port) : "")
                  << ", the evaluator says " << to_text(outcome.verdict) << (outcome.arrives ? "" : ", does not arrive") << "\n" << trail << text;
  }
}

TEST(Kernel, DecidesAsTheEvaluatorDoes) {
  if (const std::string obstacle = TwoHosts::obstacle(); !obstacle.empty()) GTEST_SKIP() << "SKIPPED: no network namespaces here: " << obstacle;
  TwoHosts hosts;
  if (!load("flush ruleset\ntable ip t { }\n")) GTEST_SKIP() << "SKIPPED: nft does not work here";
  const uint64_t seed = number_from_environment("FWPROOF_KERNEL_SEED", 1), count = number_from_environment("FWPROOF_KERNEL_RULESETS", 60);
  std::printf("seed %llu, %llu rule sets\n", static_cast<unsigned long long>(seed), static_cast<unsigned long long>(count));
  Figures figures;
  uint16_t id = 0;
  uint32_t port = 0;
  for (uint64_t i = seed; i < seed + count; ++i) {
    const std::string rules = RandomRules(i).text();
    if (!load(rules)) {
      ++figures.refused;
      continue;
    }
    ++figures.rulesets;
    hosts.patience_ms = 20;
    (void)hosts.received_by_host();
    const std::vector<Sent> packets = random_packets(i, id, port);
    for (const Sent& sent : packets) hosts.send_to_host(to_bytes(sent.wire));
    std::vector<Wire> arrived;
    for (const Bytes& bytes : hosts.received_by_host())
      if (const auto wire = from_bytes(bytes)) arrived.push_back(*wire);
    const std::string what = "seed " + std::to_string(i);
    compare(rules, packets, arrived, what + ", file: ", figures);
    compare(output_of("nft list ruleset 2>/dev/null"), packets, arrived, what + ", listing: ", figures);
    compare(output_of("nft -j list ruleset 2>/dev/null"), packets, arrived, what + ", JSON: ", figures);
  }
  (void)load("flush ruleset\n");
  std::printf("%zu rule sets (%zu refused), %zu comparisons, %zu passed, %zu undecided, %zu disagreements\n", figures.rulesets, figures.refused, figures.packets,
              figures.passed, figures.depends, figures.disagreements);
  EXPECT_EQ(figures.disagreements, 0u);
  EXPECT_GT(figures.rulesets, figures.refused);
  EXPECT_GT(figures.passed, figures.packets / 20);
  EXPECT_LT(figures.depends, figures.packets / 4);
}

}  // namespace
}  // namespace fwproof::testing
