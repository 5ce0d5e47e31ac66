#include "model/packet.h"

namespace fwproof::model {
namespace {

struct Row {
  std::string_view text;
  unsigned bits;
};

constexpr std::array<Row, kFields> kRows = {{
#define FWPROOF_FIELD(name, text, bits, meaning) {text, bits},
#include "model/fields.def"
#undef FWPROOF_FIELD
}};

}  // namespace

std::string_view field_text(Field field) { return kRows[static_cast<size_t>(field)].text; }

unsigned field_bits(Field field, Family family) {
  if (field == Field::src || field == Field::dst) return address_bits(family);
  return kRows[static_cast<size_t>(field)].bits;
}

bool has_ports(u128 protocol) {
  return protocol == proto_tcp || protocol == proto_udp || protocol == proto_dccp || protocol == proto_sctp ||
         protocol == proto_udplite;
}

}  // namespace fwproof::model
