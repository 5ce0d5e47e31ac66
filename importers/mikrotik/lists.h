// Interface lists and address lists: what certainly belongs to them, and what may.
#pragma once

#include <map>
#include <set>
#include <string>

#include "importers/mikrotik/config.h"
#include "model/policy.h"

namespace fwproof::importers::mikrotik {

// Members as atoms of the policy's domain of interface names.
struct InterfaceSet {
  model::IntervalSet sure;
  model::IntervalSet maybe;   // besides `sure`
  bool known = false;         // there is such a list
};

class InterfaceLists {
 public:
  InterfaceLists(const Config& config, const model::NameDomain& names, Report& report) : config_(config), names_(names), report_(report) { collect(); }
  const InterfaceSet& get(const std::string& name);

 private:
  void collect();
  InterfaceSet resolve(const std::string& name, unsigned depth);
  void join(InterfaceSet& result, const Item& item, bool include, unsigned depth);
  void add_members(InterfaceSet& result, const std::vector<const Item*>& members) const;

  const Config& config_;
  const model::NameDomain& names_;
  Report& report_;
  std::map<std::string, std::vector<const Item*>, std::less<>> lists_, members_;
  std::map<std::string, InterfaceSet> done_;
  bool open_ = false;           // a member of a list that cannot be told
  std::set<std::string> active_;
};

struct AddressListSet {
  model::AddressSet sure;
  model::AddressSet maybe;    // entries that expire, or that a script adds under a condition
  bool open = false;          // other addresses may be in it: DNS names, rules that add to it
  bool known = false;         // the file has an entry of it, or a rule that fills it
};

class AddressLists {
 public:
  AddressLists(const Config& config, model::Family family, Report& report);
  // nullptr when nothing in the file speaks of it.
  const AddressListSet* get(std::string_view name) const;

 private:
  void add_entry(const Item& item, model::Family family, Report& report);
  void add_dynamic(const Config& config);

  std::map<std::string, AddressListSet, std::less<>> lists_;
  bool all_open_ = false;       // an entry whose list is not known
  std::map<std::string, std::pair<std::vector<model::Interval>, std::vector<model::Interval>>, std::less<>> parts_;
};

}  // namespace fwproof::importers::mikrotik
