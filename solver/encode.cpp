#include "solver/encode.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <string>
#include <system_error>

#include "solver/in_turn.h"
#include "solver/question_text.h"
#include "solver/z3_formulas.h"
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
  State(uint32_t timeout_ms, SharedProofs* shared) : timeout_ms_(timeout_ms), shared_(shared ? shared : &own_) {}
  void start() {
    auto starting = std::make_shared<std::packaged_task<std::unique_ptr<Z3Session>()>>([this] {
      auto session = new_session();
      session->warm_up();
      return session;
    });
    if (in_turn.start([starting] { (*starting)(); })) ahead_ = starting->get_future();
  }
  Z3Session& session(size_t weight) {
    // What Z3 keeps of earlier walks piles up; after a while a new start is cheaper.
    constexpr size_t kWalk = 100, kMuch = 100'000;
    if (!session_ || used_ > kMuch) {
      session_.reset();
      session_ = ahead_.valid() ? ahead_.get() : new_session();
      used_ = 0;
    }
    used_ += kWalk + weight;
    return *session_;
  }
  void spoil() { session_.reset(); }
  SharedProofs& shared() { return *shared_; }

  Proof proofs;

 private:
  std::unique_ptr<Z3Session> new_session() const { return std::make_unique<Z3Session>(timeout_ms_); }

  uint32_t timeout_ms_;
  size_t used_ = 0;
  std::future<std::unique_ptr<Z3Session>> ahead_;   // the first, while it starts
  std::unique_ptr<Z3Session> session_;
  SharedProofs own_;
  SharedProofs* shared_;

 public:
  InTurn in_turn;   // its thread ends before anything above goes
};

ProofSession::ProofSession(const Limits& limits, SharedProofs* shared) : state_(std::make_unique<State>(limits.z3_timeout_ms, shared)) {}
ProofSession::~ProofSession() = default;
void ProofSession::start() { state_->start(); }
void ProofSession::later(std::function<void()> proving) { state_->in_turn.add(std::move(proving)); }
void ProofSession::finish() { state_->in_turn.finish(); }
void ProofSession::drop() { state_->in_turn.drop(); }
const Proof& ProofSession::proofs() const { return state_->proofs; }

// Z3 with what it was told of one question; all of that is taken back at the end.
class Told {
 public:
  Told(Z3Session& session, const Formulas& formulas, const Weight& weight) : session_(session), formulas_(session, formulas) {
    session_.begin(weight.sum > kLarge, weight.large_sets);
    formulas_.tell_promises();
  }
  ~Told() {
    try {
      session_.end();
    } catch (const z3::exception&) {  // the session is given up by whoever saw the first exception
    }
  }
  Told(const Told&) = delete;
  Told& operator=(const Told&) = delete;

  z3::check_result check(Formula claim) {
    formulas_.tell_promises();   // where there are more by now
    if (claim.is_true()) return session_.check({});
    const z3::expr told = session_.named(formulas_.of(claim));
    return session_.check({told});
  }
  // Without looking into large sets: then only unsatisfiable means something.
  z3::check_result check_premises_alone() { return session_.solver().check(); }
  // Requires: the last check was satisfiable, and the number was told before.
  model::u128 value(const z3::model& model, Formula number) { return number_of(model.eval(formulas_.of(number), true)); }
  void tell(Formula number) { formulas_.of(number); }
  z3::model model() { return session_.solver().get_model(); }

  // What Z3 counts of its own work. One of its units takes about as long as six steps.
  uint64_t steps_since(uint64_t before) {
    constexpr uint64_t kStepsPerResource = 6;
    const uint64_t now = resources();
    return kStepsPerResource * (now > before ? now - before : now);
  }
  uint64_t resources() {
    const z3::stats statistics = session_.solver().statistics();
    for (unsigned i = 0; i < statistics.size(); ++i)
      if (statistics.key(i) == "rlimit count") return statistics.uint_value(i);
    return 0;
  }

 private:
  Z3Session& session_;
  Z3Formulas formulas_;
};

class Prover::Work {
 public:
  Work(const Walk& walk, const Slice* slice, const Limits& limits, ProofSession::State& state)
      : family_(walk.family), state_(state), weight_(weight(walk, slice)), walk_(formulas_, walk, slice, limits.visits) {}

  // Premises that contradict each other would prove everything. Requires: the question is not empty.
  bool premises_hold() {
    if (!premises_) premises_ = answer(formulas_.yes()) == z3::sat;
    return *premises_;
  }

  Answer nothing_in_question() {
    ++proof.queries;
    const z3::check_result result = told().check_premises_alone();
    return result == z3::unsat ? Answer::proven : result == z3::sat ? Answer::refuted : Answer::unknown;
  }

  Answer refute(size_t leg, bool passes, const std::vector<PacketBox>& region, bool outside) {
    Formula fate = formulas_.yes();
    if (leg == kAllLegs)
      for (const Z3Walk::Leg& each : walk_.legs()) fate = formulas_.both(fate, each.passes);
    else
      fate = walk_.legs().at(leg).passes;
    const Formula inside = walk_.inside(region);
    const Formula where = outside ? formulas_.negation(inside) : inside;
    return refute(leg, formulas_.both(where, passes ? fate : formulas_.negation(fate)));
  }

  // same_packet. outside: some packet outside the regions differs; else: some packet inside them does not.
  Answer refute(Difference difference, const std::vector<Region>& regions, bool outside) {
    const Z3Walk::Differs& differs = walk_.differs();
    const Formula any = formulas_.any_of({differs.allowed, differs.blocked, differs.translated});
    const Formula claimed = difference == Difference::allowed      ? differs.allowed
                            : difference == Difference::blocked    ? differs.blocked
                            : difference == Difference::translated ? differs.translated
                                                                   : any;
    const Formula inside = walk_.inside(regions);
    return refute(0, outside ? formulas_.both(formulas_.negation(inside), claimed) : formulas_.both(inside, formulas_.negation(claimed)));
  }

  std::optional<model::Packet> witness;
  Proof proof{.by = "z3"};
  uint64_t steps = 0;

 private:
  Answer refute(size_t leg, Formula claim) {
    ++proof.queries;
    const z3::check_result result = answer(claim, leg);
    if (result == z3::sat) return Answer::refuted;
    return result == z3::unsat && premises_hold() ? Answer::proven : Answer::unknown;
  }

  // Of the claim and all that was promised, from Z3 or from what it has answered. What breaks a claim is seen in Z3's own model.
  z3::check_result answer(Formula claim, std::optional<size_t> leg = std::nullopt) {
    const std::optional<std::string> text = question_text(formulas_, claim);
    if (const auto known = text ? state_.shared().find(*text) : std::nullopt; known && !(leg && known->satisfiable)) {
      proof.shared += leg.has_value();
      steps += leg ? known->steps : 0;
      return known->satisfiable ? z3::sat : z3::unsat;
    }
    Told& z3 = told();
    const auto start = std::chrono::steady_clock::now();
    const uint64_t before = z3.resources();
    const z3::check_result result = z3.check(claim);
    if (leg && result == z3::sat) remember(*leg, claim);
    const uint64_t took = z3.steps_since(before);
    if (leg) steps += took;
    proof.z3_ms += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    if (text && result != z3::unknown) state_.shared().add(*text, {result == z3::sat, took});
    return result;
  }

  Told& told() {
    if (told_) return *told_;
    told_.emplace(state_.session(weight_.sum), formulas_, weight_);
    return *told_;
  }

  // Of every leg, what a packet that breaks a claim is told by.
  template <typename Visit>
  void for_each_of_witness(const Visit& visit) {
    for (size_t leg = 0; leg < walk_.legs().size(); ++leg) {
      for (const Field field : kClientFields) visit(leg, field, walk_.client(field));
      visit(leg, Field::state, walk_.legs()[leg].state);
      visit(leg, Field::tcp_flags, walk_.legs()[leg].tcp_flags);
    }
  }

  // Requires: Z3 found a packet that breaks the claim. That is rare, so that numbers that the claim does without are told now.
  void remember(size_t leg, Formula claim) {
    witness.reset();
    for_each_of_witness([&](size_t, Field, Formula number) { told_->tell(number); });
    if (told_->check(claim) != z3::sat) return;
    const z3::model model = told_->model();
    model::Packet packet;
    packet.family = family_;
    for_each_of_witness([&](size_t of, Field field, Formula number) {
      const bool of_client = field != Field::state && field != Field::tcp_flags;
      if (of == leg || (leg == kAllLegs && of_client)) packet.set(field, told_->value(model, number));
    });
    witness = packet;
  }

  model::Family family_;
  ProofSession::State& state_;
  Weight weight_;
  Formulas formulas_;
  Z3Walk walk_;
  std::optional<Told> told_;
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
  } catch (const std::system_error&) {  // the system gives no thread for Z3's clock
    work.reset();
    spoil();
  } catch (const NoValue&) {
    work.reset();
  } catch (...) {
    work.reset();
    spoil();
    throw;
  }
  return Prover::Answer::unknown;
}

}  // namespace

Prover::Prover(const Walk& walk, const Slice* slice, const Limits& limits, ProofSession* session) : session_(session) {
  if (is_contradictory(walk)) return;
  if (!session_) {
    own_ = std::make_unique<ProofSession>(limits);
    session_ = own_.get();
  }
  try {
    work_ = std::make_unique<Work>(walk, slice, limits, *session_->state_);
  } catch (const EncodingLimit&) {
  } catch (const NoValue&) {
  }
}

void Prover::spoil() { session_->state_->spoil(); }

Prover::~Prover() {
  if (work_) session_->state_->proofs.add(work_->proof);
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
Proof Prover::proof() const { return work_ ? work_->proof : Proof{.by = "z3"}; }
uint64_t Prover::steps() const { return work_ ? work_->steps : 0; }

}  // namespace fwproof::solver
