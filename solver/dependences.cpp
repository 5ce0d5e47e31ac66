#include "solver/dependences.h"

#include <set>
#include <tuple>

namespace fwproof::solver {

using model::Dependence;

void add_new(std::vector<Dependence>& list, const std::vector<Dependence>& more) {
  const auto key = [](const Dependence& d) { return std::tie(d.origin.file, d.origin.line, d.what, d.kind); };
  const auto less = [&](const Dependence* a, const Dependence* b) { return key(*a) < key(*b); };
  std::set<const Dependence*, decltype(less)> known(less);
  list.reserve(list.size() + more.size());  // the set points into it
  for (const Dependence& one : list) known.insert(&one);
  for (const Dependence& one : more) {
    if (known.contains(&one)) continue;
    list.push_back(one);
    known.insert(&list.back());
  }
}

}  // namespace fwproof::solver
