// What a configuration says of things that neither filter, translate, address nor route: by the words that lines begin with, and why they do not matter.
#pragma once

#include <string_view>

#include "importers/cisco_ios/words.h"

namespace fwproof::importers::cisco_ios {

struct Feature {
  std::string_view words;
  std::string_view reason;
  bool section = false;      // lines below it belong to it
};

// nullptr: not a feature that is known to be irrelevant. `no` in front of it does not matter.
const Feature* global_feature(const Line& line);
const Feature* interface_feature(const Line& line);

}  // namespace fwproof::importers::cisco_ios
