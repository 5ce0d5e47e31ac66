// pf's own meaning, shared by the vendors that generate its rules: which rule wins, in which order translation and filtering see a
// packet, what a state lets through. A vendor's importer says what its rules are; it never sees the stages of the policy.
//
// Sources: pf.conf(5) of FreeBSD 14 (2023): "quick", "TRANSLATION", "STATEFUL FILTERING", "antispoof", "tag"; sys/netpfil/pf/pf.c and
// pf_lb.c (pf_get_translation: inbound rdr, then binat; outbound binat, then nat). In short:
//  - Inbound: translation of the destination, then the filter with direction in. Then the route. Outbound: translation of the source,
//    then the filter with direction out. So inbound rules see the translated destination, outbound rules the translated source.
//  - A filter rule with `quick` that matches decides at once; else the last rule that matched does. First match over (quick rules in
//    order, then the others in reverse) is the same.
//  - Translation rules: the first match of a list decides; where that has `no`, and where none matches, the direction's second list is
//    looked at. `rdr pass` lets its packets by the inbound filter.
//  - Packets of a known state pass without a look at the rules, in both directions and with the translation of the first one; so do
//    ICMP errors about them. `pass` rules keep state and match TCP packets with SYN of (SYN, ACK) unless they say otherwise.
//  - Tags stay on a packet; `tagged` asks for the last one.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/policy.h"

namespace fwproof::importers::text::pf {

enum class Direction : uint8_t { in, out, any };

// What rules of all kinds have in common.
struct RuleBase {
  model::Origin origin;
  std::string name;
  bool enabled = true;
  std::vector<std::string> interfaces;  // empty: every one
  bool interfaces_negated = false;
  std::vector<model::Term> terms;       // addresses, ports, protocol …
  std::string tag;
  std::string tagged;
  bool tagged_negated = false;
  std::string unknown;                  // not empty: why it is not known what the rule does with packets that match
};

struct FilterRule : RuleBase {
  enum class Action : uint8_t { pass, block, reject, match };
  Action action = Action::pass;
  Direction direction = Direction::in;
  bool quick = true;
  bool keep_state = true;   // pass only
  bool any_flags = false;   // pass only: TCP packets of any flags; or `terms` asks for some
  std::string assumption;   // not empty: verdicts that rest on the rule rest on it
};

struct Translation : RuleBase {
  bool none = false;        // `no rdr`, `no nat`, `no binat`
  bool pass = false;        // `rdr pass`
  std::vector<model::Rewrite> steps;
};

// The rules of one family, and the policy that they make.
class Ruleset {
 public:
  // `interfaces`: every name that a rule may use.
  Ruleset(model::Family family, const std::set<std::string>& interfaces);

  model::Family family() const { return family_; }
  model::Policy& policy() { return policy_; }

  // A condition that cannot be told, as a term.
  model::Term unknown(std::string_view kind, std::string_view text, model::UnknownCondition::Sharing sharing, model::Origin origin);

  // Whether so many addresses, or rules, may still be made of what the configuration says once: a list that many rules name, a range of
  // ports that shifts, networks times networks. Once it says no the caller makes something unknown of them instead.
  bool spend(size_t amount) {
    if (amount > budget_) return false;
    budget_ -= amount;
    return true;
  }

  std::vector<Translation> rdr;
  std::vector<Translation> binat_in;   // destination: external → internal
  std::vector<Translation> binat_out;  // source: internal → external
  std::vector<Translation> nat;
  std::vector<FilterRule> filter;
  bool enabled = true;                 // false: pf is switched off
  std::vector<std::string> skipped;    // interfaces that pf does not look at (`set skip on`)

  // Requires: called once, last.
  model::Policy finish();

 private:
  model::Term on(const RuleBase& rule, model::Field field) const;
  void add_tagged(const RuleBase& rule, std::vector<model::Term>& terms);
  model::Rule base(const RuleBase& rule, model::Field field);
  void note_tags();
  uint32_t add_chain(model::Chain chain);
  uint32_t translate(std::string_view name, const std::vector<Translation>& first, std::string_view second_name, const std::vector<Translation>& second, model::Field field);
  void add_translations(model::Chain& chain, const std::vector<Translation>& list, model::Field field, model::Action none);
  model::Rule translation(const Translation& rule, model::Field field, model::Action none);
  uint32_t filter_chain(std::string_view name, Direction direction);
  model::Rule filter_rule(const FilterRule& rule, model::Field field);
  void add_states(model::Chain& chain, Direction direction);
  void stateless(model::Chain& chain, Direction direction);
  uint32_t tag_number(const std::string& tag);
  model::Action unknown_action(const RuleBase& rule, bool rewriting);

  model::Family family_;
  model::Policy policy_;
  std::map<std::string, uint32_t> tags_;
  std::map<std::string, int32_t> assumptions_;
  bool tags_unsure_ = false;
  size_t budget_ = 4'000'000;
};

// Terms that rules are made of.
model::Term in(model::Field field, model::IntervalSet set);
model::Term in(model::Field field, model::AddressSet set, bool negated = false);
// TCP packets with these of those flags; packets of other protocols match, as in pf.
model::Term tcp_flags(unsigned flags, unsigned of);

}  // namespace fwproof::importers::text::pf
