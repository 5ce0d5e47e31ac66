#include "solver/dependences.h"

#include <unordered_set>

namespace fwproof::solver {

using model::Dependence;

namespace {

// Few lines have more than one, and few dependences no line.
struct ByLine {
  size_t operator()(const Dependence* d) const { return (size_t{d->origin.file} << 40) ^ (size_t{d->origin.line} << 8) ^ d->what.size(); }
};
struct Same {
  bool operator()(const Dependence* a, const Dependence* b) const { return *a == *b; }
};

}  // namespace

void add_new(std::vector<Dependence>& list, const std::vector<Dependence>& more) {
  std::unordered_set<const Dependence*, ByLine, Same> known;
  known.reserve(list.size() + more.size());
  list.reserve(list.size() + more.size());  // the set points into it
  for (const Dependence& one : list) known.insert(&one);
  for (const Dependence& one : more) {
    if (known.contains(&one)) continue;
    list.push_back(one);
    known.insert(&list.back());
  }
}

}  // namespace fwproof::solver
