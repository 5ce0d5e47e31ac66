// Plain text: paragraphs, list items, headings that are underlined, pipe tables. Columns apart by blanks only stay a paragraph's lines.
#pragma once

#include "specs/derive/read_output.h"

namespace fwproof::specs::derive {

void read_text(const Text& text, Output& output);

}  // namespace fwproof::specs::derive
