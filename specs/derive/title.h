// What a document calls itself, its revision, and lines that are headings without being marked as such.
#pragma once

#include <string>

#include "specs/derive/document.h"

namespace fwproof::specs::derive {

// Document::title, else its first heading, else its first line.
std::string title_of(const Document& document);

// "Revision as of 07:21, 10 April 2019" → "2019-04-10"; a date of which day and month are not certain stays as written. Empty: none is stated.
std::string revision_of(const Document& document);

// "Firewall Rules For Single Server Mode": few words, a capital first, no mark at the end.
bool is_title_line(std::string_view line);

}  // namespace fwproof::specs::derive
