// What a line of Markdown shows: links, emphasis, images, code spans, HTML tags and escapes taken out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fwproof::specs::derive {

// "open **TCP** [25](#smtp)[^1]<br>or `26`" → {"open TCP 25 [1]", "or 26"}. Not yet made visible.
std::vector<std::string> markdown_inline(std::string_view line);

}  // namespace fwproof::specs::derive
