#include "model/name_domain.h"

#include <algorithm>

namespace fwproof::model {

void NameDomain::add(std::string_view name, bool is_prefix) {
  const Atom atom{std::string(name), is_prefix};
  if (std::find(atoms_.begin(), atoms_.end(), atom) == atoms_.end()) atoms_.push_back(atom);
}

IntervalSet NameDomain::atoms(std::string_view name, bool is_prefix) const {
  std::vector<Interval> covered;
  for (uint32_t i = 0; i < atoms_.size(); ++i) {
    const Atom& atom = atoms_[i];
    const bool inside = is_prefix ? atom.name.size() >= name.size() && std::string_view(atom.name).starts_with(name)
                                  : !atom.is_prefix && atom.name == name;
    if (inside) covered.push_back({i, i});
  }
  return IntervalSet::from(std::move(covered));
}

uint32_t NameDomain::atom_of(std::string_view name) const {
  uint32_t best = 0;
  for (uint32_t i = 0; i < atoms_.size(); ++i) {
    const Atom& atom = atoms_[i];
    if (!atom.is_prefix && atom.name == name) return i;
    if (atom.is_prefix && name.starts_with(atom.name) && atom.name.size() >= atoms_[best].name.size()) best = i;
  }
  return best;
}

std::string NameDomain::text(uint32_t atom) const {
  const Atom& a = atoms_[atom];
  if (!a.is_prefix) return a.name;
  return a.name.empty() ? "(other)" : a.name + "…";
}

}  // namespace fwproof::model
