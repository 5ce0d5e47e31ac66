// Sets in words, as an engineer writes them: "192.0.2.0/24, 198.51.100.7", "1024-65535", "tcp".
#pragma once

#include <string>

#include "model/policy.h"

namespace fwproof::solver {

std::string address_words(model::Family family, const model::IntervalSet& set);
std::string address_words(const model::AddressSet& set);
std::string number_words(const model::IntervalSet& set);
std::string protocol_words(unsigned protocol);
// Any field; names come from the policy.
std::string set_words(const model::Policy& policy, model::Field field, model::Family family, const model::IntervalSet& set);
// One value of a field.
std::string value_words(const model::Policy& policy, model::Field field, model::Family family, model::u128 value);

}  // namespace fwproof::solver
