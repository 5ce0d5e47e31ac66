// Backwards: from what the last hop lets in to the rules that send packets there, and from these to the chains that call them.
#include "solver/leads.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "solver/boxes.h"
#include "solver/slice_parts.h"

namespace fwproof::solver {

using namespace model;
using namespace slicing;

namespace {

constexpr std::array kTold = {Field::dst, Field::dst_port, Field::protocol};
constexpr size_t kMostLeads = 64;

bool is_told(Field field) { return std::find(kTold.begin(), kTold.end(), field) != kTold.end(); }

// The packets of the box that the rule's plain terms may match.
void narrow(PacketBox& box, const Rule& rule, Family family) {
  for (const Term& term : rule.terms)
    for (const Field field : kTold)
      if (const IntervalSet* set = plain_set(term, field, family)) set_of(box, field) = set_of(box, field).intersected(*set);
}

// What the last hop may let in; nothing where that is not settled by destinations.
std::optional<std::vector<PacketBox>> ends_of(const WalkHop& hop, Family family) {
  if (hop.hook != Hook::input || !hop.local || !hop.policy->rewrites.empty()) return std::nullopt;
  const std::vector<Stage>& stages = hop.policy->hooks[static_cast<size_t>(Hook::input)];
  const auto routes = [](const Stage& stage) { return stage.kind == Stage::Kind::route; };
  if (std::none_of(stages.begin(), stages.end(), routes)) return std::nullopt;
  PacketBox all = everything(family);
  all.dst = hop.local->in(family);
  const auto filters = [](const Stage& stage) { return stage.kind == Stage::Kind::filter; };
  const auto filter = std::find_if(stages.begin(), stages.end(), filters);
  if (filter == stages.end()) return std::vector{all};
  const Chain& chain = hop.policy->chains[filter->chain];
  std::vector<PacketBox> ends;
  for (const Rule& rule : chain.rules) {
    if (blocks(rule.action.kind)) continue;
    if (rule.action.kind != ActionKind::accept || ends.size() == kMostLeads) return std::vector{all};
    ends.push_back(all);
    narrow(ends.back(), rule, family);
  }
  if (!blocks(chain.at_end) || chain.at_end_assumption >= 0) return std::vector{all};
  std::erase_if(ends, is_empty);
  return ends;
}

// A rule that may change destinations.
struct Sending {
  const Policy* policy;
  uint32_t chain;
  const Rule* rule;
};

// What it does to a field in the end; nullptr: nothing.
const Rewrite* last_step(const RewriteAction& action, Field field) {
  const auto last = std::find_if(action.steps.rbegin(), action.steps.rend(), [&](const Rewrite& step) { return step.field == field; });
  return last == action.steps.rend() ? nullptr : &*last;
}

bool may_send_into(const RewriteAction& action, const PacketBox& box) {
  return std::all_of(kTold.begin(), kTold.end(), [&](Field field) {
    const Rewrite* step = last_step(action, field);
    return step == nullptr || step->kind != Rewrite::Kind::assign || step->values.empty() || step->values.intersects(set_of(box, field));
  });
}

class Leading {
 public:
  Leading(const Walk& walk, const Limits& limits, uint64_t& steps) : walk_(walk), limits_(limits), steps_(steps) {}

  std::optional<std::vector<PacketBox>> run() {
    if (!are_many()) return std::nullopt;
    auto ends = ends_of(walk_.legs.front().hops.back(), walk_.family);
    if (!ends || !find_sending()) return std::nullopt;
    for (PacketBox& box : *ends) add(std::move(box));
    // What rests on an assumption is asked with it, wherever it sends packets.
    take_sending([](const Sending& by) { return by.rule->assumption >= 0; });
    // What leads to a packet that leads there leads there.
    for (size_t i = 0; fits_ && i < leads_.size(); ++i) {
      const PacketBox box = leads_[i];
      take_sending([&](const Sending& by) { return may_send_into(by.policy->rewrites[by.rule->action.index], box); });
    }
    if (!fits_) return std::nullopt;
    return std::move(leads_);
  }

 private:
  static constexpr size_t kDeepest = 32;
  static constexpr size_t kMostWays = 10'000;

  // What rules do to packets, marks included.
  bool are_many() const {
    size_t actions = 0;
    for (const WalkHop& hop : walk_.legs.front().hops) actions += hop.policy->rewrites.size();
    return actions >= limits_.leads_from;
  }

  // false: it is not plain what some rule does.
  bool find_sending() {
    for (const WalkHop& hop : walk_.legs.front().hops) {
      if (callers_.contains(hop.policy)) continue;
      auto& callers = callers_[hop.policy];
      callers.resize(hop.policy->chains.size());
      for (uint32_t chain = 0; chain < callers.size(); ++chain)
        for (const Rule& rule : hop.policy->chains[chain].rules) {
          if (!rule.enabled) continue;
          if (rule.action.kind == ActionKind::unknown_rewriting) return false;
          if (is_call(rule.action)) callers[rule.action.index].push_back({chain, &rule});
          if (rule.action.kind != ActionKind::rewrite || !changes_told(hop.policy->rewrites[rule.action.index])) continue;
          // Conditions that were looked at before would be about another packet.
          if (hop.policy->rewrites[rule.action.index].then != ActionKind::accept) return false;
          sending_.push_back({hop.policy, chain, &rule});
        }
    }
    return true;
  }

  template <class Leads>
  void take_sending(const Leads& leads) {
    std::erase_if(sending_, [&](const Sending& by) {
      fits_ = fits_ && spend(1);
      const bool taken = fits_ && leads(by);
      if (taken) add_ways_to(by);
      return taken;
    });
  }

  static bool changes_told(const RewriteAction& action) {
    return std::any_of(action.steps.begin(), action.steps.end(), [](const Rewrite& step) { return is_told(step.field); });
  }

  // The packets that come to the rule, by each way of calls from where a hook begins.
  void add_ways_to(const Sending& by) {
    PacketBox box = everything(walk_.family);
    narrow(box, *by.rule, walk_.family);
    add_ways(*by.policy, by.chain, box, 0);
  }

  void add_ways(const Policy& policy, uint32_t chain, const PacketBox& box, size_t depth) {
    if (is_empty(box)) return;
    fits_ = fits_ && depth <= kDeepest && ++ways_ <= kMostWays;
    if (!fits_) return;
    if (is_base(policy, chain)) add(box);
    for (const auto& [caller, rule] : callers_.at(&policy)[chain]) {
      fits_ = fits_ && spend(size_of(box, *rule));
      if (!fits_) return;
      PacketBox called = box;
      narrow(called, *rule, walk_.family);
      add_ways(policy, caller, called, depth + 1);
    }
  }

  // Large sets are looked at from end to end.
  size_t size_of(const PacketBox& box, const Rule& rule) const {
    size_t size = 1 + box.dst.intervals().size();
    for (const Term& term : rule.terms)
      if (const IntervalSet* set = plain_set(term, Field::dst, walk_.family)) size += set->intervals().size();
    return size;
  }

  bool spend(size_t steps) {
    steps_ -= std::min<uint64_t>(steps_, steps);
    return steps_ > 0;
  }

  bool is_base(const Policy& policy, uint32_t chain) const {
    for (const WalkHop& hop : walk_.legs.front().hops)
      if (hop.policy == &policy)
        for (const Stage& stage : policy.hooks[static_cast<size_t>(hop.hook)])
          if (stage.kind != Stage::Kind::route && stage.chain == chain) return true;
    return false;
  }

  void add(PacketBox box) {
    const auto holds_it = [&](const PacketBox& known) {
      return std::all_of(kTold.begin(), kTold.end(), [&](Field field) { return set_of(known, field).contains(set_of(box, field)); });
    };
    if (!fits_ || std::any_of(leads_.begin(), leads_.end(), holds_it)) return;
    leads_.push_back(std::move(box));
    fits_ = leads_.size() <= kMostLeads;
  }

  const Walk& walk_;
  const Limits& limits_;
  uint64_t& steps_;
  std::map<const Policy*, std::vector<std::vector<std::pair<uint32_t, const Rule*>>>> callers_;   // by chain: where it is called
  std::vector<Sending> sending_;    // of which nothing is known to lead there
  std::vector<PacketBox> leads_;
  size_t ways_ = 0;
  bool fits_ = true;
};

}  // namespace

bool sends_away(const RewriteAction& action, const std::vector<PacketBox>& leads) {
  return !leads.empty() && action.then == ActionKind::accept && std::none_of(leads.begin(), leads.end(), [&](const PacketBox& box) { return may_send_into(action, box); });
}

std::optional<std::vector<PacketBox>> leads_of(const Walk& walk, const Limits& limits, uint64_t& steps) {
  if (walk.legs.size() != 1 || walk.legs.front().reply || walk.same_packet || walk.elsewhere_passes || walk.legs.front().hops.empty()) return std::nullopt;
  return Leading(walk, limits, steps).run();
}

}  // namespace fwproof::solver
