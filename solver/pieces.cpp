#include "solver/pieces.h"

#include <algorithm>
#include <utility>

namespace fwproof::solver {

using namespace model;

namespace {

// Those whose values rules tell apart in many ways.
constexpr std::array kCutFields = {Field::dst_port, Field::src, Field::dst, Field::src_port};

// The values from the least to the greatest that a rule leaves to a field of the question.
struct Range {
  u128 lo, hi;
};

struct Cut {
  Field field = Field::src;
  u128 first = 0;       // of the second half
  size_t rules = 0;     // that bear on the half with more of them
};

Range range_in_question(const Walk& walk, Field field) {
  Range range{~u128{0}, 0};
  for (const PacketBox& box : walk.in_question) {
    if (is_empty(box)) continue;
    range.lo = std::min(range.lo, set_of(box, field).min());
    range.hi = std::max(range.hi, set_of(box, field).max());
  }
  return range;
}

// By kCutFields.
using Ranges = std::array<Range, kCutFields.size()>;

Ranges ranges_of(const Rule& rule, Family family, Ranges left) {
  for (const Term& term : rule.terms) {
    const auto* in = std::get_if<In>(&term.what);
    const auto* addresses = std::get_if<InAddresses>(&term.what);
    if (term.negated || (!in && !addresses)) continue;
    const auto field = std::find(kCutFields.begin(), kCutFields.end(), in ? in->field : addresses->field);
    const IntervalSet& set = in ? in->set : addresses->set.in(family);
    if (field == kCutFields.end() || set.empty()) continue;
    Range& range = left[static_cast<size_t>(field - kCutFields.begin())];
    range = {std::max(range.lo, set.min()), std::min(range.hi, set.max())};
  }
  return left;
}

// Of all rules in one pass: they are many and far apart in memory.
std::vector<Ranges> ranges_of(const Piece& piece, const Ranges& question) {
  std::vector<Ranges> ranges;
  ranges.reserve(kept_rules(piece.slice));
  for (const auto& [policy, kept] : piece.slice)
    for (size_t chain = 0; chain < kept.size(); ++chain)
      for (const uint32_t rule : kept[chain]) ranges.push_back(ranges_of(policy->chains[chain].rules[rule], piece.walk.family, question));
  return ranges;
}

// At the middle of all places where some rule begins or ends.
std::optional<Cut> best_cut(const std::vector<Ranges>& ranges, size_t field, Range question) {
  if (question.lo >= question.hi) return std::nullopt;
  std::vector<u128> places;
  for (const Ranges& of_rule : ranges) {
    const Range& range = of_rule[field];
    if (range.lo > question.lo && range.lo <= question.hi) places.push_back(range.lo);
    if (range.hi < question.hi && range.hi >= question.lo) places.push_back(range.hi + 1);
  }
  if (places.empty()) return std::nullopt;
  const auto middle = places.begin() + static_cast<std::ptrdiff_t>(places.size() / 2);
  std::nth_element(places.begin(), middle, places.end());
  size_t below = 0, above = 0;
  for (const Ranges& of_rule : ranges) {
    below += of_rule[field].lo < *middle;
    above += of_rule[field].hi >= *middle;
  }
  return Cut{kCutFields[field], *middle, std::max(below, above)};
}

Piece part_of(const Piece& piece, Field field, const IntervalSet& values) {
  Piece part;
  part.frame = piece.frame;
  set_of(part.frame, field) = set_of(piece.frame, field).intersected(values);
  part.walk = piece.walk;
  part.walk.in_question = inside(piece.walk.in_question, part.frame);
  part.walk.not_in_question = inside(piece.walk.not_in_question, part.frame);
  if (!part.walk.in_question.empty()) part.slice = slice(part.walk, &piece.slice);
  return part;
}

}  // namespace

std::optional<std::array<Piece, 2>> cut(const Piece& piece) {
  if (piece.walk.in_question.empty()) return std::nullopt;
  const size_t rules = kept_rules(piece.slice);
  Ranges question;
  for (size_t field = 0; field < kCutFields.size(); ++field) question[field] = range_in_question(piece.walk, kCutFields[field]);
  const std::vector<Ranges> ranges = ranges_of(piece, question);
  std::optional<Cut> best;
  for (size_t field = 0; field < kCutFields.size(); ++field)
    if (const auto here = best_cut(ranges, field, question[field]); here && (!best || here->rules < best->rules)) best = here;
  // Halves that are nearly as much work as the whole would be cut for ever.
  if (!best || best->rules > rules - rules / 8) return std::nullopt;
  const u128 top = max_value(field_bits(best->field, piece.walk.family));
  return std::array{part_of(piece, best->field, IntervalSet::range(0, best->first - 1)),
                    part_of(piece, best->field, IntervalSet::range(best->first, top))};
}

}  // namespace fwproof::solver
