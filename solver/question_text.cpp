#include "solver/question_text.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace fwproof::solver {
namespace {

using Kind = Formulas::Kind;
using model::Interval;
using model::IntervalSet;
using model::u128;

// Longer ones are rare, and hardly two of them are alike.
constexpr size_t kMostFormulas = 4'000;
constexpr size_t kMostIntervals = 10'000;
constexpr size_t kMostBytes = 200'000;

// Which of the sets a value is in, 64 to a word.
using Row = std::vector<uint64_t>;

// Where one set begins or ends. The domain counts as one more set behind the others.
struct Edge {
  u128 at;
  uint32_t set;
};

void add_edges(const IntervalSet& set, uint32_t number, u128 top, std::vector<Edge>& edges) {
  for (const Interval& interval : set.intervals()) {
    edges.push_back({interval.lo, number});
    if (interval.hi < top) edges.push_back({interval.hi + 1, number});
  }
}

// The different rows that values of the domain have, sorted.
std::vector<Row> rows_of(const std::vector<const IntervalSet*>& sets, const IntervalSet& domain, u128 top) {
  std::vector<Edge> edges;
  for (size_t i = 0; i < sets.size(); ++i) add_edges(*sets[i], static_cast<uint32_t>(i), top, edges);
  const auto outside = static_cast<uint32_t>(sets.size());
  add_edges(domain, outside, top, edges);
  std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.at < b.at; });
  std::vector<Row> rows;
  Row row((sets.size() + 63) / 64);
  bool in_domain = false;
  // Between two places nothing begins or ends. Before the first one no value is in the domain.
  for (size_t i = 0; i < edges.size();) {
    const u128 at = edges[i].at;
    for (; i < edges.size() && edges[i].at == at; ++i) {
      if (edges[i].set == outside) in_domain = !in_domain;
      else row[edges[i].set / 64] ^= uint64_t{1} << edges[i].set % 64;
    }
    if (in_domain) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

class Text {
 public:
  Text(const Formulas& formulas, Formula claim) : formulas_(formulas), claim_(claim), number_(formulas.size()), plain_(formulas.size()) {}

  std::optional<std::string> run() {
    find_reached();
    if (reached_.size() > kMostFormulas) return std::nullopt;
    add(reached_.size());
    for (const uint32_t id : reached_) {
      add_formula({id});
      if (text_.size() > kMostBytes || intervals_ > kMostIntervals) return std::nullopt;
    }
    add(formulas_.promises().size());
    for (const Formula promise : formulas_.promises()) add(number_[promise.id]);
    add(number_[claim_.id]);
    for (const Compared& compared : compared_) {
      intervals_ += formulas_.domain(compared.number).intervals().size();
      if (intervals_ > kMostIntervals) return std::nullopt;
      add_rows(compared);
      if (text_.size() > kMostBytes) return std::nullopt;
    }
    return std::move(text_);
  }

 private:
  struct Compared {
    Formula number;
    std::vector<const IntervalSet*> sets;
  };

  // Numbers those that something hangs on, in their order, and sees which numbers meet something else than sets.
  void find_reached() {
    std::vector<bool> is_reached(formulas_.size());
    is_reached[claim_.id] = true;
    for (const Formula promise : formulas_.promises()) is_reached[promise.id] = true;
    for (uint32_t id = static_cast<uint32_t>(formulas_.size()); id-- > 0;) {
      if (!is_reached[id]) continue;
      reached_.push_back(id);
      const Formulas::Node& node = formulas_.node({id});
      for (size_t i = 0; i < node.count; ++i) {
        const Formula part = formulas_.part({id}, i);
        is_reached[part.id] = true;
        if (node.kind != Kind::in_set) plain_[part.id] = true;
      }
    }
    std::reverse(reached_.begin(), reached_.end());
    for (size_t i = 0; i < reached_.size(); ++i) number_[reached_[i]] = static_cast<uint32_t>(i);
  }

  bool is_only_compared(Formula formula) const { return formulas_.node(formula).kind == Kind::free_number && !plain_[formula.id]; }

  void add_formula(Formula formula) {
    const Formulas::Node& node = formulas_.node(formula);
    add(static_cast<uint64_t>(node.kind) | uint64_t{is_only_compared(formula)} << 8);
    if (is_only_compared(formula)) {
      number_in_compared_.emplace_back(formula.id, compared_.size());
      compared_.push_back({formula, {}});
      return;
    }
    add(node.bits);
    add(node.count);
    for (size_t i = 0; i < node.count; ++i) add(number_[formulas_.part(formula, i).id]);
    if (node.kind == Kind::number) add_wide(formulas_.value(formula));
    if (node.kind == Kind::free_number) add_set(formulas_.domain(formula));
    if (node.kind == Kind::in_set) add_comparison(formulas_.part(formula, 0), formulas_.set(formula));
  }

  void add_comparison(Formula number, const IntervalSet& set) {
    if (!is_only_compared(number)) return add_set(set);
    Compared& compared = compared_[place_of(number)];
    intervals_ += set.intervals().size();
    add(compared.sets.size());
    compared.sets.push_back(&set);
  }

  // Ascending by id, as formulas are looked at.
  size_t place_of(Formula number) const {
    return std::lower_bound(number_in_compared_.begin(), number_in_compared_.end(), std::pair{number.id, size_t{0}})->second;
  }

  void add_rows(const Compared& compared) {
    const u128 top = model::max_value(formulas_.bits(compared.number));
    const std::vector<Row> rows = rows_of(compared.sets, formulas_.domain(compared.number), top);
    add(compared.sets.size());
    add(rows.size());
    for (const Row& row : rows)
      for (const uint64_t word : row) add_word(word);
  }

  void add_set(const IntervalSet& set) {
    intervals_ += set.intervals().size();
    add(set.intervals().size());
    if (intervals_ > kMostIntervals) return;
    for (const Interval& interval : set.intervals()) add_wide(interval.lo), add_wide(interval.hi);
  }

  // Each of a width that follows from what stands before it, so that a text can be read in one way only.
  void add(uint64_t value) {
    const auto narrow = static_cast<uint32_t>(value);
    text_.append(reinterpret_cast<const char*>(&narrow), sizeof narrow);
  }
  void add_word(uint64_t value) { text_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void add_wide(u128 value) { add_word(static_cast<uint64_t>(value)), add_word(static_cast<uint64_t>(value >> 64)); }

  const Formulas& formulas_;
  Formula claim_;
  std::vector<uint32_t> reached_;    // ids, ascending
  std::vector<uint32_t> number_;     // among the reached, by id
  std::vector<bool> plain_;          // meets something else than sets, by id
  std::vector<Compared> compared_;
  std::vector<std::pair<uint32_t, size_t>> number_in_compared_;
  size_t intervals_ = 0;
  std::string text_;
};

}  // namespace

std::optional<std::string> question_text(const Formulas& formulas, Formula claim) {
  // Nothing satisfies it, whatever was promised.
  if (claim.is_false()) return "no";
  return Text(formulas, claim).run();
}

}  // namespace fwproof::solver
