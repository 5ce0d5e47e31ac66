#include "model/requirement.h"

namespace fwproof::model {

std::string_view to_text(Constraint::Kind kind) {
  switch (kind) {
    case Constraint::Kind::port_forward: return "port-forward";
    case Constraint::Kind::nat_loopback: return "nat-loopback";
    case Constraint::Kind::static_address: return "static-address-outside-dhcp";
    case Constraint::Kind::not_intercepted: return "not-intercepted";
  }
  return "";
}

}  // namespace fwproof::model
