// The second look at what leads to the end of a walk: forwards, from where packets come in.
#include <algorithm>
#include <array>

#include "solver/boxes.h"
#include "solver/leads.h"

namespace fwproof::solver {

using namespace model;

namespace {

// Where a packet may be sent to, and what it may be.
struct Target {
  IntervalSet dst, port, protocol;
  bool empty() const { return dst.empty() || port.empty() || protocol.empty(); }
};

bool is_within(const Target& target, const PacketBox& box) {
  return box.dst.contains(target.dst) && box.dst_port.contains(target.port) && box.protocol.contains(target.protocol);
}

bool meets(const Target& target, const PacketBox& box) {
  return box.dst.intersects(target.dst) && box.dst_port.intersects(target.port) && box.protocol.intersects(target.protocol);
}

// What of the target a rule may match, by those of its terms that say what a field must be.
Target matched(Target target, const Rule& rule, Family family) {
  for (const Term& term : rule.terms) {
    if (term.negated) continue;
    if (const auto* addresses = std::get_if<InAddresses>(&term.what); addresses && addresses->field == Field::dst)
      target.dst = target.dst.intersected(addresses->set.in(family));
    const auto* in = std::get_if<In>(&term.what);
    if (!in) continue;
    if (in->field == Field::dst) target.dst = target.dst.intersected(in->set);
    if (in->field == Field::dst_port) target.port = target.port.intersected(in->set);
    if (in->field == Field::protocol) target.protocol = target.protocol.intersected(in->set);
  }
  return target;
}

class Following {
 public:
  Following(const Walk& walk, const std::vector<PacketBox>& leads, uint64_t& steps) : walk_(walk), leads_(leads), left_(steps) {}

  std::optional<bool> run() {
    const std::vector<WalkHop>& hops = walk_.legs.front().hops;
    if (!takes_leads_alone(hops.back())) return false;
    const Target anything{IntervalSet::all(address_bits(walk_.family)), IntervalSet::all(16), IntervalSet::all(8)};
    for (const WalkHop& hop : hops)
      for (const Stage& stage : hop.policy->hooks[static_cast<size_t>(hop.hook)])
        if (stage.kind != Stage::Kind::route) follow(*hop.policy, stage.chain, anything, 0);
    if (!right_) return false;
    return left_ > 0 && !too_deep_ ? std::optional(true) : std::nullopt;
  }

 private:
  static constexpr size_t kDeepest = 64;

  bool is_within_leads(const Target& target) const {
    return std::any_of(leads_.begin(), leads_.end(), [&](const PacketBox& box) { return is_within(target, box); });
  }

  // Of the last hop: whatever it may accept is inside, and it changes nothing.
  bool takes_leads_alone(const WalkHop& hop) const {
    const std::vector<Stage>& stages = hop.policy->hooks[static_cast<size_t>(hop.hook)];
    const bool routes = std::any_of(stages.begin(), stages.end(), [](const Stage& stage) { return stage.kind == Stage::Kind::route; });
    if (hop.hook != Hook::input || !routes || hop.local == nullptr || !hop.policy->rewrites.empty()) return false;
    const Target own{hop.local->in(walk_.family), IntervalSet::all(16), IntervalSet::all(8)};
    return is_within_leads(own) || std::any_of(stages.begin(), stages.end(), [&](const Stage& stage) {
             return stage.kind == Stage::Kind::filter && takes_leads_alone(hop.policy->chains[stage.chain], own);
           });
  }

  bool takes_leads_alone(const Chain& chain, const Target& own) const {
    const auto drops = [](ActionKind kind) { return kind == ActionKind::drop || kind == ActionKind::reject; };
    return drops(chain.at_end) && chain.at_end_assumption < 0 && std::all_of(chain.rules.begin(), chain.rules.end(), [&](const Rule& rule) {
             if (!rule.enabled || drops(rule.action.kind)) return true;
             const Target taken = matched(own, rule, walk_.family);
             return rule.action.kind == ActionKind::accept && (taken.empty() || is_within_leads(taken));
           });
  }

  void follow(const Policy& policy, uint32_t chain, const Target& target, size_t depth) {
    too_deep_ = too_deep_ || depth > kDeepest;
    for (const Rule& rule : policy.chains[chain].rules) {
      if (left_ == 0 || too_deep_ || !right_) return;
      --left_;
      const ActionKind kind = rule.action.kind;
      const bool calls = kind == ActionKind::jump || kind == ActionKind::go_to;
      const bool changes = kind == ActionKind::rewrite || kind == ActionKind::unknown_rewriting;
      if (!rule.enabled || (!calls && !changes)) continue;
      spend(target, rule);
      const Target here = matched(target, rule, walk_.family);
      if (here.empty() || is_within_leads(here)) continue;   // these packets may go anywhere
      if (calls) follow(policy, rule.action.index, here, depth + 1);
      else right_ = kind == ActionKind::rewrite && stays_outside(here, policy.rewrites[rule.action.index]);
    }
  }

  // Large sets are looked at from end to end.
  void spend(const Target& target, const Rule& rule) {
    size_t size = target.dst.intervals().size() + target.port.intervals().size();
    for (const Term& term : rule.terms)
      if (const auto* addresses = std::get_if<InAddresses>(&term.what)) size += addresses->set.in(walk_.family).intervals().size();
    left_ -= std::min<uint64_t>(left_, size);
  }

  bool stays_outside(Target target, const RewriteAction& action) const {
    bool changed = false;
    for (const Rewrite& step : action.steps) {
      const auto becomes = [&](IntervalSet& set, unsigned bits) {
        changed = true;
        set = step.kind == Rewrite::Kind::assign && !step.values.empty() ? step.values : IntervalSet::all(bits);
      };
      if (step.field == Field::dst) becomes(target.dst, address_bits(walk_.family));
      if (step.field == Field::dst_port) becomes(target.port, 16);
      if (step.field == Field::protocol) becomes(target.protocol, 8);
    }
    if (!changed) return true;
    // What other rules of the chain look at afterwards would be about another packet.
    return action.then == ActionKind::accept && std::none_of(leads_.begin(), leads_.end(), [&](const PacketBox& box) { return meets(target, box); });
  }

  const Walk& walk_;
  const std::vector<PacketBox>& leads_;
  uint64_t& left_;   // rules, and parts of sets, that may be looked at
  bool too_deep_ = false;
  bool right_ = true;
};

}  // namespace

std::optional<bool> leads_rightly(const Walk& walk, const std::vector<PacketBox>& leads, uint64_t& steps) { return Following(walk, leads, steps).run(); }

}  // namespace fwproof::solver
