// What a policy may make of addresses, from its rules alone: more than it does, never less.
#pragma once

#include "model/network.h"

namespace fwproof::model {

// What the policy may write into src or dst of packets between these interfaces (nullptr: any).
IntervalSet may_write(const Policy& policy, Field field, Family family, const InterfaceFact* in = nullptr, const InterfaceFact* out = nullptr);

// Destinations that the device may change; named_only: only by rules that name them.
IntervalSet may_translate(const Device& device, Family family, bool named_only);

}  // namespace fwproof::model
