#include "model/edit_script.h"

#include <algorithm>
#include <unordered_map>

namespace fwproof::model {
namespace {

using Places = std::vector<std::pair<uint32_t, uint32_t>>;

// Edits in one gap; beyond, what the gap holds counts as not in common. Work and memory of a gap are bounded by its square.
constexpr int kMostEdits = 500;

struct Gap {
  uint32_t a_from, a_to, b_from, b_to;
};

struct Seen {
  uint32_t in_a = 0, in_b = 0;  // how often
  uint32_t at_a = 0, at_b = 0;
};

// Pairs of numbers that occur once in each list.
Places unique_pairs(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b, const Gap& gap) {
  std::unordered_map<uint32_t, Seen> seen;
  for (uint32_t i = gap.a_from; i < gap.a_to; ++i) {
    Seen& s = seen[a[i]];
    ++s.in_a;
    s.at_a = i;
  }
  for (uint32_t j = gap.b_from; j < gap.b_to; ++j) {
    Seen& s = seen[b[j]];
    ++s.in_b;
    s.at_b = j;
  }
  Places pairs;
  for (uint32_t i = gap.a_from; i < gap.a_to; ++i)
    if (const Seen& s = seen[a[i]]; s.in_a == 1 && s.in_b == 1) pairs.push_back({i, s.at_b});
  return pairs;
}

// The longest part of the pairs that ascends in both: patience sorting.
Places ascending(const Places& pairs) {
  std::vector<size_t> tails, before(pairs.size(), SIZE_MAX);
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto place = std::lower_bound(tails.begin(), tails.end(), pairs[i].second, [&](size_t t, uint32_t b) { return pairs[t].second < b; });
    if (place != tails.begin()) before[i] = *(place - 1);
    if (place == tails.end())
      tails.push_back(i);
    else
      *place = i;
  }
  Places longest;
  for (size_t i = tails.empty() ? SIZE_MAX : tails.back(); i != SIZE_MAX; i = before[i]) longest.push_back(pairs[i]);
  std::reverse(longest.begin(), longest.end());
  return longest;
}

// Myers' greedy search forwards; `reached[d][k + d]` is how far the script of d edits comes on diagonal k.
void shortest_script(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b, const Gap& gap, Places& into) {
  const int n = static_cast<int>(gap.a_to - gap.a_from);
  const int m = static_cast<int>(gap.b_to - gap.b_from);
  if (n == 0 || m == 0) return;
  std::vector<std::vector<int>> reached;
  const auto far = [&](int d, int k) { return d < 0 || k < -d || k > d ? -1 : reached[static_cast<size_t>(d)][static_cast<size_t>(k + d)]; };
  const auto step = [&](int d, int k) { return d == 0 ? 0 : k == -d || (k != d && far(d - 1, k - 1) < far(d - 1, k + 1)) ? far(d - 1, k + 1) : far(d - 1, k - 1) + 1; };
  const int most = std::min(n + m, kMostEdits);
  for (int d = 0; d <= most; ++d) {
    reached.emplace_back(static_cast<size_t>(2 * d + 1), -1);
    for (int k = -d; k <= d; k += 2) {
      int x = step(d, k);
      while (x < n && x - k >= 0 && x - k < m && a[gap.a_from + static_cast<uint32_t>(x)] == b[gap.b_from + static_cast<uint32_t>(x - k)]) ++x;
      reached[static_cast<size_t>(d)][static_cast<size_t>(k + d)] = x;
      if (x < n || x - k < m) continue;
      Places backwards;
      int diagonal = k;
      for (int e = d; e >= 0; --e) {
        const int start = step(e, diagonal);
        for (int end = e == d ? n : far(e, diagonal); end > start; --end)
          backwards.push_back({gap.a_from + static_cast<uint32_t>(end - 1), gap.b_from + static_cast<uint32_t>(end - 1 - diagonal)});
        if (e > 0) diagonal += diagonal == -e || (diagonal != e && far(e - 1, diagonal - 1) < far(e - 1, diagonal + 1)) ? 1 : -1;
      }
      into.insert(into.end(), backwards.rbegin(), backwards.rend());
      return;
    }
  }
}

}  // namespace

Places common_places(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b) {
  Places common;
  Gap gap{0, static_cast<uint32_t>(a.size()), 0, static_cast<uint32_t>(b.size())};
  while (gap.a_from < gap.a_to && gap.b_from < gap.b_to && a[gap.a_from] == b[gap.b_from]) common.push_back({gap.a_from++, gap.b_from++});
  Places tail;
  while (gap.a_from < gap.a_to && gap.b_from < gap.b_to && a[gap.a_to - 1] == b[gap.b_to - 1]) tail.push_back({--gap.a_to, --gap.b_to});
  Gap rest = gap;
  for (const auto& [i, j] : ascending(unique_pairs(a, b, gap))) {
    shortest_script(a, b, {rest.a_from, i, rest.b_from, j}, common);
    common.push_back({i, j});
    rest.a_from = i + 1;
    rest.b_from = j + 1;
  }
  shortest_script(a, b, rest, common);
  common.insert(common.end(), tail.rbegin(), tail.rend());
  return common;
}

}  // namespace fwproof::model
