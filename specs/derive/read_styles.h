// What the names of roles and classes, and styles, say of the text that they mark: "[line-through]#23#", ":del:`23`", <tr class="deprecated">.
#pragma once

#include <string>
#include <string_view>

namespace fwproof::specs::derive {

enum class Look : uint8_t { plain, struck, aged };

// Of one role, or of several: "line-through", ".red.line-through", "role=del", "deprecated".
Look look_of_names(std::string_view names);
// Of a style sheet's text: "text-decoration: line-through".
bool strikes_out(std::string_view style);

// The text as the readers behind understand it: "~~23~~", "23 (deprecated)".
std::string marked(std::string_view text, Look look);

}  // namespace fwproof::specs::derive
