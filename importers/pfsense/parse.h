// From elements to the vendor's own structures; decides nothing but which elements the format knows.
#pragma once

#include "importers/importer.h"
#include "importers/pfsense/ast.h"

namespace fwproof::importers::pfsense {

// Reports into `result`; `account` gets every element. Requires: file has no problem.
Config parse(const Section& section, const text::XmlFile& file, text::XmlAccount& account, ImportResult& result);

// A diagnostic about a line of the section. Beyond some hundred, only errors are told.
void report(const Section& section, ImportResult& result, model::DiagnosticId id, uint32_t line, std::string message, std::vector<std::string> notes = {},
            model::Severity severity = model::Severity::warning);

}  // namespace fwproof::importers::pfsense
