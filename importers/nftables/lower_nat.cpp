// Address translation. Sources: net/netfilter/nft_nat.c, nft_masq.c, nft_redir.c, nf_nat_core.c, nf_nat_redirect.c of Linux 6.1.
#include <algorithm>

#include "importers/nftables/lower_rule.h"

namespace fwproof::importers::nftables {
namespace {

using model::ActionKind;
using model::DiagnosticId;
using model::Field;
using model::IntervalSet;
using model::LineClass;
using model::Rewrite;
using model::Term;
using model::u128;

constexpr size_t kMaxChoices = 4096;

Type address_type(uint8_t family) { return family == 6 ? Type::v6_address : Type::v4_address; }

bool is_source(const Statement& statement) { return statement.word == "snat" || statement.word == "masquerade"; }

// A map over a number that nobody knows: any of its values.
bool is_random(const Expr& expr) { return expr.kind == ExprKind::map && expr.kids[0].get().kind == ExprKind::any; }

}  // namespace

uint8_t family_of_addresses(const Expr& given, const TableAst& table, unsigned depth) {
  const Expr& expr = given.get();
  if (depth > 8) return 0;
  if (expr.kind == ExprKind::value || expr.kind == ExprKind::quoted || expr.kind == ExprKind::prefix || expr.kind == ExprKind::range) {
    if (numbers_of(expr, Type::v4_address)) return 4;
    return numbers_of(expr, Type::v6_address) ? 6 : 0;
  }
  if (expr.kind == ExprKind::concat) return family_of_addresses(expr.kids[0], table, depth + 1);
  if (expr.kind == ExprKind::element) return family_of_addresses(expr.kids[1], table, depth + 1);
  if (expr.kind == ExprKind::set) return expr.kids.empty() ? 0 : family_of_addresses(expr.kids[0], table, depth + 1);
  if (expr.kind == ExprKind::map) return family_of_addresses(expr.kids[1], table, depth + 1);
  if (expr.kind != ExprKind::set_ref) return 0;
  const auto set = table.sets.find(std::string(expr.text));
  return set == table.sets.end() || set->second.elements.empty() ? 0 : family_of_addresses(set->second.elements[0], table, depth + 1);
}

std::optional<uint8_t> RuleLowering::nat_family(const Statement& statement) const {
  if (scope_.table.family == TableFamily::ip) return 4;
  if (scope_.table.family == TableFamily::ip6) return 6;
  if (statement.family != 0) return statement.family;
  if (statement.left.kind == ExprKind::none) return uint8_t{0};
  const uint8_t found = family_of_addresses(statement.left, scope_.table);
  if (found == 0) return std::nullopt;
  return found;
}

RuleLowering::Next RuleLowering::nat(const Statement& statement) {
  if (!settle()) return Next::done;
  if (has(scope_.sites, Site::filter) || has(scope_.sites, Site::ingress)) {
    line_.worsen(LineClass::unrecognised, "translation outside a nat chain");
    b_.context->tell(rule_.origin, statement.column, 0, DiagnosticId::target_opaque, model::Severity::warning,
                     "'" + std::string(statement.word) + "' can be reached from a chain that is not of type nat", "nft refuses it");
    return give_up(statement.text);
  }
  const auto family = nat_family(statement);
  const uint8_t own = b_.family == model::Family::v4 ? 4 : 6;
  if (family && *family != 0 && *family != own) {
    Terms terms = terms_;
    terms.push_back(Conditions::never());
    emit(std::move(terms), {ActionKind::proceed, 0});
    return Next::done;
  }
  const bool both_ways = has(scope_.sites, Site::prerouting) && has(scope_.sites, Site::output);
  for (const Expr* side : {&statement.left, &statement.right})
    if (is_random(side->get()) && !require(*side, statement)) return Next::done;
  std::vector<Target> targets;
  if (!family || (statement.word == "redirect" && both_ways) || !targets_of(statement, targets)) {
    line_.worsen(LineClass::opaque, statement.word);
    b_.context->tell(rule_.origin, statement.column, 0, DiagnosticId::target_opaque, model::Severity::warning,
                     "what '" + std::string(statement.text.substr(0, 120)) + "' translates to cannot be told", "every later verdict on the packet depends on it");
    return give_up(statement.text);
  }
  const Terms before = terms_;
  for (const Target& target : targets) {
    terms_ = before;
    terms_.insert(terms_.end(), target.terms.begin(), target.terms.end());
    translate(statement, target);
  }
  emitted_ = true;
  return Next::done;
}

// The elements of "KEY map { … }" with the condition for each.
bool RuleLowering::expand(const Expr& map, std::vector<std::pair<Terms, const Expr*>>& choices, const Statement& statement) {
  const SetLookup set = look_up(scope_, map.kids[1]);
  if (!set.problem.empty()) return false;
  const Key key = conditions_.key_of(map.kids[0]);
  Terms dependencies;
  conditions_.add_dependencies(key, dependencies);
  const Expr* star = nullptr;
  Term others{model::AnyOf{}, true};
  bool fine = true;
  for (const Expr* root : set.roots)
    fine = fine && each_element(*root, b_.element_budget, [&](const Expr& element, const Expr* data) {
             if (!data) return false;
             if (element.get().kind == ExprKind::star) return star = data, true;
             Terms terms = conditions_.element_terms(key, element, statement.text);
             std::get<model::AnyOf>(others.what).alternatives.push_back(terms);
             terms.insert(terms.begin(), dependencies.begin(), dependencies.end());
             choices.emplace_back(std::move(terms), data);
             return choices.size() <= kMaxChoices;
           });
  if (star) {
    Terms terms = dependencies;
    terms.push_back(std::move(others));
    choices.emplace_back(std::move(terms), star);
  }
  return fine;
}

bool RuleLowering::targets_of(const Statement& statement, std::vector<Target>& targets) {
  using Choices = std::vector<std::pair<Terms, const Expr*>>;
  const auto choose = [&](const Expr& given, Choices& choices) {
    const Expr& expr = given.get();
    if (expr.kind == ExprKind::map && !is_random(expr)) return expand(expr, choices, statement);
    choices.emplace_back(Terms{}, expr.kind == ExprKind::none ? nullptr : &expr);
    return true;
  };
  Choices addresses, ports;
  if (!choose(statement.left, addresses) || !choose(statement.right, ports)) return false;
  if (addresses.size() * ports.size() > kMaxChoices) return false;
  for (const auto& [address_terms, address] : addresses)
    for (const auto& [port_terms, port] : ports) {
      Target target;
      target.terms = address_terms;
      target.terms.insert(target.terms.end(), port_terms.begin(), port_terms.end());
      if (!fill(target, statement, address, port)) return false;
      targets.push_back(std::move(target));
    }
  return true;
}

bool RuleLowering::fill(Target& target, const Statement& statement, const Expr* address, const Expr* port) {
  std::vector<const Expr*> all_addresses, all_ports;
  const auto collect = [&](const Expr* expr, std::vector<const Expr*>& into) {
    if (!expr) return true;
    if (expr->kind != ExprKind::map) return into.push_back(expr), true;
    const SetLookup set = look_up(scope_, expr->kids[1]);
    bool fine = set.problem.empty();
    for (const Expr* root : set.roots)
      fine = fine && each_element(*root, b_.element_budget, [&](const Expr&, const Expr* data) { return data && (into.push_back(data), true); });
    return fine && !into.empty();
  };
  if (!collect(address, all_addresses) || !collect(port, all_ports)) return false;
  for (const Expr* each : all_addresses)
    if (!read_address(target, statement, each->get())) return false;
  for (const Expr* each : all_ports) {
    const auto numbers = numbers_of(*each, Type::service);
    if (!numbers) return false;
    target.ports = target.ports.united(*numbers);
  }
  return true;
}

bool RuleLowering::read_address(Target& target, const Statement& statement, const Expr& expr) {
  const Type type = address_type(b_.family == model::Family::v4 ? 4 : 6);
  const Expr& address = expr.kind == ExprKind::concat ? expr.kids[0].get() : expr;
  if (expr.kind == ExprKind::concat) {
    const auto ports = expr.kids.size() == 2 ? numbers_of(expr.kids[1], Type::service) : std::nullopt;
    if (!ports) return false;
    target.ports = target.ports.united(*ports);
  }
  const auto numbers = numbers_of(address, type);
  if (!numbers || numbers->empty()) return false;
  target.addresses = target.addresses.united(*numbers);
  if (!statement.is_prefix) return true;
  const model::Interval network = numbers->intervals()[0];
  const u128 host = network.hi - network.lo;
  if (target.keeps_host || numbers->intervals().size() != 1 || (host & (host + 1)) != 0 || (network.lo & host) != 0) return false;
  target.keeps_host = true;
  target.network = network;
  target.mask = model::max_value(bits_of(type)) ^ host;
  return true;
}

// A translated source keeps its port where it can, but need not (nf_nat_core.c, get_unique_tuple).
void RuleLowering::add_ports(std::vector<Rewrite>& steps, const Statement& statement, const Target& target) const {
  const bool source = is_source(statement);
  if (!target.ports.empty()) steps.push_back({Rewrite::Kind::assign, source ? Field::src_port : Field::dst_port, target.ports});
  else if (source) steps.push_back({Rewrite::Kind::assign, Field::src_port, IntervalSet::range(1, 65535)});
}

void RuleLowering::translate(const Statement& statement, const Target& target) {
  const Field field = is_source(statement) ? Field::src : Field::dst;
  std::vector<Rewrite> steps;
  // ip_route_input_slow(): a martian destination, else.
  if (field == Field::dst && b_.family == model::Family::v4 && !has(scope_.sites, Site::output) && target.addresses.intersects(IntervalSet::range(0x7f000000, 0x7fffffff)))
    b_.assume("route_localnet is set, so that packets from elsewhere that rules send to the loopback address arrive", {rule_.origin.file, rule_.origin.line});
  if (target.keeps_host) {
    steps.push_back({Rewrite::Kind::netmap, field, {}, "", target.mask, target.network.lo});
  } else if (statement.word == "masquerade") {
    steps.push_back({Rewrite::Kind::assign_named, field, {}, "address-of-out"});
  } else if (statement.word == "redirect") {
    // nf_nat_redirect.c: packets of the host itself go to the loopback address, others to the interface's own.
    const u128 loopback = b_.family == model::Family::v4 ? u128{0x7f000001} : u128{1};
    if (has(scope_.sites, Site::output)) steps.push_back({Rewrite::Kind::assign, field, IntervalSet::of(loopback)});
    else steps.push_back({Rewrite::Kind::assign_named, field, {}, "local"});
  } else if (!target.addresses.empty()) {
    steps.push_back({Rewrite::Kind::assign, field, target.addresses});
  }
  add_ports(steps, statement, target);
  // A translation that changes nothing leaves no trace in the connection's status (nf_nat_setup_info).
  if (b_.asks_translated) {
    if (auto same = unchanged(terms_, steps)) {
      const bool certain = std::all_of(steps.begin(), steps.end(), [](const Rewrite& s) { return s.kind == Rewrite::Kind::assign && s.values.is_single(); });
      std::vector<Rewrite> quiet = target.keeps_host ? std::vector<Rewrite>() : steps;
      if (!certain && !target.keeps_host) quiet.push_back({Rewrite::Kind::assign, Field::ct_status, IntervalSet::all(2)});
      emit(std::move(*same), {ActionKind::rewrite, add_rewrite(std::move(quiet), ActionKind::accept)});
    }
  }
  const u128 bit = field == Field::src ? model::ct_snat : model::ct_dnat;
  steps.push_back({Rewrite::Kind::set_bits, Field::ct_status, {}, "", bit, bit});
  emit({ActionKind::rewrite, add_rewrite(std::move(steps), ActionKind::accept)});
}

// The condition for packets that may already be what the steps would make of them; nothing when none of this rule's can.
std::optional<Terms> RuleLowering::unchanged(const Terms& terms, const std::vector<Rewrite>& steps) const {
  Terms same = terms;
  for (const Rewrite& step : steps) {
    if (step.kind == Rewrite::Kind::assign_named) {
      same.push_back({model::InNamed{step.field, step.name}});
      continue;
    }
    IntervalSet values = step.values;
    if (step.kind == Rewrite::Kind::netmap) values = IntervalSet::range(step.value, step.value | (model::max_value(model::field_bits(step.field, b_.family)) ^ step.mask));
    if (step.field == Field::src_port && values == IntervalSet::range(1, 65535)) continue;
    const bool address = step.field == Field::src || step.field == Field::dst;
    for (const Term& term : terms) {
      const auto* in = std::get_if<model::In>(&term.what);
      const auto* addresses = std::get_if<model::InAddresses>(&term.what);
      if (in && in->field == step.field && !term.negated && !in->set.intersects(values)) return std::nullopt;
      if (addresses && addresses->field == step.field && !term.negated && !addresses->set.in(b_.family).intersects(values)) return std::nullopt;
    }
    if (address) same.push_back({model::InAddresses{step.field, model::AddressSet::of(b_.family, std::move(values))}});
    else same.push_back({model::In{step.field, std::move(values)}});
  }
  return same;
}

}  // namespace fwproof::importers::nftables
