// What the commands answer, as JSON (docs/*-output.schema.json), version inside. ASCII only, a newline at the end.
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "report/run.h"
#include "report/write_trace.h"

namespace fwproof::report {

constexpr int kSchema = 1;

void write_run_json(std::ostream& out, const Run& run);
// A folder of sites: {"fwproof", "sites": [{"path", and as a run}]}.
struct SiteRun {
  std::string path;
  Run run;
};
void write_sites_json(std::ostream& out, const std::string& version, const std::vector<SiteRun>& sites);
// Inputs with their constructs, diagnostics, and the model of the run's one device unless `with_model` is false.
void write_import_json(std::ostream& out, const Run& run, bool with_model);
// One line each.
void write_trace_json(std::ostream& out, const model::Sources& sources, const Trace& trace);
void write_error_json(std::ostream& out, const std::string& problem);

// A list of things with the same few properties.
using ListValue = std::variant<std::string, size_t>;
using ListEntry = std::vector<std::pair<std::string, ListValue>>;
void write_list_json(std::ostream& out, const std::vector<ListEntry>& entries);

}  // namespace fwproof::report
