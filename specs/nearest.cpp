#include <algorithm>
#include <numeric>

#include "specs/specification.h"

namespace fwproof::specs {
namespace {

constexpr size_t kMaxWord = 64;        // longer words are no typing errors
constexpr size_t kMaxKnown = 10'000;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours count one each.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  if (word.empty() || word.size() > kMaxWord || known.size() > kMaxKnown) return {};
  const std::string wanted = lower(word);
  // The beginning of one name alone: "iptables" is "iptables-save" rather than "nftables".
  const auto goes_on = [&](const std::string& candidate) { return lower(candidate).starts_with(wanted + "-"); };
  if (std::count_if(known.begin(), known.end(), goes_on) == 1) return *std::find_if(known.begin(), known.end(), goes_on);
  std::string best;
  size_t best_distance = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    if (candidate.empty() || candidate.size() > kMaxWord) continue;
    const size_t d = distance(wanted, lower(candidate));
    if (d >= best_distance || d >= candidate.size()) continue;
    best = candidate;
    best_distance = d;
  }
  return best;
}

}  // namespace fwproof::specs
