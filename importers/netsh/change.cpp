#include "importers/netsh/change.h"

#include <algorithm>

#include "importers/netsh/values.h"
#include "importers/netsh/words.h"

namespace fwproof::importers::netsh {
namespace {

std::string_view text_or_any(const FieldValue& field) { return field.present ? std::string_view(field.text) : std::string_view("any"); }

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

Match decide(bool equal) { return equal ? Match::yes : Match::no; }

// Lists that are equal match, lists without a common element do not. Whether netsh counts a part or an "any" as a match is documented nowhere.
Match match_lists(std::string_view a, std::string_view b) {
  if (same(trim(a), trim(b))) return Match::yes;
  const Addresses x = parse_addresses(a), y = parse_addresses(b);
  if (x.any && y.any) return Match::yes;
  const bool plain = x.keywords.empty() && y.keywords.empty() && x.invalid.empty() && y.invalid.empty() && !x.any && !y.any;
  if (!plain) return same_addresses(a, b) ? Match::yes : Match::unknown;
  if (x.set == y.set) return Match::yes;
  const bool apart = x.set.v4.intersected(y.set.v4).empty() && x.set.v6.intersected(y.set.v6).empty();
  return apart ? Match::no : Match::unknown;
}

Match match_ports(std::string_view a, std::string_view b) {
  const Ports x = parse_ports(a), y = parse_ports(b);
  if (same_ports(a, b)) return Match::yes;
  const bool plain = x.keywords.empty() && y.keywords.empty() && x.invalid.empty() && y.invalid.empty() && !x.any && !y.any;
  return plain && x.numbers.intersected(y.numbers).empty() ? Match::no : Match::unknown;
}

// Everything beyond ASCII as one mark: how it reads depends on the code page, and a script need not have the listing's.
std::string skeleton(std::string_view text) {
  std::string result;
  for (const char c : lower(trim(text)))
    if (static_cast<unsigned char>(c) < 0x80 && c != '?') result += c;
    else if (result.empty() || result.back() != '\x01') result += '\x01';
  return result;
}

Match match_names(std::string_view a, std::string_view b) {
  if (same(trim(a), trim(b))) return Match::yes;
  if (is_ascii(a) && is_ascii(b)) return Match::no;
  if (fold(a) == fold(b)) return Match::yes;
  return skeleton(a) == skeleton(b) ? Match::unknown : Match::no;
}

Match match_programs(std::string_view a, std::string_view b) {
  const std::string x = normal_program(a), y = normal_program(b);
  if (x == y) return Match::yes;
  return is_ambiguous_program(x) || is_ambiguous_program(y) ? (is_any(a) != is_any(b) ? Match::no : Match::unknown) : Match::no;
}

bool same_protocol(std::string_view a, std::string_view b) {
  const auto x = parse_protocol(a), y = parse_protocol(b);
  return x && y && x->any == y->any && x->number == y->number && (x->icmp.empty() || y->icmp.empty() || same(x->icmp, y->icmp));
}

Match match_profiles(std::string_view a, std::string_view b) {
  const auto x = parse_profiles(a), y = parse_profiles(b);
  if (!x || !y) return Match::unknown;
  return *x == *y ? Match::yes : (*x & *y) ? Match::unknown : Match::no;
}

Match match_field(Key key, const FirewallRule& rule, const FieldValue& wanted) {
  const FieldValue& field = rule[key];
  if (wanted.unknown || field.unknown) return Match::unknown;
  const std::string_view a = text_or_any(field), b = wanted.text;
  switch (key) {
    case Key::name: case Key::group: case Key::description: return match_names(field.text, b);
    case Key::local_ip: case Key::remote_ip: return match_lists(a, b);
    case Key::local_port: case Key::remote_port: return match_ports(a, b);
    case Key::protocol: {
      const auto x = parse_protocol(a), y = parse_protocol(b);
      if (!x || !y || x->any != y->any) return Match::unknown;
      return same_protocol(a, b) && x->icmp == y->icmp && (x->icmp.empty() || !rule[Key::icmp].present) ? Match::yes
             : x->number == y->number ? Match::unknown : Match::no;
    }
    case Key::profile: return match_profiles(a, b);
    case Key::direction: case Key::action: case Key::enable: return decide(same(field.text, b));
    case Key::program: case Key::service:
      if (rule.shown == FirewallRule::Shown::plain_listing) return Match::unknown;  // the listing hides it
      return key == Key::program ? match_programs(a, b) : decide(same(a, b));
    case Key::icmp: case Key::edge: case Key::interface_type: case Key::computer_group: case Key::user_group: case Key::local_user:
    case Key::package: case Key::security: case Key::source: case Key::condition: return same(a, b) ? Match::yes : Match::unknown;
  }
  return Match::unknown;
}

// Could the change let more through than before? Only switching off and turning to block surely cannot, unless it hits a block rule.
bool may_open(const Fields& changes) {
  for (size_t i = 0; i < kKeys; ++i) {
    const FieldValue& field = changes[i];
    const auto key = static_cast<Key>(i);
    if (!field.present || key == Key::name || key == Key::description || key == Key::group) continue;
    if (key == Key::enable && !field.unknown && field.text == "no") continue;
    if (key == Key::action && !field.unknown && field.text == "block") continue;
    return true;
  }
  return false;
}

}  // namespace

Match matches(const FirewallRule& rule, const Fields& wanted) {
  Match result = Match::yes;
  for (size_t i = 0; i < kKeys; ++i) {
    if (!wanted[i].present) continue;
    switch (match_field(static_cast<Key>(i), rule, wanted[i])) {
      case Match::no: return Match::no;
      case Match::unknown: result = Match::unknown; break;
      case Match::yes: break;
    }
  }
  return result;
}

Effect Changes::opaque(const CommandContext& context, bool until_reset) {
  firewall_.opaque.push_back({context.text, context.origin, until_reset});
  return Effect::opaque;
}

Effect Changes::add(const Fields& fields, const CommandContext& context) {
  FirewallRule& rule = firewall_.rules.emplace_back();
  rule.fields = fields;
  rule.origin = context.origin;
  rule.shown = FirewallRule::Shown::complete;
  rule.guarded = context.guarded;
  rule.guard = context.guard;
  rule.guard_origin = context.origin;
  firewall_.commands_since_listing = true;
  return context.guarded ? Effect::opaque : Effect::modelled;
}

Effect Changes::remove(const Fields& wanted, const CommandContext& context) {
  if (context.guarded) return opaque(context, true);
  for (const FirewallRule& rule : firewall_.rules)
    if (!rule.removed && matches(rule, wanted) == Match::unknown) return opaque(context, true);
  bool any = false;
  for (FirewallRule& rule : firewall_.rules)
    if (!rule.removed && matches(rule, wanted) == Match::yes) rule.removed = any = true;
  firewall_.has_script = true;
  return any ? Effect::modelled : Effect::irrelevant;  // "No rules match the specified criteria."; && behind it does not go on
}

Effect Changes::set(const Fields& wanted, const Fields& changes, const CommandContext& context) {
  if (context.guarded) return opaque(context, true);
  bool any = false;
  for (const FirewallRule& rule : firewall_.rules) {
    if (rule.removed) continue;
    const Match match = matches(rule, wanted);
    if (match == Match::unknown) return opaque(context, true);
    any |= match == Match::yes;
  }
  firewall_.has_script = true;
  // Rules of Windows itself that no listing shows may be switched on or widened.
  if (!any && !firewall_.has_listing && may_open(changes)) return opaque(context, true);
  if (!any) return Effect::irrelevant;
  for (FirewallRule& rule : firewall_.rules) {
    if (rule.removed || matches(rule, wanted) != Match::yes) continue;
    if (changes[static_cast<size_t>(Key::protocol)].present) rule[Key::icmp] = {};  // the types belong to the old protocol
    for (size_t i = 0; i < kKeys; ++i)
      if (changes[i].present) rule.fields[i] = changes[i];
  }
  return Effect::modelled;
}

Effect Changes::set_profiles(unsigned profiles, const std::function<void(ProfileSettings&)>& change, const CommandContext& context) {
  if (context.guarded) return opaque(context, true);
  for (unsigned i = 0; i < 3; ++i) {
    if (!(profiles & (1U << i))) continue;
    change(firewall_.profiles[i]);
  }
  return Effect::modelled;
}

Effect Changes::reset(const CommandContext& context) {
  if (context.guarded) return opaque(context, true);
  firewall_.rules.clear();
  std::erase_if(firewall_.opaque, [](const OpaqueCommand& command) { return command.until_reset; });
  firewall_.profiles = {};
  for (ProfileSettings& profile : firewall_.profiles) profile.state_origin = profile.policy_origin = context.origin;
  firewall_.has_listing = false;
  firewall_.reset = true;
  return Effect::modelled;
}

}  // namespace fwproof::importers::netsh
