#include "model/network.h"

namespace fwproof::model {

const Policy* Device::policy_for(Family family) const {
  for (const Policy& policy : policies)
    if (policy.covers(family)) return &policy;
  return nullptr;
}

}  // namespace fwproof::model
