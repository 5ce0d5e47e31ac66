// NAT loopback: clients inside reach the server by its public address, and get their answers back from there.
#include <fmt/format.h>

#include <algorithm>

#include "solver/check_run.h"
#include "solver/words.h"

namespace fwproof::solver {

using namespace model;

namespace {

constexpr u128 kMostPublic = 16;

void add_reason(Result& result, std::string reason) {
  if (std::find(result.reasons.begin(), result.reasons.end(), reason) == result.reasons.end()) result.reasons.push_back(std::move(reason));
}

void assume(Result& result, Assumption assumption) {
  const auto same = [&](const Assumption& a) { return a.text == assumption.text && a.origin == assumption.origin; };
  if (std::none_of(result.assumes.begin(), result.assumes.end(), same)) result.assumes.push_back(std::move(assumption));
}

void append(Result& to, const Result& from) {
  for (const std::string& reason : from.reasons) add_reason(to, reason);
  for (const Assumption& assumption : from.assumes) assume(to, assumption);
  to.depends_on.insert(to.depends_on.end(), from.depends_on.begin(), from.depends_on.end());
}

bool is_allowed(const Constraint& constraint, const std::string& alternative) {
  constexpr std::array kForLoopback = {"internal-dns", "hosts-file", "internal-address"};
  if (std::find(kForLoopback.begin(), kForLoopback.end(), alternative) == kForLoopback.end()) return false;
  const std::vector<std::string>& named = constraint.alternatives;
  return named.empty() || std::find(named.begin(), named.end(), alternative) != named.end();
}

std::string refusal(const Constraint& constraint, const std::string& alternative) {
  std::string named;
  for (const std::string& each : constraint.alternatives) named += (named.empty() ? "" : ", ") + each;
  return fmt::format("the site declares '{}', which is no alternative that the document names{}", alternative, named.empty() ? "" : " (" + named + ")");
}

}  // namespace

void Checking::ask_nat_loopback(const Constraint& constraint, Result& result) {
  const auto demands = demands_of(constraint, result, "NAT loopback");
  if (!demands) return;
  const Declaration* declaration = declared(constraint);
  if (declaration && !is_allowed(constraint, declaration->alternative)) {
    add_reason(result, refusal(constraint, declaration->alternative));
    declaration = nullptr;
  }
  Gathered gathered;
  std::vector<Counterexample> wrong;
  bool named_wrongly = false;
  if (has_router(result.to, result) && !ways_.derived())
    add_reason(result, fmt::format("the addresses and routes of {} are missing (\"interfaces\" in the site file, or the output of `ip addr` and `ip route` beside its export): without them it is not known who "
                                   "shares a network with the server, and which way answers take", router_name()));
  if (ways_.derived())
    for (const Demand& demand : *demands) {
      Result placed;
      name_unplaced(placed);
      for (const std::string& reason : placed.reasons) gathered.unplaced = reason;
      if (!declaration && is_by_other_family(demand, result)) continue;
      const std::vector<Clients> all_clients = clients_of(constraint, demand, result);
      if (declaration && declaration->alternative == "hosts-file" && !all_clients.empty() && !hosts_file_leads_to(*declaration, demand, all_clients.front(), result, wrong)) named_wrongly = true;
      for (const Clients& clients : all_clients) {
        if (declaration) ask_alternative(demand, clients, *declaration, result, gathered);
        else ask_loopback(demand, clients, result, gathered);
      }
    }
  finish_constraint(result, gathered);
  std::move(wrong.begin(), wrong.end(), std::back_inserter(result.counterexamples));
  if (named_wrongly && result.fault.empty() && !(options_.strict && !result.assumes.empty())) result.truth = Truth::violated;
  summarise_loopback(result, gathered, declaration);
  report_.results.push_back(std::move(result));
}

std::string Checking::router_name() const {
  for (const Device& device : network_.devices)
    if (device.host.empty()) return device.name;
  return "the router";
}

// Who is meant by clients inside: those that the document names, else everybody in the server's own network but the server and the routers.
std::vector<Checking::Clients> Checking::clients_of(const Constraint& constraint, const Demand& demand, Result& result) {
  std::vector<Clients> clients;
  const Family family = demand.family;
  IntervalSet servers = zone(demand.to).addresses.in(family);
  for (const Device* host : hosts_of(demand.to))
    if (host) servers = servers.united(own_addresses(network_, *host).in(family));
  for (const std::string& from : constraint.from) {
    const Zone& named = zone(from);
    if (!named.bound) add_reason(result, fmt::format("{} has no addresses: --bind {}=…", from, from));
    if (named.any || !named.bound || from == demand.to) continue;
    IntervalSet lost;
    for (Location& place : ways_.locate(from, named.addresses.in(family).minus(servers), family, false, lost))
      for (const Device* sender : hosts_of(from)) clients.push_back({from, place, sender});
    if (!lost.empty()) add_reason(result, nowhere_words(from, lost, family));
  }
  const bool names_clients = std::any_of(constraint.from.begin(), constraint.from.end(), [&](const std::string& from) { return !zone(from).any; });
  if (names_clients && clients.empty()) assume(result, {fmt::format("{} not checked: no client that the document names has such an address", family == Family::v4 ? "IPv4" : "IPv6"), {}});
  if (names_clients) return clients;
  const Topology& topology = ways_.topology(family);
  IntervalSet lost;
  for (Location place : target_locations(demand.to, family, lost)) {
    if (place.kind != Location::Kind::segment) continue;
    IntervalSet inside = topology.on_link(place.segment, place.addresses).minus(servers);
    for (const Device& device : network_.devices)
      if (device.host.empty()) inside = inside.minus(topology.addresses(device));
    if (inside.empty()) continue;
    place.addresses = inside;
    Zone all;
    all.name = "clients in " + place.name;
    all.bound = true;
    all.addresses = AddressSet::of(family, inside);
    network_.zones[all.name] = all;
    clients.push_back({all.name, place, nullptr});
  }
  if (!lost.empty()) add_reason(result, nowhere_words(demand.to, lost, family));
  if (clients.empty()) add_reason(result, fmt::format("it is not known who shares a network with {}: no interface of a given device is in it", demand.to));
  return clients;
}

// The addresses by which clients outside reach the server: as the site states, or those that lead to it. Where none does, what the routers show outside.
IntervalSet Checking::addresses_from_outside(const Demand& demand, const Clients& clients, Result& result) {
  for (const std::string& from : {clients.zone, demand.from})
    if (const auto stated = network_.reached_at.find({demand.to, from}); stated != network_.reached_at.end()) return stated->second.in(demand.family);
  IntervalSet leading, shown;
  std::vector<std::string> limits;
  const std::vector<Location> places = outside_places(demand);
  for (const Location& place : places) {
    if (!has_public_address(place, demand.family, result)) continue;
    for (const Known& known : leading_destinations({demand.row, demand.from, demand.to, demand.family, &place, nullptr, About::forward}, true, nullptr, limits)) leading = leading.united(known.dst);
    shown = shown.united(facing_addresses(place, demand.family).minus(private_addresses().in(demand.family)));
  }
  // Every one of them must work, and there may be more.
  for (const std::string& limit : limits) add_reason(result, limit);
  if (leading.empty() && !limits.empty()) return {};
  if (leading.empty() && shown.empty() && result.reasons.empty())
    add_reason(result, fmt::format("no public address of {} is known: the configuration of the router that connects its network to the {} Internet is missing", demand.to,
                                   demand.family == Family::v4 ? "IPv4" : "IPv6"));
  return leading.empty() ? shown : leading;
}

void Checking::ask_loopback(const Demand& demand, const Clients& clients, Result& result, Gathered& gathered) {
  const IntervalSet known_as = addresses_from_outside(demand, clients, result);
  const Asked asked{demand.row, clients.zone, demand.to, demand.family, &clients.place, clients.sender, About::loopback};
  for (const Interval& part : known_as.intervals()) {
    // Each address is a question of its own: its answers come back from it alone.
    for (u128 address = part.lo; address <= part.hi && address - part.lo < kMostPublic; ++address) {
      Result notes;
      const IntervalSet dst = IntervalSet::of(address);
      std::vector<Part> parts = ask_known(asked, {dst, {}, ""}, notes);
      append(result, notes);
      for (Part& each : parts) {
        note_failing(*demand.row, each, "", gathered);
        if (!each.answer.any_breaks) {
          const std::string where = fmt::format("{} ({})", router_words(each, nullptr), address_words(demand.family, dst));
          IntervalSet& ports = gathered.working[{"", where, fmt::format("{} for {}", demand.to, clients.zone)}];
          ports = ports.united(demand.row->ports);
        }
        gathered.parts.push_back(std::move(each));
      }
    }
    if (part.hi - part.lo >= kMostPublic) add_reason(result, fmt::format("limit reached: too many public addresses lead to {}", demand.to));
  }
}

// Clients that use the internal address need a way to it all the same.
void Checking::ask_alternative(const Demand& demand, const Clients& clients, const Declaration& declaration, Result& result, Gathered& gathered) {
  const IntervalSet own = zone(demand.to).addresses.in(demand.family);
  const std::string why = declaration.reason.empty() ? "" : ": " + declaration.reason;
  assume(result, {fmt::format("{} use {}, the internal address of {} (declared: {}{})", clients.zone, address_words(demand.family, own), demand.to, declaration.alternative, why), declaration.origin});
  Result notes;
  std::vector<Part> parts = ask_known({demand.row, clients.zone, demand.to, demand.family, &clients.place, clients.sender, About::row}, {own, {}, ""}, notes);
  append(result, notes);
  for (Part& part : parts) {
    IntervalSet& ports = (part.answer.any_breaks ? gathered.failing : gathered.working)[{"", clients.zone, demand.to}];
    ports = ports.united(demand.row->ports);
    gathered.parts.push_back(std::move(part));
  }
}

// The name that clients use stands in every hosts file that is given, with an address of the server and no other.
bool Checking::hosts_file_leads_to(const Declaration& declaration, const Demand& demand, const Clients& clients, Result& result, std::vector<Counterexample>& wrong) const {
  std::vector<const Device*> files;
  for (const auto* devices : {&network_.aside, &network_.devices})
    for (const Device& device : *devices)
      if (!device.facts.names.empty()) files.push_back(&device);
  if (files.empty()) add_reason(result, fmt::format("the hosts file of the clients is missing: add it as a device with the file in \"configs\", so that '{}' can be looked up", declaration.name));
  const AddressSet& servers = zone(demand.to).addresses;
  std::string name = declaration.name;
  std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  bool leads = true;
  for (const Device* device : files) {
    // The families are looked up one by one.
    const HostName *first = nullptr, *other = nullptr;
    for (const HostName& entry : device->facts.names) {
      if (entry.name != name) continue;
      const bool right = servers.in(entry.address.family).contains(entry.address.value);
      const HostName*& known = entry.address.family == demand.family ? first : other;
      if (known == nullptr) known = &entry;
      // The first entry counts everywhere; whether later ones do hangs on the system.
      else if (!right) add_reason(result, fmt::format("'{}' has a second entry in {}, {}, which is not {}: whether it counts hangs on the system", name, device->name, to_text(entry.address), demand.to));
    }
    if (first != nullptr && other != nullptr && !servers.in(other->address.family).contains(other->address.value))
      add_reason(result, fmt::format("'{}' is {} in {}, too, which is not {}: which of the families clients use hangs on the system", name, to_text(other->address), device->name, demand.to));
    if (first == nullptr) first = other;
    if (first == nullptr) {
      add_reason(result, fmt::format("'{}' is not in {}: it must be there with {}", name, device->name, address_words(servers)));
      leads = false;
    } else if (!servers.in(first->address.family).contains(first->address.value)) {
      leads = false;
      add_wrong_name(demand, clients, *device, *first, wrong);
    }
  }
  return leads;
}

void Checking::add_wrong_name(const Demand& demand, const Clients& clients, const Device& device, const HostName& entry, std::vector<Counterexample>& wrong) const {
  Counterexample example;
  PacketBox box = row_box(*demand.row, clients.place.addresses, IntervalSet::of(entry.address.value));
  // In the other family it is not known which addresses the clients have.
  if (entry.address.family != demand.family) box.src = any_for_requirement().in(entry.address.family);
  Walk walk;
  walk.family = example.region.family = entry.address.family;
  example.packet = client_packet(walk, box);
  example.packet.set(Field::state, state_new);
  example.region.sets = {{Field::src, box.src}, {Field::dst, box.dst}, {Field::protocol, box.protocol}, {Field::src_port, box.src_port}, {Field::dst_port, box.dst_port}};
  example.from_zone = clients.zone;
  example.to_zone = demand.to;
  example.note = fmt::format("{} is {} in {}, but {} is {}", entry.name, to_text(entry.address), device.name, demand.to, address_words(zone(demand.to).addresses));
  Decider decider;
  decider.device = device.name;
  decider.origin = entry.origin;
  decider.rule = "hosts entry";
  decider.did = "named by";
  example.decided_by.push_back(std::move(decider));
  const auto same = [&](const Counterexample& known) { return known.note == example.note; };
  const auto known = std::find_if(wrong.begin(), wrong.end(), same);
  if (known == wrong.end()) wrong.push_back(std::move(example));
  else known->region.sets[Field::dst_port] = known->region.sets[Field::dst_port].united(demand.row->ports);
}

void Checking::summarise_loopback(Result& result, const Gathered& gathered, const Declaration* declaration) const {
  if (!declaration) return summarise_translations(result, gathered, "NAT loopback");
  std::string whose;
  for (const std::string& to : result.to) whose += (whose.empty() ? "" : ", ") + to;
  if (result.truth == Truth::cannot_tell) result.summary = fmt::format("cannot tell whether clients inside reach {} by its internal address ({})", whose, declaration->alternative);
  else if (result.truth == Truth::holds) result.summary = fmt::format("clients inside reach {} by its internal address ({})", whose, declaration->alternative);
  for (const Counterexample& example : result.counterexamples)
    if (result.truth == Truth::violated && !example.decided_by.empty() && example.decided_by[0].did == "named by") result.summary += (result.summary.empty() ? "" : "; ") + example.note;
  if (result.truth != Truth::violated) return;
  for (const auto& [words, ports] : gathered.failing)
    result.summary += fmt::format("{}{} cannot reach {}:{} by its internal address", result.summary.empty() ? "" : "; ", words[1], words[2], number_words(ports));
  if (result.summary.empty() && !result.reasons.empty()) result.summary = result.reasons.front();
}

}  // namespace fwproof::solver
