// Values of options as firewall4 reads them (fw4.uc, parse_*): nothing where it would refuse the section.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "importers/openwrt/ast.h"
#include "model/address.h"

namespace fwproof::importers::openwrt {

// `option` values are split at blanks where a list is expected, `list` values are not (to_array).
std::vector<Value> words_of(const Option& option);

// Takes a leading `!` off.
bool take_inversion(std::string_view& text);
std::string_view trim(std::string_view text);

// What may name a zone or a set (parse_identifier).
bool is_identifier(std::string_view text);

std::optional<bool> parse_bool(std::string_view text);
// The first of the choices that starts with the text, in any case.
std::optional<size_t> parse_enum(std::string_view text, std::initializer_list<std::string_view> choices);

// Which family an option names: unset is not the same as `any`.
enum class FamilyChoice : uint8_t { unset, any, v4, v6, conflict };
std::optional<FamilyChoice> parse_family(std::string_view text);
constexpr bool allows(FamilyChoice choice, model::Family family) {
  return choice == FamilyChoice::unset || choice == FamilyChoice::any ||
         (choice == FamilyChoice::v4) == (family == model::Family::v4);
}
constexpr FamilyChoice only(model::Family family) { return family == model::Family::v4 ? FamilyChoice::v4 : FamilyChoice::v6; }

// One address, prefix, range or masked address, or the addresses of a network.
struct Net {
  bool inverted = false;
  bool named = false;               // a network whose addresses the files do not tell
  std::string name;                 // "network:eth0"
  bool unset_family = false;        // named: belongs to both
  model::Family family = model::Family::v4;
  model::u128 address = 0;          // as written
  unsigned bits = 0;
  bool range = false;
  bool masked = false;              // a mask with holes
  model::u128 mask = 0;
  model::IntervalSet set;           // unless named or masked
};
// Not a network's name.
std::optional<Net> parse_subnet(std::string_view text);

struct PortRange {
  bool inverted = false;
  uint16_t lo = 0, hi = 0;
};
std::optional<PortRange> parse_port(std::string_view text);

struct Proto {
  bool any = false;
  bool inverted = false;
  std::string name;                 // "icmp", "ipv6-icmp", "tcp", …
  unsigned number = 0;
  bool has_ports() const { return name == "tcp" || name == "udp"; }
};
// `tcpudp` gives two.
std::optional<std::vector<Proto>> parse_protocol(std::string_view text);

struct IcmpType {
  int type4 = -1, code4 = -1;       // type -1: not in this family; code -1: any
  int type6 = -1, code6 = -1;
};
std::optional<IcmpType> parse_icmp_type(std::string_view text);

struct Mark {
  bool inverted = false;
  uint32_t value = 0, mask = 0xffffffff;
};
std::optional<Mark> parse_mark(std::string_view text);

struct Mac {
  bool inverted = false;
  uint64_t address = 0;
};
std::optional<Mac> parse_mac_match(std::string_view text);

}  // namespace fwproof::importers::openwrt
