// A specification as JSON: the form of docs/specification.schema.json, laid out for people as the files of specs/library/ are.
//
//   std::string text = write_specification(spec);     // load_specifications() reads an equal specification back
//
// Requires: what the loader requires (ids, roles, no empty text where the schema asks for one). UTF-8 stays as it is; control, bidirectional
// and invisible characters are escaped, and bytes that are no UTF-8 become U+FFFD.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "specs/specification.h"

namespace fwproof::specs {

std::string write_specification(const Specification& specification);
// One object when there is one, else a list.
std::string write_specifications(const std::vector<Specification>& specifications);

// A JSON string with its quotation marks.
std::string json_text(std::string_view text);

}  // namespace fwproof::specs
