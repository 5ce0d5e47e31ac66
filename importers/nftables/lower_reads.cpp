// What statements read and write besides deciding. Source: net/netfilter/nft_payload.c, nft_lookup.c, nft_ct.c of Linux 6.1: what is not there ends the rule.
#include <algorithm>

#include "importers/nftables/lower.h"

namespace fwproof::importers::nftables {

using model::IntervalSet;
using model::u128;

void Conditions::add_reads(const Expr& given, const Statement& statement, Terms& terms, unsigned depth) {
  const Expr& expr = given.get();
  if (expr.kind == ExprKind::set || expr.kind == ExprKind::set_ref) return;
  if (depth > 64) return terms.push_back(unknown_term("expression", statement.text, false));
  for (const Expr& kid : expr.kids) add_reads(kid, statement, terms, depth + 1);
  if (expr.kind == ExprKind::selector) {
    const Key key = key_of(expr);
    add_dependencies(key, terms);
    if (!is_always_there(expr.text) || !is_readable_here(key[0])) terms.push_back(unknown_term(expr.text, expr.text, false));
  }
  if (expr.kind != ExprKind::map) return;
  if (expr.kids[0].get().kind != ExprKind::any) terms.push_back(in_set(key_of(expr.kids[0]), expr.kids[1], statement));
  else if (!covers(expr.kids[0].get(), expr.kids[1])) terms.push_back(unknown_term("map", statement.text, false));
}

// Whether the map has an element for each value of a number that nobody knows.
bool Conditions::covers(const Expr& number, const Expr& map) {
  const auto count = constant_of(number.kids[0], Type::integer), first = number.kids[1].kind == ExprKind::none ? std::optional<u128>(0) : constant_of(number.kids[1], Type::integer);
  const SetLookup set = look_up(scope_, map);
  if (!count || !first || *count == 0 || !set.problem.empty()) return false;
  IntervalSet keys;
  bool star = false, fine = true;
  for (const Expr* root : set.roots)
    fine = fine && each_element(*root, b_.element_budget, [&](const Expr& element, const Expr*) {
             if (element.get().kind == ExprKind::star) return star = true;
             const auto one = numbers_of(element, Type::integer);
             if (one) keys = keys.united(*one);
             return one.has_value();
           });
  return fine && (star || keys.contains(IntervalSet::range(*first, *first + *count - 1)));
}

// nft_payload_set_eval: a header that is not there ends the rule; nft_meta.c, nft_ct.c: meta and ct are set, or nothing happens.
void Conditions::add_writes(const Expr& selector, Terms& terms) {
  const std::string_view name = selector.text;
  if (name.starts_with("meta ") || name.starts_with("ct ")) return;
  add_dependencies(key_of(selector), terms);
  if (name.find(" option ") != std::string_view::npos) b_.assume("TCP options that rules set are as long as they should be", {origin_.file, 0});
  if (find_selector(name).family != 0 || find_selector(name).protocol != 0) return;
  terms.push_back(unknown_term(name, name, false));
}

}  // namespace fwproof::importers::nftables
