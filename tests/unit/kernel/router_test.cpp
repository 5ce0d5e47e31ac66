// The real netfilter as the judge of a router with address translation: random rules are loaded into a network namespace between two others,
// packets are sent, and what arrives, where, and as what is compared with what `trace` says of the namespace's own export.
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <chrono>
#include <cstdlib>
#include <memory>

#include "cli/trace_site.h"
#include "importers/registry.h"
#include "tests/support/namespace_tools.h"
#include "tests/support/router_talk.h"

namespace fwproof::testing {
namespace {

using namespace model;

constexpr int kTalks = 24;          // per set of rules
constexpr int kPatienceMs = 5;
constexpr uint64_t kRulesetsPerRouter = 20;  // before connections of old ones can be in the way

uint64_t number_from_environment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

struct Figures {
  size_t rulesets = 0, refused = 0, packets = 0, passed = 0, translated = 0, depends = 0, disagreements = 0;
  std::string first;  // disagreement
  void add(const Figures& other) {
    packets += other.packets, passed += other.passed, translated += other.translated, depends += other.depends, disagreements += other.disagreements;
  }
};

std::string side_text(Side side) { return side == Side::client ? "client's side" : side == Side::server ? "server's side" : "router itself"; }

std::string wire_text(const Wire& wire) {
  const auto end = [&](u128 address, uint16_t port) { return to_text(Address{wire.family, address}) + " port " + std::to_string(port); };
  return "protocol " + std::to_string(wire.protocol) + " " + end(wire.src, wire.src_port) + " -> " + end(wire.dst, wire.dst_port) + " flags " +
         std::to_string(wire.tcp_flags) + " icmp " + std::to_string(wire.icmp_type);
}

// What is said of one packet.
struct Expected {
  enum class Fate { passes, stops, depends } fate = Fate::depends;
  Side side = Side::client;
  Packet out;
  const Policy* policy = nullptr;
  std::string trail;
};

std::string trail_of(const Policy& policy, const Outcome& outcome) {
  std::string text;
  for (const Step& step : outcome.trail) {
    text += "    ";
    if (step.rule.chain < policy.chains.size()) {
      const Chain& chain = policy.chains[step.rule.chain];
      text += chain.name + (step.rule.rule < chain.rules.size() ? " line " + std::to_string(chain.rules[step.rule.rule].origin.line) : "") + ": ";
    }
    text += step.what + "\n";
  }
  return text;
}

Expected expected_of(const Policy& policy, const Outcome& outcome, Hook hook, const std::string& out) {
  Expected expected;
  expected.policy = &policy;
  expected.trail = trail_of(policy, outcome);
  expected.out = outcome.out;
  if (outcome.verdict == Verdict::depends) return expected;
  expected.fate = outcome.verdict == Verdict::accept && outcome.arrives ? Expected::Fate::passes : Expected::Fate::stops;
  expected.side = hook == Hook::input ? Side::router : out == "c0" ? Side::client : Side::server;
  return expected;
}

Expected expected_of(const std::vector<report::TraceStep>& steps, const report::TraceEnd& end) {
  if (steps.empty()) return {Expected::Fate::depends, Side::client, {}, nullptr, end.text + "\n"};
  const report::TraceStep& step = steps.back();
  Expected expected = expected_of(*step.policy, step.outcome, step.hook, step.out);
  // A way that ends nowhere leaves by no interface.
  const bool lost = step.hook != Hook::input && step.out.empty();
  if (lost && expected.fate == Expected::Fate::passes) expected.fate = end.verdict == Verdict::depends ? Expected::Fate::depends : Expected::Fate::stops;
  expected.trail = "    " + std::string(to_text(step.hook)) + ", in " + step.in + ", out " + step.out + ", by " + step.route + "\n" + expected.trail + "    " + end.text + "\n";
  return expected;
}

cli::PacketRequest request_of(const Talk& talk) {
  const Wire& wire = *talk.sent[0];
  cli::PacketRequest request;
  request.packet.family = wire.family;
  const std::pair<Field, u128> values[] = {
      {Field::src, wire.src}, {Field::dst, wire.dst}, {Field::protocol, wire.protocol}, {Field::src_port, wire.src_port}, {Field::dst_port, wire.dst_port},
      {Field::icmp_type, wire.icmp_type}, {Field::icmp_code, wire.icmp_code}, {Field::tcp_flags, wire.tcp_flags}, {Field::fragment, 0}, {Field::state, talk.state},
      {Field::ct_dir, 0}, {Field::ct_status, 0}, {Field::mark, 0}};
  for (const auto& [field, value] : values) request.packet.set(field, value);
  return request;
}

// The first packet's translation is done again to the client's further ones: what it was, the kernel has shown.
Expected further(const report::Trace& trace, const Talk& talk) {
  const report::TraceStep& step = trace.steps.front();
  Packet packet = *step.packet;
  packet.set(Field::state, state_established);
  if (talk.sent[2]->protocol == IPPROTO_TCP) packet.set(Field::tcp_flags, talk.sent[2]->tcp_flags);
  const Packet& left = step.outcome.out;
  if (left.has(Field::ct_status)) packet.set(Field::ct_status, left.get(Field::ct_status));
  else packet.known.reset(static_cast<size_t>(Field::ct_status));
  // What conntrack did not see before may be another connection to it, with a translation of its own.
  const auto followed = [](const Packet& seen) { return seen.has(Field::state) && seen.get(Field::state) != state_untracked; };
  if (!followed(left) || trace.answer_steps.empty() || !followed(trace.answer_steps.back().outcome.out)) return {};
  Translation again;
  const Wire& before = *talk.sent[0];
  const Wire& after = talk.arrived[0]->wire;
  if (before.src != after.src) again.src = after.src;
  if (before.dst != after.dst) again.dst = after.dst;
  if (before.src_port != after.src_port) again.src_port = after.src_port;
  if (before.dst_port != after.dst_port) again.dst_port = after.dst_port;
  EvaluateOptions options;
  options.again = &again;
  Expected expected = expected_of(*step.policy, evaluate(*step.policy, step.hook, packet, options), step.hook, step.out);
  // A packet that conntrack does not follow is not translated and takes a way of its own.
  if (again.dst && expected.out.has(Field::dst) && expected.out.get(Field::dst) != *again.dst) expected.fate = Expected::Fate::depends;
  return expected;
}

// What some rule may write there, or leaves as it was.
bool may_be_given(const Policy& policy, Field field, u128 value, u128 before) {
  if (value == before) return true;
  for (const RewriteAction& action : policy.rewrites)
    for (const Rewrite& step : action.steps)
      if (step.field == field && (step.values.empty() || step.values.contains(value))) return true;
  return false;
}

// Nothing: as said. Else what differs.
std::string difference(const Expected& expected, const Talk& talk, size_t number) {
  const auto& arrived = talk.arrived[number];
  if (expected.fate == Expected::Fate::depends) return "";
  if (expected.fate == Expected::Fate::stops) return arrived ? "the kernel passed it" : "";
  if (!arrived) return "the kernel stopped it";
  if (arrived->side != expected.side) return "it should come out at the " + side_text(expected.side);
  const Wire& wire = arrived->wire;
  const bool ports = wire.protocol == IPPROTO_TCP || wire.protocol == IPPROTO_UDP;
  const Wire& sent = *talk.sent[number];
  const std::tuple<Field, u128, u128> values[] = {{Field::src, wire.src, sent.src}, {Field::dst, wire.dst, sent.dst}, {Field::src_port, wire.src_port, sent.src_port}, {Field::dst_port, wire.dst_port, sent.dst_port}};
  for (const auto& [field, value, before] : values) {
    if (!ports && (field == Field::src_port || field == Field::dst_port)) continue;
    // An answer's fields are open where the request's were.
    const bool fine = expected.out.has(field) ? expected.out.get(field) == value : number != 0 || may_be_given(*expected.policy, field, value, before);
    if (!fine) return "its " + std::string(field_text(field)) + " is not what it should be" + (expected.out.has(field) && ports ? ": " + std::to_string(static_cast<unsigned>(expected.out.get(field))) : "");
  }
  return "";
}

class Comparison {
 public:
  Comparison(const std::vector<std::string>& texts, const std::string& what) : what_(what), rules_(texts[0]) {
    Sources sources;
    std::vector<uint32_t> files;
    for (const std::string& text : texts) {
      files.push_back(static_cast<uint32_t>(sources.files.size()));
      sources.files.push_back({"file " + std::to_string(files.size()), text});
    }
    importers::ImportedHost host = importers::import_host(sources, files);
    EXPECT_TRUE(host.understood) << what << rules_;
    EXPECT_EQ(host.inputs[0].account.count(LineClass::unrecognised), 0u) << what << rules_;
    Network network;
    Device& router = network.devices.emplace_back();
    router.name = "router";
    router.has_export = true;
    router.policies = std::move(host.policies);
    router.facts = std::move(host.facts);
    router.facts.complete_addresses = router.facts.complete_routes = true;
    tracer_ = std::make_unique<cli::SiteTracer>(network);
  }

  Figures figures;

  void compare(const Talk& talk) {
    std::string problem;
    const auto trace = tracer_->trace(request_of(talk), true, problem);
    if (!trace) return fail(talk, 0, {}, problem);
    const Expected first = expected_of(trace->steps, trace->end);
    if (!count(talk, 0, first)) return;
    if (!talk.sent[1]) return;
    Expected answer = expected_of(trace->answer_steps, trace->answer_end);
    // Nothing can be said of what belongs to a packet of which nothing was said.
    const bool unsaid = first.fate == Expected::Fate::depends || (trace->answer_steps.empty() && trace->answer_end.verdict == Verdict::depends);
    if (unsaid) answer.fate = Expected::Fate::depends;
    else if (trace->answer_steps.empty()) return fail(talk, 1, answer, "the answer should not meet the router");
    if (!count(talk, 1, answer) || !talk.sent[2]) return;
    count(talk, 2, first.fate == Expected::Fate::depends ? first : further(*trace, talk));
  }

 private:
  // Whether kernel and trace agree.
  bool count(const Talk& talk, size_t number, const Expected& expected) {
    ++figures.packets;
    figures.depends += expected.fate == Expected::Fate::depends;
    if (talk.arrived[number]) {
      ++figures.passed;
      const Wire &sent = *talk.sent[number], &seen = talk.arrived[number]->wire;
      figures.translated += sent.src != seen.src || sent.dst != seen.dst || sent.src_port != seen.src_port || sent.dst_port != seen.dst_port;
    }
    const std::string what = difference(expected, talk, number);
    if (!what.empty()) fail(talk, number, expected, what);
    return what.empty();
  }

  void fail(const Talk& talk, size_t number, const Expected& expected, const std::string& what) {
    if (++figures.disagreements > 1) return;
    std::string& text = figures.first;
    text = what_ + "packet " + std::to_string(number) + ": " + what + "\n";
    for (size_t i = 0; i <= number; ++i) {
      text += "  sent " + wire_text(*talk.sent[i]) + "\n";
      text += talk.arrived[i] ? "  came " + wire_text(talk.arrived[i]->wire) + " at the " + side_text(talk.arrived[i]->side) + "\n" : "  did not come\n";
    }
    text += "  state of the first " + std::to_string(talk.state) + "\n" + expected.trail + rules_;
  }

  std::string what_, rules_;
  std::unique_ptr<cli::SiteTracer> tracer_;
};

// How rules get into the router and out again.
struct BackEnd {
  std::string name;
  Family family;       // of iptables; nft: both
  std::string load, clear;
  std::vector<std::string> show;  // each a text that describes all of the rules
};

std::vector<BackEnd> usable_back_ends() {
  std::vector<BackEnd> all;
  const std::string nothing = "printf '*filter\\n:INPUT ACCEPT\\n:FORWARD ACCEPT\\n:OUTPUT ACCEPT\\nCOMMIT\\n*raw\\nCOMMIT\\n*mangle\\nCOMMIT\\n*nat\\nCOMMIT\\n' | ";
  for (const std::string kind : {"legacy", "nft"})
    for (const Family family : {Family::v4, Family::v6}) {
      const std::string program = (family == Family::v4 ? "iptables-" : "ip6tables-") + kind;
      all.push_back({program, family, program + "-restore -w 2>/dev/null", nothing + program + "-restore -w 2>/dev/null", {program + "-save 2>/dev/null"}});
    }
  all.push_back({"nft", Family::v4, "nft -f - 2>/dev/null", "nft flush ruleset", {"nft list ruleset", "nft -j list ruleset"}});
  std::erase_if(all, [](const BackEnd& back_end) {
    const bool nft = back_end.name == "nft";
    const std::string probe = nft ? "table inet probe {\n chain c { type nat hook prerouting priority dstnat; ct state new redirect\n }\n}\n"
                                  : "*nat\n-A POSTROUTING -m conntrack --ctstate NEW -j MASQUERADE\nCOMMIT\n";
    const bool works = feed(back_end.load, probe);
    (void)output_of(back_end.clear);
    return !works;
  });
  return all;
}

class Trial {
 public:
  Trial() : router_(std::make_unique<RouterNamespace>()), back_ends_(usable_back_ends()) {}

  const std::vector<BackEnd>& back_ends() const { return back_ends_; }

  void run(uint64_t seed, const BackEnd& back_end) {
    if (++used_ % kRulesetsPerRouter == 0) {
      router_.reset();
      router_ = std::make_unique<RouterNamespace>();
    }
    const bool nft = back_end.name == "nft";
    const std::string rules = nft ? random_router_ruleset(seed) : random_router_dump(seed, back_end.family);
    const bool loaded = feed(back_end.load, rules);
    ++(loaded ? all.rulesets : all.refused);
    if (loaded) judge(seed, back_end);
    (void)output_of(back_end.clear);  // of what is refused some tables may be there
  }

  Figures all;

 private:
  void judge(uint64_t seed, const BackEnd& back_end) {
    std::vector<std::string> shown;
    for (const std::string& command : back_end.show) shown.push_back(output_of(command).value_or(""));
    Figures figures = speak(seed, back_end, shown, kPatienceMs);
    // A busy machine is late with packets: only what stays when there is time counts.
    if (figures.disagreements > 0) figures = speak(seed, back_end, shown, 20 * kPatienceMs);
    all.add(figures);
    if (figures.disagreements > 0 && ++told_ <= 10) ADD_FAILURE() << figures.first;
  }

  Figures speak(uint64_t seed, const BackEnd& back_end, const std::vector<std::string>& shown, int patience_ms) {
    router_->patience_ms = patience_ms;
    Dice dice(seed);
    std::vector<Talk> talks;
    for (int n = 0; n < kTalks; ++n) talks.push_back(speaker_.begin(dice, back_end.name == "nft" && dice.chance(40) ? Family::v6 : back_end.family));
    speaker_.lead(*router_, talks);
    Figures figures;
    for (const std::string& text : shown) {
      std::vector<std::string> texts = router_->facts();
      texts.insert(texts.begin(), text);
      Comparison comparison(texts, "seed " + std::to_string(seed) + ", " + back_end.name + ", ");
      for (const Talk& talk : talks) comparison.compare(talk);
      figures.add(comparison.figures);
      if (figures.first.empty()) figures.first = comparison.figures.first;
    }
    return figures;
  }

  std::unique_ptr<RouterNamespace> router_;
  std::vector<BackEnd> back_ends_;
  Speaker speaker_;
  uint64_t used_ = 0;
  int told_ = 0;
};

TEST(Kernel, RoutesAndTranslatesAsTraceSays) {
  if (const std::string obstacle = RouterNamespace::obstacle(); !obstacle.empty())
    GTEST_SKIP() << "SKIPPED: the real netfilter cannot be asked here: " << obstacle;
  const uint64_t seed = number_from_environment("FWPROOF_KERNEL_SEED", 1);
  const uint64_t rulesets = number_from_environment("FWPROOF_KERNEL_RULESETS", 100);
  std::printf("seed %llu, %llu sets of rules\n", static_cast<unsigned long long>(seed), static_cast<unsigned long long>(rulesets));
  Trial trial;
  const std::vector<BackEnd> back_ends = trial.back_ends();
  if (back_ends.empty()) GTEST_SKIP() << "SKIPPED: neither iptables nor nft translates addresses in a namespace";
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::max<uint64_t>(20, rulesets / 2));
  for (uint64_t i = seed; i < seed + rulesets && std::chrono::steady_clock::now() < end; ++i) {
    // nftables every second time.
    const bool nft = i % 2 == 0 && back_ends.back().name == "nft";
    trial.run(i, nft ? back_ends.back() : back_ends[i / 2 % back_ends.size()]);
  }
  const Figures& figures = trial.all;
  std::printf("%zu sets of rules (%zu refused), %zu packets, %zu passed, %zu translated, %zu undecided, %zu disagreements\n", figures.rulesets, figures.refused,
              figures.packets, figures.passed, figures.translated, figures.depends, figures.disagreements);
  EXPECT_EQ(figures.disagreements, 0u);
  EXPECT_GT(figures.rulesets, figures.refused);
  EXPECT_GT(figures.passed, figures.packets / 20);
  EXPECT_GT(figures.translated, figures.packets / 50);
  EXPECT_LT(figures.depends, figures.packets / 4);
}

}  // namespace
}  // namespace fwproof::testing
