// The reference meaning of a policy: one packet through one hook, rule by rule. Slow, plain, and independent of the solver:
// its answers are the second opinion on every counterexample.
//
//   Outcome o = evaluate(policy, Hook::input, packet);
//   if (o.verdict == Verdict::drop) … o.decided_by …
//
// Fields of the packet that are unset and unknown conditions are tried both ways wherever they are looked at. When all ways end alike
// the verdict is that; otherwise it is `depends`, and `depends_on` names what was looked at.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/policy.h"

namespace fwproof::model {

class PointIndex;

enum class Verdict { accept, drop, reject, depends };
std::string_view to_text(Verdict verdict);

// A rule of a policy, or (rule == kAtEnd) the end of a chain.
struct RuleRef {
  static constexpr uint32_t kAtEnd = 0xffffffff;
  uint32_t chain = 0;
  uint32_t rule = kAtEnd;
  friend bool operator==(const RuleRef&, const RuleRef&) = default;
  friend auto operator<=>(const RuleRef&, const RuleRef&) = default;
};

struct Step {
  RuleRef rule;
  std::string what;  // "jump filter/LOGDROP", "accept", "policy drop", "dst := 192.0.2.10", "routed to …"
};

struct Dependence {
  std::string kind;  // "string", "limit", "field"
  std::string what;  // text of the unknown condition, or the name of the field
  Origin origin;
  friend bool operator==(const Dependence&, const Dependence&) = default;
};

struct Outcome {
  Verdict verdict = Verdict::depends;
  bool decided = false;      // false when nothing decided (no stage in this hook): verdict accept
  RuleRef decided_by;        // the last decision, when verdict is not depends: that of the first way tried
  bool arrives = true;       // hook input: false when the packet was sent on to another host
  bool another_way = false;  // its destination is not one of EvaluateOptions::onward: verdict accept, nothing behind that place happened
  Packet out;                // as it leaves; a field is unset where the ways differ in it
  // Where the hook has nat stages: before the first and behind the last of them, what an answer has to undo.
  std::optional<Packet> before_nat;
  std::optional<Packet> behind_nat;
  std::vector<Step> trail;   // of the first way tried
  std::vector<Dependence> depends_on;
  bool limit_reached = false;  // too many ways, or too much work: verdict is depends
};

// What the nat stages of a policy did to the first packet of a connection. On its answers it is undone: the answer's destination becomes
// the request's untranslated source at the first nat stage, its source the request's untranslated destination at the last one. On later
// packets of the request's direction it is done again: the destination at the first nat stage, the source at the last one.
struct Translation {
  std::optional<u128> src, src_port;  // of the request, before translation (answers) or behind it (later packets); unset: not translated
  std::optional<u128> dst, dst_port;
  u128 ct_status = 0;
};

struct EvaluateOptions {
  uint32_t max_ways = 4096;
  // Of all ways together: a rule that is looked at is one, a call is kStepsOfCall.
  uint64_t max_steps = 50'000'000;
  static constexpr uint64_t kStepsOfCall = 500;
  // The host's own addresses, for the routing decision: in hook input others are sent on, in hook output these stay. nullptr: none of that.
  const AddressSet* local = nullptr;
  // The destinations that go on: asked at the first route stage (behind `local`), or where there is none before the first
  // stage (behind what an answer has undone there). nullptr: all.
  const AddressSet* onward = nullptr;
  // What an unset field can be; fields without an entry: anything in their width or name domain.
  const std::map<Field, IntervalSet>* domains = nullptr;
  // Use the policy's index, if it has one. The answer is the same without it.
  bool indexed = true;
  // With `indexed`: finds the rules of known packets faster (model/point_index.h). Requires: made from this policy.
  const PointIndex* points = nullptr;
  // For an answer: what to undo.
  const Translation* undo = nullptr;
  // For a later packet of the request's direction: what to do again. Without it such a packet enters the nat stages as the first one did.
  const Translation* again = nullptr;
};

// Requires: find_flaws(policy) is empty, names are bound, policy.covers(packet.family); packet has src, dst and protocol.
Outcome evaluate(const Policy& policy, Hook hook, const Packet& packet, const EvaluateOptions& options = {});

// Does the term hold? Nothing when that hangs on an unset field or an unknown condition.
std::optional<bool> holds(const Policy& policy, const Term& term, const Packet& packet);

}  // namespace fwproof::model
