// A document as lines of text for goldens: one line per block or table row, with the source's line numbers.
//
//   heading 1: Ports @1
//   item 1 "•": ANY = any computer @3
//   table
//     head: Port @5 | Source @5
//     row: 25 @7 | GTW @7 / or ADM @8 | (2) Mail @7      ← "/" between lines of a cell, "(2)" a cell over two columns
#pragma once

#include <string>

#include "specs/derive/document.h"

namespace fwproof {

std::string dump(const specs::derive::Document& document);
// One line per diagnostic: "warning document.limit @7: …"
std::string dump(const std::vector<model::Diagnostic>& diagnostics);

// Reads text as the format, or by the name of the file.
specs::derive::ReadDocument read_as(std::string text, std::string_view format, std::string path = "document");

}  // namespace fwproof
