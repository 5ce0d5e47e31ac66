// CSV and TSV: one table. Quotes as in RFC 4180 (a quote inside is doubled, a quoted field may hold line ends), separated by comma, semicolon
// or tab: the one that occurs most in the first line outside of quotes.
#pragma once

#include "specs/derive/read_output.h"

namespace fwproof::specs::derive {

void read_csv(const Text& text, Output& output);
void read_tsv(const Text& text, Output& output);

// The table at the lines [from, to), for formats that hold CSV inside (AsciiDoc, reStructuredText). Its first `headers` rows are headers.
struct SeparatedRules {
  char separator = ',';
  size_t headers = 1;
};
Block read_separated(const Text& text, size_t from, size_t to, SeparatedRules rules, Output& output);

}  // namespace fwproof::specs::derive
