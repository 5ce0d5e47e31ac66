// Conditions. What nft(8) calls an implicit dependency (tcp dport asks for TCP, ip saddr for IPv4) was read off `nft --debug=netlink`.
// Long because each expression is a function of its own.
#include <algorithm>
#include <array>

#include "importers/nftables/lower.h"

namespace fwproof::importers::nftables {
namespace {

using model::AnyOf;
using model::DiagnosticId;
using model::Family;
using model::Field;
using model::In;
using model::InAddresses;
using model::IntervalSet;
using model::LineClass;
using model::Term;
using model::u128;

constexpr size_t kMaxSetTerms = 1u << 20;

struct Bit {
  u128 raw;
  unsigned value;
};

// The values that the field can have, as nft numbers them and as the packet model does.
std::vector<Bit> universe(Type type) {
  if (type == Type::ct_state)
    return {{1, model::state_invalid}, {2, model::state_established}, {4, model::state_related}, {8, model::state_new}, {64, model::state_untracked}};
  if (type == Type::ct_status) return {{0, 0}, {0x10, model::ct_snat}, {0x20, model::ct_dnat}, {0x30, model::ct_snat | model::ct_dnat}};
  std::vector<Bit> all;
  for (unsigned value = 0; value < 256; ++value) all.push_back({value, value});
  return all;
}

constexpr u128 kKnownStatus = 0x30;

Term in_field(Field field, Family family, IntervalSet set) {
  if (field == Field::src || field == Field::dst) return {InAddresses{field, model::AddressSet::of(family, std::move(set))}};
  return {In{field, std::move(set)}};
}

IntervalSet with_ports() {
  IntervalSet all;
  for (const unsigned protocol : {model::proto_tcp, model::proto_udp, model::proto_udplite, model::proto_sctp, model::proto_dccp})
    all = all.united(IntervalSet::of(protocol));
  return all;
}

Term any_of(std::vector<Term> alternatives) {
  AnyOf any;
  for (Term& term : alternatives) any.alternatives.push_back({std::move(term)});
  return {std::move(any)};
}

bool is_unknown(const Term& term) { return std::holds_alternative<model::Unknown>(term.what); }

// Elements that differ in one address only are one alternative: ports are few, addresses many.
class Merger {
 public:
  void add(Terms terms) {
    size_t dimension = 0;
    while (dimension < terms.size() && !std::holds_alternative<InAddresses>(terms[dimension].what)) ++dimension;
    std::string rest = std::to_string(dimension);
    bool plain = dimension < terms.size();
    for (size_t i = 0; i < terms.size(); ++i)
      if (i != dimension) plain = plain && describe(terms[i], rest);
    if (!plain) return others_.push_back(std::move(terms));
    const auto [entry, added] = index_.try_emplace(std::move(rest), groups_.size());
    if (added) groups_.push_back({terms, dimension, {}});
    const model::AddressSet& set = std::get<InAddresses>(terms[dimension].what).set;
    const IntervalSet& addresses = set.v4.empty() ? set.v6 : set.v4;
    auto& all = groups_[entry->second].addresses;
    all.insert(all.end(), addresses.intervals().begin(), addresses.intervals().end());
  }

  size_t size() const { return groups_.size() + others_.size(); }

  AnyOf take() {
    AnyOf any;
    for (Group& group : groups_) {
      model::AddressSet& set = std::get<InAddresses>(group.terms[group.dimension].what).set;
      (set.v4.empty() ? set.v6 : set.v4) = IntervalSet::from(std::move(group.addresses));
      any.alternatives.push_back(std::move(group.terms));
    }
    for (Terms& terms : others_) any.alternatives.push_back(std::move(terms));
    return any;
  }

 private:
  struct Group {
    Terms terms;
    size_t dimension;
    std::vector<model::Interval> addresses;
  };

  static bool describe(const Term& term, std::string& text) {
    const auto* in = std::get_if<In>(&term.what);
    const auto* addresses = std::get_if<InAddresses>(&term.what);
    if ((!in && !addresses) || term.negated) return false;
    const IntervalSet& set = in ? in->set : addresses->set.v4.empty() ? addresses->set.v6 : addresses->set.v4;
    text += '/';
    for (const model::Interval& interval : set.intervals()) {
      text.append(reinterpret_cast<const char*>(&interval.lo), sizeof interval.lo);
      text.append(reinterpret_cast<const char*>(&interval.hi), sizeof interval.hi);
    }
    return true;
  }

  std::unordered_map<std::string, size_t> index_;
  std::vector<Group> groups_;
  std::vector<Terms> others_;
};

// A catch-all element matches whatever no other does.
bool has_star(const SetLookup& set) {
  return std::any_of(set.roots.begin(), set.roots.end(), [](const Expr* root) {
    const Expr& expr = root->get();
    if (expr.kind == ExprKind::star) return true;
    return std::any_of(expr.kids.begin(), expr.kids.end(), [](const Expr& kid) {
      const Expr& element = kid.get();
      return element.kind == ExprKind::star || (element.kind == ExprKind::element && element.kids[0].get().kind == ExprKind::star);
    });
  });
}

}  // namespace

Term Conditions::tracked() { return {In{Field::state, IntervalSet::range(model::state_new, model::state_related)}}; }

Term Conditions::unknown_term(std::string_view kind, std::string_view text, bool pure) {
  return {model::Unknown{b_.unknown(kind, text, pure && !b_.changes_header, origin_)}};
}

Term Conditions::opaque(const KeyPart& part, std::string_view text) {
  const std::string_view kind = part.text.empty() ? std::string_view("expression") : std::string_view(part.text);
  line_.worsen(LineClass::opaque, kind.substr(0, 40));
  b_.context->tell(origin_, 0, 0, DiagnosticId::match_opaque, model::Severity::note, "'" + std::string(text.substr(0, 120)) + "' is outside the packet model",
                   "it counts as an unknown condition");
  return unknown_term(kind, text, is_pure(part.text) && is_readable_here(part));
}

// (selector & mask) ^ flip, out of any nest of & | ^ with constants.
Key Conditions::key_of(const Expr& given) {
  const Expr& expr = given.get();
  if (expr.kind == ExprKind::concat) {
    Key key;
    for (const Expr& kid : expr.kids)
      for (KeyPart& part : key_of(kid)) key.push_back(std::move(part));
    return key;
  }
  KeyPart part;
  if (expr.kind == ExprKind::selector) {
    part.selector = &find_selector(expr.text);
    part.text = std::string(expr.text);
    return {part};
  }
  if (expr.kind != ExprKind::binary) {
    part.readable = false;
    return {part};
  }
  Key left = key_of(expr.kids[0]);
  if (left.size() != 1 || !left[0].readable) return {part.readable = false, part};
  part = left[0];
  const auto value = constant_of(expr.kids[1], part.selector->type);
  if (!value || expr.text == "<<" || expr.text == ">>") return {part.readable = false, part};
  part.masked = true;
  if (expr.text == "&") {
    part.mask &= *value;
    part.flip &= *value;
  } else if (expr.text == "|") {
    part.mask &= ~*value;
    part.flip = (part.flip & ~*value) | *value;
  } else {
    part.flip ^= *value;
  }
  return {part};
}

void Conditions::add_dependencies(const Key& key, Terms& terms) {
  for (const KeyPart& part : key) {
    if (!part.selector) continue;
    const Selector& selector = *part.selector;
    const uint8_t family = b_.family == Family::v4 ? 4 : 6;
    const bool table_of_one = scope_.table.family == TableFamily::ip || scope_.table.family == TableFamily::ip6;
    if (selector.family != 0 && selector.family != family) {
      // In a table of one family nft does not ask for the family: ICMP within IPv6.
      if (selector.protocol != 0 && table_of_one) terms.push_back(unknown_term(part.text, part.text, true));
      else terms.push_back(never());
    }
    if (selector.protocol != 0) terms.push_back({In{Field::protocol, IntervalSet::of(selector.protocol)}});
    if (selector.connection) terms.push_back(tracked());
    if (selector.name == "ip6 nexthdr" && family == 6) b_.assume("IPv6 packets carry no extension headers where rules ask for ip6 nexthdr", {origin_.file, 0});
  }
}

bool Conditions::is_readable_here(const KeyPart& part) const {
  const bool about_connection = part.text.starts_with("ct ");
  if (about_connection && (has(scope_.sites, Site::early) || has(scope_.sites, Site::ingress) || has(scope_.sites, Site::egress))) return false;
  if (part.selector && part.selector->field == Field::out && part.selector->type == Type::interface)
    return !has(scope_.sites, Site::prerouting) && !has(scope_.sites, Site::ingress);
  return true;
}

Conditions::Conditions(const RuleScope& scope, const RuleAst& rule, LineResult& line)
    : scope_(scope), b_(scope.builder), origin_(rule.origin), line_(line), of_iptables_(may_be_of_iptables(scope.table) && !b_.ruleset->is_input(rule.origin)) {
  asks_state_ = std::any_of(rule.statements.begin(), rule.statements.end(), [](const Statement& each) { return each.left.get().text == "ct state"; });
}

// conntrack_mt of xt_conntrack.c asks a packet without connection for its state alone; an inverted match on a helper or label takes it.
bool Conditions::is_loose(const Statement& statement) const {
  const std::string_view name = statement.left.get().text;
  return of_iptables_ && name.starts_with("ct ") && name != "ct mark" && find_selector(name).connection && (asks_state_ || find_selector(name).selects == Selects::unknown);
}

void Conditions::add_match(const Statement& statement, Terms& terms) {
  if (!is_loose(statement)) return add_plain_match(statement, terms);
  Terms own;
  add_plain_match(statement, own);
  Term no_connection = tracked();
  no_connection.negated = true;
  terms.push_back({AnyOf{{std::move(own), {no_connection, unknown_term("match of iptables", statement.text, false)}}}});
}

void Conditions::add_plain_match(const Statement& statement, Terms& terms) {
  const Key key = key_of(statement.left);
  add_dependencies(key, terms);
  has_ports_ = std::any_of(terms.begin(), terms.end(), [](const Term& term) {
    const auto* in = std::get_if<In>(&term.what);
    return in && in->field == Field::protocol && !term.negated && with_ports().contains(in->set);
  });
  const Expr& right = statement.right.get();
  const bool negates = statement.relation == Relation::unequal;
  if (right.kind == ExprKind::set || right.kind == ExprKind::set_ref) {
    Term term = in_set(key, right, statement);
    if (negates && !is_unknown(term)) term.negated = !term.negated;
    return terms.push_back(std::move(term));
  }
  if (key.size() == 1) {
    // Second and later fragments.
    const bool fragments = key[0].text == "ip frag-off" && key[0].masked && key[0].mask == 0x1fff && key[0].flip == 0 && constant_of(right, Type::integer) == u128{0};
    if (fragments && (statement.relation == Relation::unequal || statement.relation == Relation::equal)) {
      if (b_.family != Family::v4) return terms.push_back(never());
      return terms.push_back({In{Field::fragment, IntervalSet::of(1)}, !negates});
    }
    if (!has_host_bits(key[0], right) || b_.ruleset->is_input(origin_)) return terms.push_back(part_term(key[0], statement.relation, right, statement.text));
    line_.worsen(LineClass::opaque, "prefix with host bits");
    b_.context->tell(origin_, statement.column, 0, DiagnosticId::match_opaque, model::Severity::warning,
                     "'" + std::string(statement.text.substr(0, 120)) + "' is the network where nft reads it, but where nft lists it nothing matches", "give the network's first address");
    const Term network = part_term(key[0], Relation::equal, right, statement.text);
    return terms.push_back({AnyOf{{{network, unknown_term("prefix with host bits", statement.text, true)}}}, negates});
  }
  if (right.kind != ExprKind::concat || right.kids.size() != key.size() || statement.relation == Relation::none_of)
    return terms.push_back(opaque(KeyPart{nullptr, "concatenation", false}, statement.text));
  Terms all = element_terms(key, right, statement.text);
  if (!negates) return void(terms.insert(terms.end(), all.begin(), all.end()));
  terms.push_back({AnyOf{{std::move(all)}}, true});
}

// expr_evaluate_prefix clears the host bits of what it reads; "ip saddr & 255.255.255.0 == 192.0.2.5", which nothing matches, is listed as 192.0.2.5/24
// (relational_binop_postprocess of netlink_delinearize.c; seen with nft 1.0.6).
bool Conditions::has_host_bits(const KeyPart& part, const Expr& right) const {
  if (!part.selector || part.selector->selects != Selects::field) return false;
  if (right.kind == ExprKind::value) {
    const auto prefix = right.text.find('/') == std::string_view::npos ? std::nullopt : model::parse_prefix(right.text);
    return prefix && prefix->has_host_bits();
  }
  if (right.kind != ExprKind::prefix) return false;
  const auto numbers = numbers_of(right, part.selector->type), first = numbers_of(right.kids[0], part.selector->type);
  return numbers && first && numbers->min() != first->min();
}

Terms Conditions::element_terms(const Key& key, const Expr& given, std::string_view text) {
  const Expr& element = given.get();
  Terms terms;
  if (key.size() == 1) {
    const bool whole = element.kind != ExprKind::concat;
    terms.push_back(whole ? part_term(key[0], Relation::equal, element, text) : opaque(key[0], text));
    return terms;
  }
  if (element.kind != ExprKind::concat || element.kids.size() != key.size()) return {opaque(KeyPart{nullptr, "concatenation", false}, text)};
  for (size_t i = 0; i < key.size(); ++i)
    if (element.kids[i].get().kind != ExprKind::star) terms.push_back(part_term(key[i], Relation::equal, element.kids[i], text));
  return terms;
}

Term Conditions::part_term(const KeyPart& part, Relation relation, const Expr& given, std::string_view text) {
  const Expr& right = given.get();
  if (!part.readable || !part.selector || !is_readable_here(part)) return opaque(part, text);
  const Selector& selector = *part.selector;
  if (selector.selects == Selects::bits) return bits_term(part, relation, right, text);
  if (selector.selects == Selects::unknown || relation == Relation::none_of) return opaque(part, text);
  const bool negates = relation == Relation::unequal;
  Term term;
  if (selector.type == Type::interface || selector.selects == Selects::address_type) {
    if (relation != Relation::implicit && relation != Relation::equal && !negates) return opaque(part, text);
    term = selector.type == Type::interface ? interface_term(part, right, text) : address_type_term(part, right, text);
  } else {
    auto numbers = numbers_of(right, selector.type);
    if (!numbers) return opaque(part, text);
    const u128 max = model::max_value(bits_of(selector.type));
    if (relation == Relation::less) numbers = numbers->min() == 0 ? IntervalSet() : IntervalSet::range(0, numbers->min() - 1);
    if (relation == Relation::at_most) numbers = IntervalSet::range(0, numbers->max());
    if (relation == Relation::greater) numbers = numbers->max() >= max ? IntervalSet() : IntervalSet::range(numbers->max() + 1, max);
    if (relation == Relation::at_least) numbers = IntervalSet::range(numbers->min(), max);
    term = numbers_term(part, *numbers, text);
  }
  if (negates && !is_unknown(term)) term.negated = !term.negated;
  return term;
}

u128 Conditions::constant(const Selector& selector) const {
  const bool v4 = b_.family == Family::v4;
  if (selector.type == Type::nf_proto) return v4 ? 2 : 10;
  if (selector.type == Type::ether_type) return v4 ? 0x0800 : 0x86dd;
  return v4 ? 4 : 6;
}

Term Conditions::numbers_term(const KeyPart& part, const IntervalSet& wanted, std::string_view text) {
  const Selector& selector = *part.selector;
  IntervalSet set = wanted;
  const unsigned bits = bits_of(selector.type);
  if (part.masked) {
    constexpr size_t kMaxValues = 256;
    const u128 all = model::max_value(bits), mask = part.mask & all;
    std::vector<model::Interval> values;
    for (const model::Interval& interval : wanted.intervals()) {
      if (interval.hi - interval.lo >= kMaxValues) return opaque(part, text);
      for (u128 value = interval.lo; value <= interval.hi; ++value) {
        const u128 plain = (value ^ part.flip) & all;
        if ((plain & ~mask) != 0) continue;
        if (selector.selects == Selects::field && wanted.is_single() && bits == 32 && selector.type == Type::mark)
          return {model::Masked{selector.field, mask, plain}};
        const auto found = model::masked_values(bits, mask, plain);
        if (!found || values.size() > kMaxSetTerms) return opaque(part, text);
        values.insert(values.end(), found->intervals().begin(), found->intervals().end());
      }
    }
    set = IntervalSet::from(std::move(values));
  }
  if (selector.selects == Selects::constant) return set.contains(constant(selector)) ? Term{AnyOf{{{}}}} : never();
  if (selector.selects == Selects::any_port && !has_ports_) {
    const Term ports{In{Field::protocol, with_ports()}};
    Term others = ports;
    others.negated = true;
    return {AnyOf{{{ports, {In{selector.field, set}}}, {others, unknown_term(part.text, text, true)}}}};
  }
  if (selector.type == Type::v4_address) return in_field(selector.field, Family::v4, std::move(set));
  if (selector.type == Type::v6_address) return in_field(selector.field, Family::v6, std::move(set));
  if (set.empty()) return never();
  return in_field(selector.field, b_.family, std::move(set));
}

Term Conditions::interface_term(const KeyPart& part, const Expr& right, std::string_view text) {
  if (part.masked || (right.kind != ExprKind::value && right.kind != ExprKind::quoted)) return opaque(part, text);
  const bool number = !right.text.empty() && right.text.find_first_not_of("0123456789") == std::string_view::npos;
  const auto atoms = b_.interface_atoms.find(right.text);
  const bool by_index = part.text == "meta iif" || part.text == "meta oif";
  if (atoms == b_.interface_atoms.end() || (number && by_index)) return opaque(part, text);
  return {In{part.selector->field, atoms->second}};
}

// fib daddr type: RTN_LOCAL are the host's own addresses and 127/8 (net/ipv4/fib_frontend.c); multicast goes by the address.
Term Conditions::address_type_term(const KeyPart& part, const Expr& right, std::string_view text) {
  const auto type = constant_of(right, Type::address_type);
  if (part.masked || !type) return opaque(part, text);
  const Field field = part.selector->field;
  const bool v4 = b_.family == Family::v4;
  const Term loopback{InAddresses{field, model::AddressSet::of(*model::parse_prefix(v4 ? "127.0.0.0/8" : "::1"))}};
  const Term multicast{InAddresses{field, model::AddressSet::of(*model::parse_prefix(v4 ? "224.0.0.0/4" : "ff00::/8"))}};
  const Term local = any_of({{model::InNamed{field, "local"}}, loopback});
  if (*type == number_of("local", Type::address_type)) return local;
  if (*type == number_of("multicast", Type::address_type)) return multicast;
  // The others hang on routes; they exclude the two above.
  line_.worsen(LineClass::opaque, part.text + " " + std::string(right.text.substr(0, 20)));
  const Term other = unknown_term(part.text, part.text + " " + std::string(right.text), true);
  Term not_local = local, not_multicast = multicast;
  not_local.negated = not_multicast.negated = true;
  return {AnyOf{{{not_local, not_multicast, other}}}};
}

// ---- bits ----

Term Conditions::bits_term(const KeyPart& part, Relation relation, const Expr& right, std::string_view text) {
  const Type type = part.selector->type;
  const Expr& value = right.kind == ExprKind::masked ? right.kids[0].get() : right;
  const auto wanted = constant_of(value, type);
  std::optional<u128> mask;
  if (right.kind == ExprKind::masked) mask = constant_of(right.kids[1], type);
  if (!wanted || (right.kind == ExprKind::masked && (!mask || part.masked))) return opaque(part, text);
  const bool plain = !mask && !part.masked;
  const bool tests_bits = plain && (relation == Relation::implicit || relation == Relation::none_of);
  const u128 looked_at = tests_bits ? *wanted : mask ? *mask : part.masked ? part.mask : ~u128{0};
  if (type == Type::ct_status && (looked_at & ~kKnownStatus & 0xffffffff) != 0) return opaque(part, text);
  // "a | b" alone is read as any of them, but it is also how a listing shows "exactly these" (seen with nft 1.0.6).
  const bool differs = plain && value.kind == ExprKind::binary && relation == Relation::implicit;
  if (plain && !tests_bits && value.kind == ExprKind::list && value.kids.size() > 1)
    b_.context->tell(origin_, 0, 0, DiagnosticId::match_opaque, model::Severity::warning,
                     "'" + std::string(text.substr(0, 120)) + "' compares with all of these bits at once, not with any of them",
                     "without an operator, or with a set { … }, it asks for any of them");
  std::vector<model::Interval> sure, either;
  for (const Bit& bit : universe(type)) {
    const u128 raw = mask ? bit.raw & *mask : (bit.raw & part.mask) ^ part.flip;
    const bool overlaps = (raw & *wanted) != 0;
    bool holds = raw == *wanted;
    if (tests_bits && relation == Relation::implicit) holds = overlaps;
    if (tests_bits && relation == Relation::none_of) holds = !overlaps;
    if (relation == Relation::unequal) holds = raw != *wanted;
    if (relation == Relation::less) holds = raw < *wanted;
    if (relation == Relation::greater) holds = raw > *wanted;
    if (relation == Relation::at_most) holds = raw <= *wanted;
    if (relation == Relation::at_least) holds = raw >= *wanted;
    if (!tests_bits && relation == Relation::none_of) return opaque(part, text);
    if (differs && holds != (raw == *wanted)) either.push_back({bit.value, bit.value});
    else if (holds) sure.push_back({bit.value, bit.value});
  }
  Term term{In{part.selector->field, IntervalSet::from(std::move(sure))}};
  if (either.empty()) return std::get<In>(term.what).set.empty() ? never() : term;
  line_.worsen(LineClass::opaque, "bits that may be read in two ways");
  b_.context->tell(origin_, 0, 0, DiagnosticId::match_opaque, model::Severity::warning,
                   "'" + std::string(text.substr(0, 120)) + "' may mean any of these bits or exactly these",
                     "a set { … } says the same to all of them");
  const Term open{In{part.selector->field, IntervalSet::from(std::move(either))}};
  return {AnyOf{{{term}, {open, unknown_term("nft version", text, false)}}}};
}

// ---- sets ----

Term Conditions::in_set(const Key& key, const Expr& given, const Statement& statement) {
  const SetLookup set = look_up(scope_, given);
  if (!set.problem.empty()) {
    line_.worsen(LineClass::opaque, set.missing ? "set that is not in the text" : "set whose content is not known");
    b_.context->tell(origin_, statement.column, 0, set.missing ? DiagnosticId::set_missing : DiagnosticId::match_opaque, model::Severity::warning,
                     "set '" + std::string(given.get().text.substr(0, 60)) + "': " + set.problem, "it counts as an unknown condition");
    return unknown_term("set", statement.text, set.missing);
  }
  for (const KeyPart& part : key)
    if (!part.readable || !part.selector || part.selector->selects == Selects::unknown || !is_readable_here(part)) return opaque(part, statement.text);
  if (has_star(set)) return {AnyOf{{{}}}};
  std::string name;
  for (const KeyPart& part : key) name += part.masked ? std::string() : part.text + ".";
  const bool cacheable = set.named && std::none_of(key.begin(), key.end(), [](const KeyPart& part) { return part.masked; });
  if (cacheable)
    if (const auto known = b_.set_terms.find({set.named, name}); known != b_.set_terms.end()) {
      // Copies of large sets are what makes rules large.
      const size_t cost = set.named->elements.size() + 1;
      if (cost <= b_.element_budget) {
        b_.element_budget -= cost;
        return known->second;
      }
      return unknown_term("set", statement.text, true);
    }
  Term term = build_set(key, set, statement.text);
  if (cacheable && !is_unknown(term)) b_.set_terms.emplace(std::pair{set.named, name}, term);
  return term;
}

Term Conditions::build_set(const Key& key, const SetLookup& set, std::string_view text) {
  if (key.empty()) return opaque(KeyPart{nullptr, "", false}, text);
  bool fine = true;
  const Selector& first = *key[0].selector;
  const bool numbers = first.selects == Selects::field || first.selects == Selects::any_port || first.selects == Selects::constant;
  if (key.size() == 1 && numbers) {
    Term term = in_one_dimension(key[0], set, text, fine);
    return fine ? term : opaque(key[0], text);
  }
  Merger alternatives;
  for (const Expr* root : set.roots)
    fine = fine && each_element(*root, b_.element_budget, [&](const Expr& element, const Expr*) {
             alternatives.add(element_terms(key, element, text));
             return alternatives.size() < kMaxSetTerms;
           });
  if (!fine) return opaque(key[0], text);
  return {alternatives.take()};
}

Term Conditions::in_one_dimension(const KeyPart& part, const SetLookup& set, std::string_view text, bool& fine) {
  std::vector<model::Interval> all;
  const bool interface = part.selector->type == Type::interface;
  for (const Expr* root : set.roots)
    fine = fine && each_element(*root, b_.element_budget, [&](const Expr& element, const Expr*) {
             std::optional<IntervalSet> one;
             if (interface) {
               const Term term = interface_term(part, element.get(), text);
               if (const auto* in = std::get_if<In>(&term.what)) one = in->set;
             } else {
               one = numbers_of(element, part.selector->type);
             }
             if (one) all.insert(all.end(), one->intervals().begin(), one->intervals().end());
             return one.has_value();
           });
  if (!fine) return {};
  IntervalSet joined = IntervalSet::from(std::move(all));
  if (!interface) return numbers_term(part, joined, text);
  return joined.empty() ? never() : Term{In{part.selector->field, std::move(joined)}};
}

}  // namespace fwproof::importers::nftables
