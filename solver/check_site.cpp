// Required rows and exposures where the site tells its devices' places: every location of the source, every way from there, every way of the
// answers back.
#include <fmt/format.h>

#include <algorithm>

#include "solver/check_run.h"
#include "solver/flow.h"
#include "solver/words.h"

namespace fwproof::solver {

using namespace model;

namespace {

// Addresses that lead to a target by translation and are asked about one after the other, until one works for all.
constexpr size_t kMostKnown = 64;

bool is_private(Family family, const IntervalSet& set) { return private_addresses().in(family).contains(set); }

bool rewrites(const Stop& stop, Field field, Family family) {
  const Policy* policy = stop.device->policy_for(family);
  for (const RewriteAction& action : policy->rewrites)
    for (const Rewrite& step : action.steps)
      if (step.field == field) return true;
  return false;
}

}  // namespace

const StatedPath* Checking::stated_path(const std::string& from, const std::string& to) const {
  for (const StatedPath& path : network_.paths)
    if (path.from == from && path.to == to) return &path;
  return nullptr;
}

// Returns whether anything was asked.
bool Checking::ask_by_routes(const Requirement& row, const std::string& from, const std::string& to, Family family, Result& result, std::vector<Part>& parts) {
  const Zone& source = zone(from);
  const Zone& target = zone(to);
  const bool anyone = source.any || !source.bound;
  IntervalSet src = anyone ? any_for_requirement().in(family) : source.addresses.in(family);
  if (anyone && target.bound && !target.any) src = src.minus(target.addresses.in(family));
  name_unplaced(result);
  // A network's senders are its hosts; what the device among them sends itself is another question.
  for (const Device& device : network_.devices) {
    const IntervalSet own = device.host.empty() && !anyone ? ways_.topology(family).addresses(device).intersected(src) : IntervalSet{};
    if (!own.empty() && own != src) result.assumes.push_back({fmt::format("{} of {} is {} itself: what it sends is not checked", address_words(family, own), from, device.name), {}});
  }
  IntervalSet lost;
  const std::vector<Location> starts = ways_.locate(from, src, family, anyone, lost);
  if (!lost.empty())
    result.reasons.push_back(nowhere_words(from, lost, family));
  const size_t before = parts.size();
  for (const Location& start : starts)
    for (const Device* sender : hosts_of(from)) {
      const size_t from_here = parts.size();
      ask_from({&row, from, to, family, &start, sender}, result, parts);
      fold_quiet(parts, from_here);
    }
  // Of several places of ANY some may be without a device in between; one zone without any is not a question for firewalls.
  if (std::any_of(parts.begin() + static_cast<std::ptrdiff_t>(before), parts.end(), [](const Part& part) { return part.touched || part.answer.any_breaks; })) return true;
  parts.resize(before);
  return !result.reasons.empty();
}

// From one place: the row holds when one address by which that place knows the target works for all sources there.
void Checking::ask_from(const Asked& asked, Result& result, std::vector<Part>& parts) {
  std::vector<Known> candidates = addresses_known(asked, result);
  std::vector<Part> best;
  Result best_notes;
  std::string best_how;
  const auto good = [](const std::vector<Part>& tried, const std::vector<std::string>& reasons) {
    return !tried.empty() && reasons.empty() && std::all_of(tried.begin(), tried.end(), [](const Part& part) {
      return !part.answer.any_breaks && !part.answer.any_undecided && part.answer.limit.empty() && part.answer.proven;
    });
  };
  bool searched = false;
  std::vector<std::string> limits;
  const Zone& target = zone(asked.to);
  // Every member of the role must be reached, though each translation may lead to one of them.
  IntervalSet left = target.bound && !target.any ? target.addresses.in(asked.family) : IntervalSet{};
  bool any_works = false;
  for (size_t i = 0; i <= candidates.size(); ++i) {
    if (i == candidates.size()) {
      if (searched || network_.reached_at.contains({asked.to, asked.from})) break;
      searched = true;
      for (Known& known : find_by_translation(asked, limits)) candidates.push_back(std::move(known));
      // Nothing leads there: then what the place outside can send to says why.
      if (candidates.empty()) candidates = outside_addresses(asked);
      if (i == candidates.size()) break;
    }
    Result notes;
    std::vector<Part> tried = ask_known(asked, candidates[i], notes);
    const bool works = good(tried, notes.reasons);
    // What a translation leads to says more of a failure than an address that cannot be meant.
    if (works && any_works) {
      left = left.minus(surely_reached(tried, candidates[i].dst));
      best_notes.assumes.push_back({candidates[i].how, {}});
      best.insert(best.end(), std::make_move_iterator(tried.begin()), std::make_move_iterator(tried.end()));
    } else if (!any_works && (works || best.empty() || searched)) {
      const bool elsewhere = searched || network_.reached_at.contains({asked.to, asked.from});
      if (works) left = elsewhere ? left.minus(surely_reached(tried, candidates[i].dst)) : IntervalSet{};
      best = std::move(tried);
      best_notes = std::move(notes);
      best_how = candidates[i].how;
    }
    any_works = any_works || works;
    if (any_works && left.empty()) break;
  }
  if (any_works && !left.empty())
    best_notes.reasons.push_back(fmt::format("no translation is known that leads from {} ({}) to {} of {}", asked.from, asked.start->name, address_words(asked.family, left), asked.to));
  if (candidates.empty())
    best_notes.reasons.push_back(fmt::format("{} has no address that {} ({}) can send to: {} is private, and no translation leads to it", asked.to, asked.from, asked.start->name,
                                       address_words(asked.family, zone(asked.to).addresses.in(asked.family))));
  // Another address may be the one that works.
  if (!any_works && !limits.empty()) {
    best_notes.reasons.insert(best_notes.reasons.end(), limits.begin(), limits.end());
    for (Part& part : best) part.unbound = true;
  }
  if (!best_how.empty()) result.assumes.push_back({best_how, {}});
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  append(result.reasons, best_notes.reasons);
  append(result.assumes, best_notes.assumes);
  append(result.depends_on, best_notes.depends_on);
  for (Part& part : best) parts.push_back(std::move(part));
}

// The target's addresses at which these walks arrive. Of several that a translation may choose from it is not known which a packet gets, so
// that none of them is surely reached.
IntervalSet Checking::surely_reached(const std::vector<Part>& parts, const IntervalSet& sent_to) const {
  const IntervalSet reached = arriving_at(parts, Field::dst);
  return reached.is_single() || sent_to.contains(reached) ? reached : IntervalSet{};
}

// What a field of the first packets of these walks is when they arrive; anything where that is not found out.
IntervalSet Checking::arriving_at(const std::vector<Part>& parts, Field field) const {
  IntervalSet all;
  for (const Part& part : parts) {
    Walk first = part.walk;
    first.legs.resize(1);
    try {
      Flow flow(first, slice(first), options_.limits);
      const IntervalSet some = flow.arriving(field);
      all = all.united(some);
    } catch (const LimitReached&) {
      return IntervalSet::all(field_bits(field, first.family));
    }
  }
  return all;
}

std::vector<Checking::Known> Checking::addresses_known(const Asked& asked, Result& result) {
  const Zone& target = zone(asked.to);
  if (const auto stated = network_.reached_at.find({asked.to, asked.from}); stated != network_.reached_at.end()) {
    const IntervalSet dst = stated->second.in(asked.family);
    if (dst.empty()) return {};
    return {{dst, {}, ""}};
  }
  if (target.any || !target.bound) {
    // Devices on the way are not who ANY means.
    IntervalSet anyone = any_for_requirement().in(asked.family).minus(zone(asked.from).addresses.in(asked.family));
    for (const Device& device : network_.devices)
      if (device.host.empty()) anyone = anyone.minus(ways_.topology(asked.family).addresses(device));
    return {{anyone, {}, ""}};
  }
  const IntervalSet own = target.addresses.in(asked.family);
  const bool from_outside = asked.start->kind == Location::Kind::outside;
  if (from_outside && is_private(asked.family, own) && !is_private(asked.family, asked.start->addresses)) return {};
  (void)result;
  return {{own, {}, ""}};
}

namespace {

// A stop that accepts what arrives at one of the row's ports.
Device service_stop(const Requirement& row, const std::string& name) {
  Device device;
  device.name = name;
  Policy& policy = device.policies.emplace_back();
  policy.v4 = policy.v6 = true;
  std::vector<Term> terms;
  if (has_ports(row.protocol)) terms.push_back({In{Field::dst_port, row.ports}, false});
  policy.chains.push_back({"service", {{terms, {ActionKind::accept, 0}, {}, "arrives", true, -1}}, ActionKind::drop, {}, "", -1});
  policy.hooks[static_cast<size_t>(Hook::input)] = {{Stage::Kind::filter, 0}};
  return device;
}

}  // namespace

// Whether the host lets it in is another question.
void Checking::end_at_service(const Asked& asked, Path& path) {
  if (path.go.back().device->host == asked.to) path.go.pop_back();
  add_service_stop(asked, path);
}

void Checking::add_service_stop(const Asked& asked, Path& path) {
  arrivals_.push_back(service_stop(*asked.row, asked.to));
  Stop stop = host_stop(&arrivals_.back(), Hook::input);
  stop.is_device = false;
  path.go.push_back(stop);
}

// Pushes every destination that some device may translate through the ways: those that arrive at the target on the row's port.
std::vector<Checking::Known> Checking::find_by_translation(const Asked& asked, std::vector<std::string>& limits) {
  const Zone& target = zone(asked.to);
  std::vector<Known> known;
  if (target.any || !target.bound) return known;
  IntervalSet candidates = ways_.translatable_addresses(asked.family).intersected(any_for_exposure().in(asked.family)).minus(target.addresses.in(asked.family));
  if (asked.start->kind == Location::Kind::outside && !is_private(asked.family, asked.start->addresses))
    candidates = candidates.minus(private_addresses().in(asked.family));
  // What faces the sender is what it knows first.
  const IntervalSet facing = candidates.intersected(facing_addresses(*asked.start, asked.family));
  if (!facing.empty()) add_translated(asked, facing, known, limits);
  if (known.empty() || !target.addresses.in(asked.family).is_single()) add_translated(asked, candidates.minus(facing), known, limits);
  // The row's own port first.
  std::stable_sort(known.begin(), known.end(), [](const Known& a, const Known& b) { return a.dst_port.empty() > b.dst_port.empty(); });
  return known;
}

void Checking::add_translated(const Asked& asked, const IntervalSet& candidates, std::vector<Known>& known, std::vector<std::string>& limits) {
  if (candidates.empty()) return;
  const IntervalSet target_addresses = zone(asked.to).addresses.in(asked.family);
  std::vector<std::string> reasons;
  for (Path& path : paths_by_routes(asked, candidates, asked.start->addresses, false, reasons)) {
    if (path.arrival == nullptr || std::none_of(path.go.begin(), path.go.end(), [&](const Stop& stop) { return rewrites(stop, Field::dst, asked.family); })) continue;
    end_at_service(asked, path);
    Walk walk;
    walk.family = asked.family;
    const IntervalSet starts = path.only_dst ? candidates.intersected(path.only_dst->in(asked.family)) : candidates;
    walk.in_question = {row_box(*asked.row, asked.start->addresses, starts, IntervalSet::all(16))};
    if (starts.empty()) continue;
    walk.legs = legs_of(asked.row->protocol);
    walk.legs.resize(1);
    add_hops(walk.legs, path, asked.family, locals_);
    const Answer answer = ask(walk, Wanted::none_pass, options_.limits, nullptr);
    if (!answer.limit.empty()) limits.push_back("limit reached: " + answer.limit);
    // One address of many tells what becomes of them all, unless there are several targets or each address counts.
    const size_t most = target_addresses.is_single() && asked.about == About::row ? 1 : kMostKnown;
    bool all = answer.listed_all;
    for (const auto* findings : {&answer.breaks, &answer.undecided})
      for (const Finding& finding : *findings)
        for (const Interval& part : finding.box.dst.intervals()) {
          all = all && (most == 1 || part.hi - part.lo < most);
          for (u128 address = part.lo; address <= part.hi && address - part.lo < most; ++address) {
            Known found{IntervalSet::of(address), finding.box.dst_port, ""};
            if (finding.box.dst_port.contains(asked.row->ports)) found.dst_port = {};
            const std::string at = to_text(Address{asked.family, address}) + (found.dst_port.empty() ? "" : ":" + number_words(found.dst_port));
            found.how = fmt::format("{} ({}) reaches {}:{} as {}", asked.from, asked.start->name, asked.to, number_words(asked.row->ports), at);
            const auto same = [&](const Known& k) { return k.how == found.how; };
            if (std::any_of(known.begin(), known.end(), same)) continue;
            if (known.size() < kMostKnown) known.push_back(std::move(found));
            else all = false;
          }
        }
    if (!all) limits.push_back(fmt::format("limit reached: more than {} translations lead to {}", known.size(), asked.to));
  }
}

// Where a place outside can only send to the device in front of it.
std::vector<Checking::Known> Checking::outside_addresses(const Asked& asked) {
  if (asked.start->kind != Location::Kind::outside) return {};
  const IntervalSet own = ways_.topology(asked.family).addresses(asked.start->place);
  if (own.empty()) return {};
  return {{own, {}, fmt::format("{} ({}) sends to {}: {} is private, and no translation leads to it", asked.from, asked.start->name, address_words(asked.family, own),
                                address_words(asked.family, zone(asked.to).addresses.in(asked.family)))}};
}

std::vector<Part> Checking::ask_known(const Asked& asked, const Known& known, Result& notes) {
  std::vector<Part> parts;
  const Requirement& row = *asked.row;
  IntervalSet src = asked.start->addresses;
  if (asked.sender) src = src.intersected(own_addresses(network_, *asked.sender).in(asked.family));
  for (Path& path : paths_by_routes(asked, known.dst, src, true, notes.reasons)) {
    Part part;
    part.from = asked.from;
    part.to = asked.to;
    part.family = asked.family;
    part.unbound = (!zone(asked.from).bound && !zone(asked.from).any) || (!zone(asked.to).bound && !zone(asked.to).any);
    part.walk.family = asked.family;
    part.walk.elsewhere_passes = true;
    part.walk.must_return = true;
    const IntervalSet dst = staying(path, asked.family, known.dst);
    if (dst.empty() || src.empty()) continue;
    // Which packets go to their own sender is seen before any are left to other ways.
    if (src.intersects(known.dst))
      part.walk.not_in_question = to_itself(row_box(row, src, path.only_dst ? known.dst.intersected(path.only_dst->in(asked.family)) : known.dst, known.dst_port));
    part.walk.in_question = {row_box(row, src, dst, known.dst_port)};
    part.walk.legs = legs_of(row.protocol);
    if (path.back.empty()) part.walk.legs.resize(1);
    part.about = asked.about;
    if (asked.about == About::loopback && path.arrival) add_service_stop(asked, path);
    add_hops(part.walk.legs, path, asked.family, locals_);
    set_service(part.walk, path, row, notes);
    part.answer = ask_or_recall(part.walk);
    if (part.answer.empty || !part.answer.any_stays) continue;
    const auto is_device = [](const Stop& stop) { return stop.is_device; };
    note_routing_gaps(path.go, notes);
    note_routing_gaps(path.back, notes);
    part.touched = std::any_of(path.go.begin(), path.go.end(), is_device) || std::any_of(path.back.begin(), path.back.end(), is_device);
    note_moved(number_words(row.ports), path, part.answer, notes);
    name_bound_rules(part);
    part.path = std::move(path);
    parts.push_back(std::move(part));
  }
  // A port that a client chose because it leads to the row's must surely lead there.
  if (const IntervalSet ports = known.dst_port.empty() ? IntervalSet{} : arriving_at(parts, Field::dst_port); !row.ports.contains(ports))
    notes.reasons.push_back(fmt::format("what {} sends to port {} may arrive at {}:{}, not at {}", asked.from, number_words(known.dst_port), asked.to, number_words(ports), number_words(row.ports)));
  check_coverage(asked, parts, src, known, notes);
  return parts;
}

// A last look by the evaluator: the first and the last packet in question, and their answers, take one of the ways that were asked about.
void Checking::check_coverage(const Asked& asked, const std::vector<Part>& parts, const IntervalSet& src, const Known& known, Result& notes) const {
  if (src.empty() || known.dst.empty() || !notes.reasons.empty()) return;
  const PacketBox box = row_box(*asked.row, src, known.dst, known.dst_port);
  for (const bool greatest : {false, true}) {
    Walk whole;
    whole.family = asked.family;
    const Packet client = client_packet(whole, box, greatest);
    const auto takes = [&](const Part& part) {
      const PacketBox& asked_box = part.walk.in_question.front();
      if (!asked_box.dst.contains(client.get(Field::dst)) || !asked_box.src.contains(client.get(Field::src))) return false;
      return !replay(part.walk, 0, client).another_way && (part.walk.legs.size() < 2 || !replay(part.walk, 1, client).another_way);
    };
    if (std::any_of(parts.begin(), parts.end(), takes)) continue;
    notes.reasons.push_back(fmt::format("no way was found for a packet from {} to {} ({} to {})", asked.from, asked.to, to_text(Address{asked.family, client.get(Field::src)}),
                                        to_text(Address{asked.family, client.get(Field::dst)})));
    return;
  }
}

}  // namespace fwproof::solver
