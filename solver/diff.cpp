#include "solver/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "model/rule_index.h"
#include "solver/diff_ask.h"
#include "solver/diff_question.h"

namespace fwproof::solver {

using namespace model;

namespace {

// Boxes that are asked about at once: few enough that slices stay small, enough to share what a question costs.
constexpr size_t kBoxesAtOnce = 32;
// Questions of one diff; beyond, the answer is "at least". Each looks at every rule a few times.
constexpr size_t kMostQuestions = 256;
constexpr size_t kMostRulesLookedAt = 20'000'000;

size_t rules_of(const Aligned& both) {
  size_t rules = 0;
  for (const Chain& chain : both.before.chains) rules += 2 * chain.rules.size();
  return rules;
}

class Diffing {
 public:
  Diffing(Device before, Device after, const CheckOptions& options)
      : before_(std::move(before)), after_(std::move(after)), options_(options), proofs_(options.session ? *options.session : own_proofs_.emplace(options.limits)), left_(options.limits.run_steps) {
    const Network nothing;
    bind_device(before_, nothing);
    bind_device(after_, nothing);
  }

  ~Diffing() { proofs_.drop(); }
  Diffing(const Diffing&) = delete;
  Diffing& operator=(const Diffing&) = delete;

  DiffReport run() {
    while (!before_.policies.empty() || !after_.policies.empty()) compare_next();
    add_assumption("what a configuration does not say (limits, sets that are not given, conditions that are not modelled) is the same before and after");
    return std::move(report_);
  }

 private:
  static std::string family_words(Family family) { return family == Family::v4 ? "IPv4" : "IPv6"; }

  Policy* find(Device& device, Family family) {
    for (Policy& policy : device.policies)
      if (policy.covers(family)) return &policy;
    return nullptr;
  }

  // Takes one policy of each side and compares them in the families that both cover.
  void compare_next() {
    Device& some = before_.policies.empty() ? after_ : before_;
    Policy& first = some.policies.front();
    const Family family = first.v4 ? Family::v4 : Family::v6;
    Policy* before = find(before_, family);
    Policy* after = find(after_, family);
    if (!first.v4 && !first.v6) return void(some.policies.erase(some.policies.begin()));
    if (!before || !after) {
      add_one_sided(family, before != nullptr);
      (family == Family::v4 ? first.v4 : first.v6) = false;
      return;
    }
    const bool v6_too = family == Family::v4 && before->v6 && after->v6;
    // Each side's other family goes its own way.
    const bool last_of_before = !(before->v6 && !v6_too && family == Family::v4);
    const bool last_of_after = !(after->v6 && !v6_too && family == Family::v4);
    Policy left = last_of_before ? std::move(*before) : *before;
    Policy right = last_of_after ? std::move(*after) : *after;
    const auto done = [&](Device& device, Policy* policy, bool last) {
      if (last)
        device.policies.erase(device.policies.begin() + (policy - device.policies.data()));
      else
        policy->v4 = false;
    };
    done(before_, before, last_of_before);
    done(after_, after, last_of_after);
    compare(align(std::move(left), std::move(right)), v6_too ? std::vector{Family::v4, Family::v6} : std::vector{family});
  }

  // What a host does with a family that its files do not speak of may be anything: that is no difference, and no sameness.
  void add_one_sided(Family family, bool in_before) {
    const std::string text = family_words(family);
    report_.one_sided.push_back(family);
    report_.reasons.push_back(fmt::format("{} is not compared: only the files {} the change speak of it; what becomes of {} packets {} it is in a file that is not given here, or nowhere", text,
                                          in_before ? "before" : "after", text, in_before ? "after" : "before"));
  }

  void compare(Aligned both, const std::vector<Family>& families) {
    report_.compared.insert(report_.compared.end(), families.begin(), families.end());
    for (const Policy* policy : {&both.before, &both.after})
      for (const Assumption& assumption : policy->general_assumptions) add_assumption(assumption.text, assumption.origin);
    Aligned& kept = report_.policies.emplace_back(std::move(both));
    const bool asked = !kept.changed.empty() || !kept.ends.empty() || std::find(kept.stages.begin(), kept.stages.end(), true) != kept.stages.end();
    for (Policy* policy : {&kept.before, &kept.after})
      if (asked) policy->index = std::make_shared<const RuleIndex>(*policy);
    for (const ChangedRule& changed : kept.changed) {
      ++(changed.in_after ? report_.only_after : report_.only_before);
      const Policy& policy = changed.in_after ? kept.after : kept.before;
      if (const int32_t index = policy.chains[changed.chain].rules[changed.rule].assumption; index >= 0)
        add_assumption(policy.assumptions[static_cast<size_t>(index)].text, policy.assumptions[static_cast<size_t>(index)].origin);
    }
    for (const Family family : families)
      for (const Hook hook : {Hook::input, Hook::output, Hook::forward}) ask_hook(kept, hook, family);
  }

  void ask_hook(const Aligned& both, Hook hook, Family family) {
    const std::vector<PacketBox> boxes = changed_packets(both, hook, family);
    if (boxes.empty()) return;
    if (looks_at_fragments(both, hook))
      report_.reasons.push_back(fmt::format("{} {}: rules tell fragments apart; later fragments are not compared", family_words(family), to_text(hook)));
    for (size_t first = 0; first < boxes.size(); first += kBoxesAtOnce) {
      const size_t told = report_.differences.size() + (proving_ ? proving_->question->found().size() : 0);
      const uint64_t left = left_ - (proving_ ? std::min(left_, proving_->computed) : 0);
      const bool many = questions_++ >= std::min(kMostQuestions, 1 + kMostRulesLookedAt / (1 + rules_of(both)));
      if (told >= options_.limits.regions || many || left == 0) {
        settle();
        if (left == 0) give_up("limit reached: what changed takes more work than one run does");
        report_.complete = false;
        return;
      }
      const size_t end = std::min(boxes.size(), first + kBoxesAtOnce);
      Walk walk = same_packet_walk(both, hook, family, {boxes.begin() + static_cast<long>(first), boxes.begin() + static_cast<long>(end)});
      leave_out_asked(boxes, first, walk);
      walk.legs[0].hops[0].device = before_.name;
      walk.legs[1].hops[0].device = after_.name;
      auto question = std::make_unique<DiffQuestion>(std::move(walk), options_, left);
      question->compute(options_.limits.regions - told);
      settle();
      prove(std::move(question));
    }
    settle();
  }

  void prove(std::unique_ptr<DiffQuestion> question) {
    const uint64_t computed = question->steps();
    proving_.emplace(Proving{std::move(question), computed});
    if (options_.proofs) proofs_.later([this, &asked = *proving_->question] { asked.confirm(proofs_); });
  }

  void settle() {
    if (!proving_) return;
    proofs_.finish();
    left_ -= std::min(left_, proving_->question->steps());
    std::move(*proving_->question).tell(report_);
    proving_.reset();
  }

  void give_up(const std::string& why) {
    report_.complete = false;
    if (std::find(report_.reasons.begin(), report_.reasons.end(), why) == report_.reasons.end()) report_.reasons.push_back(why);
  }

  // What an earlier question was about is not told twice.
  static void leave_out_asked(const std::vector<PacketBox>& boxes, size_t first, Walk& walk) {
    const auto overlaps = [](const PacketBox& a, const PacketBox& b) {
      return std::all_of(kClientFields.begin(), kClientFields.end(), [&](Field field) { return set_of(a, field).intersects(set_of(b, field)); });
    };
    for (size_t i = 0; i < first; ++i)
      if (std::any_of(walk.in_question.begin(), walk.in_question.end(), [&](const PacketBox& box) { return overlaps(box, boxes[i]); }))
        walk.not_in_question.push_back(boxes[i]);
  }

  void add_assumption(std::string text, Origin origin = {}) {
    const auto same = [&](const Assumption& a) { return a.text == text && a.origin == origin; };
    if (std::none_of(report_.assumes.begin(), report_.assumes.end(), same)) report_.assumes.push_back({std::move(text), origin});
  }

  Device before_, after_;
  const CheckOptions& options_;
  std::optional<ProofSession> own_proofs_;
  ProofSession& proofs_;
  DiffReport report_;
  size_t questions_ = 0;
  uint64_t left_;   // steps of work
  // Z3 is busy with one question while the regions of the next are computed. What that one may take is what its regions leave, so that answers do not hang
  // on which is done first.
  struct Proving {
    std::unique_ptr<DiffQuestion> question;
    uint64_t computed;   // steps until then
  };
  std::optional<Proving> proving_;
};

}  // namespace

bool DiffReport::surely_differs() const {
  return std::any_of(differences.begin(), differences.end(), [](const Difference& d) { return d.becomes != Becomes::perhaps; });
}

DiffReport diff(Device before, Device after, const CheckOptions& options) { return Diffing(std::move(before), std::move(after), options).run(); }

}  // namespace fwproof::solver
