// The names that a configuration can tell apart (interfaces, programs, services) as a small closed domain of atoms.
// A name that is written out is an atom; a prefix such as `eth+` has one more atom for "any other name that starts so";
// and there is one atom for every name that is neither. So "unknown interface" is one unknown over a few values, not a Boolean per rule.
//
//   NameDomain names;
//   names.add("lo");
//   names.add("eth+", true);                  // a prefix: pass it without the plus sign and is_prefix = true
//   names.atoms("eth", true);                 // atoms of all names that start with "eth"
//   names.atom_of("eth7");                    // the atom "any other eth…"
//
// Requires: everything is added before the first atoms(), atom_of() or size().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/interval_set.h"

namespace fwproof::model {

class NameDomain {
 public:
  // How two spellings of one name become equal (case, folders of Windows); nullptr: as they are. Requires: set before the first add().
  using Normalise = std::string (*)(std::string_view name);
  void set_normalise(Normalise normalise) { normalise_ = normalise; }
  Normalise normalise() const { return normalise_; }

  void add(std::string_view name, bool is_prefix = false);
  size_t size() const { return atoms_.size(); }
  IntervalSet all() const { return IntervalSet::range(0, size() - 1); }
  // The atoms that the pattern covers. Requires: the pattern was added.
  IntervalSet atoms(std::string_view name, bool is_prefix = false) const;
  // The atom that a concrete name falls into.
  uint32_t atom_of(std::string_view name) const;
  // "eth0", "eth…" for "another name that starts with eth", "(other)" for the rest.
  std::string text(uint32_t atom) const;
  bool is_exact(uint32_t atom) const { return !atoms_[atom].is_prefix; }

 private:
  struct Atom {
    std::string name;
    bool is_prefix = true;
    friend bool operator==(const Atom&, const Atom&) = default;
  };
  std::vector<Atom> atoms_ = {{"", true}};  // atom 0: any other name
  std::vector<uint32_t> prefixes_ = {0};    // atoms that are prefixes
  std::unordered_map<std::string, uint32_t> exact_;
  Normalise normalise_ = nullptr;
  std::string normal(std::string_view name) const { return normalise_ ? normalise_(name) : std::string(name); }
};

}  // namespace fwproof::model
