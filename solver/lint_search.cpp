// One file although it is long: what takes packets from a rule is one argument, to be read in one go.
#include "solver/lint_search.h"

#include <algorithm>

namespace fwproof::solver {

using namespace model;

namespace {

constexpr uint32_t kStepsOfRule = 4'000;       // regions looked at
constexpr uint32_t kStepsWhenOpen = 100;       // … once it cannot be dead any more
constexpr uint64_t kStepsInAll = 3'000'000;
constexpr uint64_t kLookedInAll = 1'500'000'000;  // boxes that the index looked at
constexpr uint32_t kAttempts = 6;              // packets tried in a region that nothing has been taken from yet
constexpr uint32_t kReplays = 12;              // replays of one rule that did not come to it
constexpr size_t kHits = 64;
constexpr size_t kHitsOfCall = 2'000;
constexpr uint32_t kCallDepth = 16;
constexpr uint32_t kCallsOfPoint = 1'000;
constexpr size_t kRoots = 64;

bool takes(const Policy& policy, const Action& action) {
  switch (action.kind) {
    case ActionKind::accept:
    case ActionKind::drop:
    case ActionKind::reject:
    case ActionKind::return_:
    case ActionKind::go_to: return true;
    case ActionKind::rewrite: return policy.rewrites[action.index].then != ActionKind::proceed;
    case ActionKind::jump:
    case ActionKind::proceed:
    case ActionKind::unknown:
    case ActionKind::unknown_rewriting: return false;
  }
  return false;
}

LintRegion region_of(const LintBox& box) {
  LintRegion region;
  for (const LintSide& side : box.sides) region.emplace_back(side.field, *side.set);
  return region;
}

bool overlap(const LintBox& box, const LintRegion& region) {
  return std::all_of(box.sides.begin(), box.sides.end(), [&](const LintSide& side) {
    const IntervalSet* set = find(region, side.field);
    return !set || set->intersects(*side.set);
  });
}

struct ProtocolGroup {
  IntervalSet protocols;
  std::vector<Field> zero;
};

const std::array<ProtocolGroup, 4>& protocol_groups() {
  static const std::array<ProtocolGroup, 4> kGroups = [] {
    IntervalSet ported;
    for (unsigned protocol = 0; protocol < 256; ++protocol)
      if (has_ports(protocol) && protocol != proto_tcp) ported = ported.united(IntervalSet::of(protocol));
    const IntervalSet tcp = IntervalSet::of(proto_tcp);
    const IntervalSet icmp = IntervalSet::of(proto_icmp).united(IntervalSet::of(proto_icmpv6));
    const IntervalSet rest = IntervalSet::all(8).minus(ported).minus(tcp).minus(icmp);
    return std::array<ProtocolGroup, 4>{{{tcp, {Field::icmp_type, Field::icmp_code}},
                                         {ported, {Field::tcp_flags, Field::icmp_type, Field::icmp_code}},
                                         {icmp, {Field::tcp_flags, Field::src_port, Field::dst_port}},
                                         {rest, {Field::tcp_flags, Field::src_port, Field::dst_port, Field::icmp_type, Field::icmp_code}}}};
  }();
  return kGroups;
}

constexpr LintFields kTranslated = bit_of(Field::src) | bit_of(Field::dst) | bit_of(Field::src_port) | bit_of(Field::dst_port);
constexpr LintFields kByProtocol = bit_of(Field::protocol) | bit_of(Field::src_port) | bit_of(Field::dst_port) | bit_of(Field::icmp_type) |
                                   bit_of(Field::icmp_code) | bit_of(Field::tcp_flags);

}  // namespace

// ---- What is asked ----------------------------------------------------------------------------------------------

LintSearch::Asked LintSearch::asked(RuleRef rule, uint32_t number) const {
  Asked asked{rule, number, {}, 0};
  asked.frames.push_back({rule.chain, rule.rule, 0, false});
  if (number == LintWay::kNone) {
    asked.written = kEveryField;
    return asked;
  }
  asked.written = chains_.written(rule.chain, 0, rule.rule);
  uint32_t way = number;
  for (; chains_.ways[way].parent != LintWay::kNone; way = chains_.ways[way].parent) {
    const LintWay& here = chains_.ways[way];
    const uint32_t caller = chains_.ways[here.parent].chain;
    asked.frames.push_back({caller, here.call, asked.written, false});
    asked.written |= chains_.written(caller, 0, here.call);
  }
  add_stages_before(asked, chains_.ways[way]);
  return asked;
}

void LintSearch::add_stages_before(Asked& asked, const LintWay& way) const {
  const std::vector<Stage>& stages = chains_.policy.hooks[static_cast<size_t>(way.hook)];
  // A nat stage sees later packets of a connection as its first one, and undoes translations before its rules are looked at.
  if (stages[way.stage].kind == Stage::Kind::nat) asked.written |= bit_of(Field::state) | bit_of(Field::tcp_flags) | kTranslated;
  for (uint32_t stage = way.stage; stage-- > 0;) {
    if (stages[stage].kind == Stage::Kind::route) continue;
    const uint32_t chain = stages[stage].chain;
    const bool nat = stages[stage].kind == Stage::Kind::nat;
    asked.written |= chains_.chains[chain].writes | (nat ? kTranslated : 0);
    if (!nat) asked.frames.push_back({chain, static_cast<uint32_t>(chains_.policy.chains[chain].rules.size()), asked.written, true});
  }
}

// Ports, ICMP fields and TCP flags are 0 where the protocol has none.
std::vector<LintRegion> LintSearch::by_protocol(const LintRegion& region) const {
  std::vector<LintRegion> out;
  const IntervalSet* own = find(region, Field::protocol);
  const IntervalSet zero = IntervalSet::of(0);
  for (const ProtocolGroup& group : protocol_groups()) {
    if (own && !own->intersects(group.protocols)) continue;
    LintRegion part = region;
    bool left = chains_.space.narrow(part, Field::protocol, group.protocols);
    for (const Field field : group.zero) left = left && chains_.space.narrow(part, field, zero);
    if (left) out.push_back(std::move(part));
  }
  return out;
}

void LintSearch::limit_by_calls(const Asked& asked, std::vector<LintRegion>& regions) const {
  for (size_t i = 1; i < asked.frames.size() && !asked.frames[i].stage_before; ++i) {
    const Frame& frame = asked.frames[i];
    const LintChain& chain = chains_.chains[frame.chain];
    const uint32_t first = chain.first_box[frame.limit], last = chain.first_box[frame.limit + 1];
    if (regions.size() * (last - first) > kRoots) continue;
    std::vector<LintRegion> out;
    for (const LintRegion& region : regions)
      for (uint32_t box = first; box < last; ++box) {
        LintRegion part = region;
        if (chains_.space.narrow(part, chain.boxes[box], frame.written)) out.push_back(std::move(part));
      }
    regions = std::move(out);
  }
}

std::vector<LintRegion> LintSearch::roots(const Asked& asked, bool& contradicts) const {
  const LintChain& chain = chains_.chains[asked.rule.chain];
  std::vector<LintRegion> regions;
  for (uint32_t box = chain.first_box[asked.rule.rule]; box < chain.first_box[asked.rule.rule + 1]; ++box)
    regions.push_back(region_of(chain.boxes[box]));
  const auto in_groups = [&] {
    if (asked.way != LintWay::kNone && (asked.written & kByProtocol) != 0) return;
    std::vector<LintRegion> out;
    for (const LintRegion& region : regions)
      for (LintRegion& part : by_protocol(region)) out.push_back(std::move(part));
    regions = std::move(out);
  };
  // Where nobody knows what came before, nothing may be said about ports and protocols that do not fit.
  if (asked.way != LintWay::kNone) in_groups();
  contradicts = regions.empty();
  limit_by_calls(asked, regions);
  return regions;
}

// ---- Packets to try ---------------------------------------------------------------------------------------------

uint64_t LintSearch::random() {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return random_;
}

u128 LintSearch::pick_value(Field field, const IntervalSet& set, uint32_t attempt) {
  if (attempt == 1) return set.min();
  if (attempt == 2) return set.max();
  if (attempt == 0 && field != Field::src && field != Field::dst && field != Field::dst_port) return set.min();
  const auto& intervals = set.intervals();
  const Interval& interval = intervals[random() % intervals.size()];
  const u128 span = interval.hi - interval.lo;
  if (span == 0) return interval.lo;
  const u128 dice = (u128{random()} << 64) | random();
  return interval.lo + (span == ~u128{0} ? dice : dice % (span + 1));
}

LintPoint LintSearch::pick(const LintRegion& region, uint32_t attempt) {
  LintPoint point{};
  for (const auto& [field, set] : region) point[static_cast<size_t>(field)] = pick_value(field, set, attempt);
  fill(point, fields_of(region), attempt);
  return point;
}

LintPoint LintSearch::pick(const LintBox& box, uint32_t attempt) {
  LintPoint point{};
  for (const LintSide& side : box.sides) point[static_cast<size_t>(side.field)] = pick_value(side.field, *side.set, attempt);
  fill(point, fields_of(box), attempt);
  return point;
}

// Fields that the rule does not ask about.
void LintSearch::fill(LintPoint& point, LintFields set, uint32_t attempt) {
  const auto free = [&](Field field) { return (set & bit_of(field)) == 0; };
  u128& protocol = point[static_cast<size_t>(Field::protocol)];
  if (free(Field::protocol)) protocol = proto_tcp;
  if (free(Field::tcp_flags) && protocol == proto_tcp) point[static_cast<size_t>(Field::tcp_flags)] = tcp_syn;
  const bool ports = has_ports(protocol);
  for (const Field field : {Field::src, Field::dst, Field::src_port, Field::dst_port, Field::in, Field::state, Field::mark}) {
    const bool port = field == Field::src_port || field == Field::dst_port;
    const bool always = field == Field::src || field == Field::dst;
    if (free(field) && (port ? ports : always || attempt >= 3))
      point[static_cast<size_t>(field)] = pick_value(field, IntervalSet::range(0, chains_.space.max_of(field)), 3);
  }
}

// ---- What takes a packet ----------------------------------------------------------------------------------------

std::vector<uint32_t> LintSearch::hits(uint32_t number, uint32_t limit, const LintPoint& point, size_t most) {
  const LintChain& chain = chains_.chains[number];
  std::vector<uint32_t> found;
  looked_ += chain.index.visit(point, chain.first_box[limit], [&](uint32_t box) {
    if (contains(chain.boxes[box], point)) found.push_back(box);
    return found.size() < most;
  });
  std::sort(found.begin(), found.end());
  return found;
}

std::optional<LintTaken> LintSearch::taken_in(const Frame& frame, const LintPoint& point, const LintRegion& region) {
  if (frame.stage_before) {
    LintTaken taken;
    if (!decided_in(frame.chain, point, true, 0, taken)) return std::nullopt;
    if ((fields_of(taken.region) & frame.written) != 0) return std::nullopt;
    return taken;
  }
  const LintChain& chain = chains_.chains[frame.chain];
  std::optional<LintTaken> part;
  std::vector<uint32_t> calls;  // boxes
  for (const uint32_t box : hits(frame.chain, frame.limit, point, kHits)) {
    const Action& action = chains_.policy.chains[frame.chain].rules[chain.rule_of[box]].action;
    if (!chain.boxes[box].takes) continue;
    if (action.kind == ActionKind::jump) calls.push_back(box);
    if (!takes(chains_.policy, action)) continue;
    const bool whole = contains(chain.boxes[box], region);
    if (part && !whole) continue;
    const LintFields written = frame.written | chains_.written(frame.chain, chain.rule_of[box] + 1, frame.limit);
    if ((fields_of(chain.boxes[box]) & written) != 0) continue;
    const uint32_t rule = chain.rule_of[box];
    const bool one_box = chain.first_box[rule + 1] - chain.first_box[rule] == 1;
    part = LintTaken{region_of(chain.boxes[box]), {frame.chain, rule}, std::nullopt, one_box};
    if (whole) return part;
  }
  constexpr size_t kCalls = 4;
  if (calls.size() > kCalls) calls.resize(kCalls);
  for (const uint32_t box : calls) {
    auto taken = taken_by_call(frame, box, point);
    if (taken && (!part || contains(taken->region, region))) part = std::move(taken);
  }
  return part;
}

std::optional<LintTaken> LintSearch::taken_by_call(const Frame& frame, uint32_t box, const LintPoint& point) {
  const LintChain& chain = chains_.chains[frame.chain];
  const RuleRef call{frame.chain, chain.rule_of[box]};
  const uint32_t called = chains_.rule(call).action.index;
  LintTaken taken;
  taken.region = region_of(chain.boxes[box]);
  taken.called_by = call;
  if (!decided_in(called, point, false, 0, taken)) return std::nullopt;
  const LintFields written = frame.written | chains_.written(frame.chain, call.rule, frame.limit) | chains_.chains[called].writes;
  if ((fields_of(taken.region) & written) != 0) return std::nullopt;
  return taken;
}

// Makes the region miss what these boxes before `before` may match.
bool LintSearch::keep_from(const std::vector<uint32_t>& boxes, const LintChain& chain, uint32_t before, const LintPoint& point,
                           LintRegion& region) {
  for (const uint32_t box : boxes) {
    if (chain.rule_of[box] >= before) break;
    ++steps_;
    if (!overlap(chain.boxes[box], region)) continue;
    const auto& sides = chain.boxes[box].sides;
    const auto misses = [&](const LintSide& side) { return !side.set->contains(point[static_cast<size_t>(side.field)]); };
    const auto side = std::find_if(sides.begin(), sides.end(), misses);
    if (side == sides.end() || !chains_.space.take_out(region, side->field, *side->set)) return false;
  }
  return true;
}

// A chain that does not decide the point is not looked into twice for it: chains that call the next one twice would be looked into without end.
bool LintSearch::decided_in(uint32_t number, const LintPoint& point, bool only_drops, uint32_t depth, LintTaken& taken) {
  uint64_t& undecided = undecided_[only_drops][number];
  if (depth > kCallDepth || calls_left_ == 0 || undecided == points_) return false;
  --calls_left_;
  const bool decided = decided_by_rules(number, point, only_drops, depth, taken);
  if (!decided) undecided = points_;
  return decided;
}

bool LintSearch::decided_by_rules(uint32_t number, const LintPoint& point, bool only_drops, uint32_t depth, LintTaken& taken) {
  const LintChain& chain = chains_.chains[number];
  const Chain& rules = chains_.policy.chains[number];
  const std::vector<uint32_t>& leaving = only_drops ? chain.accepting : chain.leaving;
  const auto all = static_cast<uint32_t>(rules.rules.size());
  const std::vector<uint32_t> found = hits(number, all, point, kHitsOfCall);
  if (found.size() == kHitsOfCall) return false;
  for (const uint32_t box : found) {
    const uint32_t rule = chain.rule_of[box];
    const Action& action = rules.rules[rule].action;
    const bool sure = chain.boxes[box].takes;
    if (std::binary_search(leaving.begin(), leaving.end(), box) && !(sure && action.kind == ActionKind::go_to && !only_drops)) return false;
    const bool call = is_call(action);
    if (!sure || (!call && !takes(chains_.policy, action))) continue;
    LintTaken inner{taken.region, {number, rule}, taken.called_by, false};
    if (!chains_.space.narrow(inner.region, chain.boxes[box])) continue;
    if (call) {
      const bool decided = decided_in(action.index, point, only_drops, depth + 1, inner);
      if (!decided && action.kind == ActionKind::go_to) return false;
      if (!decided) continue;
    }
    if (!keep_from(leaving, chain, rule, point, inner.region)) return false;
    taken = std::move(inner);
    return true;
  }
  const bool drops = (rules.at_end == ActionKind::drop || rules.at_end == ActionKind::reject) && rules.at_end_assumption < 0;
  if (!only_drops || depth > 0 || !drops || !keep_from(leaving, chain, all, point, taken.region)) return false;
  taken.by = {number, RuleRef::kAtEnd};
  return true;
}

std::optional<LintTaken> LintSearch::taken_at(const Asked& asked, const LintPoint& point, const LintRegion& region) {
  std::optional<LintTaken> part;
  calls_left_ = kCallsOfPoint;
  ++points_;
  for (const Frame& frame : asked.frames) {
    auto taken = taken_in(frame, point, region);
    if (!taken) continue;
    if (contains(taken->region, region)) return taken;
    if (!part) part = std::move(taken);
  }
  return part;
}

// ---- The search -------------------------------------------------------------------------------------------------

LintSearch::Tried LintSearch::attempt(const Asked& asked, const LintRegion& region, uint32_t number, LintFound& found,
                                      std::optional<LintTaken>& taken) {
  const LintPoint point = pick(region, number);
  auto by = taken_at(asked, point, region);
  if (by) {
    const bool whole = contains(by->region, region);
    if (whole || !taken) taken = std::move(by);
    return whole ? Tried::taken_whole : Tried::taken_part;
  }
  if (asked.way == LintWay::kNone || failed_replays_ >= kReplays || !is_a_packet(point)) return Tried::stuck;
  const LintReplay::Seen seen = replay_.replay(asked.rule, asked.way, point);
  if (!seen.matched) {
    ++failed_replays_;
    return Tried::stuck;
  }
  if (seen.unsure) return Tried::hangs;
  found.witness = point;
  return Tried::live;
}

// What is left of the region, as disjoint parts.
void LintSearch::split(const LintRegion& region, const LintRegion& taken, std::vector<LintRegion>& todo) const {
  LintRegion inside = region;
  for (const auto& [field, set] : taken) {
    LintRegion outside = inside;
    if (chains_.space.take_out(outside, field, set)) todo.push_back(std::move(outside));
    if (!chains_.space.narrow(inside, field, set)) return;
  }
}

// True: all of it is taken. Else found.kind says what was found instead.
bool LintSearch::cover(const Asked& asked, const LintRegion& root, LintFound& found) {
  std::vector<LintRegion> todo = {root};
  uint32_t steps = 0;
  bool open = false;  // a part that nothing surely takes
  while (!todo.empty()) {
    const LintRegion region = std::move(todo.back());
    todo.pop_back();
    ++steps;
    if (++steps_ > kStepsInAll || looked_ > kLookedInAll || steps > (open ? kStepsWhenOpen : kStepsOfRule)) return false;
    std::optional<LintTaken> taken;
    bool whole = false;
    const uint32_t attempts = steps == 1 ? kAttempts : 2;
    for (uint32_t number = 0; number < attempts && !whole; ++number) switch (attempt(asked, region, number, found, taken)) {
        case Tried::taken_whole: whole = true; break;
        case Tried::taken_part: break;
        case Tried::live: found.kind = LintFound::Kind::live; return false;
        case Tried::hangs: found.kind = LintFound::Kind::hangs; open = true; break;
        case Tried::stuck: open = true; break;
      }
    if (open && asked.way == LintWay::kNone) return false;
    if (!taken) continue;
    if (whole && steps > 1) found.each_inside_one = false;
    if (!whole) {
      found.each_inside_one = false;
      split(region, taken->region, todo);
    }
    found.taken.push_back(std::move(*taken));
  }
  return !open;
}

// Whether some packet could match the rule, and the calls that lead to it, for sure.
bool LintSearch::can_be_sure(RuleRef rule, uint32_t way) const {
  const auto surely = [&](RuleRef ref) {
    const LintChain& chain = chains_.chains[ref.chain];
    for (uint32_t box = chain.first_box[ref.rule]; box < chain.first_box[ref.rule + 1]; ++box)
      if (chain.boxes[box].sure) return true;
    return false;
  };
  if (!surely(rule)) return false;
  for (; chains_.ways[way].parent != LintWay::kNone; way = chains_.ways[way].parent)
    if (!surely({chains_.ways[chains_.ways[way].parent].chain, chains_.ways[way].call})) return false;
  return true;
}

// A packet for the rule and the calls that lead to it, as if nothing were rewritten.
std::optional<LintPoint> LintSearch::likely(RuleRef rule, uint32_t way, uint32_t attempt) {
  const LintChain& chain = chains_.chains[rule.chain];
  const LintBox& box = chain.boxes[chain.first_box[rule.rule]];
  if (chains_.ways[way].parent == LintWay::kNone) return pick(box, attempt);
  LintRegion region = region_of(box);
  for (; chains_.ways[way].parent != LintWay::kNone; way = chains_.ways[way].parent) {
    const LintChain& caller = chains_.chains[chains_.ways[chains_.ways[way].parent].chain];
    if (!chains_.space.narrow(region, caller.boxes[caller.first_box[chains_.ways[way].call]])) return std::nullopt;
  }
  return pick(region, attempt);
}

// Most rules match some packet that no earlier rule of their chain says anything about.
bool LintSearch::found_at_once(RuleRef rule, uint32_t way, LintFound& found) {
  const LintChain& chain = chains_.chains[rule.chain];
  if (chain.first_box[rule.rule] == chain.first_box[rule.rule + 1]) return false;
  const bool surely = can_be_sure(rule, way);
  for (uint32_t number = 0; number < kAttempts / 2; ++number) {
    const std::optional<LintPoint> point = likely(rule, way, number);
    if (!point) return false;
    const bool last = number + 1 == kAttempts / 2;  // earlier rules that perhaps match make it hang
    if (!is_a_packet(*point) || (surely && !last && !hits(rule.chain, rule.rule, *point, 1).empty())) continue;
    const LintReplay::Seen seen = replay_.replay(rule, way, *point);
    if (!seen.matched) continue;
    found.kind = seen.unsure || !surely ? LintFound::Kind::hangs : LintFound::Kind::live;
    found.witness = *point;
    if (found.kind == LintFound::Kind::live || !surely) return true;
  }
  return false;
}

// Where something on the way rewrites: packets that have other values before it.
bool LintSearch::found_rewritten(const Asked& asked, LintFound& found) {
  const LintFields written = asked.written;
  if (asked.way == LintWay::kNone || written == 0 || found.roots.empty()) return false;
  for (uint32_t number = 0; number < kAttempts; ++number) {
    LintPoint point = pick(found.roots[number % found.roots.size()], number);
    for (size_t i = 0; i < kFields; ++i)
      if ((written & bit_of(static_cast<Field>(i))) != 0)
        point[i] = number == 0 ? 0 : pick_value(static_cast<Field>(i), IntervalSet::range(0, chains_.space.max_of(static_cast<Field>(i))), 3);
    if (!is_a_packet(point)) continue;
    const LintReplay::Seen seen = replay_.replay(asked.rule, asked.way, point);
    if (!seen.matched || seen.unsure) continue;
    found.kind = LintFound::Kind::live;
    found.witness = point;
    return true;
  }
  return false;
}

LintFound LintSearch::search(RuleRef rule, uint32_t way) {
  LintFound found;
  if (looked_ <= kLookedInAll && way != LintWay::kNone && found_at_once(rule, way, found)) return found;
  const Asked asked = this->asked(rule, way);
  found.roots = roots(asked, found.contradicts);
  failed_replays_ = 0;
  bool all = true;
  for (const LintRegion& root : found.roots) {
    all = cover(asked, root, found) && all;
    if (found.kind == LintFound::Kind::live) return found;
  }
  if (!all || found.kind == LintFound::Kind::hangs) {
    found_rewritten(asked, found);
    return found;
  }
  found.kind = LintFound::Kind::dead;
  drop_needless(found);
  return found;
}

bool covered_by(const LintSpace& space, const LintRegion& whole, const std::vector<const LintRegion*>& regions, uint32_t most) {
  std::vector<std::pair<LintRegion, size_t>> todo = {{whole, 0}};
  for (uint32_t steps = 0; !todo.empty(); ++steps) {
    if (steps == most) return false;
    auto [region, next] = std::move(todo.back());
    todo.pop_back();
    if (next == regions.size()) return false;
    LintRegion inside = region;
    bool meets = true;
    std::vector<LintRegion> outside;
    for (const auto& [field, set] : *regions[next]) {
      LintRegion part = inside;
      if (space.take_out(part, field, set)) outside.push_back(std::move(part));
      meets = meets && space.narrow(inside, field, set);
      if (!meets) break;
    }
    if (!meets) {
      todo.emplace_back(std::move(region), next + 1);
      continue;
    }
    for (LintRegion& part : outside) todo.emplace_back(std::move(part), next + 1);
  }
  return true;
}

// Names no more rules than it takes, where that is found out quickly.
void LintSearch::drop_needless(LintFound& found) const {
  constexpr size_t kMost = 24;
  constexpr uint32_t kSteps = 500;
  auto& taken = found.taken;
  const auto same = [](const LintTaken& a, const LintTaken& b) { return same_rule(a, b) && a.region == b.region; };
  for (size_t i = 0; i < taken.size(); ++i)
    taken.erase(std::remove_if(taken.begin() + static_cast<std::ptrdiff_t>(i) + 1, taken.end(), [&](const LintTaken& t) { return same(t, taken[i]); }), taken.end());
  if (taken.size() > kMost) return;
  for (size_t leave = taken.size(); leave-- > 0 && taken.size() > 1;) {
    std::vector<const LintRegion*> rest;
    for (size_t i = 0; i < taken.size(); ++i)
      if (i != leave) rest.push_back(&taken[i].region);
    const bool enough = std::all_of(found.roots.begin(), found.roots.end(),
                                    [&](const LintRegion& root) { return covered_by(chains_.space, root, rest, kSteps); });
    if (enough) taken.erase(taken.begin() + static_cast<std::ptrdiff_t>(leave));
  }
}

}  // namespace fwproof::solver
