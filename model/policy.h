// What a firewall does with a packet, in neutral words: chains of rules, first match decides, jump / goto / return, rewriting,
// and for each hook the order in which base chains see the packet. Block-wins firewalls (Windows) are lowered to this by
// ordering their rules: bypass, block, allow, default.
//
// Meaning (evaluate.h is the reference):
//  - A packet passes the stages of its hook in order. In a stage it enters the base chain.
//  - Rules of a chain are tried in order; a disabled rule does nothing; a rule matches when all its terms hold.
//  - accept ends the stage, the next stage follows; accept in the last stage accepts the packet. drop and reject are final.
//  - jump enters a chain and comes back behind the rule at its end or at `return`; go_to enters it and comes back where the
//    calling chain would have come back. A base chain that runs out applies its `at_end`.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/address.h"
#include "model/name_domain.h"
#include "model/packet.h"
#include "model/source.h"

namespace fwproof::model {

// ---- Conditions -------------------------------------------------------------------------------------------------

// field ∈ set. Not for src and dst.
struct In {
  Field field;
  IntervalSet set;
  friend bool operator==(const In&, const In&) = default;
};

// src or dst ∈ set. A family with an empty set never matches.
struct InAddresses {
  Field field;
  AddressSet set;
  friend bool operator==(const InAddresses&, const InAddresses&) = default;
};

// (field & mask) == value: marks and other fields whose masks need not be contiguous.
struct Masked {
  // A number of up to 128 bits that takes no more room in a Term than two of 64.
  struct Number {
    uint64_t low = 0, high = 0;
    constexpr Number(u128 number = 0) : low(static_cast<uint64_t>(number)), high(static_cast<uint64_t>(number >> 64)) {}
    constexpr operator u128() const { return u128{high} << 64 | low; }
  };
  Field field;
  Number mask;
  Number value;
  friend bool operator==(const Masked&, const Masked&) = default;
};

// src or dst ∈ a set that only the surroundings know: "local" (this host's own addresses), "LocalSubnet", "DNS",
// "address:wan" (the addresses of interface wan), "network:lan" (the networks connected to it), …
// bind_names() replaces it; where nothing binds the name it becomes an Unknown.
struct InNamed {
  Field field;
  std::string name;
  friend bool operator==(const InNamed&, const InNamed&) = default;
};

// A condition that cannot be modelled: index into Policy::unknowns.
struct Unknown {
  uint32_t index = 0;
  friend bool operator==(const Unknown&, const Unknown&) = default;
};

struct Term;
// At least one of the conjunctions holds. Empty list: never. Empty conjunction: always.
struct AnyOf {
  std::vector<std::vector<Term>> alternatives;
  friend bool operator==(const AnyOf&, const AnyOf&);
};

struct Term {
  // `negated` stands in the room that the variant leaves at its end: policies are made of terms.
  [[no_unique_address]] std::variant<In, InAddresses, Masked, InNamed, Unknown, AnyOf> what;
  bool negated = false;
  friend bool operator==(const Term&, const Term&) = default;
};

inline bool operator==(const AnyOf& a, const AnyOf& b) { return a.alternatives == b.alternatives; }

// The one description of an unknown condition (semantics: docs/semantics.md, "Unknown conditions").
struct UnknownCondition {
  // pure: a function of the unchanged packet; equal (kind, text) share one value as long as nothing rewrote the packet.
  // per_visit: random, counting or remembering; a fresh value for each rule and visit.
  enum class Sharing { pure, per_visit };
  Sharing sharing = Sharing::pure;
  std::string kind;  // "string", "limit", "program-scope", "address-keyword", …
  std::string text;  // as the configuration writes it
  Origin origin;     // of its first use
};

// ---- Actions ----------------------------------------------------------------------------------------------------

// New value of a field, one of:
struct Rewrite {
  enum class Kind {
    assign,        // one of `values`, which one is not known when there are several
    assign_named,  // src or dst: one of the addresses that `name` stands for ("local", "address:wan"); bind_names() makes it an assign.
                   // "address-of-out": the address of the interface by which the packet leaves (masquerade); where the interfaces are
                   // known, bind_device() splits its rule into one for each of them
    set_bits,      // (field & ~mask) ^ value
    copy_bits,     // (field & ~mask) | (from & mask)
    netmap,        // (field & ~mask) | value, mask being the network part
  };
  Kind kind = Kind::assign;
  Field field = Field::mark;
  IntervalSet values;
  std::string name;
  u128 mask = 0;
  u128 value = 0;
  Field from = Field::mark;
};

enum class ActionKind : uint8_t {
  accept,
  drop,      // silently
  reject,    // with an answer to the sender
  jump,      // chain
  go_to,     // chain
  return_,
  proceed,   // next rule: LOG, counters
  rewrite,   // applies rewrites[index], then `then`
  unknown,   // free choice of continue, accept or drop
  unknown_rewriting,  // as unknown, and the packet may have changed: every later verdict on it depends
};

struct Action {
  ActionKind kind = ActionKind::proceed;
  uint32_t index = 0;  // jump, go_to: chain. rewrite: Policy::rewrites. unknown…: Policy::unknowns (sharing is always per_visit).
};

struct RewriteAction {
  std::vector<Rewrite> steps;
  ActionKind then = ActionKind::proceed;  // proceed or accept
};

// ---- Rules, chains, policies ------------------------------------------------------------------------------------

struct Rule {
  std::vector<Term> terms;
  Action action;
  Origin origin;
  std::string name;             // the vendor's name for it, may be empty
  bool enabled = true;          // disabled rules stay, so that explanations can point at them
  int32_t assumption = -1;      // index into Policy::assumptions: verdicts that rest on this rule's decision rest on it
};

struct Chain {
  std::string name;             // "filter/INPUT", "inbound"
  std::vector<Rule> rules;
  ActionKind at_end = ActionKind::return_;  // base chains: accept or drop or reject; user chains: return_
  Origin at_end_origin;         // line of the policy; line 0 when it is the device's default
  std::string at_end_text;      // "policy DROP", "inbound connections are blocked by default"
  int32_t at_end_assumption = -1;
};

enum class Hook : uint8_t { input, output, forward };
constexpr size_t kHooks = 3;
std::string_view to_text(Hook hook);

struct Stage {
  enum class Kind : uint8_t {
    filter,
    nat,    // consulted for the first packet of a connection; later packets of its original direction get the same translation,
            // answers the reverse one
    route,  // no chain: the routing decision. In hook input a packet whose destination is not one of the host's own leaves the
            // way to it ("sent on to …"); in hook output one that was translated to the host's own address stays.
  };
  Kind kind = Kind::filter;
  uint32_t chain = 0;
  // Whether something in it, or in what it calls, can drop or reject a packet. Acceptance is decided where the packet could have been
  // blocked. Set by bind_names().
  bool can_block = true;
};

// What the file could not say but is nearly always so. The verdict stands and lists it; strict turns it into cannot-tell.
struct Assumption {
  std::string text;
  Origin origin;
};

class RuleIndex;   // model/rule_index.h
// An index belongs to the very rules that it was made from: a copy of the policy has none.
struct IndexOfRules : std::shared_ptr<const RuleIndex> {
  IndexOfRules() = default;
  IndexOfRules(std::shared_ptr<const RuleIndex> index) : shared_ptr(std::move(index)) {}
  IndexOfRules(const IndexOfRules&) : shared_ptr() {}
  IndexOfRules(IndexOfRules&&) = default;
  IndexOfRules& operator=(IndexOfRules other) {
    swap(other);
    return *this;
  }
};

// The policy of one host or device for one or both address families.
struct Policy {
  bool v4 = false;
  bool v6 = false;
  std::vector<Chain> chains;
  std::array<std::vector<Stage>, kHooks> hooks;  // an empty list: everything passes (no such hook in the export)
  std::vector<UnknownCondition> unknowns;
  std::vector<RewriteAction> rewrites;
  std::vector<Assumption> assumptions;           // those that rules refer to
  std::vector<Assumption> general_assumptions;   // those that every verdict on this policy rests on
  // Interface names (in, out), programs, services. Index with names_of().
  NameDomain interfaces;
  NameDomain programs;
  NameDomain services;
  IndexOfRules index;                            // finds rules of long chains faster; may be missing

  bool covers(Family family) const { return family == Family::v4 ? v4 : v6; }
};

// Which domain the values of a name field come from; nullptr for other fields.
const NameDomain* names_of(const Policy& policy, Field field);

// What the surroundings know about a name such as "local".
struct NamedAddresses {
  AddressSet inside;      // certainly belongs to it
  bool complete = false;  // true: nothing else does. false: other addresses may.
};
using NameBindings = std::map<std::string, NamedAddresses>;

// Replaces every InNamed and assign_named. Afterwards none is left. A rewrite to a name whose set is not complete gets the addresses
// that are known to belong to it, and the policy a general assumption; without any known address, every address.
// Also notes which stages can block. Requires: no flaws.
void bind_names(Policy& policy, const NameBindings& bindings);

// The values v of a field with (v & mask) == value, as intervals; nothing when that takes more than 4096 of them.
std::optional<IntervalSet> masked_values(unsigned bits, u128 mask, u128 value);

// Adds an unknown condition and returns its index; pure ones with equal kind and text are shared.
uint32_t add_unknown(Policy& policy, UnknownCondition unknown);

// Problems in a policy that make it meaningless: a jump into nowhere, a circle of jumps. Importers report them; every
// reader below may rely on a policy without them.
struct Flaw {
  enum class Kind { missing_chain, loop };
  Kind kind;
  uint32_t chain;
  uint32_t rule;
};
std::vector<Flaw> find_flaws(const Policy& policy);

}  // namespace fwproof::model
