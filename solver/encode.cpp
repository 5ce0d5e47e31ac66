#include "solver/encode.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "solver/z3_walk.h"

namespace fwproof::solver {
namespace {

using model::Field;

// A set of surroundings without a value would prove everything.
bool is_contradictory(const Walk& walk) {
  for (const WalkLeg& leg : walk.legs) {
    if (leg.state.empty() || leg.tcp_flags.empty()) return true;
    for (const WalkHop& hop : leg.hops)
      for (const auto* set : {&hop.in, &hop.out, &hop.profile, &hop.program, &hop.service, &hop.state})
        if (*set && (*set)->empty()) return true;
  }
  return walk.legs.empty() || walk.legs[0].reply;
}

// What a proof has to look at.
struct Weight {
  size_t sum = 0;            // rules, and the intervals of their sets
  bool large_sets = false;   // some set is a predicate

  void add(const model::IntervalSet& set) {
    const size_t count = set.intervals().size();
    large_sets = large_sets || count > kLargeSet;
    sum += count > kLargeSet ? 1 : count;
  }
  void add(const std::vector<model::Term>& terms) {
    for (const model::Term& term : terms) {
      if (const auto* in = std::get_if<model::In>(&term.what)) add(in->set);
      if (const auto* in = std::get_if<model::InAddresses>(&term.what)) add(in->set.v4), add(in->set.v6);
      if (const auto* any = std::get_if<model::AnyOf>(&term.what))
        for (const auto& inner : any->alternatives) add(inner);
    }
  }
};

constexpr size_t kLarge = 400;

Weight weight(const Walk& walk, const Slice* slice) {
  Weight all;
  for (const PacketBox& box : walk.in_question)
    for (const Field field : kClientFields) all.large_sets = all.large_sets || set_of(box, field).intervals().size() > kLargeSet;
  for (const WalkLeg& leg : walk.legs)
    for (const WalkHop& hop : leg.hops)
      for (size_t chain = 0; chain < hop.policy->chains.size(); ++chain) {
        const auto& rules = hop.policy->chains[chain].rules;
        const size_t kept = slice ? slice->at(hop.policy)[chain].size() : rules.size();
        all.sum += kept;
        for (size_t i = 0; i < kept; ++i) all.add(rules[slice ? slice->at(hop.policy)[chain][i] : i].terms);
      }
  return all;
}

}  // namespace

class ProofSession::State {
 public:
  explicit State(uint32_t timeout_ms) : timeout_ms_(timeout_ms) {}
  Z3Session& session(size_t weight) {
    // What Z3 keeps of earlier walks piles up; after a while a new start is cheaper.
    constexpr size_t kWalk = 100, kMuch = 100'000;
    if (!session_ || used_ > kMuch) {
      session_.reset();
      session_ = std::make_unique<Z3Session>(timeout_ms_);
      used_ = 0;
    }
    used_ += kWalk + weight;
    return *session_;
  }
  void spoil() { session_.reset(); }

  uint64_t queries = 0;
  double z3_ms = 0;

 private:
  uint32_t timeout_ms_;
  size_t used_ = 0;
  std::unique_ptr<Z3Session> session_;
};

ProofSession::ProofSession(const Limits& limits) : state_(std::make_unique<State>(limits.z3_timeout_ms)) {}
ProofSession::~ProofSession() = default;
uint64_t ProofSession::queries() const { return state_->queries; }
double ProofSession::z3_ms() const { return state_->z3_ms; }

// What one walk asserts is taken back at its end.
class Scope {
 public:
  Scope(Z3Session& session, const Weight& weight) : session_(session) { session_.begin(weight.sum > kLarge, weight.large_sets); }
  ~Scope() {
    try {
      session_.end();
    } catch (const z3::exception&) {  // the session is given up by whoever saw the first exception
    }
  }

 private:
  Z3Session& session_;
};

class Prover::Work {
 public:
  Work(const Walk& walk, const Slice* slice, const Limits& limits, Z3Session& session, const Weight& weight)
      : family_(walk.family), session_(session), scope_(session, weight), walk_(session_, walk, slice, limits.visits) {}

  // Premises that contradict each other would prove everything. Requires: the question is not empty.
  bool premises_hold() {
    if (!premises_) premises_ = session_.check({}) == z3::sat;
    return *premises_;
  }

  Answer nothing_in_question() {
    ++queries;
    const z3::check_result result = session_.solver().check();
    return result == z3::unsat ? Answer::proven : result == z3::sat ? Answer::refuted : Answer::unknown;
  }

  Answer refute(size_t leg, bool passes, const std::vector<PacketBox>& region, bool outside) {
    z3::expr fate = session_.yes();
    if (leg == kAllLegs)
      for (const Z3Walk::Leg& each : walk_.legs()) fate = session_.both(fate, each.passes);
    else
      fate = walk_.legs().at(leg).passes;
    const z3::expr inside = walk_.inside(region);
    const z3::expr where = outside ? session_.negation(inside) : inside;
    const Answer answer = check(leg, session_.named(session_.both(where, passes ? fate : session_.negation(fate))));
    if (answer == Answer::proven && !premises_hold()) return Answer::unknown;
    return answer;
  }

  // same_packet. outside: some packet outside the regions differs; else: some packet inside them does not.
  Answer refute(Difference difference, const std::vector<Region>& regions, bool outside) {
    const Z3Walk::Differs& differs = walk_.differs();
    const z3::expr any = session_.any_of({differs.allowed, differs.blocked, differs.translated});
    const z3::expr& claimed = difference == Difference::allowed      ? differs.allowed
                              : difference == Difference::blocked    ? differs.blocked
                              : difference == Difference::translated ? differs.translated
                                                                     : any;
    const z3::expr inside = walk_.inside(regions);
    const z3::expr wrong = outside ? session_.both(session_.negation(inside), claimed) : session_.both(inside, session_.negation(claimed));
    const Answer answer = check(0, session_.named(wrong));
    if (answer == Answer::proven && !premises_hold()) return Answer::unknown;
    return answer;
  }

  std::optional<model::Packet> witness;
  uint32_t queries = 0;
  double z3_ms = 0;
  uint64_t steps = 0;

 private:
  Answer check(size_t leg, const z3::expr& claim) {
    ++queries;
    const auto start = std::chrono::steady_clock::now();
    const uint64_t before = resources();
    const z3::check_result result = session_.check({claim});
    if (result == z3::sat) remember(leg);
    steps += steps_since(before);
    z3_ms += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    switch (result) {
      case z3::unsat: return Answer::proven;
      case z3::sat: return Answer::refuted;
      case z3::unknown: break;
    }
    return Answer::unknown;
  }

  // What Z3 counts of its own work. One of its units takes about as long as six steps.
  uint64_t resources() {
    const z3::stats statistics = session_.solver().statistics();
    for (unsigned i = 0; i < statistics.size(); ++i)
      if (statistics.key(i) == "rlimit count") return statistics.uint_value(i);
    return 0;
  }
  uint64_t steps_since(uint64_t before) {
    constexpr uint64_t kStepsPerResource = 6;
    const uint64_t now = resources();
    return kStepsPerResource * (now > before ? now - before : now);
  }

  void remember(size_t leg) {
    const z3::model model = session_.solver().get_model();
    model::Packet packet;
    packet.family = family_;
    const auto keep = [&](Field field, const z3::expr& value) { packet.set(field, number_of(model.eval(value, true))); };
    for (const Field field : kClientFields)
      keep(field, walk_.client(field));
    if (leg != kAllLegs) {
      keep(Field::state, walk_.legs()[leg].state);
      keep(Field::tcp_flags, walk_.legs()[leg].tcp_flags);
    }
    witness = packet;
  }

  model::Family family_;
  Z3Session& session_;
  Scope scope_;
  Z3Walk walk_;
  std::optional<bool> premises_;
};

namespace {

// After an exception nothing is known about what the solver still assumes, so it is not asked again.
template <typename Work, typename Ask, typename Spoil>
Prover::Answer guarded(std::unique_ptr<Work>& work, const Spoil& spoil, const Ask& ask) {
  if (!work) return Prover::Answer::unknown;
  try {
    return ask();
  } catch (const z3::exception&) {
    work.reset();
    spoil();
    return Prover::Answer::unknown;
  }
}

}  // namespace

Prover::Prover(const Walk& walk, const Slice* slice, const Limits& limits, ProofSession* session) : session_(session) {
  if (is_contradictory(walk)) return;
  if (!session_) {
    own_ = std::make_unique<ProofSession>(limits);
    session_ = own_.get();
  }
  try {
    const Weight much = weight(walk, slice);
    work_ = std::make_unique<Work>(walk, slice, limits, session_->state_->session(much.sum), much);
  } catch (const EncodingLimit&) {
    spoil();
  } catch (const z3::exception&) {
    spoil();
  }
}

void Prover::spoil() { session_->state_->spoil(); }

Prover::~Prover() {
  if (!work_) return;
  session_->state_->queries += work_->queries;
  session_->state_->z3_ms += work_->z3_ms;
}

Prover::Answer Prover::none_passes(size_t leg, const std::vector<PacketBox>& region) {
  return guarded(work_, [&] { spoil(); }, [&] { return work_->refute(leg, true, region, false); });
}
Prover::Answer Prover::all_pass(size_t leg, const std::vector<PacketBox>& region) {
  return guarded(work_, [&] { spoil(); }, [&] { return work_->refute(leg, false, region, false); });
}
Prover::Answer Prover::none_passes_outside(size_t leg, const std::vector<PacketBox>& region) {
  return guarded(work_, [&] { spoil(); }, [&] { return work_->refute(leg, true, region, true); });
}
Prover::Answer Prover::all_pass_outside(size_t leg, const std::vector<PacketBox>& region) {
  return guarded(work_, [&] { spoil(); }, [&] { return work_->refute(leg, false, region, true); });
}
Prover::Answer Prover::nothing_in_question() {
  return guarded(work_, [&] { spoil(); }, [&] { return work_->nothing_in_question(); });
}

Prover::Answer Prover::differs_throughout(Difference difference, const std::vector<Region>& regions) {
  return guarded(work_, [&] { spoil(); }, [&] { return work_->refute(difference, regions, false); });
}
Prover::Answer Prover::differs_nowhere_outside(const std::vector<Region>& regions) {
  return guarded(work_, [&] { spoil(); }, [&] { return work_->refute(Difference::any, regions, true); });
}

std::optional<model::Packet> Prover::witness() const { return work_ ? work_->witness : std::nullopt; }
uint32_t Prover::queries() const { return work_ ? work_->queries : 0; }
uint64_t Prover::steps() const { return work_ ? work_->steps : 0; }
double Prover::z3_ms() const { return work_ ? work_->z3_ms : 0; }

}  // namespace fwproof::solver
