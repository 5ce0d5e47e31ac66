#include "solver/diff_question.h"

#include <algorithm>
#include <array>

namespace fwproof::solver {

using namespace model;

namespace {

// Chains that the hook reaches, on either side.
std::vector<bool> reached(const Aligned& both, Hook hook) {
  std::vector<bool> in(both.before.chains.size(), false);
  for (const Policy* policy : {&both.before, &both.after}) {
    std::vector<uint32_t> todo;
    std::vector<bool> entered(in.size(), false);
    const auto enter = [&](uint32_t chain) {
      if (entered[chain]) return;
      in[chain] = entered[chain] = true;
      todo.push_back(chain);
    };
    for (const Stage& stage : policy->hooks[static_cast<size_t>(hook)])
      if (stage.kind != Stage::Kind::route) enter(stage.chain);
    while (!todo.empty()) {
      const Chain& chain = policy->chains[todo.back()];
      todo.pop_back();
      for (const Rule& rule : chain.rules)
        if (rule.enabled && (rule.action.kind == ActionKind::jump || rule.action.kind == ActionKind::go_to)) enter(rule.action.index);
    }
  }
  return in;
}

// What rewriting may make of each field on the way to a rule.
struct Rewritings {
  std::array<bool, kFields> anything{};
  std::array<IntervalSet, kFields> values;
  bool may_yield(Field field, const IntervalSet& set) const {
    return anything[static_cast<size_t>(field)] || values[static_cast<size_t>(field)].intersects(set);
  }
};

Rewritings rewritings(const Aligned& both) {
  Rewritings all;
  for (const RewriteAction& action : both.before.rewrites)  // the tables of both are the same
    for (const Rewrite& step : action.steps) {
      const auto field = static_cast<size_t>(step.field);
      if (step.kind == Rewrite::Kind::assign && !step.values.empty())
        all.values[field] = all.values[field].united(step.values);
      else
        all.anything[field] = true;
    }
  return all;
}

IntervalSet& set_in(PacketBox& box, Field field) {
  return const_cast<IntervalSet&>(set_of(static_cast<const PacketBox&>(box), field));  // the box is not const
}

bool is_client_field(Field field) { return std::find(kClientFields.begin(), kClientFields.end(), field) != kClientFields.end(); }

// Every packet that may come to the rule and match it was sent inside the box.
PacketBox box_of(const Rule& rule, const Rewritings& rewritten, Family family) {
  PacketBox box;
  for (const Field field : kClientFields) set_in(box, field) = IntervalSet::all(field_bits(field, family));
  for (const Term& term : rule.terms) {
    const auto* in = std::get_if<In>(&term.what);
    const auto* addresses = std::get_if<InAddresses>(&term.what);
    if (!in && !addresses) continue;
    const Field field = in ? in->field : addresses->field;
    if (!is_client_field(field)) continue;
    const IntervalSet all = IntervalSet::all(field_bits(field, family));
    const IntervalSet& set = in ? in->set : addresses->set.in(family);
    const IntervalSet met = term.negated ? all.minus(set) : all.intersected(set);
    if (!rewritten.may_yield(field, met)) set_in(box, field) = set_in(box, field).intersected(met);
  }
  return box;
}

// The packets of a box that there are: only some protocols have ports, or ICMP types.
void add_real_packets(const PacketBox& box, Family family, std::vector<PacketBox>& into) {
  IntervalSet ports;
  for (const unsigned number : {proto_tcp, proto_udp, proto_udplite, proto_dccp, proto_sctp}) ports = ports.united(IntervalSet::of(number));
  const IntervalSet icmp = IntervalSet::of(family == Family::v4 ? proto_icmp : proto_icmpv6);
  const IntervalSet zero = IntervalSet::of(0);
  const auto add = [&](const IntervalSet& protocols, bool has_ports, bool is_icmp) {
    PacketBox part = box;
    part.protocol = box.protocol.intersected(protocols);
    if (!has_ports) {
      part.src_port = box.src_port.intersected(zero);
      part.dst_port = box.dst_port.intersected(zero);
    }
    if (!is_icmp) {
      part.icmp_type = box.icmp_type.intersected(zero);
      part.icmp_code = box.icmp_code.intersected(zero);
    }
    const auto empty = [&](Field field) { return set_of(part, field).empty(); };
    if (std::none_of(kClientFields.begin(), kClientFields.end(), empty)) into.push_back(std::move(part));
  };
  add(ports, true, false);
  add(icmp, false, true);
  add(IntervalSet::all(8).minus(ports).minus(icmp), false, false);
}

bool is_before(const PacketBox& a, const PacketBox& b) {
  for (const Field field : kClientFields) {
    const Intervals x = set_of(a, field).intervals();
    const Intervals y = set_of(b, field).intervals();
    for (size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
      if (x[i].lo != y[i].lo) return x[i].lo < y[i].lo;
      if (x[i].hi != y[i].hi) return x[i].hi > y[i].hi;
    }
    if (x.size() != y.size()) return x.size() < y.size();
  }
  return false;
}

bool decides_elsewhere(const Aligned& both, Hook hook) {
  if (both.stages[static_cast<size_t>(hook)]) return true;
  for (const Stage& stage : both.before.hooks[static_cast<size_t>(hook)])
    if (stage.kind != Stage::Kind::route && std::find(both.ends.begin(), both.ends.end(), stage.chain) != both.ends.end()) return true;
  return false;
}

// Behind an unknown rewriting a packet may look like anything, so changed rules may bear on whatever comes there.
void add_lost_packets(const Aligned& both, const std::vector<bool>& chains, const Rewritings& rewritten, Family family, std::vector<PacketBox>& into) {
  for (const Policy* policy : {&both.before, &both.after})
    for (size_t chain = 0; chain < chains.size(); ++chain) {
      if (!chains[chain]) continue;
      for (const Rule& rule : policy->chains[chain].rules)
        if (rule.enabled && rule.action.kind == ActionKind::unknown_rewriting) add_real_packets(box_of(rule, rewritten, family), family, into);
    }
}

bool tests_fragment(const std::vector<Term>& terms) {
  return std::any_of(terms.begin(), terms.end(), [](const Term& term) {
    if (const auto* in = std::get_if<In>(&term.what)) return in->field == Field::fragment;
    if (const auto* bits = std::get_if<Masked>(&term.what)) return bits->field == Field::fragment;
    if (const auto* any = std::get_if<AnyOf>(&term.what)) return std::any_of(any->alternatives.begin(), any->alternatives.end(), tests_fragment);
    return false;
  });
}

}  // namespace

std::vector<PacketBox> changed_packets(const Aligned& both, Hook hook, Family family) {
  std::vector<PacketBox> boxes;
  const Rewritings rewritten = rewritings(both);
  if (decides_elsewhere(both, hook)) {
    add_real_packets(box_of(Rule{}, rewritten, family), family, boxes);
    return boxes;
  }
  const std::vector<bool> chains = reached(both, hook);
  for (const ChangedRule& changed : both.changed) {
    if (!chains[changed.chain]) continue;
    const Policy& policy = changed.in_after ? both.after : both.before;
    add_real_packets(box_of(policy.chains[changed.chain].rules[changed.rule], rewritten, family), family, boxes);
  }
  if (!boxes.empty()) add_lost_packets(both, chains, rewritten, family, boxes);
  std::sort(boxes.begin(), boxes.end(), is_before);
  boxes.erase(std::unique(boxes.begin(), boxes.end()), boxes.end());
  return boxes;
}

bool looks_at_fragments(const Aligned& both, Hook hook) {
  const std::vector<bool> chains = reached(both, hook);
  for (const Policy* policy : {&both.before, &both.after})
    for (size_t chain = 0; chain < chains.size(); ++chain)
      for (const Rule& rule : policy->chains[chain].rules)
        if (chains[chain] && rule.enabled && tests_fragment(rule.terms)) return true;
  return false;
}

Walk same_packet_walk(const Aligned& both, Hook hook, Family family, std::vector<PacketBox> boxes) {
  Walk walk;
  walk.family = family;
  walk.same_packet = true;
  walk.in_question = std::move(boxes);
  for (const Policy* policy : {&both.before, &both.after}) {
    WalkHop hop;
    hop.policy = policy;
    hop.hook = hook;
    hop.device = policy == &both.before ? "before" : "after";
    WalkLeg leg;
    leg.name = hop.device;
    leg.state = IntervalSet::range(state_new, state_invalid);
    leg.tcp_flags = IntervalSet::all(8);
    leg.hops = {hop};
    walk.legs.push_back(std::move(leg));
  }
  return walk;
}

}  // namespace fwproof::solver
