// AsciiDoc: headings, lists, listings, and tables with their specifiers (docs.asciidoctor.org, "Build a Basic Table" ff.).
#pragma once

#include "specs/derive/read_output.h"

namespace fwproof::specs::derive {

void read_asciidoc(const Text& text, Output& output);

}  // namespace fwproof::specs::derive
