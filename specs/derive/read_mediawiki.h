// MediaWiki's source: headings, lists, tables ({| … |}), with templates as their text. Help:Tables and Help:Formatting of mediawiki.org.
#pragma once

#include "specs/derive/read_output.h"

namespace fwproof::specs::derive {

void read_mediawiki(const Text& text, Output& output);

}  // namespace fwproof::specs::derive
