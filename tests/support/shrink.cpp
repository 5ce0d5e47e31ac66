#include "tests/support/shrink.h"

namespace fwproof::testing {
namespace {

using Fails = std::function<bool(const model::Policy&)>;

// Drops what it can of a list that `list` finds in a policy.
template <typename List>
bool drop_some(model::Policy& policy, const Fails& fails, const List& list) {
  bool dropped = false;
  for (size_t i = list(policy).size(); i-- > 0;) {
    model::Policy smaller = policy;
    list(smaller).erase(list(smaller).begin() + static_cast<std::ptrdiff_t>(i));
    if (!fails(smaller)) continue;
    policy = std::move(smaller);
    dropped = true;
  }
  return dropped;
}

bool drop_once(model::Policy& policy, const Fails& fails) {
  bool dropped = false;
  for (size_t hook = 0; hook < model::kHooks; ++hook)
    dropped |= drop_some(policy, fails, [&](model::Policy& p) -> auto& { return p.hooks[hook]; });
  for (size_t chain = 0; chain < policy.chains.size(); ++chain) {
    dropped |= drop_some(policy, fails, [&](model::Policy& p) -> auto& { return p.chains[chain].rules; });
    for (size_t rule = 0; rule < policy.chains[chain].rules.size(); ++rule)
      dropped |= drop_some(policy, fails, [&](model::Policy& p) -> auto& { return p.chains[chain].rules[rule].terms; });
  }
  for (size_t rewrite = 0; rewrite < policy.rewrites.size(); ++rewrite)
    dropped |= drop_some(policy, fails, [&](model::Policy& p) -> auto& { return p.rewrites[rewrite].steps; });
  return dropped;
}

}  // namespace

model::Policy shrink(model::Policy policy, const Fails& fails) {
  while (drop_once(policy, fails)) {
  }
  return policy;
}

}  // namespace fwproof::testing
