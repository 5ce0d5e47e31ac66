#include "importers/mikrotik/lists.h"

#include "importers/mikrotik/values.h"
#include "importers/text/number.h"

namespace fwproof::importers::mikrotik {
namespace {

using model::DiagnosticId;
using model::Interval;
using model::IntervalSet;
using model::LineClass;
using model::Severity;

constexpr unsigned kMaxDepth = 60;

}  // namespace

// ---- interfaces ----

void InterfaceLists::collect() {
  for (const Item* item : config_.items("interface list"))
    if (item->poison.empty()) lists_[std::string(item->get("name"))].push_back(item);
  for (const Item* item : config_.items("interface list member"))
    if (item->poison.empty() && !item->disabled()) {
      open_ = open_ || item->get("list").empty() || item->find("interface") == nullptr;
      members_[std::string(item->get("list"))].push_back(item);
    }
}

const InterfaceSet& InterfaceLists::get(const std::string& name) {
  const auto found = done_.find(name);
  if (found != done_.end()) return found->second;
  return done_[name] = resolve(name, 0);
}

// Manual "Lists" (Interface lists): members of `include`, without those of `exclude`, with the static ones. all, none, dynamic and
// static are built in. An interface that the file does not name is the atom "(other)": a dynamic one, if it is there at all.
InterfaceSet InterfaceLists::resolve(const std::string& name, unsigned depth) {
  const IntervalSet all = names_.all(), other = IntervalSet::of(0);
  if (name == "all") return {all, {}, true};
  if (name == "none") return {{}, {}, true};
  if (name == "dynamic") return {{}, other, true};
  if (name == "static") return {all.minus(other), other, true};
  if (const auto found = done_.find(name); found != done_.end()) return found->second;
  const auto list = lists_.find(name);
  const auto members = members_.find(name);
  if (list == lists_.end() && members == members_.end()) return {{}, all, false};
  if (depth > kMaxDepth || !active_.insert(name).second) {
    if (list != lists_.end())
      report_.tell(list->second.front()->spans.front(), DiagnosticId::chain_loop, Severity::warning,
                   "interface list '" + name + "' includes itself, or lists are nested too deeply", 0, 0, 0, "its members are not known");
    return {{}, all, true};
  }
  InterfaceSet result{{}, {}, true};
  if (list != lists_.end())
    for (const Item* item : list->second)
      for (const bool include : {true, false}) join(result, *item, include, depth);
  if (members != members_.end()) add_members(result, members->second);
  if (config_.dynamic_interface_lists().contains(name)) result.maybe = all;
  if (open_ || config_.is_opaque("interface list") || config_.is_opaque("interface list member")) {
    result.maybe = all;
    result.sure = {};
  }
  result.maybe = result.maybe.minus(result.sure);
  active_.erase(name);
  if (active_.empty()) return result;
  return done_[name] = result;
}

// The members of other lists, in or out.
void InterfaceLists::join(InterfaceSet& result, const Item& item, bool include, unsigned depth) {
  const Property* property = item.find(include ? "include" : "exclude");
  if (property == nullptr) return;
  if (property->opaque) {   // it may add any, or take any away
    result.sure = {};
    return void(result.maybe = names_.all());
  }
  std::string_view rest = property->value, part;
  while (text::next_part(rest, ',', part)) {
    const InterfaceSet inner = resolve(std::string(part), depth + 1);
    if (include) {
      result.sure = result.sure.united(inner.sure);
      result.maybe = result.maybe.united(inner.maybe);
    } else {
      result.maybe = result.maybe.united(result.sure.intersected(inner.maybe)).minus(inner.sure);
      result.sure = result.sure.minus(inner.sure).minus(inner.maybe);
    }
  }
}

void InterfaceLists::add_members(InterfaceSet& result, const std::vector<const Item*>& members) const {
  std::vector<Interval> sure, maybe;
  for (const Item* item : members) {
    const Property* property = item->find("interface");
    if (property == nullptr) continue;
    const uint32_t atom = names_.atom_of(property->value);
    if (property->opaque) maybe.push_back({0, names_.size() - 1});
    else (item->uncertain() ? maybe : sure).push_back({atom, atom});
  }
  result.sure = result.sure.united(IntervalSet::from(std::move(sure)));
  result.maybe = result.maybe.united(IntervalSet::from(std::move(maybe)));
}

// ---- addresses ----

AddressLists::AddressLists(const Config& config, model::Family family, Report& report) {
  const std::string menu = family == model::Family::v4 ? "ip firewall address-list" : "ipv6 firewall address-list";
  for (const Item* item : config.items(menu))
    if (item->poison.empty()) add_entry(*item, family, report);
  for (auto& [name, parts] : parts_) {
    AddressListSet& list = lists_[name];
    list.sure = model::AddressSet::of(family, IntervalSet::from(std::move(parts.first)));
    list.maybe = model::AddressSet::of(family, IntervalSet::from(std::move(parts.second))).minus(list.sure);
  }
  parts_.clear();
  add_dynamic(config);
  if (config.is_opaque(menu))
    for (auto& [name, list] : lists_) {
      list.open = true;
      list.maybe = list.maybe.united(list.sure);
      list.sure = {};
    }
}

// Manual "Address-lists": an address, prefix or range, or a DNS name that RouterOS keeps resolving; `timeout` makes the entry expire.
void AddressLists::add_entry(const Item& item, model::Family family, Report& report) {
  const Property* list = item.find("list");
  const Property* address = item.find("address");
  const Span& span = item.spans.front();
  if (item.disabled()) return report.account(span, LineClass::irrelevant, "disabled");
  if (list == nullptr || list->opaque) {
    report.account(span, LineClass::opaque, "script value");
    all_open_ = true;
    return;
  }
  AddressListSet& entry = lists_[list->value];
  entry.known = true;
  const auto set = address == nullptr || address->opaque ? std::nullopt : parse_addresses(address->value, family);
  if (!set) {
    entry.open = true;
    const bool name = address != nullptr && !address->opaque && address->value.find_first_not_of("0123456789./-") != std::string::npos &&
                      address->value.find(':') == std::string::npos;
    report.account(span, name || (address != nullptr && address->opaque) ? LineClass::opaque : LineClass::unrecognised,
                   name ? "DNS name in an address list" : "line that RouterOS refuses");
    if (address != nullptr && !address->opaque)
      report.tell(span, name ? DiagnosticId::match_opaque : DiagnosticId::address_invalid, Severity::warning,
                  name ? "the name '" + address->value + "' is not resolved" : "cannot read '" + address->value + "' as an address", address->line,
                  address->column, 0, name ? "the list counts as unknown beyond its addresses" : "");
    return;
  }
  const Property* timeout = item.find("timeout");
  const bool expires = timeout != nullptr && timeout->value != "none-static" && timeout->value != "0s";
  auto& parts = parts_[list->value];
  auto& target = expires || item.uncertain() ? parts.second : parts.first;
  target.insert(target.end(), set->intervals().begin(), set->intervals().end());
  report.account(span, expires ? LineClass::approximated : item.uncertain() ? LineClass::opaque : LineClass::modelled,
                 expires ? "address list entry that expires" : "address list entry");
}

void AddressLists::add_dynamic(const Config& config) {
  std::vector<std::string> dynamic(config.dynamic_lists().begin(), config.dynamic_lists().end());
  for (const std::string_view root : {"ip firewall ", "ipv6 firewall "})
    for (const std::string_view table : {"filter", "nat", "mangle", "raw"})
      for (const Item* item : config.items(std::string(root) + std::string(table)))
        if (item->get("action").starts_with("add-") && !item->disabled()) dynamic.emplace_back(item->get("address-list"));
  for (const std::string& name : dynamic) lists_[name].open = true;
  for (auto& [name, list] : lists_)
    if (all_open_ || config.stored_words().contains(name) || config.stored_words().contains("list=" + name)) list.open = true;
}

const AddressListSet* AddressLists::get(std::string_view name) const {
  const auto found = lists_.find(name);
  return found == lists_.end() ? nullptr : &found->second;
}

}  // namespace fwproof::importers::mikrotik
