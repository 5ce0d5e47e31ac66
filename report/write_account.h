// The account of lines of each input, for people.
#pragma once

#include <ostream>
#include <vector>

#include "report/run.h"
#include "report/style.h"

namespace fwproof::report {

// "120 lines: 110 modelled, 10 irrelevant, 0 approximated, 0 opaque, 0 unrecognised"
std::string account_words(const model::Account& account);
// One line per input: path, digest, importer, account. width as for Table.
void write_inputs(std::ostream& out, const std::vector<Input>& inputs, const Style& style, size_t width);
// With one row per class and construct.
void write_account(std::ostream& out, const std::vector<Input>& inputs, const Style& style);

}  // namespace fwproof::report
