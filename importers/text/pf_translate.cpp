#include "importers/text/pf_translate.h"

#include "importers/text/pf_words.h"

namespace fwproof::importers::text::pf {
namespace {

using model::Family;
using model::Field;
using model::IntervalSet;
using model::Rewrite;

Rewrite assign(Field field, IntervalSet values) {
  Rewrite rewrite;
  rewrite.kind = Rewrite::Kind::assign;
  rewrite.field = field;
  rewrite.values = std::move(values);
  return rewrite;
}

Rewrite assign_named(Field field, std::string name) {
  Rewrite rewrite;
  rewrite.kind = Rewrite::Kind::assign_named;
  rewrite.field = field;
  rewrite.name = std::move(name);
  return rewrite;
}

// What a translation without a known target does.
bool give_up(Translation& rule, const std::string& unknown, bool known) {
  if (!unknown.empty()) rule.unknown = unknown;
  else if (!known) rule.unknown = "target without an address";
  return !rule.unknown.empty();
}

unsigned size_of(const IntervalSet& set) {
  unsigned size = 0;
  for (const model::Interval& each : set.intervals()) size += static_cast<unsigned>(each.hi - each.lo) + 1;
  return size;
}

}  // namespace

Rewrite network_map(Field field, const model::Prefix& to) {
  Rewrite rewrite;
  rewrite.kind = Rewrite::Kind::netmap;
  rewrite.field = field;
  const unsigned bits = model::address_bits(to.address.family);
  const unsigned host = bits - to.length;
  rewrite.mask = host == bits ? 0 : model::max_value(bits) ^ (host == 0 ? 0 : model::max_value(host));
  rewrite.value = to.address.value & rewrite.mask;
  return rewrite;
}

std::vector<Translation> forwards(const Translation& from, const Target& target, const PortMatch& listened, Ruleset& ruleset) {
  Translation rule = from;
  const IntervalSet& addresses = target.addresses.in(ruleset.family());
  const bool known = !addresses.empty() || !target.name.empty();
  const auto with_ports = [&](Translation& to) { add_term(ruleset, to.terms, Field::dst_port, listened, to.origin); };
  if (rule.none || !rule.unknown.empty() || give_up(rule, target.unknown, known)) {
    with_ports(rule);
    return {rule};
  }
  rule.steps.push_back(target.name.empty() ? assign(Field::dst, addresses) : assign_named(Field::dst, target.name));
  if (!target.first_port) {
    with_ports(rule);
    return {rule};
  }
  const unsigned count = size_of(listened.ports);
  if (target.one_port || count == 1) {
    rule.steps.push_back(assign(Field::dst_port, IntervalSet::of(*target.first_port)));
    with_ports(rule);
    return {rule};
  }
  constexpr size_t kRuleCost = 20;  // a rule is as large as so many addresses
  if (!listened.unknowns.empty() || count > kMaxShiftedPorts || *target.first_port + count - 1 > 65535 || !ruleset.spend(count * kRuleCost)) {
    rule.steps.clear();
    rule.unknown = "ports that shift in more ways than are followed";
    with_ports(rule);
    return {rule};
  }
  std::vector<Translation> result;
  const unsigned first = static_cast<unsigned>(listened.ports.min());
  for (const model::Interval& range : listened.ports.intervals())
    for (model::u128 port = range.lo; port <= range.hi; ++port) {
      Translation one = rule;
      one.steps.push_back(assign(Field::dst_port, IntervalSet::of(*target.first_port + (static_cast<unsigned>(port) - first))));
      one.terms.push_back(in(Field::dst_port, IntervalSet::of(port)));
      result.push_back(std::move(one));
    }
  return result;
}

std::vector<Translation> source_translations(const Translation& from, const SourceTarget& target, const IntervalSet& protocols, Family family) {
  Translation rule = from;
  const IntervalSet& addresses = target.addresses.in(family);
  const bool known = !addresses.empty() || !target.name.empty() || target.prefix;
  if (rule.none || !rule.unknown.empty() || give_up(rule, target.unknown, known)) {
    if (protocols != IntervalSet::all(8)) rule.terms.push_back(in(Field::protocol, protocols));
    return {rule};
  }
  if (target.bit_by_bit && target.prefix) rule.steps.push_back(network_map(Field::src, *target.prefix));
  else rule.steps.push_back(target.name.empty() ? assign(Field::src, addresses) : assign_named(Field::src, target.name));
  const IntervalSet with_ports = *pf::protocols("tcp/udp", family);
  std::vector<Translation> result;
  const IntervalSet ported = protocols.intersected(with_ports), others = protocols.minus(with_ports);
  if (!ported.empty()) {
    Translation one = rule;
    one.terms.push_back(in(Field::protocol, ported));
    if (!target.static_port) one.steps.push_back(assign(Field::src_port, target.ports.empty() ? IntervalSet::range(1024, 65535) : target.ports));
    result.push_back(std::move(one));
  }
  if (!others.empty()) {
    rule.terms.push_back(in(Field::protocol, others));
    result.push_back(std::move(rule));
  }
  return result;
}

}  // namespace fwproof::importers::text::pf
