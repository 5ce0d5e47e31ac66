#include "solver/diagram.h"

#include <algorithm>

namespace fwproof::solver {

using model::Interval;
using model::IntervalSet;
using model::u128;

VarId Diagrams::add_variable(u128 max) {
  // Recursion is as deep as there are variables; each level takes a few hundred bytes of stack.
  if (max_of_.size() >= 10'000) throw LimitReached{"more than 10,000 unknown conditions bear on one question"};
  max_of_.push_back(max);
  return static_cast<VarId>(max_of_.size() - 1);
}

Ref Diagrams::make(VarId var, std::span<Edge> edges) {
  size_t kept = 0;
  for (const Edge& edge : edges) {
    if (kept > 0 && edges[kept - 1].to == edge.to)
      edges[kept - 1].hi = edge.hi;
    else
      edges[kept++] = edge;
  }
  return make_canonical(var, edges.first(kept));
}

Ref Diagrams::make_canonical(VarId var, std::span<const Edge> edges) {
  if (edges.size() == 1) return edges[0].to;
  if (edges.size() > many_edges_)
    if (const auto divided = make_divided(var, edges)) return *divided;
  return find_or_add(var, kUndivided, edges);
}

void Diagrams::add_edges(bool wide, std::span<const Edge> edges) {
  size_t at = words_.size();
  words_.resize(at + edges.size() * (wide ? 5 : 2));
  for (const Edge& edge : edges) {
    words_[at++] = static_cast<uint32_t>(edge.hi);
    for (unsigned shift = 32; wide && shift < 128; shift += 32) words_[at++] = static_cast<uint32_t>(edge.hi >> shift);
    words_[at++] = edge.to;
  }
  edges_ += edges.size();
}

Ref Diagrams::find_or_add(VarId var, uint32_t division, std::span<const Edge> edges) {
  const bool wide = is_wide(var);
  uint64_t hash = var + (uint64_t{division} << 32);
  const auto mix = [&](uint64_t v) { hash = (hash ^ v) * 0x9e3779b97f4a7c15ULL, hash ^= hash >> 32; };
  for (const Edge& edge : edges) {
    mix(static_cast<uint64_t>(edge.hi) << 32 | edge.to);
    if (wide) mix(static_cast<uint64_t>(edge.hi >> 32)), mix(static_cast<uint64_t>(edge.hi >> 96));
  }
  const auto has_these = [&](const Node& node) {
    for (size_t i = 0; i < edges.size(); ++i)
      if (const Edge own = edge(node, i); own.hi != edges[i].hi || own.to != edges[i].to) return false;
    return true;
  };
  size_t place = hash & (unique_.size() - 1);
  for (; unique_[place] != 0; place = (place + 1) & (unique_.size() - 1)) {
    const Ref candidate = unique_[place];
    if (hashes_[candidate] != hash) continue;
    const Node& node = nodes_[candidate];
    if (node.var == var && node.count == edges.size() && node.division == division && has_these(node)) return candidate;
  }
  if (nodes_.size() >= max_nodes_ || edges_ >= kMostEdges * max_nodes_) throw LimitReached{"the exact region grew beyond the limit", steps_};
  const auto ref = static_cast<Ref>(nodes_.size());
  nodes_.push_back({var, static_cast<uint32_t>(words_.size()), static_cast<uint32_t>(edges.size()), wide, division});
  hashes_.push_back(hash);
  add_edges(wide, edges);
  unique_[place] = ref;
  if (nodes_.size() * 2 > unique_.size()) grow_unique();
  return ref;
}

void Diagrams::grow_unique() {
  std::vector<Ref> larger(unique_.size() * 2);
  for (Ref ref = kTrue + 1; ref < nodes_.size(); ++ref) {
    size_t place = hashes_[ref] & (larger.size() - 1);
    while (larger[place] != 0) place = (place + 1) & (larger.size() - 1);
    larger[place] = ref;
  }
  unique_ = std::move(larger);
}

// Where the result of an operation stands, or where it can be put.
Diagrams::Remembered& Diagrams::memo_place(uint64_t ab, Op op) {
  uint64_t hash = (ab + static_cast<uint64_t>(op)) * 0x9e3779b97f4a7c15ULL;
  hash ^= hash >> 29;
  size_t place = hash & (memo_.size() - 1);
  while (memo_[place].ab != 0 && (memo_[place].ab != ab || memo_[place].op != op)) place = (place + 1) & (memo_.size() - 1);
  return memo_[place];
}

void Diagrams::grow_memo() {
  constexpr size_t kMostRemembered = size_t{1} << 22;
  if (memo_.size() >= kMostRemembered) {
    memo_.assign(1024, {});
    remembered_ = 0;
    return;
  }
  std::vector<Remembered> old(memo_.size() * 2);
  std::swap(old, memo_);
  for (const Remembered& entry : old)
    if (entry.ab != 0) memo_place(entry.ab, entry.op) = entry;
}

Ref Diagrams::in(VarId var, const IntervalSet& set) {
  if (set.intervals().size() > many_edges_) return in_divided(var, set);
  std::vector<Edge> edges;
  const u128 max = max_of_[var];
  u128 next = 0;
  bool open = true;  // values from `next` on are not covered yet
  for (const Interval& interval : set.intervals()) {
    if (interval.lo > max) break;
    if (interval.lo > next) edges.push_back({interval.lo - 1, kFalse});
    const u128 hi = std::min(interval.hi, max);
    edges.push_back({hi, kTrue});
    open = hi < max;
    if (!open) break;
    next = hi + 1;
  }
  if (open) edges.push_back({max, kFalse});
  count(edges.size());
  return make(var, edges);
}

Ref Diagrams::apply_below(Op op, Ref a, Ref b) {
  const uint64_t ab = (static_cast<uint64_t>(a) << 32) | b;
  if (const Remembered& known = memo_place(ab, op); known.ab != 0) return known.result;
  const Node& na = nodes_[a];
  const Node& nb = nodes_[b];
  const VarId var = std::min(na.var, nb.var);
  Ref result = kFalse;
  if ((na.var == var && na.division != kUndivided) || (nb.var == var && nb.division != kUndivided)) {
    result = apply_divided(op, var, a, b);
  } else {
    const size_t begin = making_.size();
    count(is_wide(var) ? merge<u128>(op, var, a, b) : merge<uint32_t>(op, var, a, b));
    result = make_canonical(var, std::span(making_).subspan(begin));
    making_.resize(begin);
  }
  remember(ab, op, result);
  return result;
}

template <typename Value>
size_t Diagrams::merge(Op op, VarId var, Ref a, Ref b) {
  const Node na = nodes_[a];
  const Node nb = nodes_[b];
  const bool a_looks = na.var == var, b_looks = nb.var == var;
  const auto max = static_cast<Value>(max_of_[var]);
  const size_t begin = making_.size();
  uint32_t ia = 0, ib = 0;
  for (size_t steps = 1;; ++steps) {
    const Value hi_a = a_looks ? hi<Value>(na, ia) : max;
    const Value hi_b = b_looks ? hi<Value>(nb, ib) : max;
    const Value upto = std::min(hi_a, hi_b);
    const Ref to = apply(op, a_looks ? child(na, ia) : a, b_looks ? child(nb, ib) : b);
    if (making_.size() > begin && making_.back().to == to) making_.back().hi = upto;
    else making_.push_back({upto, to});
    if (upto == max) return steps;
    ia += hi_a == upto;
    ib += hi_b == upto;
  }
}

void Diagrams::remember(uint64_t ab, Op op, Ref result) {
  memo_place(ab, op) = {ab, result, op};
  if (++remembered_ * 2 > memo_.size()) grow_memo();
}

Ref Diagrams::exists_from(Ref f, VarId first) {
  std::vector<bool> drop(max_of_.size(), false);
  for (size_t i = first; i < drop.size(); ++i) drop[i] = true;
  return exists(f, drop);
}

Ref Diagrams::exists(Ref f, const std::vector<bool>& drop) {
  std::unordered_map<Ref, Ref> memo;
  return exists_below(f, drop, memo);
}

Ref Diagrams::exists_below(Ref f, const std::vector<bool>& drop, std::unordered_map<Ref, Ref>& memo) {
  if (f <= kTrue) return f;
  if (const auto found = memo.find(f); found != memo.end()) return found->second;
  const Node node = nodes_[f];
  Ref result = kFalse;
  if (drop[node.var]) {
    for (uint32_t i = 0; i < node.count; ++i) result = either(result, exists_below(child(node, i), drop, memo));
  } else if (node.division != kUndivided) {
    std::vector<Ref> children;
    for (uint32_t i = 0; i < node.count; ++i) children.push_back(exists_below(child(node, i), drop, memo));
    result = with_children(node.var, node.division, children);
  } else {
    std::vector<Edge> edges;
    edges.reserve(node.count);
    for (uint32_t i = 0; i < node.count; ++i) {
      const Edge edge = this->edge(node, i);
      edges.push_back({edge.hi, exists_below(edge.to, drop, memo)});
    }
    count(edges.size());
    result = make(node.var, edges);
  }
  memo.emplace(f, result);
  return result;
}

std::vector<bool> Diagrams::support(Ref f) const { return support(f, std::vector<IntervalSet>(max_of_.size())); }

// Some of the possible values lead to different nodes.
bool Diagrams::tells_apart(const Node& node, const IntervalSet& possible) const {
  if (possible.empty()) return true;
  std::optional<Ref> to;
  u128 lo = 0;
  for (uint32_t i = 0; i < node.count; ++i) {
    const Edge edge = this->edge(node, i);
    const bool is_divided = node.division != kUndivided;
    const bool is_met = is_divided ? possible.intersects(divisions_[node.division].set(i)) : possible.intersects(IntervalSet::range(lo, edge.hi));
    if (is_met && to && *to != edge.to) return true;
    if (is_met) to = edge.to;
    if (!is_divided) lo = edge.hi + 1;
  }
  return false;
}

std::vector<bool> Diagrams::support(Ref f, const std::vector<IntervalSet>& possible) const {
  std::vector<bool> seen(nodes_.size(), false);
  std::vector<bool> variables(max_of_.size(), false);
  std::vector<Ref> todo = {f};
  while (!todo.empty()) {
    const Ref ref = todo.back();
    todo.pop_back();
    if (ref <= kTrue || seen[ref]) continue;
    seen[ref] = true;
    const VarId var = nodes_[ref].var;
    variables[var] = variables[var] || tells_apart(nodes_[ref], possible[var]);
    for (uint32_t i = 0; i < nodes_[ref].count; ++i) todo.push_back(child(nodes_[ref], i));
  }
  return variables;
}

IntervalSet Diagrams::values_where(Ref f, VarId field, VarId var) const {
  std::vector<uint8_t> known(nodes_.size(), 0);   // 1: below it no node looks at var; 2: some does
  const std::function<bool(Ref)> leads = [&](Ref ref) {
    if (ref <= kTrue || nodes_[ref].var > var) return false;
    if (nodes_[ref].var == var) return true;
    if (known[ref] != 0) return known[ref] == 2;
    bool some = false;
    for (uint32_t i = 0; i < nodes_[ref].count && !some; ++i) some = leads(child(nodes_[ref], i));
    known[ref] = some ? 2 : 1;
    return some;
  };
  std::vector<Interval> values;
  std::vector<bool> seen(nodes_.size(), false);
  std::vector<Ref> todo = {f};
  while (!todo.empty()) {
    const Ref ref = todo.back();
    todo.pop_back();
    if (!leads(ref) || seen[ref]) continue;
    seen[ref] = true;
    const Node& node = nodes_[ref];
    if (node.var > field) return IntervalSet::range(0, max_of_[field]);   // whatever the field is
    u128 lo = 0;
    for (uint32_t i = 0; i < node.count; ++i) {
      const Edge edge = this->edge(node, i);
      if (node.var < field) todo.push_back(edge.to);
      else if (!leads(edge.to)) {}
      else if (node.division == kUndivided) values.push_back({lo, edge.hi});
      else for (const Interval& part : divisions_[node.division].set(i).intervals()) values.push_back(part);
      lo = edge.hi + 1;
    }
  }
  return IntervalSet::from(std::move(values));
}

bool Diagrams::products(Ref f, const std::function<bool(const std::vector<IntervalSet>&)>& visit) const {
  std::vector<IntervalSet> sets(max_of_.size());
  return products_below(f, sets, visit);
}

bool Diagrams::products_below(Ref f, std::vector<IntervalSet>& sets,
                              const std::function<bool(const std::vector<IntervalSet>&)>& visit) const {
  if (f == kFalse) return true;
  if (f == kTrue) return visit(sets);
  const Node& node = nodes_[f];
  for (uint32_t i = 0; node.division != kUndivided && i < node.count; ++i) {
    const Ref to = child(node, i);
    if (to == kFalse) continue;
    sets[node.var] = divisions_[node.division].set(i);
    if (!products_below(to, sets, visit)) return false;
    sets[node.var] = IntervalSet{};
  }
  if (node.division != kUndivided) return true;
  // Edges to the same child belong to one product.
  std::vector<std::pair<Ref, std::vector<Interval>>> children;
  std::unordered_map<Ref, size_t> position;
  u128 lo = 0;
  for (uint32_t i = 0; i < node.count; ++i) {
    const Edge edge = this->edge(node, i);
    if (edge.to != kFalse) {
      const auto [at, added] = position.try_emplace(edge.to, children.size());
      if (added) children.push_back({edge.to, {}});
      children[at->second].second.push_back({lo, edge.hi});
    }
    lo = edge.hi + 1;
  }
  for (auto& [child, intervals] : children) {
    sets[node.var] = IntervalSet::from(std::move(intervals));
    if (!products_below(child, sets, visit)) return false;
    sets[node.var] = IntervalSet{};
  }
  return true;
}

}  // namespace fwproof::solver
