// What the commands answer, as JSON (docs/*-output.schema.json), version inside. ASCII only, a newline at the end.
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "report/run.h"

namespace fwproof::report {

constexpr int kSchema = 1;

void write_run_json(std::ostream& out, const Run& run);
// A folder of sites: {"fwproof", "sites": [{"path", and as a run}]}, written site by site, so that none is kept. The text of a site may be made
// by any thread.
std::string site_text_json(const std::string& path, const Run& run);
class SitesJson {
 public:
  SitesJson(std::ostream& out, std::string version) : out_(out), version_(std::move(version)) {}
  // text: of site_text_json().
  void add(const std::string& text);
  // Ends what has been begun; nothing where no site was added.
  void end();

 private:
  std::ostream& out_;
  std::string version_;
  bool begun_ = false;
};
// Inputs with their constructs, diagnostics, and the model of the run's one device unless `with_model` is false.
void write_import_json(std::ostream& out, const Run& run, bool with_model);

// A list of things with the same few properties.
using ListValue = std::variant<std::string, size_t>;
using ListEntry = std::vector<std::pair<std::string, ListValue>>;
void write_list_json(std::ostream& out, const std::vector<ListEntry>& entries);

}  // namespace fwproof::report
