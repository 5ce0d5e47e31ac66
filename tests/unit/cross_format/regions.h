// Which packets a router lets pass, as sets that can be compared with another router's, and what it makes of single packets.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/cross_format/router.h"

namespace fwproof::tests::cross {

inline std::string end_text(const Packet& packet, Field address, Field port) {
  const std::string host = packet.has(address) ? to_text(Address{packet.family, packet.get(address)}) : "?";
  if (!has_ports(packet.get(Field::protocol))) return host;
  return (packet.family == Family::v6 ? "[" + host + "]" : host) + ":" + (packet.has(port) ? std::to_string(static_cast<unsigned>(packet.get(port))) : "?");
}

inline std::string text(const Packet& packet) {
  std::string all = "protocol " + std::to_string(static_cast<unsigned>(packet.get(Field::protocol))) + " " + end_text(packet, Field::src, Field::src_port) + " " +
                    end_text(packet, Field::dst, Field::dst_port);
  if (packet.get(Field::icmp_type) + packet.get(Field::icmp_code) > 0)
    all += " type " + std::to_string(static_cast<unsigned>(packet.get(Field::icmp_type))) + "/" + std::to_string(static_cast<unsigned>(packet.get(Field::icmp_code)));
  return all;
}

struct Fate {
  std::string verdict;  // "pass", "unanswered", "drop", "reject", "elsewhere" (not to the other side), "depends"
  std::string as;       // as the client's packet leaves
  bool operator==(const Fate&) const = default;
};

// Packets, and what they meet up to each leg: the sets of all formats side by side, in one diagram.
class Regions {
 public:
  Regions() : diagrams_(4'000'000) {
    for (Field field : kClientFields) diagrams_.add_variable(max_value(field_bits(field, Family::v6)));
  }

  Ref of(const std::vector<PacketBox>& boxes) {
    Ref all = Diagrams::kFalse;
    for (const PacketBox& box : boxes) {
      Ref one = Diagrams::kTrue;
      for (VarId var = 0; var < kClientFields.size(); ++var) one = diagrams_.both(one, diagrams_.in(var, set_of(box, kClientFields[var])));
      all = diagrams_.either(all, one);
    }
    return all;
  }

  Ref both(Ref a, Ref b) { return diagrams_.both(a, b); }
  Ref either(Ref a, Ref b) { return diagrams_.either(a, b); }

  bool contains(Ref set, const Packet& packet) {
    Ref one = Diagrams::kTrue;
    for (VarId var = 0; var < kClientFields.size(); ++var) one = diagrams_.both(one, diagrams_.in(var, IntervalSet::of(packet.get(kClientFields[var]))));
    return diagrams_.both(set, one) != Diagrams::kFalse;
  }

  // Boxes of a set, the first ones.
  std::vector<std::vector<IntervalSet>> some(Ref set, size_t limit) const {
    std::vector<std::vector<IntervalSet>> found;
    diagrams_.products(set, [&](const std::vector<IntervalSet>& product) {
      found.push_back(product);
      return found.size() < limit;
    });
    return found;
  }

  std::string difference(Ref a, Ref b, Family family) {
    std::string words;
    for (const auto& [name, set] : {std::pair{"only the first", diagrams_.minus(a, b)}, std::pair{"only the second", diagrams_.minus(b, a)}})
      for (const auto& product : some(set, 3)) {
        words += std::string("  ") + name + ":";
        for (VarId var = 0; var < kClientFields.size(); ++var) words += " " + std::string(field_text(kClientFields[var])) + "=" + set_text(kClientFields[var], family, product[var]);
        words += "\n";
      }
    return words;
  }

 private:
  static std::string set_text(Field field, Family family, const IntervalSet& set) {
    if (set.empty()) return "any";
    const auto value = [&](u128 v) { return field == Field::src || field == Field::dst ? to_text(Address{family, v}) : std::to_string(static_cast<unsigned>(v)); };
    std::string words;
    for (size_t i = 0; i < set.intervals().size() && i < 4; ++i)
      words += (i > 0 ? "," : "") + value(set.intervals()[i].lo) + "-" + value(set.intervals()[i].hi);
    return words + (set.intervals().size() > 4 ? ",…" : "");
  }

  Diagrams diagrams_;
};

// One question to one router.
struct Asked {
  const Router* router;
  Walk walk;
  std::vector<Ref> passes;  // up to and with each leg
  Ref depends = Diagrams::kFalse;
};

inline Asked ask(Router& router, Side from, Family family, Group group, bool usual, Regions& regions) {
  Asked asked{&router, router.walk(from, family, group, usual), {}};
  Flow flow(asked.walk, slice(asked.walk), {});
  bool complete = true, all = true;
  Ref so_far = Diagrams::kTrue;
  for (size_t leg = 0; leg < asked.walk.legs.size(); ++leg) {
    // What becomes of an answer to a packet that never came is no question.
    asked.depends = regions.either(asked.depends, regions.both(so_far, regions.of(flow.boxes(flow.leg(leg).depends, 100'000, complete))));
    all &= complete;
    so_far = regions.both(so_far, regions.of(flow.boxes(flow.leg(leg).passes, 100'000, complete)));
    all &= complete;
    asked.passes.push_back(so_far);
  }
  EXPECT_TRUE(all) << "too many boxes to compare";
  return asked;
}

// What the plain evaluator says; where it cannot tell whether an answer finds its way back to a port that the router chose, the regions do.
inline Fate fate_of(const Asked& asked, Regions& regions, const Packet& client) {
  Fate fate{"pass", ""};
  for (size_t leg = 0; leg < asked.walk.legs.size(); ++leg) {
    const Replay result = replay(asked.walk, leg, client);
    if (result.verdict == Verdict::depends && leg == 0) return {"depends", ""};
    if (leg == 0 && result.verdict == Verdict::accept)
      fate.as = end_text(result.outcome.out, Field::src, Field::src_port) + " " + end_text(result.outcome.out, Field::dst, Field::dst_port);
    const bool passes = result.verdict == Verdict::accept && !result.another_way && !result.foreign_answer;
    const bool by_regions = regions.contains(asked.passes[leg], client);
    EXPECT_TRUE(passes == by_regions || result.verdict == Verdict::depends) << asked.router->format->name << ": evaluator and regions differ for " << text(client);
    if (by_regions) continue;
    if (leg > 0) return {"unanswered", fate.as};
    if (result.another_way) return {"elsewhere", ""};
    return {result.verdict == Verdict::reject ? "reject" : "drop", ""};
  }
  return fate;
}

}  // namespace fwproof::tests::cross
