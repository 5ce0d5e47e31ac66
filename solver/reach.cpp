// Every flow that one policy lets in, from anywhere: no specification needed.
#include <fmt/format.h>

#include <algorithm>

#include "solver/check_run.h"
#include "solver/explain.h"
#include "solver/words.h"

namespace fwproof::solver {

using namespace model;

namespace {

// What is asked in one go: all packets that open a flow, by what their protocol has.
struct ProtocolGroup {
  const char* name;
  bool tcp;
  IntervalSet protocols;
  bool ports;
  bool icmp;
};

std::vector<ProtocolGroup> protocol_groups(Family family) {
  const IntervalSet icmp = IntervalSet::of(family == Family::v4 ? proto_icmp : proto_icmpv6);
  IntervalSet ports;
  for (unsigned protocol = 0; protocol < 256; ++protocol)
    if (has_ports(protocol) && protocol != proto_tcp) ports = ports.united(IntervalSet::of(protocol));
  const IntervalSet rest = IntervalSet::all(8).minus(ports).minus(icmp).minus(IntervalSet::of(proto_tcp));
  return {{"tcp", true, IntervalSet::of(proto_tcp), true, false},
          {"udp", false, ports, true, false},
          {"icmp", false, icmp, false, true},
          {"other", false, rest, false, false}};
}

Walk walk_of(const Device& device, const Policy& policy, Family family, const ProtocolGroup& group, const AddressSet& own) {
  Walk walk;
  walk.family = family;
  const IntervalSet zero = IntervalSet::of(0);
  PacketBox box;
  const IntervalSet everyone = any_for_exposure().in(family);
  const IntervalSet known = own.in(family);
  const bool forward = policy.hooks[static_cast<size_t>(Hook::input)].empty();
  box.dst = forward || known.empty() ? everyone : known;
  box.src = forward || known.empty() ? everyone : everyone.minus(known);
  box.protocol = group.protocols;
  box.src_port = group.ports ? IntervalSet::all(16) : zero;
  box.dst_port = group.ports ? IntervalSet::all(16) : zero;
  box.icmp_type = box.icmp_code = group.icmp ? IntervalSet::all(8) : zero;
  walk.in_question = {box};
  walk.legs = {opening_leg(group.tcp)};
  WalkHop hop;
  hop.policy = &policy;
  hop.hook = forward ? Hook::forward : Hook::input;
  hop.device = device.name;
  if (device.profile) hop.profile = IntervalSet::of(*device.profile);
  if (const auto any = device.ingress_of_zone.find("ANY"); any != device.ingress_of_zone.end())
    hop.in = IntervalSet::of(policy.interfaces.atom_of(any->second));
  if (!forward && !known.empty()) hop.local = &own;
  walk.legs[0].hops = {hop};
  return walk;
}

class Reaching {
 public:
  Reaching(const Device& device, const CheckOptions& options) : device_(device), options_(options), proofs_(options.limits) {
    Network network;
    bind_device(device_, network);
    for (const InterfaceFact& interface : device_.facts.interfaces)
      for (const Prefix& prefix : interface.addresses) own_ = own_.united(AddressSet::of(prefix.address));
  }

  Report run() {
    for (Family family : {Family::v4, Family::v6})
      if (const Policy* policy = device_.policy_for(family))
        for (const ProtocolGroup& group : protocol_groups(family)) ask_group(*policy, family, group);
    report_.proofs = proofs_.proofs();
    return std::move(report_);
  }

 private:
  Result result_for(Family family, const ProtocolGroup& group, const std::string& what) const {
    Result result;
    result.id = fmt::format("reach/{}-{}-{}", family == Family::v4 ? "ipv4" : "ipv6", group.name, what);
    result.kind = Kind::exposure;
    result.protocol = group.tcp ? static_cast<unsigned>(proto_tcp) : static_cast<unsigned>(group.protocols.min());
    result.from = {"ANY"};
    result.to = {device_.name};
    return result;
  }

  void ask_group(const Policy& policy, Family family, const ProtocolGroup& group) {
    const Walk walk = walk_of(device_, policy, family, group, own_);
    std::vector<OpenedBy> opened;
    const Answer answer = ask(walk, Wanted::none_pass, options_.limits, options_.proofs ? &proofs_ : nullptr, &opened);
    if (!has_chain(policy, walk.legs[0].hops[0].hook)) opened = {opened_by_nobody(answer)};
    Result base = result_for(family, group, "closed");
    base.proof = answer.proof;
    base.assumes = answer.assumes;
    base.fault = answer.fault;
    base.complete = answer.listed_all && answer.limit.empty() && answer.proven;
    if (!answer.limit.empty()) base.reasons.push_back("limit reached: " + answer.limit);
    // Rules that perhaps open the very same packets are told together: there tend to be dozens.
    std::vector<std::pair<std::vector<PacketBox>, std::vector<Decider>>> perhaps;
    size_t number = 0;
    // A list that ends early is not the whole of what is open, whichever rule's it is.
    for (const OpenedBy& rule : opened) base.complete = base.complete && rule.listed_all;
    for (const OpenedBy& rule : opened) {
      const Decider by = describe(walk.legs[0].hops[0], rule.by.rule, rule.by.verdict, rule.by.sent_on);
      add(base, walk, {by}, rule.surely, ++number, group, family, Truth::violated, answer);
      const auto same = std::find_if(perhaps.begin(), perhaps.end(), [&](const auto& p) { return p.first == rule.perhaps; });
      if (same == perhaps.end())
        perhaps.push_back({rule.perhaps, {by}});
      else
        same->second.push_back(by);
    }
    for (const auto& [boxes, by] : perhaps) add(base, walk, by, boxes, ++number, group, family, Truth::cannot_tell, answer);
    if (number > 0) return;
    const bool closed = base.complete && base.fault.empty() && !answer.any_breaks && !answer.any_undecided;
    base.truth = closed ? Truth::holds : Truth::cannot_tell;
    if (!closed) base.depends_on = answer.depends_on;
    base.summary = closed ? fmt::format("no {} is let in", words(group, family)) : fmt::format("cannot tell what {} is let in", words(group, family));
    report_.results.push_back(std::move(base));
  }

  // Where no chain looks at packets no rule opens anything: they are open all the same.
  static OpenedBy opened_by_nobody(const Answer& answer) {
    OpenedBy open;
    open.by.verdict = Verdict::accept;
    for (const Finding& finding : answer.breaks) open.surely.push_back(finding.box);
    for (const Finding& finding : answer.undecided) open.perhaps.push_back(finding.box);
    open.listed_all = answer.listed_all;
    return open;
  }

  static std::string words(const ProtocolGroup& group, Family family) {
    return fmt::format("{} {}", family == Family::v4 ? "IPv4" : "IPv6", std::string(group.name) == "other" ? "other protocol" : group.name);
  }

  // What rules open, surely or perhaps.
  void add(const Result& base, const Walk& walk, const std::vector<Decider>& by, const std::vector<PacketBox>& boxes, size_t number,
           const ProtocolGroup& group, Family family, Truth truth, const Answer& answer) {
    if (boxes.empty()) return;
    Result result = base;
    result.id = result_for(family, group, fmt::format("{}{}", truth == Truth::violated ? "open-" : "perhaps-", number)).id;
    result.truth = truth;
    if (truth == Truth::cannot_tell) result.depends_on = answer.depends_on;
    for (const PacketBox& box : boxes) {
      Counterexample example;
      example.region.family = family;
      example.region.sets = {{Field::src, box.src}, {Field::dst, box.dst}, {Field::protocol, box.protocol}};
      if (group.ports) {
        example.region.sets[Field::src_port] = box.src_port;
        example.region.sets[Field::dst_port] = box.dst_port;
      }
      if (group.icmp) {
        example.region.sets[Field::icmp_type] = box.icmp_type;
        example.region.sets[Field::icmp_code] = box.icmp_code;
      }
      example.packet = client_packet(walk, box);
      example.packet.set(Field::state, state_new);
      example.from_zone = "ANY";
      example.to_zone = device_.name;
      example.decided_by = by;
      (truth == Truth::violated ? result.counterexamples : result.undecided).push_back(std::move(example));
    }
    summarise(result, family, truth);
    report_.results.push_back(std::move(result));
  }

  static void summarise(Result& result, Family family, Truth truth) {
    IntervalSet ports, protocols, from, types;
    const auto& list = truth == Truth::violated ? result.counterexamples : result.undecided;
    for (const Counterexample& example : list) {
      const auto& sets = example.region.sets;
      protocols = protocols.united(sets.at(Field::protocol));
      from = from.united(sets.at(Field::src));
      if (const auto found = sets.find(Field::dst_port); found != sets.end()) ports = ports.united(found->second);
      if (const auto found = sets.find(Field::icmp_type); found != sets.end()) types = types.united(found->second);
    }
    result.ports = ports.empty() ? "" : number_words(ports);
    const bool everyone = from == any_for_exposure().in(family);
    const std::string what = set_words(Policy{}, Field::protocol, family, protocols) +
                             (ports.empty() ? "" : ports == IntervalSet::all(16) ? " any port" : " " + result.ports) +
                             (types.empty() || types == IntervalSet::all(8) ? "" : " type " + number_words(types));
    result.summary = fmt::format("{} {} to {}", what, truth == Truth::violated ? "open" : "perhaps open",
                                 everyone ? "ANY" : address_words(family, from));
  }

  Device device_;
  const CheckOptions& options_;
  AddressSet own_;
  ProofSession proofs_;
  Report report_;
};

}  // namespace

Report reach(const Device& device, const CheckOptions& options) { return Reaching(device, options).run(); }

}  // namespace fwproof::solver
