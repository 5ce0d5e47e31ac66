// Actions. Sources: iptables-extensions(8) 1.8.9, net/netfilter/xt_*.c and nf_nat_core.c of Linux 6.1; FORMAT.md has the reading.
#include "importers/iptables_save/lower.h"
#include "importers/iptables_save/lower_address.h"
#include "importers/iptables_save/names.h"
#include "importers/iptables_save/time_to_live.h"
#include "importers/text/number.h"

namespace fwproof::importers::iptables_save {
namespace {

using model::ActionKind;
using model::DiagnosticId;
using model::Field;
using model::IntervalSet;
using model::LineClass;
using model::Rewrite;
using model::u128;
using Sharing = model::UnknownCondition::Sharing;

constexpr u128 kMarkMask = 0xffffffff;
constexpr uint64_t kUsualTimeToLive = 32;   // senders choose 64 and more (RFC 1700); few ways have more than 32 routers

class TargetLowering {
 public:
  explicit TargetLowering(RuleContext& context) : c_(context), ast_(context.ast) {}

  void run() {
    if (ast_.target.empty()) return;  // counts only
    const auto chain = c_.scope.chains.find(ast_.target);
    if (chain != c_.scope.chains.end()) return to_chain(chain->second);
    if (ast_.is_goto || (ast_.target_spec == nullptr && !looks_like_target())) return missing_chain();
    if (ast_.target_spec == nullptr) return unknown_target();
    apply(ast_.target_spec->effect);
  }

 private:
  void act(ActionKind kind, uint32_t index = 0) { c_.rule.action = {kind, index}; }

  void act_unknown(ActionKind kind, std::string_view text) {
    act(kind, c_.builder.unknown("target", text, Sharing::per_visit, c_.origin));
  }

  void to_chain(uint32_t index) {
    for (const OptionUse& use : ast_.options)
      if (use.owner == kTarget)
        c_.refuse(use.word, DiagnosticId::line_unrecognised, "a chain takes no option '--" + std::string(use.name) + "'");
    act(ast_.is_goto ? ActionKind::go_to : ActionKind::jump, index);
  }

  // Extensions are written in capitals; a user's chain may be too, but then it is most likely declared.
  bool looks_like_target() const {
    if (options_given()) return true;
    return ast_.target.find_first_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
  }
  bool options_given() const {
    for (const OptionUse& use : ast_.options)
      if (use.owner == kTarget) return true;
    return false;
  }

  void missing_chain() {
    const std::string name(ast_.target);
    act_unknown(ActionKind::unknown_rewriting, "chain " + name);
    c_.result.worsen(LineClass::unrecognised, "jump to a chain that does not exist");
    c_.result.notes.push_back({DiagnosticId::chain_missing, model::Severity::error, ast_.target_word,
                               "chain '" + name + "' does not exist in table " + std::string(c_.scope.name), ""});
  }

  void unknown_target() {
    const std::string name(ast_.target);
    act_unknown(ActionKind::unknown_rewriting, "-j " + name);
    c_.result.worsen(LineClass::opaque, "-j " + name);
    c_.result.notes.push_back({DiagnosticId::target_opaque, model::Severity::warning, ast_.target_word,
                               "'" + name + "' is neither a chain of table " + std::string(c_.scope.name) + " nor a known target",
                               "it may continue, accept, drop or change the packet"});
  }

  void opaque(ActionKind kind) {
    const std::string name(ast_.target);
    // xt_TPROXY.c: the packet keeps its destination and goes to a socket of this host.
    const bool keeps = name == "TPROXY";
    act(kind, c_.builder.unknown(keeps ? "interception" : "target", "-j " + name, Sharing::per_visit, c_.origin));
    c_.result.worsen(LineClass::opaque, "-j " + name);
    c_.result.notes.push_back({DiagnosticId::target_opaque, model::Severity::note, ast_.target_word,
                               "what '-j " + name + "' does to the packet cannot be told", ""});
  }

  void apply(Effect effect) {
    switch (effect) {
      case Effect::accept: return act(ActionKind::accept);
      case Effect::drop: return act(ActionKind::drop);
      case Effect::reject: return act(ActionKind::reject);
      case Effect::return_: return act(ActionKind::return_);
      case Effect::proceed: return act(ActionKind::proceed);
      case Effect::changes_header: return may_expire() ? expire() : act(ActionKind::proceed);
      case Effect::mark: return lower_mark(Field::mark);
      case Effect::connmark: return lower_connmark();
      case Effect::notrack: return untrack();
      case Effect::ct: return option("notrack") ? untrack() : act(ActionKind::proceed);   // the rest: conntrack_templates.h
      case Effect::dnat: return lower_nat(Field::dst, "to-destination");
      case Effect::snat: return lower_nat(Field::src, "to-source");
      case Effect::masquerade: return lower_own_address(Field::src);
      case Effect::redirect: return lower_own_address(Field::dst);
      case Effect::netmap: return lower_netmap();
      case Effect::changes_set: return lower_set_target();
      case Effect::unknown: return opaque(ActionKind::unknown);
      case Effect::unknown_rewriting: return opaque(ActionKind::unknown_rewriting);
    }
  }

  // ttl_tg and hl_tg6 in xt_HL.c: whether a router may drop the packet for what is left (ip_forward, ip6_forward: 1 or less). The packet's own value is not
  // modelled, so that --ttl-dec may leave anything.
  bool may_expire() {
    if (ast_.target != "TTL" && ast_.target != "HL") return false;
    for (const OptionUse& use : ast_.options) {
      if (use.owner != kTarget || use.value_count == 0) continue;
      if (use.name.ends_with("-dec")) return true;
      if (!use.name.ends_with("-set")) continue;
      const auto left = text::parse_any_base(ast_.value(use), 255).value_or(0);
      if (left <= 1) return true;
      if (left < kUsualTimeToLive)
        c_.builder.policy.general_assumptions.push_back(
            {"packets of which '" + std::string(ast_.line) + "' leaves a TTL of " + std::to_string(left) + " pass fewer routers than that", c_.origin});
    }
    return false;
  }

  // Packets that stay on this host: time_to_live.h.
  void expire() {
    c_.add({model::Unknown{c_.builder.unknown(kTimeToLive, "-j " + std::string(ast_.target), Sharing::per_visit, c_.origin)}});
    c_.result.worsen(LineClass::approximated, "-j " + std::string(ast_.target));
    act(ActionKind::drop);
  }

  const OptionUse* option(std::string_view name) const {
    for (const OptionUse& use : ast_.options)
      if (use.owner == kTarget && use.name == name) return &use;
    return nullptr;
  }

  void rewrite(std::vector<Rewrite> steps, ActionKind then) {
    auto& rewrites = c_.builder.policy.rewrites;
    act(ActionKind::rewrite, static_cast<uint32_t>(rewrites.size()));
    rewrites.push_back({std::move(steps), then});
  }

  static Rewrite assign(Field field, IntervalSet values) { return {Rewrite::Kind::assign, field, std::move(values)}; }
  static Rewrite set_bits(Field field, u128 mask, u128 value) { return {Rewrite::Kind::set_bits, field, {}, "", mask, value}; }

  // A value that cannot be read: the packet may leave this rule in any way.
  void refuse_value(const OptionUse& use, DiagnosticId id, std::string_view kind) {
    c_.refuse(use.first_value, id, "cannot read '" + std::string(ast_.value(use)) + "' as " + std::string(kind));
    act_unknown(ActionKind::unknown_rewriting, "-j " + std::string(ast_.target));
  }

  // (field & ~mask) ^ value in every form (iptables-extensions(8), MARK and CONNMARK).
  bool lower_bits(Field field) {
    for (const OptionUse& use : ast_.options) {
      if (use.owner != kTarget || use.value_count == 0) continue;
      const auto number = text::parse_masked(ast_.value(use), kMarkMask);
      const bool is_bits = use.name == "set-xmark" || use.name == "set-mark" || use.name == "and-mark" || use.name == "or-mark" ||
                           use.name == "xor-mark";
      if (!is_bits) continue;
      if (!number) return refuse_value(use, DiagnosticId::number_invalid, "a mark"), true;
      const u128 value = number->value, mask = number->mask;
      if (use.name == "set-xmark") rewrite({set_bits(field, mask, value)}, ActionKind::proceed);
      if (use.name == "set-mark") rewrite({set_bits(field, mask | value, value)}, ActionKind::proceed);
      if (use.name == "and-mark") rewrite({set_bits(field, ~value & kMarkMask, 0)}, ActionKind::proceed);
      if (use.name == "or-mark") rewrite({set_bits(field, value, value)}, ActionKind::proceed);
      if (use.name == "xor-mark") rewrite({set_bits(field, 0, value)}, ActionKind::proceed);
      return true;
    }
    return false;
  }

  void any_mark(Field field) {
    rewrite({assign(field, IntervalSet::all(32))}, ActionKind::proceed);
    c_.result.worsen(LineClass::approximated, "mark of any value");
  }

  void lower_mark(Field field) {
    if (!lower_bits(field)) any_mark(field);
  }

  // connmark_tg_shift in xt_connmark.c: save: ct = (ct & ~ctmask) ^ (mark & nfmask); restore: mark = (mark & ~nfmask) ^ (ct & ctmask).
  // connmark_tg: without a connection nothing happens; table raw comes before there is one, but on loopback.
  void lower_connmark() {
    if (c_.scope.name == "raw") return any_mark(option("restore-mark") != nullptr ? Field::mark : Field::connmark);
    c_.add(tracked());
    if (lower_bits(Field::connmark)) return;
    const bool save = option("save-mark") != nullptr;
    const Field to = save ? Field::connmark : Field::mark, from = save ? Field::mark : Field::connmark;
    uint64_t nf_mask = 0xffffffff, ct_mask = 0xffffffff;
    for (const OptionUse& use : ast_.options) {
      if (use.owner != kTarget || use.value_count == 0) continue;
      const auto mask = text::parse_any_base(ast_.value(use), kMarkMask);
      if (!mask) return refuse_value(use, DiagnosticId::number_invalid, "a mask");
      if (use.name == "nfmask" || use.name == "mask") nf_mask = *mask;
      if (use.name == "ctmask" || use.name == "mask") ct_mask = *mask;
    }
    const bool shifts = option("left-shift-mark") != nullptr || option("right-shift-mark") != nullptr;
    if ((!save && option("restore-mark") == nullptr) || shifts || nf_mask != ct_mask) return any_mark(to);
    rewrite({{Rewrite::Kind::copy_bits, to, {}, "", nf_mask, 0, from}}, ActionKind::proceed);
  }

  void untrack() { rewrite({assign(Field::state, IntervalSet::of(model::state_untracked))}, ActionKind::proceed); }

  // ---- address translation ----

  static Rewrite translated(Field field) {
    const u128 bit = field == Field::src ? model::ct_snat : model::ct_dnat;
    return set_bits(Field::ct_status, bit, bit);
  }

  // "[addr[-addr]][:port[-port[/base]]]", IPv6 addresses in brackets where a port follows.
  struct NatRange {
    IntervalSet addresses;
    IntervalSet ports;
    bool shifted = false;
  };

  std::optional<NatRange> nat_range(std::string_view text) const {
    NatRange range;
    std::string_view addresses = text, ports;
    if (text.starts_with('[')) {
      const size_t close = text.rfind(']');
      if (close == std::string_view::npos) return std::nullopt;
      addresses = text.substr(1, close - 1);
      ports = text.substr(close + 1);
      if (!ports.empty() && ports[0] != ':') return std::nullopt;
    } else if (const size_t colon = text.find(':'); colon != std::string_view::npos && (colon == 0 || c_.builder.family == model::Family::v4)) {
      addresses = text.substr(0, colon);
      ports = text.substr(colon);
    }
    if (!addresses.empty()) {
      std::string plain;  // "[2001:db8::1]-[2001:db8::9]" has brackets inside
      for (const char c : addresses)
        if (c != '[' && c != ']') plain += c;
      const ParsedAddresses parsed = parse_address_range(plain, c_.builder.family);
      if (parsed.kind != ParsedAddresses::Kind::set) return std::nullopt;
      range.addresses = parsed.set;
    }
    if (ports.size() > 1) {
      ports.remove_prefix(1);
      const size_t slash = ports.find('/');
      range.shifted = slash != std::string_view::npos;
      const auto parsed = port_range(ports.substr(0, slash), '-', false);
      if (!parsed) return std::nullopt;
      range.ports = *parsed;
    }
    return range;
  }

  void lower_nat(Field field, std::string_view name) {
    NatRange all;
    for (const OptionUse& use : ast_.options) {
      if (use.owner != kTarget || use.name != name || use.value_count == 0) continue;
      const auto one = nat_range(ast_.value(use));
      if (!one) return refuse_value(use, DiagnosticId::address_invalid, "an address range with ports");
      all.addresses = all.addresses.united(one->addresses);
      all.ports = all.ports.united(one->ports);
      all.shifted = all.shifted || one->shifted;
    }
    std::vector<Rewrite> steps;
    if (!all.addresses.empty()) steps.push_back(assign(field, all.addresses));
    add_ports(steps, field, all.ports);
    // ip_route_input_slow(): a martian destination, else.
    if (field == Field::dst && c_.scope.chain != "OUTPUT" && c_.builder.family == model::Family::v4 && all.addresses.intersects(IntervalSet::range(0x7f000000, 0x7fffffff)))
      c_.builder.policy.general_assumptions.push_back({"route_localnet is set, so that packets from elsewhere that '" + std::string(ast_.line) + "' sends to the loopback address arrive", c_.origin});
    if (all.shifted) c_.result.worsen(LineClass::approximated, "shifted port range");
    translate(field, std::move(steps));
  }

  // A translation that changes nothing leaves no trace in the connection's status (nf_nat_setup_info: only when the tuple differs).
  void translate(Field field, std::vector<Rewrite> steps) {
    if (c_.builder.asks_translated) {
      if (auto same = unchanged(steps)) {
        bool certain = true;
        for (const Rewrite& step : steps) certain = certain && step.kind == Rewrite::Kind::assign && step.values.is_single();
        std::vector<Rewrite> quiet = steps;
        if (!certain) quiet.push_back(assign(Field::ct_status, IntervalSet::all(2)));
        auto& rewrites = c_.builder.policy.rewrites;
        same->action = {ActionKind::rewrite, static_cast<uint32_t>(rewrites.size())};
        rewrites.push_back({std::move(quiet), ActionKind::accept});
        c_.before->push_back(std::move(*same));
      }
    }
    steps.push_back(translated(field));
    rewrite(std::move(steps), ActionKind::accept);
  }

  // The rule for packets that may already be what the steps would make of them; nothing when no packet of this rule can.
  std::optional<model::Rule> unchanged(const std::vector<Rewrite>& steps) const {
    model::Rule same = c_.rule;
    for (const Rewrite& step : steps) {
      if (step.kind == Rewrite::Kind::assign_named) {
        same.terms.push_back({model::InNamed{step.field, step.name}});
        continue;
      }
      if (step.field == Field::src_port && step.values == IntervalSet::range(1, 65535)) continue;
      const bool address = step.field == Field::src || step.field == Field::dst;
      for (const model::Term& term : c_.rule.terms) {
        const auto* in = std::get_if<model::In>(&term.what);
        const auto* addresses = std::get_if<model::InAddresses>(&term.what);
        if (in != nullptr && in->field == step.field && !term.negated && in->set.intersected(step.values).empty()) return std::nullopt;
        if (addresses != nullptr && addresses->field == step.field && !term.negated &&
            addresses->set.in(c_.builder.family).intersected(step.values).empty())
          return std::nullopt;
      }
      if (address)
        same.terms.push_back({model::InAddresses{step.field, model::AddressSet::of(c_.builder.family, step.values)}});
      else
        same.terms.push_back({model::In{step.field, step.values}});
    }
    return same;
  }

  // A translated source keeps its port where it can, but need not (nf_nat_core.c, get_unique_tuple).
  void add_ports(std::vector<Rewrite>& steps, Field field, const IntervalSet& ports) {
    if (!ports.empty())
      steps.push_back(assign(field == Field::src ? Field::src_port : Field::dst_port, ports));
    else if (field == Field::src)
      steps.push_back(assign(Field::src_port, IntervalSet::range(1, 65535)));
  }

  void lower_own_address(Field field) {
    std::vector<Rewrite> steps;
    IntervalSet ports;
    if (const OptionUse* use = option("to-ports"); use != nullptr && use->value_count > 0) {
      const auto range = port_range(ast_.value(*use), '-', false);
      if (!range) return refuse_value(*use, DiagnosticId::number_invalid, "a port or a range of ports");
      ports = *range;
    }
    // nf_nat_redirect.c: packets of the host itself go to the loopback address.
    if (field == Field::dst && c_.scope.chain == "OUTPUT")
      steps.push_back(assign(Field::dst, IntervalSet::of(c_.builder.family == model::Family::v4 ? u128{0x7f000001} : u128{1})));
    else
      steps.push_back({Rewrite::Kind::assign_named, field, {}, field == Field::src ? "address-of-out" : "local"});
    add_ports(steps, field, ports);
    translate(field, std::move(steps));
  }

  // Which side NETMAP rewrites depends on the hook; in a user's chain both may call it.
  void lower_netmap() {
    const bool to_dst = c_.scope.chain == "PREROUTING" || c_.scope.chain == "OUTPUT";
    const bool to_src = c_.scope.chain == "POSTROUTING" || c_.scope.chain == "INPUT";
    const OptionUse* use = option("to");
    if (use == nullptr || use->value_count == 0 || (!to_dst && !to_src)) return opaque(ActionKind::unknown_rewriting);
    const auto prefix = model::parse_prefix(ast_.value(*use));
    if (!prefix || prefix->address.family != c_.builder.family) return refuse_value(*use, DiagnosticId::address_invalid, "a prefix");
    const model::Interval whole = prefix->interval();
    const u128 mask = model::max_value(model::address_bits(c_.builder.family)) ^ (whole.hi - whole.lo);
    const Field field = to_dst ? Field::dst : Field::src;
    if (c_.builder.asks_translated) {
      model::Rule same = c_.rule;
      same.terms.push_back({model::InAddresses{field, model::AddressSet::of(c_.builder.family, IntervalSet::range(whole.lo, whole.hi))}});
      same.action = {ActionKind::accept, 0};
      c_.before->push_back(std::move(same));
    }
    std::vector<Rewrite> steps = {{Rewrite::Kind::netmap, field, {}, "", mask, whole.lo}};
    add_ports(steps, field, {});
    steps.push_back(translated(field));
    rewrite(std::move(steps), ActionKind::accept);
  }

  // The set's later matches are unknown (Builder::modified_sets); --map-set may also set the mark.
  void lower_set_target() {
    if (option("map-mark") != nullptr) return any_mark(Field::mark);
    act(ActionKind::proceed);
  }

  RuleContext& c_;
  const RuleAst& ast_;
};

}  // namespace

void lower_target(RuleContext& context) { TargetLowering(context).run(); }

void lower_rule(Builder& builder, const TableScope& scope, const RuleAst& ast, model::Origin origin, model::Rule& rule, LineResult& result,
                std::vector<model::Rule>& before) {
  RuleContext context{builder, scope, ast, origin, rule, result, &before};
  rule.terms.reserve(ast.options.size());
  rule.origin = origin;
  for (const Problem& problem : ast.problems) context.refuse(problem.word, problem.id, problem.message);
  lower_matches(context);
  lower_target(context);
}

}  // namespace fwproof::importers::iptables_save
