// Required rows: all members of both roles, all legs of the connection.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "solver/check_run.h"
#include "solver/words.h"

namespace fwproof::solver {

using namespace model;

namespace {

const char* family_words(Family family) { return family == Family::v4 ? "IPv4" : "IPv6"; }

std::string bound_families(const Zone& zone) {
  if (zone.any || !zone.bound) return "both families";
  if (zone.addresses.v4.empty()) return "IPv6 only";
  return zone.addresses.v6.empty() ? "IPv4 only" : "both families";
}

bool is_address_bound(const Zone& zone, Family family) { return zone.bound && !zone.any && !zone.addresses.in(family).empty(); }

std::string unbound_hint(const Network& network, const Requirement& row) {
  std::string names;
  for (const auto* roles : {&row.from, &row.to})
    for (const std::string& role : *roles) {
      const Zone& zone = network.zones.at(role);
      if (zone.bound || zone.any) continue;
      names += (names.empty() ? "" : ", ") + fmt::format("{} has no addresses: --bind {}=…", role, role);
    }
  return names.empty() ? "" : names + " (it does not hold for all of ANY)";
}

}  // namespace

std::string service_words(const Requirement& row) {
  const std::string ports = number_words(row.ports);
  return row.protocol == proto_tcp ? ports : protocol_words(row.protocol) + (ports.empty() ? "" : " " + ports);
}

IntervalSet row_addresses(const Zone& zone, Family family) {
  return zone.any || !zone.bound ? any_for_requirement().in(family) : zone.addresses.in(family);
}

bool has_several_addresses(const Zone& zone) {
  const auto several = [&](Family family) { return !zone.addresses.in(family).empty() && !zone.addresses.in(family).is_single(); };
  return zone.bound && !zone.any && (several(Family::v4) || several(Family::v6));
}

bool on_one_host(const Zone& a, const Zone& b) {
  if (a.is_name || b.is_name || !a.bound || a.any || !b.bound || b.any || a.addresses != b.addresses) return false;
  return (a.addresses.v4.empty() || a.addresses.v4.is_single()) && (a.addresses.v6.empty() || a.addresses.v6.is_single());
}

namespace {

// A document names a program as people do: without its folder, and Microsoft's without what stands before the last words of a name such as
// Microsoft.Exchange.ServiceHost.exe. Rules are bound to files.
bool is_called(std::string_view file, std::string_view name) {
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b)); };
  if (file.size() < name.size() || !std::equal(name.begin(), name.end(), file.end() - static_cast<std::ptrdiff_t>(name.size()), same)) return false;
  const char before = file.size() == name.size() ? '\\' : file[file.size() - name.size() - 1];
  return before == '\\' || before == '/' || before == '.';
}

// The files among the policy's that the name may mean; another one when it means none of them.
IntervalSet program_atoms(const NameDomain& programs, const std::string& name) {
  if (name.find_first_of("\\/") != std::string::npos) return IntervalSet::of(programs.atom_of(name));
  IntervalSet files;
  for (uint32_t atom = 0; atom < programs.size(); ++atom)
    if (programs.is_exact(atom) && is_called(programs.text(atom), name)) files = files.united(IntervalSet::of(atom));
  return files.empty() ? IntervalSet::of(programs.atom_of(name)) : files;
}

void note_program(const std::string& name, const std::string& device, const Policy& policy, Result& notes) {
  if (name.find_first_of("\\/") != std::string::npos) return;
  std::string files;
  for (uint32_t atom = 0; atom < policy.programs.size(); ++atom)
    if (policy.programs.is_exact(atom) && is_called(policy.programs.text(atom), name)) files += (files.empty() ? "" : " or ") + policy.programs.text(atom);
  if (files.empty()) return;
  const Assumption assumption{fmt::format("{}: {} is {}", device, name, files), {}};
  const auto same = [&](const Assumption& a) { return a.text == assumption.text; };
  if (std::none_of(notes.assumes.begin(), notes.assumes.end(), same)) notes.assumes.push_back(assumption);
}

// What fails between two zones.
struct Failing {
  AddressSet asked;              // sources in question
  AddressSet sources;            // of them
  IntervalSet ports;             // by which the client asks
  std::set<std::string> devices; // where it ends
  bool whole = true;
};

void add(const Part& part, const Finding& finding, Failing& failing) {
  IntervalSet& sources = failing.sources.in(part.family);
  sources = sources.united(finding.box.src);
  failing.ports = failing.ports.united(finding.box.dst_port);
  const std::vector<WalkHop>& hops = part.walk.legs[finding.replay.leg].hops;
  failing.devices.insert(finding.replay.hop < hops.size() ? hops[finding.replay.hop].device : "");
}

// ": ports 1025-5999 are closed at edge" where some of the row's ports are open.
std::string closed_ports(const Requirement& row, const Failing& failing) {
  if (failing.ports == row.ports || !row.ports.contains(failing.ports)) return "";
  const std::string_view verb = failing.ports.is_single() ? "port {} is closed{}" : "ports {} are closed{}";
  const bool one = failing.devices.size() == 1 && !failing.devices.begin()->empty();
  return ": " + fmt::format(fmt::runtime(verb), number_words(failing.ports), one ? " at " + *failing.devices.begin() : "");
}

}  // namespace

bool belongs_to_other(unsigned protocol, Family family) {
  return (protocol == proto_icmp && family == Family::v6) || (protocol == proto_icmpv6 && family == Family::v4);
}

std::vector<PacketBox> to_itself(const PacketBox& box) {
  std::vector<PacketBox> boxes;
  const IntervalSet shared = box.src.intersected(box.dst);
  for (const Interval& both : shared.intervals())
    for (u128 address = both.lo; both.hi - both.lo < 256 && address <= both.hi; ++address) {
      PacketBox own = box;
      own.src = own.dst = IntervalSet::of(address);
      boxes.push_back(std::move(own));
    }
  return boxes;
}

void name_bound_rules(Part& part) {
  std::vector<Dependence>& all = part.answer.depends_on;
  for (const Field field : {Field::program, Field::service}) {
    const std::string word(field_text(field));
    const auto plain = std::find(all.begin(), all.end(), Dependence{"field", word, {}});
    if (plain == all.end()) continue;
    std::vector<Dependence> rules;
    bool all_rules = true;
    for (const Finding& finding : part.answer.undecided) {
      all_rules = all_rules && finding.all_deciders;
      for (const Decision& decision : finding.decided_by) {
        if (decision.sent_on || decision.rule.rule == RuleRef::kAtEnd) continue;
        const Policy& policy = *part.walk.legs[finding.leg].hops[decision.hop].policy;
        const Rule& rule = policy.chains[decision.rule.chain].rules[decision.rule.rule];
        for (const Term& term : rule.terms) {
          const auto* in = std::get_if<In>(&term.what);
          if (in == nullptr || in->field != field || term.negated) continue;
          Dependence bound{word, fmt::format("'{}' is for {} alone, and the row does not say what answers there (its \"{}\")", rule.name,
                                             set_words(policy, field, part.family, in->set), word), rule.origin};
          if (std::find(rules.begin(), rules.end(), bound) == rules.end()) rules.push_back(std::move(bound));
        }
      }
    }
    if (rules.empty()) continue;
    if (all_rules) all.erase(plain);
    all.insert(all.end(), rules.begin(), rules.end());
  }
}

void Checking::ask_rows() {
  for (const Requirement& row : requirements_.rows) open_row(row);
}

void Checking::open_row(const Requirement& row) {
  if (!is_wanted(row)) return skip(row.id, "it mentions none of the roles asked for");
  OpenRow open;
  open.row = &row;
  Result& result = open.result;
  result.id = row.id;
  result.kind = Kind::required;
  result.optional = row.optional;
  result.spec = row.spec;
  result.from = row.from;
  result.to = row.to;
  result.protocol = row.protocol;
  result.ports = number_words(row.ports);
  result.description = row.description;
  result.citation = row.citation;
  result.reading = row.reading;
  bool touched = false;
  bool pairs = false;
  for (const std::string& from : row.from)
    for (const std::string& to : row.to) {
      const bool same_zone = from == to && paths_between(network_, from, to, Family::v4).empty();
      if (same_zone && has_several_addresses(zone(from))) {
        result.reasons.push_back(fmt::format("{} to {}: several addresses and one export, so which host has which is not known", from, to));
        pairs = touched = true;
        continue;
      }
      if (same_zone || (from != to && on_one_host(zone(from), zone(to)))) {
        std::string text = fmt::format("{} to {}: one host, what it sends to itself passes no firewall", from, to);
        result.assumes.push_back({std::move(text), {}});
        continue;
      }
      pairs = true;
      touched = ask_pair(row, from, to, result, open.parts) || touched;
    }
  if (!pairs) return skip(row.id, "source and target are the same host");
  if (!touched) {
    if (options_.only_touched) return skip(row.id, "no given device stands on its way");
    if (result.reasons.empty()) result.reasons.push_back("nothing to check: no device of the site stands on its way");
  }
  gather(std::move(open));
}

void Checking::settle(OpenRow& open) {
  for (Part& part : open.parts) {
    if (!part.waiting) continue;
    if (part.answer.empty)
      open.result.reasons.push_back(fmt::format("nothing to check: no packet from {} to {} is in question in {}", part.from, part.to, family_words(part.family)));
    note_moved(service_words(*open.row), part.path, part.answer, open.result);
    name_bound_rules(part);
  }
  std::erase_if(open.parts, [](const Part& part) { return part.waiting && part.answer.empty; });
  finish(open.result, open.parts, unbound_hint(network_, *open.row));
  summarise_row(*open.row, open.result, open.parts);
  report_.results.push_back(std::move(open.result));
}

// Returns whether any device stands between the two.
bool Checking::ask_pair(const Requirement& row, const std::string& from, const std::string& to, Result& result, std::vector<Part>& parts) {
  const Zone& source = zone(from);
  const Zone& target = zone(to);
  bool touched = false;
  bool common = false;
  for (const std::string& name : {from, to}) {
    const AddressSet unclaimed = unclaimed_addresses(network_, name);
    if (!unclaimed.empty()) result.reasons.push_back(fmt::format("{}: none of its hosts has the address {}", name, address_words(unclaimed)));
  }
  for (Family family : {Family::v4, Family::v6}) {
    if (belongs_to_other(row.protocol, family)) continue;
    const IntervalSet src = row_addresses(source, family);
    const IntervalSet dst = row_addresses(target, family);
    if (src.empty() || dst.empty()) {
      for (const Path& path : paths_between(network_, from, to, family)) touched = touched || !path.devices.empty() || !path.unreadable.empty();
      continue;
    }
    common = true;
    if (ways_.derived() && stated_path(from, to) == nullptr) {
      touched = ask_by_routes(row, from, to, family, result, parts) || touched;
      continue;
    }
    for (const Path& path : paths_between(network_, from, to, family)) touched = ask_path(row, path, family, result, parts) || touched;
  }
  if (!common) {
    result.reasons.push_back(
        fmt::format("nothing to check: {} is bound in {}, {} in {}", from, bound_families(source), to, bound_families(target)));
    // A device stands there all the same: the row is asked, and cannot be told.
    for (const Path& path : paths_between(network_, from, to, Family::v4)) touched = touched || !path.devices.empty() || !path.unreadable.empty();
  }
  return touched;
}

bool Checking::ask_path(const Requirement& row, const Path& given, Family family, Result& result, std::vector<Part>& parts) {
  Path path = given;
  const Zone& source = zone(path.from);
  const Zone& target = zone(path.to);
  if (path.devices.empty() && path.unreadable.empty()) return false;
  const bool bound_here = is_address_bound(source, family) || is_address_bound(target, family);
  for (const Device* device : path.unreadable) {
    // A family that nobody bound and that no export covers is not in question; that much is said.
    if (!bound_here && !device->policies.empty()) {
      result.assumes.push_back({fmt::format("{} not checked: no {} export of {} is given", family_words(family), family_words(family), device->name), {}});
      continue;
    }
    result.reasons.push_back(device->has_export
                                 ? fmt::format("{}: no {} export is given, but {} addresses are bound", device->name, family_words(family), family_words(family))
                                 : fmt::format("{} stands on the way, but there is no export of it that can be read", device->name));
  }
  if (!path.unreadable.empty()) return true;
  add_arrival(path, family);
  Part part;
  part.from = path.from;
  part.to = path.to;
  part.family = family;
  part.unbound = (!source.bound && !source.any) || (!target.bound && !target.any);
  part.walk.family = family;
  PacketBox box = row_box(row, row_addresses(source, family), row_addresses(target, family));
  if (path.only_src) box.src = box.src.intersected(path.only_src->in(family));
  if (path.only_dst) box.dst = box.dst.intersected(path.only_dst->in(family));
  // A host does not reach itself through its firewall: ANY leaves out the other side's own addresses.
  if (source.any || !source.bound) box.src = target.bound && !target.any ? box.src.minus(box.dst) : box.src;
  if (target.any || !target.bound) box.dst = source.bound && !source.any ? box.dst.minus(box.src) : box.dst;
  part.walk.in_question = {box};
  part.walk.not_in_question = to_itself(box);
  if (!part.walk.not_in_question.empty())
    result.assumes.push_back({fmt::format("{} is both {} and {}: what it sends to itself passes no firewall",
                                          address_words(family, box.src.intersected(box.dst)), path.from, path.to), {}});
  part.walk.legs = legs_of(row.protocol);
  add_hops(part.walk.legs, path, family, locals_);
  set_service(part.walk, path, row, result);
  part.path = std::move(path);
  part.waiting = true;
  parts.push_back(std::move(part));
  return true;
}

// A row that names the service's program: at the target host, that program owns the socket. Where RPC assigns its port, it is that port,
// wherever the host takes such ports from.
void Checking::set_service(Walk& walk, const Path& path, const Requirement& row, Result& notes) const {
  const Device& last = *path.devices.back();
  if (&last == path.source || last.host != path.to) return;
  for (WalkLeg& leg : walk.legs) {
    WalkHop& hop = leg.reply ? leg.hops.front() : leg.hops.back();
    if (!row.program.empty()) hop.program = program_atoms(hop.policy->programs, row.program);
    if (!row.service.empty()) hop.service = IntervalSet::of(hop.policy->services.atom_of(row.service));
    if (row.dynamic_rpc) hop.rpc_port = IntervalSet::of(rpc_any_range);
  }
  if (!row.program.empty()) note_program(row.program, last.name, *walk.legs.front().hops.back().policy, notes);
}

void Checking::summarise_row(const Requirement& row, Result& result, const std::vector<Part>& parts) const {
  const std::string service = service_words(row);
  if (result.truth != Truth::violated) {
    const char* verb = row.from.size() > 1 ? "reach" : "reaches";
    std::string from, to;
    for (const std::string& name : row.from) from += (from.empty() ? "" : ", ") + name;
    for (const std::string& name : row.to) to += (to.empty() ? "" : ", ") + name;
    result.summary = result.truth == Truth::holds ? fmt::format("{} {} {}:{}", from, verb, to, service)
                                                  : fmt::format("cannot tell whether {} {} {}:{}", from, verb, to, service);
    return;
  }
  // One phrase for each failing pair.
  std::map<std::pair<std::string, std::string>, Failing> failing;
  for (const Part& part : parts) {
    Failing& pair = failing[{part.from, part.to}];
    pair.whole = pair.whole && (part.path.go.empty() ? part.answer.all_break : part.answer.all_staying_break);
    for (const PacketBox& box : part.walk.in_question) pair.asked.in(part.family) = pair.asked.in(part.family).united(box.src);
    for (const Finding& finding : part.answer.breaks) add(part, finding, pair);
  }
  for (const auto& [pair, what] : failing) {
    if (what.ports.empty()) continue;
    if (!result.summary.empty()) result.summary += "; ";
    const Zone& source = zone(pair.first);
    const bool all_sources = source.bound && !source.any && what.sources == source.addresses;
    const std::string which = closed_ports(row, what);
    if (what.whole)
      result.summary += fmt::format("{} cannot reach {}:{}", pair.first, pair.second, service);
    else if (!which.empty() && what.sources != what.asked)
      result.summary += fmt::format("part of {} ({}) cannot reach all of {}:{}", pair.first, address_words(what.sources), pair.second, service) + which;
    else if (all_sources || !which.empty())
      result.summary += fmt::format("{} cannot reach all of {}:{}", pair.first, pair.second, service) + which;
    else
      result.summary += fmt::format("part of {} cannot reach {}:{}: {}", pair.first, pair.second, service, address_words(what.sources));
  }
}

}  // namespace fwproof::solver
