#include "model/name_domain.h"

namespace fwproof::model {

void NameDomain::add(std::string_view given, bool is_prefix) {
  const std::string name = normal(given);
  const auto next = static_cast<uint32_t>(atoms_.size());
  if (!is_prefix) {
    if (!exact_.try_emplace(name, next).second) return;
  } else {
    for (const uint32_t prefix : prefixes_)
      if (atoms_[prefix].name == name) return;
    prefixes_.push_back(next);
  }
  atoms_.push_back({name, is_prefix});
}

IntervalSet NameDomain::atoms(std::string_view given, bool is_prefix) const {
  const std::string name = normal(given);
  if (!is_prefix) {
    const auto at = exact_.find(name);
    return at == exact_.end() ? IntervalSet() : IntervalSet::of(at->second);
  }
  std::vector<Interval> covered;
  for (uint32_t i = 0; i < atoms_.size(); ++i)
    if (std::string_view(atoms_[i].name).starts_with(name)) covered.push_back({i, i});
  return IntervalSet::from(std::move(covered));
}

uint32_t NameDomain::atom_of(std::string_view given) const {
  const std::string name = normal(given);
  if (const auto at = exact_.find(name); at != exact_.end()) return at->second;
  uint32_t best = 0;
  for (const uint32_t i : prefixes_)
    if (name.starts_with(atoms_[i].name) && atoms_[i].name.size() >= atoms_[best].name.size()) best = i;
  return best;
}

std::string NameDomain::text(uint32_t atom) const {
  const Atom& a = atoms_[atom];
  if (!a.is_prefix) return a.name;
  return a.name.empty() ? "(other)" : a.name + "…";
}

}  // namespace fwproof::model
