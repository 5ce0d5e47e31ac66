// What tests that make network namespaces share. Everything runs in the namespace at hand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fwproof::testing {

// Throws std::runtime_error with errno's text.
void must(bool fine, const std::string& what);
// Standard output of a shell command; nothing when it fails.
std::optional<std::string> output_of(const std::string& command);
// Throws std::runtime_error when the command fails.
void shell(const std::string& command);
// Whether the command takes the text on its standard input.
bool feed(const std::string& command, const std::string& input);
// Children inherit it: `ip` is given it by number.
int namespace_at_hand();
// TCP sockets of all the host's addresses; AF_INET6 takes both families.
std::vector<int> listeners_at(uint16_t first, uint16_t last, int family);

}  // namespace fwproof::testing
