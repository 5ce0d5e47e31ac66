#include "importers/netsh/change.h"

#include "importers/netsh/values.h"
#include "importers/netsh/words.h"

namespace fwproof::importers::netsh {
namespace {

std::string_view text_or_any(const FieldValue& field) { return field.present ? std::string_view(field.text) : std::string_view("any"); }

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
  const auto decide = [](bool equal) { return equal ? Match::yes : Match::no; };
  switch (key) {
    case Key::name: case Key::group: case Key::description: return decide(fold(field.text) == fold(b));
    case Key::local_ip: case Key::remote_ip: return decide(same_addresses(a, b));
    case Key::local_port: case Key::remote_port: return decide(same_ports(a, b));
    case Key::protocol: return decide(same_protocol(a, b));
    case Key::profile: return match_profiles(a, b);
    case Key::direction: case Key::action: case Key::enable: return decide(same(field.text, b));
    case Key::program: case Key::service:
      if (rule.shown == FirewallRule::Shown::plain_listing) return Match::unknown;  // the listing hides it
      return decide(same(a, b));
    case Key::icmp: case Key::edge: case Key::interface_type: case Key::computer_group: case Key::user_group: case Key::local_user:
    case Key::package: case Key::security: case Key::source: case Key::condition: return decide(same(a, b));
  }
  return Match::unknown;
}

bool enables(const Fields& changes) {
  const FieldValue& enable = changes[static_cast<size_t>(Key::enable)];
  return enable.present && (enable.unknown || enable.text == "yes");
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

Effect Changes::opaque(const CommandContext& context) {
  firewall_.opaque.push_back({context.text, context.origin});
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
  return context.guarded ? Effect::opaque : Effect::modelled;
}

Effect Changes::remove(const Fields& wanted, const CommandContext& context) {
  if (context.guarded) return opaque(context);
  for (const FirewallRule& rule : firewall_.rules)
    if (!rule.removed && matches(rule, wanted) == Match::unknown) return opaque(context);
  for (FirewallRule& rule : firewall_.rules)
    if (!rule.removed && matches(rule, wanted) == Match::yes) rule.removed = true;
  return Effect::modelled;
}

Effect Changes::set(const Fields& wanted, const Fields& changes, const CommandContext& context) {
  if (context.guarded) return opaque(context);
  bool any = false;
  for (const FirewallRule& rule : firewall_.rules) {
    if (rule.removed) continue;
    const Match match = matches(rule, wanted);
    if (match == Match::unknown) return opaque(context);
    any |= match == Match::yes;
  }
  // Rules of Windows itself that no listing shows may be switched on.
  if (!any && !firewall_.has_listing && enables(changes)) return opaque(context);
  for (FirewallRule& rule : firewall_.rules) {
    if (rule.removed || matches(rule, wanted) != Match::yes) continue;
    for (size_t i = 0; i < kKeys; ++i)
      if (changes[i].present) rule.fields[i] = changes[i];
  }
  return Effect::modelled;
}

Effect Changes::set_profiles(unsigned profiles, const std::function<void(ProfileSettings&)>& change, const CommandContext& context) {
  if (context.guarded) return opaque(context);
  for (unsigned i = 0; i < 3; ++i) {
    if (!(profiles & (1U << i))) continue;
    firewall_.profiles[i].given = true;
    change(firewall_.profiles[i]);
  }
  return Effect::modelled;
}

Effect Changes::reset(const CommandContext& context) {
  if (context.guarded) return opaque(context);
  firewall_.rules.clear();
  firewall_.opaque.clear();
  firewall_.profiles = {};
  for (ProfileSettings& profile : firewall_.profiles) profile.state_origin = profile.policy_origin = context.origin;
  firewall_.has_listing = false;
  return Effect::modelled;
}

}  // namespace fwproof::importers::netsh
