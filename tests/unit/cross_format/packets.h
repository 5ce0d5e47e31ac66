// Packets at the edges of what routers tell apart.
#pragma once

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <vector>

#include "tests/unit/cross_format/regions.h"

namespace fwproof::tests::cross {

// Values at the edges of what the formats tell apart, and packets made of them.
class Packets {
 public:
  Packets(const std::vector<Asked>& asked, const Regions& regions, uint64_t seed) : walk_(asked.front().walk), random_(seed) {
    for (const PacketBox& box : walk_.in_question)
      for (size_t i = 0; i < kClientFields.size(); ++i) add_edges(i, set_of(box, kClientFields[i]));
    for (const Asked& each : asked)
      for (Ref set : each.passes)
        for (const auto& product : regions.some(set, 60))
          for (size_t i = 0; i < kClientFields.size(); ++i) add_edges(i, product[i]);
    for (const Asked& each : asked)
      for (const Chain& chain : each.router->device.policy_for(walk_.family)->chains)
        for (const Rule& rule : chain.rules) add_edges(rule.terms);
    for (const char* each : {"192.0.2.1", "192.0.2.9", "198.51.100.2", "198.51.100.9", "203.0.113.9", "2001:db8:1::9", "2001:db8:9::9"})
      if (const Address address = *parse_address(each); address.family == walk_.family)
        for (Field field : {Field::src, Field::dst}) add_edges(client_index(field), IntervalSet::of(address.value));
    for (size_t i = 0; i < kClientFields.size(); ++i) std::erase_if(edges_[i], [&](u128 value) { return !set_of(walk_.in_question[0], kClientFields[i]).contains(value); });
  }

  // Corners of what passes, then random ones.
  std::vector<Packet> corners(const std::vector<Asked>& asked, const Regions& regions) {
    std::vector<Packet> packets;
    for (const auto& product : regions.some(asked.front().passes.front(), 20))
      for (const bool greatest : {false, true}) {
        Packet packet = random();
        for (size_t i = 0; i < kClientFields.size(); ++i)
          if (!product[i].empty()) packet.set(kClientFields[i], greatest ? product[i].max() : product[i].min());
        if (in_question(packet)) packets.push_back(packet);
      }
    return packets;
  }

  Packet random() {
    Packet packet;
    packet.family = walk_.family;
    for (size_t i = 0; i < kClientFields.size(); ++i) packet.set(kClientFields[i], *std::next(edges_[i].begin(), static_cast<long>(random_() % edges_[i].size())));
    return packet;
  }

 private:
  void add_edges(size_t field, const IntervalSet& set) {
    if (field >= kClientFields.size()) return;
    const u128 max = max_value(field_bits(kClientFields[field], walk_.family));
    for (const Interval& interval : set.intervals()) {
      if (edges_[field].size() > 400) return;
      for (const u128 value : {interval.lo, interval.hi, interval.lo == 0 ? 0 : interval.lo - 1, interval.hi >= max ? max : interval.hi + 1}) edges_[field].insert(std::min(value, max));
    }
  }
  // What the rules tell apart: translations divide packets that all pass.
  void add_edges(const std::vector<Term>& terms) {
    for (const Term& term : terms) {
      if (const auto* in = std::get_if<In>(&term.what))
        for (Field field : {in->field, mirror(in->field)}) add_edges(client_index(field), in->set);
      if (const auto* addresses = std::get_if<InAddresses>(&term.what))
        for (Field field : {Field::src, Field::dst}) add_edges(client_index(field), addresses->set.in(walk_.family));
      if (const auto* any = std::get_if<AnyOf>(&term.what))
        for (const auto& alternative : any->alternatives) add_edges(alternative);
    }
  }
  static Field mirror(Field field) { return field == Field::src_port ? Field::dst_port : field == Field::dst_port ? Field::src_port : field; }
  static size_t client_index(Field field) { return static_cast<size_t>(std::find(kClientFields.begin(), kClientFields.end(), field) - kClientFields.begin()); }
  bool in_question(const Packet& packet) const {
    for (Field field : kClientFields)
      if (!set_of(walk_.in_question[0], field).contains(packet.get(field))) return false;
    return true;
  }

  const Walk& walk_;
  std::mt19937_64 random_;
  std::array<std::set<u128>, kClientFields.size()> edges_;
};

}  // namespace fwproof::tests::cross
