#include "importers/mikrotik/guards.h"

#include "importers/mikrotik/values.h"

namespace fwproof::importers::mikrotik {
namespace {

using model::ActionKind;
using model::AddressSet;
using model::Field;
using model::In;
using model::IntervalSet;
using model::LineClass;
using model::Rule;
using model::Term;

class GuardLowering {
 public:
  explicit GuardLowering(Builder& builder) : b_(builder) {}

  Guards run() {
    for (const Blind& blind : b_.config.blinds()) both(blind.span, {}, {}, ActionKind::unknown_rewriting, blind.text);
    bridge_rules();
    hotspots();
    ipsec();
    wireguard();
    services();
    for (const std::string_view menu : {"ip kid-control", "ip kid-control device"})
      for (const Item* item : b_.config.items(menu)) {
        account(*item, "rules of kid-control");
        if (!item->disabled()) both(item->spans.front(), {}, {}, ActionKind::unknown, "rules that /ip kid-control makes");
      }
    return std::move(guards_);
  }

 private:
  void account(const Item& item, std::string_view construct) {
    for (const Span& span : item.spans)
      b_.report.account(span, item.disabled() ? LineClass::irrelevant : LineClass::opaque, item.disabled() ? "disabled" : construct);
  }

  Rule made(const Span& span, std::vector<Term> terms, ActionKind kind, const std::string& text) {
    Rule rule;
    rule.origin = b_.report.origin(span);
    rule.terms = std::move(terms);
    rule.name = text;
    rule.action = {kind, b_.unknown("not modelled", text, model::UnknownCondition::Sharing::per_visit, rule.origin)};
    return rule;
  }

  void both(const Span& span, std::vector<Term> arriving, std::vector<Term> leaving, ActionKind kind, const std::string& text) {
    if (guards_.arriving.size() > 1000) {   // the rest is as good as everywhere
      arriving.clear();
      leaving.clear();
      if (crowded_) return;
      crowded_ = true;
    }
    guards_.arriving.push_back(made(span, std::move(arriving), kind, text));
    if (!leaving.empty()) guards_.leaving.push_back(made(span, std::move(leaving), kind, text));
  }

  std::vector<Term> interface(Field field, std::string_view name) const { return {{In{field, IntervalSet::of(b_.policy.interfaces.atom_of(name))}}}; }

  // Packets that are routed from or to a bridge pass the bridge's own rules, too (manual "Packet Flow in RouterOS", bridging).
  void bridge_rules() {
    IntervalSet bridges;
    for (const Item* item : b_.config.items("interface bridge")) bridges = bridges.united(IntervalSet::of(b_.policy.interfaces.atom_of(item->get("name"))));
    for (const std::string_view menu : {"interface bridge filter", "interface bridge nat", "interface ethernet switch rule"})
      for (const Item* item : b_.config.items(menu)) {
        account(*item, menu.substr(10));
        if (item->disabled()) continue;
        const ActionKind kind = menu == "interface bridge nat" ? ActionKind::unknown_rewriting : ActionKind::unknown;
        const bool any = bridges.empty() || menu == "interface ethernet switch rule" || !item->poison.empty();
        both(item->spans.front(), any ? std::vector<Term>{} : std::vector<Term>{{In{Field::in, bridges}}},
             any ? std::vector<Term>{} : std::vector<Term>{{In{Field::out, bridges}}}, kind, "a rule of /" + std::string(menu));
      }
  }

  void hotspots() {
    for (const Item* item : b_.config.items("ip hotspot")) {
      if (item->get("interface").empty() && item->poison.empty()) {
        for (const Span& span : item->spans) b_.report.account(span, LineClass::irrelevant, "hotspot parameter");
        continue;
      }
      account(*item, "hotspot");
      if (item->disabled()) continue;
      both(item->spans.front(), interface(Field::in, item->get("interface")), interface(Field::out, item->get("interface")), ActionKind::unknown_rewriting,
           "the hotspot of " + std::string(item->get("interface")));
    }
  }

  // Packets between the addresses of a policy travel inside of a tunnel, and are dropped when they do not.
  void ipsec() {
    for (const Item* item : b_.config.items("ip ipsec policy")) {
      const bool none = item->is("action", "none") || item->is("template", "yes") || (item->get("dst-address").empty() && item->get("src-address").empty());
      if (none && item->poison.empty() && !item->disabled()) {
        for (const Span& span : item->spans) b_.report.account(span, LineClass::irrelevant, "IPsec parameter");
        continue;
      }
      account(*item, "IPsec policy");
      if (item->disabled()) continue;
      const auto src = selector(*item, "src-address"), dst = selector(*item, "dst-address");
      if (!item->poison.empty()) both(item->spans.front(), {}, {}, ActionKind::unknown, "an IPsec policy");
      else if (src && dst)
        both(item->spans.front(), {{model::AnyOf{{pair(*src, *dst), pair(*dst, *src)}}}}, {}, ActionKind::unknown, "an IPsec policy");
    }
  }

  // Nothing when it is of the other family.
  std::optional<IntervalSet> selector(const Item& item, std::string_view key) const {
    const std::string_view value = item.get(key);
    const IntervalSet all = IntervalSet::all(model::address_bits(b_.family));
    if (value.empty()) return all;
    if (const auto set = parse_addresses(value, b_.family)) return set;
    const bool other = parse_addresses(value, b_.family == model::Family::v4 ? model::Family::v6 : model::Family::v4).has_value();
    return other ? std::nullopt : std::optional(all);
  }

  std::vector<Term> pair(const IntervalSet& src, const IntervalSet& dst) const {
    return {{model::InAddresses{Field::src, AddressSet::of(b_.family, src)}}, {model::InAddresses{Field::dst, AddressSet::of(b_.family, dst)}}};
  }

  // A peer's allowed-address decides which addresses may come in and go out.
  void wireguard() {
    for (const Item* item : b_.config.items("interface wireguard peers")) {
      account(*item, "WireGuard peer");
      if (item->disabled()) continue;
      const std::string_view name = item->get("interface");
      if (name.empty()) both(item->spans.front(), {}, {}, ActionKind::unknown, "a WireGuard peer");
      else both(item->spans.front(), interface(Field::in, name), interface(Field::out, name), ActionKind::unknown, "a WireGuard peer");
    }
  }

  void services() {
    for (const std::string_view menu : {"ip upnp", "ip nat-pmp"})
      if (const Item* item = b_.config.settings(menu)) {
        const bool on = item->is("enabled", "yes") || (item->find("enabled") != nullptr && item->find("enabled")->opaque);
        for (const Span& span : item->spans) b_.report.account(span, on ? LineClass::opaque : LineClass::modelled, on ? "port forwards on demand" : "service that is off");
        if (!on) continue;
        guards_.translating.push_back(made(item->spans.front(), {}, ActionKind::unknown_rewriting, "port forwards that /" + std::string(menu) + " makes on demand"));
      }
    for (const std::string_view menu : {"ip proxy", "ip socks"})
      if (const Item* item = b_.config.settings(menu)) {
        const bool on = !item->get("enabled").empty() && !item->is("enabled", "no");
        for (const Span& span : item->spans) b_.report.account(span, on ? LineClass::approximated : LineClass::modelled, on ? "relay" : "service that is off");
        if (on)
          b_.policy.general_assumptions.push_back({"nobody reaches further through the relay of /" + std::string(menu), b_.report.origin(item->spans.front())});
      }
  }

  Builder& b_;
  Guards guards_;
  bool crowded_ = false;
};

}  // namespace

Guards lower_guards(Builder& builder) { return GuardLowering(builder).run(); }

}  // namespace fwproof::importers::mikrotik
