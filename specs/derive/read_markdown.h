// Markdown: CommonMark with the tables of GitHub (GFM, section 4.10), footnotes and definition lists.
#pragma once

#include "specs/derive/read_output.h"

namespace fwproof::specs::derive {

void read_markdown(const Text& text, Output& output);

}  // namespace fwproof::specs::derive
