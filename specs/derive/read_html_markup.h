// Prepares a page for the parser of HTML, which takes time and memory by how deep elements are open at once: a million <div> in each other
// would keep it for hours. What does not matter to the text that is seen is blanked, byte for byte, so that every place stays where it is.
#pragma once

#include <string>

#include "specs/derive/read_output.h"

namespace fwproof::specs::derive {

struct Markup {
  std::string text;                  // as long as the page
  std::vector<size_t> line_starts;   // offsets in it
};

// Keeps what makes blocks (headings, lists, tables, …), <sup>, images and what is hidden; blanks comments, scripts, styles and the rest.
// Elements that are open deeper than 200 at once, and what never ends (a comment, a script, a tag), are said in a diagnostic.
Markup simplify_html(const Text& text, Output& output);

}  // namespace fwproof::specs::derive
