// The real netfilter as the judge: random rules are loaded into a network namespace, packets are sent through them, and what the kernel
// let through is compared with what the importer and the evaluator make of that namespace's own iptables-save.
#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <random>

#include "importers/registry.h"
#include "model/evaluate.h"
#include "solver/replay.h"
#include "tests/support/net_namespace.h"
#include "tests/support/random_dump.h"

namespace fwproof::testing {
namespace {

using namespace model;

constexpr int kConversations = 24;  // per set of rules
constexpr int kPatienceMs = 4;

uint64_t number_from_environment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

uint32_t address(const std::string& text) { return static_cast<uint32_t>(parse_address(text)->value); }

AddressSet local_addresses() {
  AddressSet local = AddressSet::of(*parse_prefix("127.0.0.0/8"));
  for (const char* own : {"192.0.2.1", "198.51.100.1"}) local = local.united(AddressSet::of(*parse_address(own)));
  return local;
}

// Up to three packets: the first, its answer, and one more of the client's.
struct Conversation {
  Wire first;
  unsigned state = state_new;   // that conntrack gives the first packet (nf_conntrack_proto_*.c)
  bool outgoing = false;        // begun by the host
  bool has_answer = false;      // TCP: given by the host's listener; UDP and ICMP: sent by the test
  Wire at_host;                 // the first packet as it arrived behind the input hook
  Wire answer;                  // as it reached the peer
  bool passed[3] = {};
  bool sent[3] = {};
};

// What the packets are is independent of the rules. Addresses and ports never repeat as a pair, so that every conversation is new.
class Speaker {
 public:
  Speaker(uint64_t seed, uint16_t& last_id, uint32_t& next_port) : random_(seed), last_id_(last_id), next_port_(next_port) {}

  Conversation begin() {
    Conversation talk;
    Wire& wire = talk.first;
    wire.src = address(pick(client_addresses()));
    wire.dst = address(pick(target_addresses()));
    wire.id = next_id();
    static constexpr uint8_t kProtocols[] = {IPPROTO_TCP, IPPROTO_TCP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDP, IPPROTO_ICMP};
    wire.protocol = kProtocols[below(std::size(kProtocols))];
    if (wire.protocol == IPPROTO_TCP || wire.protocol == IPPROTO_UDP) {
      wire.src_port = static_cast<uint16_t>(1024 + next_port_++ % 60'000);
      wire.dst_port = static_cast<uint16_t>(8000 + below(8));
      talk.has_answer = true;
    }
    if (wire.protocol == IPPROTO_TCP) set_flags(talk);
    if (wire.protocol == IPPROTO_ICMP) set_type(talk);
    if (wire.protocol != IPPROTO_TCP && below(6) == 0) turn_outwards(talk);
    return talk;
  }

  uint16_t next_id() { return ++last_id_ == 0 ? ++last_id_ : last_id_; }

 private:
  uint64_t below(uint64_t limit) { return random_() % limit; }
  template <typename T>
  const T& pick(const std::vector<T>& all) { return all[below(all.size())]; }

  // Mostly a handshake; else a first packet that is none: nf_conntrack_proto_tcp.c, tcp_conntracks[original][none] and tcp_error().
  void set_flags(Conversation& talk) {
    struct Row { uint8_t flags; unsigned state; };
    static constexpr Row kRows[] = {{tcp_ack, state_new},     {tcp_syn | tcp_ack, state_invalid}, {tcp_rst, state_invalid},
                                    {0, state_invalid},       {tcp_fin | tcp_ack, state_invalid}, {tcp_fin | tcp_psh | tcp_urg, state_invalid},
                                    {tcp_ack | tcp_psh, state_new}};
    talk.first.seq = 1000;
    talk.first.tcp_flags = tcp_syn;
    if (below(4) != 0) return;
    const Row& row = kRows[below(std::size(kRows))];
    talk.first.tcp_flags = row.flags;
    talk.state = row.state;
    talk.has_answer = false;
  }

  // Only requests open a connection (nf_conntrack_proto_icmp.c, valid_new); an error must hold a packet that conntrack knows.
  void set_type(Conversation& talk) {
    struct Row { uint8_t type, code; unsigned state; };
    static constexpr Row kRows[] = {{8, 0, state_new}, {8, 0, state_new}, {13, 0, state_new}, {0, 0, state_invalid}, {3, 3, state_invalid}, {11, 0, state_invalid}};
    const Row& row = kRows[below(std::size(kRows))];
    talk.first.icmp_type = row.type;
    talk.first.icmp_code = row.code;
    talk.state = row.state;
    talk.has_answer = row.type == 8;
  }

  void turn_outwards(Conversation& talk) {
    talk.outgoing = true;
    talk.has_answer = false;
    std::swap(talk.first.src, talk.first.dst);
    if (talk.first.src != address("198.51.100.1")) talk.first.src = address("192.0.2.1");
  }

  std::mt19937_64 random_;
  uint16_t& last_id_;
  uint32_t& next_port_;
};

const Wire* find(const std::vector<Wire>& wires, uint16_t id, uint8_t protocol) {
  for (const Wire& wire : wires)
    if (wire.id == id && wire.protocol == protocol) return &wire;
  return nullptr;
}

std::vector<Wire> read(const std::vector<Bytes>& packets) {
  std::vector<Wire> wires;
  for (const Bytes& bytes : packets)
    if (const auto wire = from_bytes(bytes)) wires.push_back(*wire);
  return wires;
}

// Leads all conversations of one set of rules side by side, so that waiting is shared.
void lead(TwoHosts& hosts, std::vector<Conversation>& talks, Speaker& speaker) {
  (void)hosts.received_by_host();
  (void)hosts.received_by_peer();
  for (Conversation& talk : talks) {
    talk.sent[0] = true;
    if (talk.outgoing)
      hosts.send_from_host(to_bytes(talk.first));
    else
      hosts.send_to_host(to_bytes(talk.first));
  }
  const std::vector<Wire> arrived = read(hosts.received_by_host());
  std::vector<Wire> left = read(hosts.received_by_peer());
  for (Conversation& talk : talks) {
    const Wire* seen = find(talk.outgoing ? left : arrived, talk.first.id, talk.first.protocol);
    talk.passed[0] = seen != nullptr;
    if (!seen || !talk.has_answer) continue;
    talk.at_host = *seen;
    talk.sent[1] = true;
    if (seen->protocol == IPPROTO_TCP) continue;  // answered by itself
    talk.answer = *seen;
    std::swap(talk.answer.src, talk.answer.dst);
    std::swap(talk.answer.src_port, talk.answer.dst_port);
    if (seen->icmp_type == 8) talk.answer.icmp_type = 0;
    hosts.send_from_host(to_bytes(talk.answer));
  }
  for (const Wire& wire : read(hosts.received_by_peer())) left.push_back(wire);
  for (Conversation& talk : talks) {
    if (!talk.sent[1]) continue;
    for (const Wire& wire : left) {
      const bool is_answer = wire.protocol == talk.first.protocol && wire.dst == talk.first.src && wire.dst_port == talk.first.src_port &&
                             wire.src == talk.first.dst && wire.src_port == talk.first.dst_port &&
                             (wire.protocol == IPPROTO_TCP ? (wire.tcp_flags & (tcp_syn | tcp_ack | tcp_rst)) == (tcp_syn | tcp_ack) : wire.id == talk.first.id);
      if (!is_answer || talk.passed[1]) continue;
      talk.passed[1] = true;
      talk.answer = wire;
    }
    if (!talk.passed[1]) continue;
    Wire last = talk.first;
    last.id = speaker.next_id();
    last.seq = talk.answer.ack;
    last.ack = talk.answer.seq + 1;
    if (last.protocol == IPPROTO_TCP) last.tcp_flags = tcp_ack;
    if (last.protocol == IPPROTO_ICMP) continue;  // its number would be another connection
    talk.sent[2] = true;
    hosts.send_to_host(to_bytes(last));
    talk.at_host.id = last.id;
  }
  const std::vector<Wire> last = read(hosts.received_by_host());
  for (Conversation& talk : talks)
    if (talk.sent[2]) talk.passed[2] = find(last, talk.at_host.id, talk.first.protocol) != nullptr;
}

IntervalSet of(uint64_t value) { return IntervalSet::of(value); }

solver::Walk walk_of(const Conversation& talk, const Policy& policy, const AddressSet& local) {
  const Wire& wire = talk.first;
  const auto leg = [&](bool reply, unsigned state, unsigned flags) {
    solver::WalkHop hop;
    hop.policy = &policy;
    hop.hook = reply != talk.outgoing ? Hook::output : Hook::input;
    const IntervalSet v0 = of(policy.interfaces.atom_of("v0")), none = of(0);
    hop.in = hop.hook == Hook::input ? v0 : none;
    hop.out = hop.hook == Hook::input ? none : v0;
    hop.local = &local;
    return solver::WalkLeg{"", reply, of(state), of(flags), {hop}};
  };
  const bool tcp = wire.protocol == IPPROTO_TCP;
  solver::Walk walk;
  walk.in_question = {{of(wire.src), of(wire.dst), of(wire.protocol), of(wire.src_port), of(wire.dst_port), of(wire.icmp_type), of(wire.icmp_code)}};
  walk.legs = {leg(false, talk.state, wire.tcp_flags), leg(true, state_established, tcp ? 0u + (tcp_syn | tcp_ack) : 0u),
               leg(false, state_established, tcp ? 0u + tcp_ack : 0u)};
  return walk;
}

struct Figures {
  size_t rulesets = 0, refused = 0, packets = 0, passed = 0, depends = 0, disagreements = 0;
  std::string first;  // disagreement
};

std::string describe(const solver::Walk& walk, const solver::Replay& replay, const Policy& policy) {
  std::string text;
  const solver::PacketBox& box = walk.in_question[0];
  text += "protocol " + std::to_string(static_cast<unsigned>(box.protocol.min())) + " " + to_text(Address{Family::v4, box.src.min()}) + ":" +
          std::to_string(static_cast<unsigned>(box.src_port.min())) + " -> " + to_text(Address{Family::v4, box.dst.min()}) + ":" +
          std::to_string(static_cast<unsigned>(box.dst_port.min())) + " icmp " + std::to_string(static_cast<unsigned>(box.icmp_type.min())) + " flags " +
          std::to_string(static_cast<unsigned>(walk.legs[0].tcp_flags.min())) + " state " + std::to_string(static_cast<unsigned>(walk.legs[0].state.min())) + "\n";
  for (const Step& step : replay.outcome.trail) {
    const bool rule = step.rule.rule != RuleRef::kAtEnd;
    text += "  " + policy.chains.at(step.rule.chain).name + (rule ? " line " + std::to_string(policy.chains[step.rule.chain].rules[step.rule.rule].origin.line) : "") + ": " + step.what + "\n";
  }
  return text;
}

void compare(const std::vector<Conversation>& talks, const std::string& saved, Figures& figures, const std::string& what) {
  Sources sources{{{"iptables-save", saved}}};
  importers::ImportedHost host = importers::import_host(sources, {0});
  ASSERT_TRUE(host.understood) << what << saved;
  ASSERT_EQ(host.policies.size(), 1u);
  EXPECT_EQ(host.inputs[0].account.count(LineClass::unrecognised), 0u) << what << saved;
  Policy& policy = host.policies[0];
  const AddressSet local = local_addresses();
  bind_names(policy, {{"local", {local.minus(AddressSet::of(*parse_prefix("127.0.0.0/8"))), true}}});
  for (const Conversation& talk : talks) {
    const solver::Walk walk = walk_of(talk, policy, local);
    const Packet client = solver::client_packet(walk, walk.in_question[0]);
    for (size_t leg = 0; leg < 3; ++leg) {
      if (!talk.sent[leg]) continue;
      const solver::Replay replay = solver::replay(walk, leg, client);
      ++figures.packets;
      figures.passed += talk.passed[leg];
      figures.depends += replay.verdict == Verdict::depends;
      if (replay.verdict == Verdict::depends || (replay.verdict == Verdict::accept) == talk.passed[leg]) continue;
      if (++figures.disagreements == 1)
        figures.first = what + "packet " + std::to_string(leg) + ": the kernel " + (talk.passed[leg] ? "passed" : "stopped") + " it, the evaluator says " +
                        std::string(to_text(replay.verdict)) + "\n" + describe(walk, replay, policy) + saved;
    }
  }
}

class Trial {
 public:
  void run(uint64_t seed, TwoHosts::BackEnd back_end) {
    const auto saved = hosts_.restore(random_dump(seed), back_end);
    ++(saved ? all.rulesets : all.refused);
    if (!saved) return hosts_.clear(back_end);  // the tables before the one that is refused are there
    const std::string what = "seed " + std::to_string(seed) + (back_end == TwoHosts::BackEnd::legacy ? ", legacy, " : ", nf_tables, ");
    Figures figures = speak(seed, *saved, what, kPatienceMs);
    // A busy machine is late with packets: only what stays when there is time counts.
    if (figures.disagreements > 0) figures = speak(seed, *saved, what, 20 * kPatienceMs);
    hosts_.clear(back_end);
    all.packets += figures.packets;
    all.passed += figures.passed;
    all.depends += figures.depends;
    all.disagreements += figures.disagreements;
    if (figures.disagreements > 0 && ++shown_ <= 10) ADD_FAILURE() << figures.first;
  }

  bool usable(TwoHosts::BackEnd back_end) const { return hosts_.usable(back_end); }

  Figures all;

 private:
  Figures speak(uint64_t seed, const std::string& saved, const std::string& what, int patience_ms) {
    hosts_.patience_ms = patience_ms;
    Speaker speaker(seed, last_id_, next_port_);
    std::vector<Conversation> talks;
    for (int n = 0; n < kConversations; ++n) talks.push_back(speaker.begin());
    lead(hosts_, talks, speaker);
    Figures figures;
    compare(talks, saved, figures, what);
    return figures;
  }

  TwoHosts hosts_;
  uint16_t last_id_ = 0;
  uint32_t next_port_ = 0;
  int shown_ = 0;
};

TEST(Kernel, DecidesAsTheEvaluatorDoes) {
  if (const std::string obstacle = TwoHosts::obstacle(); !obstacle.empty())
    GTEST_SKIP() << "SKIPPED: the real netfilter cannot be asked here: " << obstacle;
  const uint64_t seed = number_from_environment("FWPROOF_KERNEL_SEED", 1);
  const uint64_t rulesets = number_from_environment("FWPROOF_KERNEL_RULESETS", 60);
  std::printf("seed %llu, %llu sets of rules\n", static_cast<unsigned long long>(seed), static_cast<unsigned long long>(rulesets));
  Trial trial;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::max<uint64_t>(25, rulesets));
  for (uint64_t i = seed; i < seed + rulesets && std::chrono::steady_clock::now() < end; ++i) {
    const auto wanted = i % 2 == 0 ? TwoHosts::BackEnd::legacy : TwoHosts::BackEnd::nf_tables;
    const auto other = i % 2 == 0 ? TwoHosts::BackEnd::nf_tables : TwoHosts::BackEnd::legacy;
    trial.run(i, trial.usable(wanted) ? wanted : other);
  }
  const Figures& figures = trial.all;
  std::printf("%zu sets of rules (%zu refused), %zu packets, %zu passed, %zu undecided, %zu disagreements\n", figures.rulesets, figures.refused,
              figures.packets, figures.passed, figures.depends, figures.disagreements);
  EXPECT_EQ(figures.disagreements, 0u);
  EXPECT_GT(figures.rulesets, figures.refused);
  EXPECT_GT(figures.passed, figures.packets / 20);
  EXPECT_LT(figures.depends, figures.packets / 4);
}

}  // namespace
}  // namespace fwproof::testing
