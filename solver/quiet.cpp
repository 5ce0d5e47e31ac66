// Questions of a row of which nothing is to be said but that all is well. A device of many interfaces has thousands of them, one for each pair of its networks,
// and rows that differ in their ports alone ask the same ones again.
#include <algorithm>
#include <cstring>
#include <utility>

#include "solver/check_run.h"
#include "solver/slice.h"

namespace fwproof::solver {

using namespace model;

namespace {

// Packets that pass, on every way that they may take, and nothing that would name one of them.
bool is_quiet(const Answer& answer) {
  return !answer.empty && answer.proven && answer.limit.empty() && answer.fault.empty() && !answer.any_breaks && !answer.any_undecided && answer.breaks.empty() &&
         answer.undecided.empty() && answer.listed_all && answer.moved_address.empty() && answer.moved_port.empty() && answer.sent_on.empty() && answer.depends_on.empty();
}

bool has_rules(const Slice& slice) {
  return std::any_of(slice.begin(), slice.end(), [](const auto& policy) {
    return std::any_of(policy.second.begin(), policy.second.end(), [](const auto& rules) { return !rules.empty(); });
  });
}

// A walk but for the ports of its packets, as bytes: equal where nothing else differs.
class Key {
 public:
  explicit Key(const Walk& walk) : family_(walk.family) {
    add(static_cast<uint64_t>(walk.family) | uint64_t{walk.elsewhere_passes} << 8 | uint64_t{walk.must_return} << 9 | uint64_t{walk.same_packet} << 10);
    add(walk.in_question.size());
    for (const PacketBox& box : walk.in_question)
      for (const Field field : {Field::src, Field::dst, Field::protocol, Field::icmp_type, Field::icmp_code}) add(set_of(box, field));
    add(walk.legs.size());
    for (const WalkLeg& leg : walk.legs) {
      add(leg.reply);
      add(leg.state);
      add(leg.tcp_flags);
      add(leg.hops.size());
      for (const WalkHop& hop : leg.hops) add(hop);
    }
  }
  std::string take() && { return std::move(bytes_); }

 private:
  void add(uint64_t value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    bytes_.append(bytes, sizeof bytes);
  }
  void add(const IntervalSet& set) {
    add(set.intervals().size());
    for (const Interval& interval : set.intervals())
      for (const u128 bound : {interval.lo, interval.hi}) add(static_cast<uint64_t>(bound >> 64)), add(static_cast<uint64_t>(bound));
  }
  void add(const WalkHop& hop) {
    // Stops that only stand for a place have no chains: all that differs between them is where packets are.
    const bool is_place = hop.policy->chains.empty() && hop.policy->general_assumptions.empty();
    add(is_place ? 0 : reinterpret_cast<uintptr_t>(hop.policy));
    add(static_cast<uint64_t>(hop.hook));
    add(is_place ? stages(hop).size() : 0);
    for (size_t stage = 0; is_place && stage < stages(hop).size(); ++stage)
      add(static_cast<uint64_t>(stages(hop)[stage].kind));
    for (const AddressSet* set : {hop.local, hop.onward}) {
      add(set != nullptr);
      if (set) add(set->in(family_));
    }
    for (const auto* set : {&hop.in, &hop.out, &hop.profile, &hop.program, &hop.service, &hop.rpc_port, &hop.state}) {
      add(set->has_value());
      if (*set) add(**set);
    }
  }

  static const std::vector<Stage>& stages(const WalkHop& hop) { return hop.policy->hooks[static_cast<size_t>(hop.hook)]; }

  Family family_;
  std::string bytes_;
};

bool has_ports_in_question(const Walk& walk) {
  return std::all_of(walk.in_question.begin(), walk.in_question.end(), [](const PacketBox& box) { return !box.src_port.empty() && !box.dst_port.empty(); });
}

bool passes_same_devices(const Part& part, const Part& other) {
  const auto names = [](const Part& of, auto look) {
    for (const WalkLeg& leg : of.walk.legs)
      for (size_t hop = 0; hop < leg.hops.size(); ++hop) {
        const std::vector<Stop>& stops = leg.reply ? of.path.back : of.path.go;
        if ((hop >= stops.size() || stops[hop].is_device) && !look(leg.hops[hop].device)) return false;
      }
    return true;
  };
  return names(other, [&](const std::string& device) { return !names(part, [&](const std::string& known) { return known != device; }); });
}

}  // namespace

// Where no rule bears on a question, nothing looks at ports: what is proven of some is proven of all.
Answer Checking::ask_or_recall(const Walk& walk) {
  const auto ask_now = [&] { return ask(walk, Wanted::all_pass, options_.limits, options_.proofs ? &proofs_ : nullptr); };
  if (!walk.not_in_question.empty() || !walk.leads.empty() || !has_ports_in_question(walk)) return ask_now();
  const Slice kept = slice(walk);
  if (has_rules(kept) || !sliced_rightly(walk, kept, false)) return ask_now();
  std::string key = Key(walk).take();
  if (const auto known = quiet_.find(key); known != quiet_.end()) {
    Answer answer = known->second;
    answer.proof.shared = answer.proof.queries;
    answer.proof.z3_ms = 0;
    return answer;
  }
  Answer answer = ask_now();
  constexpr size_t kMost = 100'000;
  if (is_quiet(answer) && quiet_.size() < kMost) quiet_.emplace(std::move(key), answer);
  return answer;
}

// Of neighbours that say the same, one is enough.
void Checking::fold_quiet(std::vector<Part>& parts, size_t first) {
  if (parts.size() < first + 2) return;
  size_t last = first;
  for (size_t i = first + 1; i < parts.size(); ++i) {
    Part &into = parts[last], &part = parts[i];
    const bool alike = is_quiet(into.answer) && is_quiet(part.answer) && into.from == part.from && into.to == part.to && into.family == part.family && into.unbound == part.unbound &&
                       into.touched == part.touched && into.about == part.about && into.taking == part.taking && !into.path.go.empty() && !part.path.go.empty() &&
                       into.answer.all_staying_break == part.answer.all_staying_break && into.walk.in_question.front().src == part.walk.in_question.front().src;
    if (alike && passes_same_devices(into, part)) {
      into.answer.proof.add(part.answer.proof);
      for (const Assumption& assumption : part.answer.assumes) {
        const auto same = [&](const Assumption& a) { return a.text == assumption.text && a.origin == assumption.origin; };
        if (std::none_of(into.answer.assumes.begin(), into.answer.assumes.end(), same)) into.answer.assumes.push_back(assumption);
      }
    } else if (++last != i) {
      parts[last] = std::move(part);
    }
  }
  parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(last) + 1, parts.end());
}

}  // namespace fwproof::solver
