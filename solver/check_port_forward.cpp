// Port forward: a router forwards the ports of ANY's rows to the server behind it.
#include <fmt/format.h>

#include <algorithm>

#include "solver/check_run.h"
#include "solver/words.h"

namespace fwproof::solver {

using namespace model;

namespace {

void append(Result& to, Result& from) {
  const auto move = [](auto& a, auto& b) { a.insert(a.end(), std::make_move_iterator(b.begin()), std::make_move_iterator(b.end())); };
  move(to.reasons, from.reasons);
  move(to.assumes, from.assumes);
  move(to.depends_on, from.depends_on);
}

void assume(Result& result, std::string text) {
  const auto same = [&](const Assumption& a) { return a.text == text; };
  if (std::none_of(result.assumes.begin(), result.assumes.end(), same)) result.assumes.push_back({std::move(text), {}});
}

// Every packet does what it should.
bool works(const std::vector<Part>& parts, const Result& notes) {
  return !parts.empty() && notes.reasons.empty() && std::all_of(parts.begin(), parts.end(), [](const Part& part) {
    return !part.answer.any_breaks && !part.answer.any_undecided && part.answer.limit.empty() && part.answer.proven;
  });
}

bool surely_fails(const std::vector<Part>& parts) {
  return std::any_of(parts.begin(), parts.end(), [](const Part& part) { return part.answer.any_breaks; });
}

std::string protocol_word(const Requirement& row) { return row.protocol == proto_tcp ? "" : protocol_words(row.protocol) + " "; }

// A place where a packet has arrived: the target's addresses, and the row's port.
Device arrival_of(const Requirement& row, const std::string& to) {
  Device device;
  device.name = device.host = to;
  Policy& policy = device.policies.emplace_back();
  policy.v4 = policy.v6 = true;
  policy.chains.push_back({"service", {{{{In{Field::dst_port, row.ports}, false}}, {ActionKind::accept, 0}, {}, "arrives", true, -1}}, ActionKind::drop, {}, "", -1});
  policy.hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::route, 0}, {Stage::Kind::filter, 0}};
  return device;
}

std::string optional_words(const Requirements& requirements, const std::string& spec) {
  IntervalSet ports;
  for (const Requirement& row : requirements.rows)
    if (row.spec == spec && row.optional && has_ports(row.protocol)) ports = ports.united(row.ports);
  return ports.empty() ? "" : fmt::format(" (not asked for optional ports: {})", number_words(ports));
}

}  // namespace

void Checking::ask_port_forward(const Constraint& constraint, Result& result) {
  const auto demands = demands_of(constraint, result, "port forward");
  if (!demands) return;
  Gathered gathered;
  if (has_router(result.to, result))
    for (const Demand& demand : *demands) {
      if (ways_.derived() && stated_path(demand.from, demand.to) == nullptr) ask_forward_by_routes(demand, result, gathered);
      else ask_forward_as_listed(demand, result, gathered);
    }
  finish_constraint(result, gathered);
  summarise_translations(result, gathered, "port forward");
  if (result.truth == Truth::holds) result.summary += optional_words(requirements_, constraint.spec);
  report_.results.push_back(std::move(result));
}

void Checking::ask_forward_by_routes(const Demand& demand, Result& result, Gathered& gathered) {
  Result placed;
  name_unplaced(placed);
  for (const std::string& reason : placed.reasons) gathered.unplaced = reason;
  if (is_by_other_family(demand, result)) return;
  // Beyond a router's default route nobody routes private addresses (6.9): a forward to there leads to nobody.
  IntervalSet lost;
  for (const Location& target : target_locations(demand.to, demand.family, lost)) {
    if (target.kind != Location::Kind::outside || target.is_private) continue;
    gathered.unplaced = fmt::format("no network or route of a given device leads to {} of {}", address_words(demand.family, target.addresses), demand.to);
    if (std::find(result.reasons.begin(), result.reasons.end(), gathered.unplaced) == result.reasons.end()) result.reasons.push_back(gathered.unplaced);
  }
  const std::vector<Location> places = outside_places(demand);
  if (places.empty()) {
    const char* name = demand.family == Family::v4 ? "IPv4" : "IPv6";
    result.reasons.push_back(fmt::format("no given device leads to the {} Internet: the configuration of the router that does, or its default route, is missing", name));
    return;
  }
  for (const Location& place : spare_places(demand, places)) note_spare(demand, place, result);
  for (const Location& place : places) ask_forward_from({demand.row, demand.from, demand.to, demand.family, &place, nullptr, About::forward}, result, gathered);
}

// From one place outside: one public address must do for every client there.
void Checking::ask_forward_from(const Asked& asked, Result& result, Gathered& gathered) {
  if (!has_public_address(*asked.start, asked.family, result)) return;
  const IntervalSet own = zone(asked.to).addresses.in(asked.family);
  IntervalSet left = own.intersected(private_addresses().in(asked.family));
  std::vector<Known> other_ports;
  std::vector<Part> best;
  Result best_notes;
  std::string at;
  std::vector<std::string> limits;
  const std::vector<Known> leading = leading_destinations(asked, !own.is_single(), &other_ports, limits);
  for (const Known& known : leading) {
    Result notes;
    std::vector<Part> tried = ask_forward(asked, known.dst, notes);
    if (works(tried, notes)) {
      if (!facing_addresses(*asked.start, asked.family).contains(known.dst) && asked.start->place.device) note_foreign(asked, known.dst, result);
      if (at.empty()) best.clear();
      const bool learned = is_stand_in({asked.family, known.dst.min()});
      at += (at.empty() ? "" : ", ") + (learned ? "the address that " + asked.start->place.device->name + " learns" : address_words(asked.family, known.dst));
      // Of several hosts each must be forwarded to, though a translation leads to one of them.
      left = own.is_single() ? IntervalSet{} : left.minus(surely_reached(tried, known.dst));
      append(result, notes);
      best.insert(best.end(), std::make_move_iterator(tried.begin()), std::make_move_iterator(tried.end()));
      if (left.empty()) break;
    } else if (at.empty() && (best.empty() || (surely_fails(best) && !surely_fails(tried)))) {
      best = std::move(tried);
      best_notes = std::move(notes);
    }
  }
  if (at.empty() && leading.empty()) {
    best = ask_unforwarded(asked, best_notes);
    // The search for what leads there and this question must agree.
    const auto all_fail = [](const Part& part) { return part.answer.all_staying_break; };
    for (Part& part : best) part.unbound = !all_fail(part);
    if (!std::all_of(best.begin(), best.end(), all_fail)) best_notes.reasons.push_back(fmt::format("it is not known whether a port forward leads to {}", asked.to));
  }
  // Another destination may be the one that is forwarded.
  if (at.empty() && !limits.empty()) {
    best_notes.reasons.insert(best_notes.reasons.end(), limits.begin(), limits.end());
    for (Part& part : best) part.unbound = true;
  }
  if (at.empty()) append(result, best_notes);
  if (!at.empty() && !left.empty())
    result.reasons.push_back(fmt::format("no port forward is known that surely leads to {} of {} on {}port {}", address_words(asked.family, left), asked.to, protocol_word(*asked.row), number_words(asked.row->ports)));
  note_translations(*asked.row, best, at, other_ports, gathered);
  for (Part& part : best) gathered.parts.push_back(std::move(part));
}

// Nobody sends packets for an address to a router because one of its rules speaks of it.
void Checking::note_foreign(const Asked& asked, const IntervalSet& dst, Result& result) {
  const Device& router = *asked.start->place.device;
  const std::string words = address_words(asked.family, dst);
  const auto stated = network_.reached_at.find({asked.to, asked.from});
  // In a network of its own it may answer for an address that it does not have: an alias of its translation, proxy ARP.
  const size_t segment = ways_.topology(asked.family).segment_of(asked.start->place);
  IntervalSet known = segment == SIZE_MAX ? IntervalSet{} : ways_.topology(asked.family).segments()[segment].addresses;
  for (const Device& device : network_.devices)
    if (device.host.empty()) known = known.united(ways_.topology(asked.family).addresses(device));
  if (stated != network_.reached_at.end()) known = known.united(stated->second.in(asked.family));
  if (known.contains(dst)) return assume(result, fmt::format("packets to {} come to {}, though it is none of its addresses there", words, router.name));
  std::string reason = fmt::format("no interface of {} has {}: whether packets to it come there is not told (an address of the interface, or \"reached_at\" in the site file, tells)", router.name, words);
  if (std::find(result.reasons.begin(), result.reasons.end(), reason) == result.reasons.end()) result.reasons.push_back(std::move(reason));
}

// Public addresses of a router where it leads nowhere outside by its best routes: a spare line, or one for what comes in alone.
std::vector<Location> Checking::spare_places(const Demand& demand, const std::vector<Location>& places) const {
  std::vector<Location> spare;
  const IntervalSet anyone = any_for_requirement().in(demand.family).minus(private_addresses().in(demand.family));
  const Topology& topology = ways_.topology(demand.family);
  for (const Device& device : network_.devices)
    for (const InterfaceFact& interface : device.facts.interfaces) {
      const auto is_here = [&](const Location& place) { return place.place.device == &device && place.place.interface == &interface; };
      const IntervalSet own = topology.addresses(Place{&device, &interface});
      const bool is_lan = is_role_in(interface, demand.family);
      if (!device.host.empty() || !interface.up || is_lan || own.intersected(anyone).empty() || std::any_of(places.begin(), places.end(), is_here)) continue;
      IntervalSet clients = anyone;
      for (const Prefix& prefix : addresses_of(interface))
        if (prefix.address.family == demand.family) clients = clients.minus(IntervalSet::range(prefix.interval().lo, prefix.interval().hi));
      spare.push_back({Location::Kind::outside, SIZE_MAX, {&device, &interface}, clients, fmt::format("beyond {} of {}", interface.name, device.name), false, 0});
    }
  return spare;
}

// Some role stands in a network of that interface: it leads inside.
bool Checking::is_role_in(const InterfaceFact& interface, Family family) const {
  for (const Prefix& prefix : interface.addresses) {
    if (prefix.address.family != family) continue;
    const IntervalSet network = IntervalSet::range(prefix.interval().lo, prefix.interval().hi);
    for (const auto& [name, role] : network_.zones)
      if (!role.any && role.addresses.in(family).intersects(network)) return true;
  }
  return false;
}

// It is no way to the Internet, or the worse one. Clients may use its address all the same.
void Checking::note_spare(const Demand& demand, const Location& place, Result& result) {
  const IntervalSet own = facing_addresses(place, demand.family);
  Result notes;
  const std::vector<Part> tried = ask_forward({demand.row, demand.from, demand.to, demand.family, &place, nullptr, About::forward}, own, notes);
  if (works(tried, notes)) return;
  std::string words = address_words(demand.family, own);
  for (const Interval& part : own.intervals())
    if (is_stand_in({demand.family, part.lo})) words = "the address that it learns";
  assume(result, fmt::format("clients outside do not use {} of {} ({}), which leads out by no route or by a worse one: {}port {} there does not surely lead to {}", place.place.interface->name,
                             place.place.device->name, words, protocol_word(*demand.row), number_words(demand.row->ports), demand.to));
}

// Nothing leads there: what packets to the public addresses of the routers meet.
std::vector<Part> Checking::ask_unforwarded(const Asked& asked, Result& notes) {
  IntervalSet hidden = private_addresses().in(asked.family).united(zone(asked.to).addresses.in(asked.family));
  // What is sent to an address by which another place is reached comes in there.
  for (const Location& other : outside_places({asked.row, asked.from, asked.to, asked.family}))
    hidden = hidden.united(facing_addresses(other, asked.family).minus(facing_addresses(*asked.start, asked.family)));
  const IntervalSet candidates = facing_addresses(*asked.start, asked.family).united(ways_.translatable_addresses(asked.family)).intersected(any_for_requirement().in(asked.family)).minus(hidden);
  if (!candidates.empty()) return ask_forward(asked, candidates, notes);
  notes.reasons.push_back(fmt::format("no public address of {} is known: state the addresses of {}", asked.start->place.device->name, asked.start->place.interface->name));
  return {};
}

// For the summary: which ports work where, and what becomes of the others.
void Checking::note_translations(const Requirement& row, const std::vector<Part>& parts, const std::string& at, const std::vector<Known>& other_ports, Gathered& gathered) const {
  for (const Part& part : parts) {
    const bool fails = part.answer.any_breaks;
    if (!fails && !at.empty() && part.touched) {
      IntervalSet& ports = gathered.working[{protocol_word(row), at, part.to}];
      ports = ports.united(row.ports);
    }
    const std::string more = other_ports.empty() ? "" : fmt::format(" (port {} of {} is forwarded to {}:{})", number_words(other_ports[0].dst_port),
                                                                     address_words(part.family, other_ports[0].dst), part.to, number_words(row.ports));
    note_failing(row, part, more, gathered);
  }
}

// Where nothing tells the addresses of the devices, they stand in the order in which they are listed.
void Checking::ask_forward_as_listed(const Demand& demand, Result& result, Gathered& gathered) {
  const AddressSet hidden = private_addresses().united(zone(demand.to).addresses);
  const IntervalSet anyone = any_for_requirement().in(demand.family).minus(hidden.in(demand.family));
  for (Path& path : paths_between(network_, demand.from, demand.to, demand.family)) {
    const auto is_host = [](const Device* device) { return !device->host.empty(); };
    std::erase_if(path.devices, is_host);
    std::erase_if(path.unreadable, is_host);
    for (const Device* device : path.unreadable) result.reasons.push_back(fmt::format("{} stands on the way, but there is no {} export of it that can be read", device->name, demand.family == Family::v4 ? "IPv4" : "IPv6"));
    if (!path.unreadable.empty()) continue;
    path.source = nullptr;
    arrivals_.push_back(arrival_of(*demand.row, demand.to));
    locals_[&arrivals_.back()] = path.only_dst.value_or(zone(demand.to).addresses);
    path.devices.push_back(&arrivals_.back());
    const auto asking = [&](const IntervalSet& dst, Wanted wanted) {
      Part part{demand.from, demand.to, demand.family, {}, {}, false, path, true, About::forward};
      part.walk.family = demand.family;
      part.walk.in_question = {row_box(*demand.row, anyone, dst)};
      part.walk.legs = legs_of(demand.row->protocol);
      part.walk.legs.resize(1);
      add_hops(part.walk.legs, path, demand.family, locals_);
      part.answer = ask(part.walk, wanted, options_.limits, options_.proofs && wanted == Wanted::all_pass ? &proofs_ : nullptr);
      return part;
    };
    // Some destination must do for all clients: tried are those that lead there for some.
    std::vector<IntervalSet> candidates;
    const Part search = asking(anyone, Wanted::none_pass);
    for (const auto* findings : {&search.answer.breaks, &search.answer.undecided})
      for (const Finding& finding : *findings)
        if (std::find(candidates.begin(), candidates.end(), finding.box.dst) == candidates.end() && candidates.size() < 8) candidates.push_back(finding.box.dst);
    if (candidates.empty()) candidates.push_back(anyone);
    std::vector<Part> best;
    std::string at;
    for (const IntervalSet& dst : candidates) {
      std::vector<Part> tried;
      tried.push_back(asking(dst, Wanted::all_pass));
      const bool good = works(tried, {}) && tried[0].answer.moved_port.empty();
      if (good || best.empty() || (surely_fails(best) && !surely_fails(tried))) best = std::move(tried);
      if (!good) continue;
      at = address_words(demand.family, dst);
      if (dst == anyone) at = "its public address";
      else if (!dst.is_single()) result.reasons.push_back(fmt::format("{} forwards at {}: which of these is its own is not known", router_words(best[0], nullptr), at));
      assume(result, fmt::format("clients outside reach {} by {}: no interface of it is given", router_words(best[0], nullptr), at));
      break;
    }
    if (at.empty() && !best.empty() && !best[0].answer.moved_port.empty())
      result.reasons.push_back(fmt::format("what is sent to a port of {} may arrive at another port of {}", number_words(demand.row->ports), demand.to));
    note_translations(*demand.row, best, at, {}, gathered);
    for (Part& part : best) gathered.parts.push_back(std::move(part));
  }
}

}  // namespace fwproof::solver
