// The neutral model in words: what `import` prints, one stable line per rule.
//
//   chain filter/INPUT, at end: drop (policy DROP) rules.txt:3
//     rules.txt:12  protocol tcp; dst_port 22; not src 192.0.2.0/24 -> accept
#pragma once

#include <ostream>
#include <string>

#include "model/network.h"
#include "model/source.h"

namespace fwproof::report {

std::string term_text(const model::Policy& policy, model::Family family, const model::Term& term);
std::string action_text(const model::Policy& policy, const model::Action& action);
// "192.0.2.0/24 …" lists of more than `listed` entries are cut in text with the number of the others named.
void write_policy(std::ostream& out, const model::Sources& sources, const model::Policy& policy);
void write_facts(std::ostream& out, const model::Sources& sources, const model::HostFacts& facts);

}  // namespace fwproof::report
