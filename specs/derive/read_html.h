// HTML, as a browser would show it: headings, paragraphs, list items, tables, preformatted text.
#pragma once

#include "specs/derive/read_output.h"

namespace fwproof::specs::derive {

// A page, or a part of one that stands inside another format.
void read_html(const Text& text, Output& output);

}  // namespace fwproof::specs::derive
