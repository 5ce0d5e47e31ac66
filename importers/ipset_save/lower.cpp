#include "importers/ipset_save/lower.h"

#include <algorithm>
#include <utility>

#include "importers/ipset_save/parse.h"
#include "importers/text/number.h"

namespace fwproof::importers::ipset_save {
namespace {

using model::DiagnosticId;
using model::Family;
using model::Field;
using model::Interval;
using model::IntervalSet;
using model::Term;

constexpr size_t kMaxGroups = 65'536;

constexpr size_t kMaxTakenOut = size_t{1} << 24;   // groups times networks

LineProblem problem(DiagnosticId id, std::string_view where, std::string message) { return {true, id, where, std::move(message)}; }

// The kernel's IP_SET_HASH_WITH_MULTI: ip_set_hash_netiface.c alone has it.
bool narrowest_decides(const NamedSet& set) { return set.type == "hash:net,iface"; }

// Requires: a prefix.
unsigned length_of(const Interval& prefix, Family family) {
  unsigned length = model::address_bits(family);
  for (model::u128 rest = prefix.hi - prefix.lo; rest != 0; rest >>= 1) --length;
  return length;
}

}  // namespace

LineProblem SetCollector::apply(const Line& line, model::Origin origin) {
  if (line.command == Command::create) return create(line, origin);
  if (line.command == Command::add) return add(line, origin);
  const auto found = sets_.find(std::string(line.set));
  if (line.set.empty() && line.command != Command::change) {  // flush or destroy of everything
    if (line.command == Command::destroy) sets_.clear();
    for (auto& [name, set] : sets_) clear(set);
    last_ = nullptr;
    return {};
  }
  if (found == sets_.end()) return problem(DiagnosticId::set_missing, line.set, "no set of the name '" + std::string(line.set) + "' was created");
  if (line.command == Command::destroy) {
    sets_.erase(found);
    last_ = nullptr;
    return {};
  }
  Collected& set = found->second;
  if (line.command == Command::flush) {
    clear(set);
    return {};
  }
  set.set.opaque = "a later command changes it";
  for (const std::string_view other : line.options)
    if (const auto second = sets_.find(std::string(other)); second != sets_.end()) second->second.set.opaque = "a later command changes it";
  return {};
}

void SetCollector::clear(Collected& set) {
  set.groups.clear();
  set.order.clear();
  set.by_length.clear();
  set.nomatch_by_length.clear();
  set.set.members.clear();
}

LineProblem SetCollector::create(const Line& line, model::Origin origin) {
  Collected& set = sets_[std::string(line.set)] = {};
  last_ = &set;
  set.set.name = line.set;
  set.set.type = line.subject;
  set.set.origin = origin;
  for (size_t i = 0; i + 1 < line.options.size(); ++i) {
    const std::string_view option = line.options[i], value = line.options[i + 1];
    if (option == "family") set.set.v6 = value == "inet6" || value == "ipv6";
    if (option == "timeout") set.default_timeout = value != "0";
    if (option == "netmask") set.netmask = static_cast<unsigned>(text::parse_decimal(value, 128).value_or(0));
    if (option == "markmask") set.markmask = text::parse_any_base(value, 0xffffffff).value_or(0xffffffff);
    if (option == "bitmask") set.set.opaque = "it compares with a bit mask";
  }
  read_type(set);
  if (!set.set.opaque.empty() && set.dimensions.empty() && set.set.type != "list:set")
    return problem(DiagnosticId::value_unknown, line.subject, "'" + set.set.type + "' is no known type of set");
  return {};
}

void SetCollector::read_type(Collected& set) {
  if (set.set.type == "list:set") return;
  std::string_view rest = set.set.type;
  const size_t colon = rest.find(':');
  const std::string_view method = rest.substr(0, colon);
  rest = colon == std::string_view::npos || (method != "hash" && method != "bitmap") ? std::string_view() : rest.substr(colon + 1);
  for (std::string_view part; text::next_part(rest, ',', part);) {
    if (part == "ip" || part == "net") set.dimensions.push_back(Dimension::address);
    else if (part == "port") set.dimensions.push_back(Dimension::port);
    else if (part == "mac") set.dimensions.push_back(Dimension::mac);
    else if (part == "mark") set.dimensions.push_back(Dimension::mark);
    else if (part == "iface") set.dimensions.push_back(Dimension::iface);
    else return set.dimensions.clear(), void(set.set.opaque = "its type is not known");
  }
  if (set.dimensions.empty()) set.set.opaque = "its type is not known";
  set.set.dimensions = static_cast<unsigned>(std::max<size_t>(1, set.dimensions.size()));
  set.set.one_address = set.dimensions.size() == 1 && set.dimensions[0] == Dimension::address;
}

LineProblem SetCollector::add(const Line& line, model::Origin origin) {
  if (last_ == nullptr || last_->set.name != line.set) {
    const auto found = sets_.find(std::string(line.set));
    if (found == sets_.end()) return problem(DiagnosticId::set_missing, line.set, "no set of the name '" + std::string(line.set) + "' was created");
    last_ = &found->second;
  }
  Collected& set = *last_;
  bool nomatch = false, wildcard = false, expires = set.default_timeout;
  for (size_t i = 0; i < line.options.size(); ++i) {
    const std::string_view option = line.options[i];
    if (option == "comment") break;  // the rest may be its text; ipset prints it behind what decides
    if (option == "nomatch") nomatch = true;
    if (option == "wildcard") wildcard = true;
    if (option == "timeout" && i + 1 < line.options.size()) expires = line.options[i + 1] != "0";
  }
  // Behind a comment: conservative, the words may be text.
  if (std::find(line.options.begin(), line.options.end(), "comment") != line.options.end() &&
      std::find(line.options.begin(), line.options.end(), "nomatch") != line.options.end() && !nomatch)
    set.set.opaque = "an entry's comment and its options cannot be told apart";
  set.set.timeouts = set.set.timeouts || expires;
  return add_entry(set, line, nomatch, wildcard, origin);
}

LineProblem SetCollector::add_entry(Collected& set, const Line& line, bool nomatch, bool wildcard, model::Origin origin) {
  if (set.set.type == "list:set") {
    set.set.members.emplace_back(line.subject);
    return {};
  }
  if (set.dimensions.empty()) return {};  // an unknown type, reported where it was created
  if (nomatch) set.set.has_nomatch = true;
  if (line.subject.find(",physdev:") != std::string_view::npos) {
    set.set.opaque = "an entry asks for a port of a bridge";
    return {};
  }
  if (set.groups.size() > kMaxGroups) return {};  // opaque by now
  if (nomatch && !set.set.one_address) set.set.opaque = "nomatch entries in several dimensions";
  const bool fine = set.set.one_address ? add_address(set, line.subject, nomatch) : add_tuple(set, line.subject, wildcard, origin);
  if (fine) return {};
  set.set.opaque = "an entry cannot be read";
  return problem(DiagnosticId::address_invalid, line.subject, "cannot read '" + std::string(line.subject) + "' as an entry of type " + set.set.type);
}

bool SetCollector::add_address(Collected& set, std::string_view text, bool nomatch) {
  auto part = parse_address_part(text);
  if (!part || (part->family == Family::v6) != set.set.v6) return false;
  if (set.netmask != 0 && part->interval.lo == part->interval.hi && set.netmask <= model::address_bits(part->family)) {
    part->length = set.netmask;
    part->interval = model::Prefix{{part->family, part->interval.lo}, set.netmask}.interval();
  }
  auto& into = nomatch ? set.nomatch_by_length : set.by_length;
  if (!part->is_range) {
    into[part->length].add(part->interval, part->family);
    return true;
  }
  for (const model::Prefix& prefix : model::prefixes(part->family, IntervalSet::range(part->interval.lo, part->interval.hi)))
    into[prefix.length].add(prefix.interval(), part->family);
  return true;
}

bool SetCollector::add_tuple(Collected& set, std::string_view text, bool wildcard, model::Origin origin) {
  const bool leading_address = set.dimensions[0] == Dimension::address;
  const size_t comma = leading_address ? text.find(',') : 0;
  Interval first;
  if (leading_address) {
    const auto part = parse_address_part(text.substr(0, comma));
    if (!part || (part->family == Family::v6) != set.set.v6) return false;
    first = part->interval;
    if (comma == std::string_view::npos) return false;
  }
  std::string key(leading_address ? text.substr(comma + 1) : text);
  const std::string_view rest = leading_address ? text.substr(comma + 1) : text;
  if (wildcard) key += '+';
  const auto [group, inserted] = set.groups.try_emplace(std::move(key));
  if (inserted) {
    group->second.origin = origin;
    if (set.groups.size() > kMaxGroups) set.set.opaque = "too many different entries";
    if (!parse_rest(set, rest, wildcard, group->second.rest)) return false;
    set.order.push_back(group->first);
  }
  if (!narrowest_decides(set.set)) {
    group->second.first.push_back(first);
    return true;
  }
  const Family family = set.set.v6 ? Family::v6 : Family::v4;
  for (const model::Prefix& prefix : model::prefixes(family, IntervalSet::range(first.lo, first.hi))) {
    group->second.first.push_back(prefix.interval());
    set.by_length[prefix.length].add(prefix.interval(), family);
  }
  return true;
}

bool SetCollector::parse_rest(const Collected& set, std::string_view text, bool wildcard, std::vector<Term>& terms) {
  size_t dimension = set.dimensions[0] == Dimension::address ? 1 : 0;
  for (std::string_view part; text::next_part(text, ',', part); ++dimension) {
    if (dimension >= set.dimensions.size()) return false;
    auto term = parse_part(set, set.dimensions[dimension], part, wildcard);
    if (!term) return false;
    terms.push_back(std::move(*term));
  }
  return dimension == set.dimensions.size();
}

std::optional<Term> SetCollector::parse_part(const Collected& set, Dimension dimension, std::string_view text, bool wildcard) {
  switch (dimension) {
    case Dimension::address: {
      const auto part = parse_address_part(text);
      if (!part || (part->family == Family::v6) != set.set.v6) return std::nullopt;
      return Term{model::InAddresses{Field::src, model::AddressSet::of(part->family, IntervalSet::range(part->interval.lo, part->interval.hi))}};
    }
    case Dimension::port: return parse_port_part(text, set.set.type == "bitmap:port");
    case Dimension::mac: {
      const auto mac = text::parse_mac(text);
      if (!mac) return std::nullopt;
      return Term{model::In{Field::mac, IntervalSet::of(*mac)}};
    }
    case Dimension::mark: {
      const auto mark = text::parse_any_base(text, 0xffffffff);
      if (!mark) return std::nullopt;
      return Term{model::Masked{Field::mark, set.markmask, *mark}};
    }
    case Dimension::iface:
      if (text.empty() || text.starts_with("physdev:")) return std::nullopt;
      return Term{model::InNamed{Field::in, std::string(text) + (wildcard ? "+" : "")}};
  }
  return std::nullopt;
}

void SetCollector::Addresses::add(const Interval& range, Family family) {
  if (family == Family::v6) v6.push_back(range);
  else v4.push_back(static_cast<uint64_t>(range.lo) << 32 | static_cast<uint64_t>(range.hi));
}

IntervalSet SetCollector::Addresses::merged() {
  if (!v6.empty()) return IntervalSet::from(std::exchange(v6, {}));   // a set is of one family
  std::sort(v4.begin(), v4.end());
  std::vector<model::NarrowInterval> all;
  all.reserve(v4.size());
  for (const uint64_t range : v4) all.push_back({static_cast<uint32_t>(range >> 32), static_cast<uint32_t>(range)});
  v4 = {};
  return IntervalSet::from_narrow(std::move(all));
}

// From the shortest prefix to the longest: a longer one overrides what it covers. Where entries expire, a nomatch entry takes nothing out for good.
void SetCollector::merge(Collected& set) {
  const Family family = set.set.v6 ? Family::v6 : Family::v4;
  IntervalSet result;
  if (set.nomatch_by_length.empty() || set.set.timeouts) {
    Addresses all;
    for (auto& [length, some] : set.by_length) {
      if (all.v4.empty()) std::swap(all.v4, some.v4);
      all.v4.insert(all.v4.end(), some.v4.begin(), some.v4.end());
      all.v6.insert(all.v6.end(), some.v6.begin(), some.v6.end());
    }
    result = all.merged();
  } else {
    for (unsigned length = 0; length <= model::address_bits(family); ++length) {
      if (const auto found = set.by_length.find(length); found != set.by_length.end()) result = result.united(found->second.merged());
      if (const auto found = set.nomatch_by_length.find(length); found != set.nomatch_by_length.end())
        result = result.minus(found->second.merged());
    }
  }
  set.set.addresses = model::AddressSet::of(family, std::move(result));
}

// The search ends at the longest prefix that any entry has for the address, whatever that entry's interface (`multi` in mtype_test_cidrs of
// ip_set_hash_gen.h and hash_netiface4_data_equal, Linux 6.1; tried on 6.18): an entry says nothing of what narrower networks cover.
void SetCollector::let_narrowest_decide(Collected& set) {
  const Family family = set.set.v6 ? Family::v6 : Family::v4;
  std::map<unsigned, IntervalSet> narrower;
  IntervalSet covered;
  for (auto at = set.by_length.rbegin(); at != set.by_length.rend(); ++at) {
    narrower[at->first] = covered;
    covered = covered.united(at->second.merged());
  }
  if (set.groups.size() * (1 + covered.intervals().size()) > kMaxTakenOut) set.set.opaque = "too many different entries";
  if (!set.set.opaque.empty() || narrower.size() < 2) return;
  for (auto& [key, group] : set.groups) {
    std::map<unsigned, std::vector<Interval>> own;
    for (const Interval& prefix : group.first) own[length_of(prefix, family)].push_back(prefix);
    group.first.clear();
    for (auto& [length, prefixes] : own) {
      const IntervalSet left = IntervalSet::from(std::move(prefixes)).minus(narrower.at(length));
      group.first.insert(group.first.end(), left.intervals().begin(), left.intervals().end());
    }
  }
}

void SetCollector::finish(Facts& facts) {
  for (auto& [name, set] : sets_) {
    if (set.set.one_address) merge(set);
    if (narrowest_decides(set.set) && !set.set.timeouts) let_narrowest_decide(set);
    const Family family = set.set.v6 ? Family::v6 : Family::v4;
    for (const std::string& key : set.order) {
      Group& group = set.groups.at(key);
      NamedSet::Entry entry;
      entry.origin = group.origin;
      if (set.dimensions[0] == Dimension::address)
        entry.terms.push_back({model::InAddresses{Field::src, model::AddressSet::of(family, IntervalSet::from(std::move(group.first)))}});
      for (Term& term : group.rest) entry.terms.push_back(std::move(term));
      set.set.entries.push_back(std::move(entry));
    }
    facts.sets[name] = std::move(set.set);
  }
}

}  // namespace fwproof::importers::ipset_save
