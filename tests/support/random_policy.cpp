#include "tests/support/random_policy.h"

namespace fwproof::testing {
namespace {

using namespace model;

class Generator {
 public:
  Generator(uint64_t seed, const RandomOptions& options) : random_(seed), options_(options) {}

  Policy generate() {
    policy_.v4 = true;
    policy_.interfaces.add("lo");
    policy_.interfaces.add("eth0");
    policy_.interfaces.add("eth", true);
    add_unknowns();
    const size_t user_chains = below(4);
    // Chains call only chains with a higher index; base chains come first.
    bases_ = 1 + below(4);
    const size_t chains = bases_ + user_chains;
    for (size_t i = 0; i < chains; ++i) add_chain(i, chains);
    add_stages(Hook::input);
    bind_names(policy_, {});
    return std::move(policy_);
  }

 private:
  uint32_t below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }
  bool chance(uint32_t percent) { return below(100) < percent; }

  void add_unknowns() {
    using Sharing = UnknownCondition::Sharing;
    add_unknown(policy_, {Sharing::pure, "string", "a", {}});
    add_unknown(policy_, {Sharing::pure, "string", "b", {}});
    add_unknown(policy_, {Sharing::per_visit, "limit", "c", {}});
  }

  void add_chain(size_t index, size_t chains) {
    Chain chain;
    chain.name = "c" + std::to_string(index);
    if (index < bases_) chain.at_end = chance(50) ? ActionKind::accept : chance(70) ? ActionKind::drop : ActionKind::reject;
    const uint32_t rules = below(5);
    for (uint32_t i = 0; i < rules; ++i) chain.rules.push_back(rule(index, chains));
    policy_.chains.push_back(std::move(chain));
  }

  Rule rule(size_t chain, size_t chains) {
    Rule rule;
    const uint32_t terms = below(3);
    for (uint32_t i = 0; i < terms; ++i) rule.terms.push_back(term(0));
    rule.enabled = !chance(5);
    rule.action = action(std::max(chain + 1, bases_), chains);
    return rule;
  }

  Action action(size_t first_callee, size_t chains) {
    const uint32_t dice = below(100);
    if (dice < 20) return {ActionKind::accept, 0};
    if (dice < 35) return {ActionKind::drop, 0};
    if (dice < 38) return {ActionKind::reject, 0};
    if (dice < 43) return {ActionKind::return_, 0};
    if (dice < 46) return {ActionKind::proceed, 0};
    if (dice < 68 && first_callee < chains) {
      const auto target = static_cast<uint32_t>(first_callee + below(static_cast<uint32_t>(chains - first_callee)));
      return {chance(70) ? ActionKind::jump : ActionKind::go_to, target};
    }
    if (dice < 90 && options_.rewrites) {
      policy_.rewrites.push_back(rewrite());
      return {ActionKind::rewrite, static_cast<uint32_t>(policy_.rewrites.size() - 1)};
    }
    if (!options_.unknowns || dice >= 94) return {ActionKind::accept, 0};
    return {dice < 93 ? ActionKind::unknown : ActionKind::unknown_rewriting, 2};
  }

  RewriteAction rewrite() {
    RewriteAction action;
    const uint32_t steps = 1 + below(2);
    for (uint32_t i = 0; i < steps; ++i) action.steps.push_back(step());
    action.then = chance(60) ? ActionKind::proceed : ActionKind::accept;
    return action;
  }

  Rewrite step() {
    const uint32_t kind = below(7);
    if (!options_.bits && (kind == 2 || kind == 3)) return {Rewrite::Kind::assign, Field::connmark, IntervalSet::of(below(4))};
    switch (kind) {
      case 0: return {Rewrite::Kind::assign, Field::dst, addresses()};
      case 1: return {Rewrite::Kind::assign, Field::dst_port, ports()};
      case 2: return {Rewrite::Kind::netmap, Field::src, {}, "", max_value(32) - 3, below(4)};
      case 3: return {Rewrite::Kind::copy_bits, Field::connmark, {}, "", 3, 0, Field::mark};
      case 4: return {Rewrite::Kind::assign, Field::state, IntervalSet::of(below(5))};
      case 5: return {Rewrite::Kind::set_bits, Field::ct_status, {}, "", ct_dnat, ct_dnat};
      default: return {Rewrite::Kind::set_bits, Field::mark, {}, "", below(4), below(4)};
    }
  }

  IntervalSet interval(uint32_t size) {
    const uint32_t lo = below(size);
    return IntervalSet::range(lo, lo + below(size - lo));
  }
  IntervalSet values(uint32_t size) { return chance(80) ? interval(size) : interval(size).united(interval(size)); }
  IntervalSet addresses() { return values(kAddresses); }
  IntervalSet ports() { return values(kPorts); }

  Term term(uint32_t depth) {
    Term term = plain_term(depth);
    term.negated = chance(20);
    return term;
  }

  Term plain_term(uint32_t depth) {
    const uint32_t dice = below(options_.unknowns ? 24 : 20);
    if (dice < 4) return {InAddresses{Field::src, AddressSet::of(Family::v4, addresses())}};
    if (dice < 8) return {InAddresses{Field::dst, AddressSet::of(Family::v4, addresses())}};
    if (dice < 12) return {In{Field::dst_port, ports()}};
    if (dice < 13) return {In{Field::src_port, ports()}};
    if (dice < 14) return {In{Field::protocol, IntervalSet::of(proto_tcp)}};
    if (dice < 15) return {In{Field::state, values(5)}};
    if (dice < 16) return {In{Field::in, values(4)}};
    if (dice < 17) return {Masked{Field::mark, 1 + below(3), below(4)}};
    if (dice < 18) return {In{chance(50) ? Field::connmark : Field::ct_status, values(4)}};
    if (dice < 19) return {Masked{Field::tcp_flags, tcp_syn | tcp_ack, tcp_syn}};
    if (dice < 20 && depth == 0) return {any_of()};
    if (dice < 20) return {In{Field::profile, IntervalSet::of(below(3))}};
    return {Unknown{dice < 23 ? below(2) : 2}};
  }

  AnyOf any_of() {
    AnyOf any;
    const uint32_t alternatives = below(3);
    for (uint32_t i = 0; i < alternatives; ++i) {
      any.alternatives.emplace_back();
      const uint32_t terms = below(3);
      for (uint32_t k = 0; k < terms; ++k) any.alternatives.back().push_back(term(1));
    }
    return any;
  }

  void add_stages(Hook hook) {
    auto& stages = policy_.hooks[static_cast<size_t>(hook)];
    const size_t route = below(static_cast<uint32_t>(bases_ + 1));
    for (size_t i = 0; i < bases_; ++i) {
      if (i == route) stages.push_back({Stage::Kind::route, 0});
      const bool nat = options_.nat && bases_ > 1 && chance(35);
      stages.push_back({nat ? Stage::Kind::nat : Stage::Kind::filter, static_cast<uint32_t>(i)});
    }
  }

  std::mt19937_64 random_;
  RandomOptions options_;
  Policy policy_;
  size_t bases_ = 1;
};

std::string text(const IntervalSet& set) {
  std::string out = "{";
  for (const Interval& i : set.intervals())
    out += (out.size() > 1 ? "," : "") + std::to_string(static_cast<uint64_t>(i.lo)) + "-" + std::to_string(static_cast<uint64_t>(i.hi));
  return out + "}";
}

std::string text(const Term& term);
std::string text(const std::vector<Term>& terms) {
  std::string out;
  for (const Term& term : terms) out += (out.empty() ? "" : " & ") + text(term);
  return out.empty() ? "always" : out;
}

struct TermText {
  std::string operator()(const In& in) const { return std::string(field_text(in.field)) + " in " + text(in.set); }
  std::string operator()(const InAddresses& in) const { return std::string(field_text(in.field)) + " in " + text(in.set.v4); }
  std::string operator()(const Masked& m) const {
    return std::string(field_text(m.field)) + " & " + std::to_string(static_cast<uint64_t>(m.mask)) + " == " + std::to_string(static_cast<uint64_t>(m.value));
  }
  std::string operator()(const InNamed& named) const { return std::string(field_text(named.field)) + " in " + named.name; }
  std::string operator()(const Unknown& unknown) const { return "unknown " + std::to_string(unknown.index); }
  std::string operator()(const AnyOf& any) const {
    std::string out = "any(";
    for (const auto& terms : any.alternatives) out += "[" + text(terms) + "]";
    return out + ")";
  }
};

std::string text(const Term& term) { return (term.negated ? "not " : "") + std::visit(TermText{}, term.what); }

constexpr const char* kActions[] = {"accept", "drop", "reject", "jump", "goto", "return", "proceed", "rewrite", "unknown", "unknown_rewriting"};

std::string text(const RewriteAction& action) {
  constexpr const char* kKinds[] = {"assign", "assign_named", "set_bits", "copy_bits", "netmap"};
  std::string out;
  for (const Rewrite& step : action.steps)
    out += " " + std::string(kKinds[static_cast<size_t>(step.kind)]) + " " + std::string(field_text(step.field)) + text(step.values) + " mask " +
           std::to_string(static_cast<uint64_t>(step.mask)) + " value " + std::to_string(static_cast<uint64_t>(step.value));
  return out + " then " + kActions[static_cast<size_t>(action.then)];
}

}  // namespace

Policy random_policy(uint64_t seed, const RandomOptions& options) { return Generator(seed, options).generate(); }

solver::PacketBox tiny_universe() {
  return {IntervalSet::range(0, kAddresses - 1), IntervalSet::range(0, kAddresses - 1), IntervalSet::of(proto_tcp).united(IntervalSet::of(proto_udp)),
          IntervalSet::range(0, kPorts - 1),     IntervalSet::range(0, kPorts - 1),     IntervalSet::of(0), IntervalSet::of(0)};
}

solver::PacketBox box_of(const Packet& packet) {
  const auto value = [&](Field field) { return IntervalSet::of(packet.get(field)); };
  return {value(Field::src), value(Field::dst), value(Field::protocol), value(Field::src_port), value(Field::dst_port), value(Field::icmp_type), value(Field::icmp_code)};
}

solver::Walk tiny_walk(const Policy& policy, Hook hook, unsigned state) {
  solver::WalkHop hop;
  hop.policy = &policy;
  hop.hook = hook;
  hop.device = "device";
  solver::WalkLeg leg;
  leg.name = "request";
  leg.state = IntervalSet::of(state);
  leg.tcp_flags = IntervalSet::of(state == state_new ? tcp_syn : tcp_ack);
  leg.hops = {hop};
  solver::Walk walk;
  walk.in_question = {tiny_universe()};
  walk.legs = {leg};
  return walk;
}

void move_to_v6(Policy& policy) {
  policy.v6 = true;
  const auto move = [](auto& self, std::vector<Term>& terms) -> void {
    for (Term& term : terms) {
      if (auto* in = std::get_if<InAddresses>(&term.what)) in->set.v6 = in->set.v4;
      if (auto* any = std::get_if<AnyOf>(&term.what))
        for (auto& inner : any->alternatives) self(self, inner);
    }
  };
  for (Chain& chain : policy.chains)
    for (Rule& rule : chain.rules) move(move, rule.terms);
  for (RewriteAction& action : policy.rewrites)
    for (Rewrite& step : action.steps)
      if (step.kind == Rewrite::Kind::netmap) step.mask = max_value(128) - 3;
}

std::string dump(const Policy& policy) {
  std::string out;
  for (size_t hook = 0; hook < kHooks; ++hook)
    for (const Stage& stage : policy.hooks[hook]) {
      constexpr const char* kKinds[] = {"filter", "nat", "route"};
      constexpr const char* kHookTexts[] = {"input", "output", "forward"};
      out += std::string(kHookTexts[hook]) + " stage " + kKinds[static_cast<size_t>(stage.kind)] + " c" + std::to_string(stage.chain) + "\n";
    }
  for (const Chain& chain : policy.chains) {
    out += "chain " + chain.name + " at end " + kActions[static_cast<size_t>(chain.at_end)] + "\n";
    for (const Rule& rule : chain.rules) {
      out += std::string(rule.enabled ? "  " : "  (disabled) ") + text(rule.terms) + " -> " + kActions[static_cast<size_t>(rule.action.kind)];
      if (rule.action.kind == ActionKind::rewrite) out += text(policy.rewrites[rule.action.index]);
      if (rule.action.kind == ActionKind::jump || rule.action.kind == ActionKind::go_to) out += " c" + std::to_string(rule.action.index);
      out += "\n";
    }
  }
  return out;
}

}  // namespace fwproof::testing
