// Values: numbers, ranges, prefixes, bits, and the elements of sets.
#include <algorithm>

#include "importers/nftables/lower.h"
#include "importers/text/number.h"

namespace fwproof::importers::nftables {
namespace {

using model::IntervalSet;
using model::u128;

constexpr unsigned kMaxDepth = 80;

bool is_address(Type type) { return type == Type::v4_address || type == Type::v6_address; }

std::optional<IntervalSet> range_of(std::string_view low, std::string_view high, Type type) {
  const auto lo = number_of(low, type), hi = number_of(high, type);
  if (!lo || !hi || *lo > *hi) return std::nullopt;
  return IntervalSet::range(*lo, *hi);
}

std::optional<IntervalSet> prefix_of(std::string_view text, Type type) {
  const auto prefix = model::parse_prefix(text);
  if (!prefix || (prefix->address.family == model::Family::v4) != (type == Type::v4_address)) return std::nullopt;
  const model::Interval whole = prefix->interval();
  return IntervalSet::range(whole.lo, whole.hi);
}

std::optional<IntervalSet> text_numbers(std::string_view text, Type type) {
  if (const auto number = number_of(text, type)) return IntervalSet::of(*number);
  if (is_address(type) && text.find('/') != std::string_view::npos) return prefix_of(text, type);
  // Symbols hold minus signs too: "ssh-http", "nd-redirect-143".
  for (size_t dash = text.find('-'); dash != std::string_view::npos; dash = text.find('-', dash + 1))
    if (auto range = range_of(text.substr(0, dash), text.substr(dash + 1), type)) return range;
  return std::nullopt;
}

std::optional<IntervalSet> prefix_expression(const Expr& expr, Type type) {
  const unsigned bits = bits_of(type);
  const auto address = number_of(expr.kids[0].get().text, type);
  const auto length = text::parse_decimal(expr.kids[1].get().text, bits);
  if (!address || !length) return std::nullopt;
  const u128 host = *length == bits ? 0 : model::max_value(bits - static_cast<unsigned>(*length));
  return IntervalSet::range(*address & ~host, *address | host);
}

}  // namespace

std::optional<u128> constant_of(const Expr& given, Type type, unsigned depth) {
  const Expr& expr = given.get();
  if (depth > kMaxDepth) return std::nullopt;
  switch (expr.kind) {
    case ExprKind::value: case ExprKind::quoted: return number_of(expr.text, type);
    case ExprKind::list: {
      u128 all = 0;
      for (const Expr& kid : expr.kids) {
        const auto bit = constant_of(kid, type, depth + 1);
        if (!bit) return std::nullopt;
        all |= *bit;
      }
      return all;
    }
    case ExprKind::binary: {
      const auto left = constant_of(expr.kids[0], type, depth + 1), right = constant_of(expr.kids[1], type, depth + 1);
      if (!left || !right) return std::nullopt;
      const u128 limit = model::max_value(bits_of(type));
      if (expr.text == "|") return *left | *right;
      if (expr.text == "&") return *left & *right;
      if (expr.text == "^") return *left ^ *right;
      if (*right >= bits_of(type)) return u128{0};
      return expr.text == "<<" ? (*left << *right) & limit : *left >> *right;
    }
    case ExprKind::none: case ExprKind::star: case ExprKind::range: case ExprKind::prefix: case ExprKind::set: case ExprKind::concat:
    case ExprKind::element: case ExprKind::set_ref: case ExprKind::selector: case ExprKind::masked: case ExprKind::map: case ExprKind::verdict:
    case ExprKind::any: case ExprKind::broken: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<IntervalSet> numbers_of(const Expr& given, Type type, unsigned depth) {
  const Expr& expr = given.get();
  if (depth > kMaxDepth) return std::nullopt;
  switch (expr.kind) {
    case ExprKind::value: case ExprKind::quoted: return text_numbers(expr.text, type);
    case ExprKind::range: {
      const auto low = constant_of(expr.kids[0], type), high = expr.kids.size() == 2 ? constant_of(expr.kids[1], type) : std::nullopt;
      if (!low || !high || *low > *high) return std::nullopt;
      return IntervalSet::range(*low, *high);
    }
    case ExprKind::prefix: return prefix_expression(expr, type);
    case ExprKind::binary: {
      const auto number = constant_of(expr, type);
      return number ? std::optional(IntervalSet::of(*number)) : std::nullopt;
    }
    case ExprKind::set: {
      std::vector<model::Interval> all;
      for (const Expr& kid : expr.kids) {
        const auto one = numbers_of(kid, type, depth + 1);
        if (!one) return std::nullopt;
        all.insert(all.end(), one->intervals().begin(), one->intervals().end());
      }
      return IntervalSet::from(std::move(all));
    }
    case ExprKind::none: case ExprKind::star: case ExprKind::list: case ExprKind::concat: case ExprKind::element: case ExprKind::set_ref:
    case ExprKind::selector: case ExprKind::masked: case ExprKind::map: case ExprKind::verdict: case ExprKind::any: case ExprKind::broken:
      return std::nullopt;
  }
  return std::nullopt;
}

bool each_element(const Expr& set, size_t& budget, const TakeElement& take, unsigned depth) {
  const Expr& all = set.get();
  if (depth > 16 || all.kind == ExprKind::broken) return false;
  if (all.kind == ExprKind::set)
    return std::all_of(all.kids.begin(), all.kids.end(), [&](const Expr& kid) { return each_element(kid, budget, take, depth + 1); });
  if (budget == 0) return false;
  --budget;
  if (all.kind != ExprKind::element) return take(all, nullptr);
  const Expr& value = all.kids[1].get();
  const Expr& key = all.kids[0].get();
  if (key.kind != ExprKind::set) return take(key, &value);
  // A variable that holds several keys.
  return each_element(key, budget, [&](const Expr& each, const Expr*) { return take(each, &value); }, depth + 1);
}

SetLookup look_up(const RuleScope& scope, const Expr& given) {
  const Expr& expr = given.get();
  SetLookup result;
  if (expr.kind == ExprKind::set) {
    result.roots.push_back(&expr);
    return result;
  }
  if (expr.kind != ExprKind::set_ref) {
    result.problem = "it is no set";
    return result;
  }
  const auto found = scope.table.sets.find(std::string(expr.text));
  if (found == scope.table.sets.end()) {
    result.problem = "it is not in the text";
    result.missing = true;
    return result;
  }
  const SetAst& set = found->second;
  result.named = &set;
  if (set.unclear) result.problem = "its elements cannot all be told";
  else if (scope.changing.contains(&set)) result.problem = "rules add to it or take from it";
  for (const Expr& element : set.elements) result.roots.push_back(&element);
  if (result.problem.empty() && set.timeouts)
    scope.builder.assume("set " + set.name + " holds the elements that it is shown with, although they expire", set.origin);
  return result;
}

}  // namespace fwproof::importers::nftables
