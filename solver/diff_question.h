// Which packets a change can bear on: those that may match a changed rule. Internal to diff*.cpp.
#pragma once

#include <vector>

#include "model/align.h"
#include "solver/walk.h"

namespace fwproof::solver {

// Boxes of packets, in the order in which they are to be asked about: every packet that meets another fate in the hook before and after is in one of
// them. None: nothing in that hook changed.
std::vector<PacketBox> changed_packets(const model::Aligned& both, model::Hook hook, model::Family family);

// Whether a rule that the hook reaches looks at fragments; about later fragments nothing is asked.
bool looks_at_fragments(const model::Aligned& both, model::Hook hook);

// One packet, looked at by both policies.
Walk same_packet_walk(const model::Aligned& both, model::Hook hook, model::Family family, std::vector<PacketBox> boxes);

}  // namespace fwproof::solver
