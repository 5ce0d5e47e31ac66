// Documents through reader and interpretation, and an independent count of the numbers that they hold.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "specs/derive/derive.h"

namespace fwproof::tests {

struct DerivedDocument {
  specs::derive::ReadDocument read;
  specs::derive::Derived derived;
};
// name: decides the format, as a file's name does; format: stands over it.
DerivedDocument derive_text(std::string text, const std::string& name, std::string_view format = {});

// "25 ADM -> SERVER tcp optional (direction: …)", one row a line, for comparison in tests.
std::string rows_text(const specs::Specification& spec);
std::string left_over_text(const specs::Specification& spec);

// Numbers that look like ports, by line: digits up to 65535 that no letter, digit or underscore touches, but "tcp", "udp", "sctp" and "port".
std::map<uint32_t, std::multiset<uint32_t>> numbers_of(const specs::derive::Document& document);

// Empty, or the first number that neither a row nor left_over accounts for, and the first that is listed but not there.
std::string unaccounted(const DerivedDocument& document);

}  // namespace fwproof::tests
