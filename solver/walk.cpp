#include "solver/walk.h"

namespace fwproof::solver {

using model::Field;

const model::IntervalSet& set_of(const PacketBox& box, Field field) {
  if (field == Field::src) return box.src;
  if (field == Field::dst) return box.dst;
  if (field == Field::protocol) return box.protocol;
  if (field == Field::src_port) return box.src_port;
  if (field == Field::dst_port) return box.dst_port;
  return field == Field::icmp_type ? box.icmp_type : box.icmp_code;
}

}  // namespace fwproof::solver
