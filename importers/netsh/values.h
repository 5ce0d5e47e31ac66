// Reads the values of rule properties: profiles, protocols, ports, addresses, ICMP types.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/address.h"
#include "model/interval_set.h"

namespace fwproof::importers::netsh {

// A list that may hold numbers or addresses, names that depend on the host, and elements that cannot be read.
struct Ports {
  bool any = false;
  model::IntervalSet numbers;
  std::vector<std::string> keywords;   // lower case: "rpc", "iphttps"
  std::vector<std::string> invalid;
};
Ports parse_ports(std::string_view text);

struct Addresses {
  bool any = false;
  model::AddressSet set;
  std::vector<std::string> keywords;   // as Microsoft writes them: "LocalSubnet", "DNS"
  std::vector<std::string> invalid;
};
Addresses parse_addresses(std::string_view text);
bool same_addresses(std::string_view a, std::string_view b);
bool same_ports(std::string_view a, std::string_view b);

// Bit n: model::Profile n; nothing when a word is not known (`unknown_word` then names it).
std::optional<unsigned> parse_profiles(std::string_view text, std::string* unknown_word = nullptr);

struct ProtocolValue {
  bool any = false;
  unsigned number = 0;
  std::string icmp;  // what follows "icmpv4:"
};
std::optional<ProtocolValue> parse_protocol(std::string_view text);

// "8,any" or "8:0": ICMP type and code; code nothing: any. Several are separated by ';'.
struct IcmpPair {
  std::optional<unsigned> type;
  std::optional<unsigned> code;
};
std::optional<std::vector<IcmpPair>> parse_icmp(std::string_view text);

// A program's path as Windows compares it: lower case, backslashes, no quotes; variables of folders that are the same for all users
// replaced by where Windows has them unless it is told otherwise.
std::string normal_program(std::string_view path);
// A path that still may mean several files, or one file under another name: a variable of a user, a short name, a device.
bool is_ambiguous_program(std::string_view normal);

std::optional<unsigned> parse_number(std::string_view text, unsigned limit);
// "any" in any of the languages, "*", or nothing.
bool is_any(std::string_view text);

}  // namespace fwproof::importers::netsh
