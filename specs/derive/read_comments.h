// Takes <!-- comments --> out of the lines of a document; the lines themselves stay, so that their numbers do.
#pragma once

#include <deque>
#include <string>

#include "specs/derive/read_output.h"

namespace fwproof::specs::derive {

// fences: comments inside of Markdown's code (``` … ```, `…`) are code. The lines refer to `kept`, which must live as long as they do.
// A comment that never ends is said in a diagnostic.
void remove_comments(Text& text, bool fences, std::deque<std::string>& kept, Output& output);

// '`' or '~' of a line that starts or ends a fenced block of code, else 0.
char code_fence(std::string_view line);

}  // namespace fwproof::specs::derive
