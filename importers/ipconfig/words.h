// Labels and words that ipconfig prints, in each display language that is known.
//
//   find_label("M?scara de subred")     // Key::mask
//   find_yes_no("s?")                   // true
//
// Texts are compared folded: lower case, and each run of bytes beyond ASCII as one '?'. So the console's code page does not matter.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "importers/ipconfig/ast.h"

namespace fwproof::importers::ipconfig {

std::string fold(std::string_view text);

// All of these take folded texts.
std::optional<Key> find_label(std::string_view label);
std::optional<bool> find_yes_no(std::string_view word);
bool is_title(std::string_view line);            // "windows ip configuration"
bool is_duplicate(std::string_view state);       // what stands behind an address that another host has
// How many bytes of the heading are the kind of adapter ("ethernet adapter "); 0: it is no heading that is known.
size_t adapter_kind(std::string_view heading, bool& is_point_to_point);

}  // namespace fwproof::importers::ipconfig
