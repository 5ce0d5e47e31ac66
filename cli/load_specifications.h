// Specifications by name, as commands take them: a built-in one or a file.
#pragma once

#include <string>
#include <vector>

#include "model/diagnostic.h"
#include "model/source.h"
#include "specs/specification.h"

namespace fwproof::cli {

struct NamedSpecifications {
  model::Sources sources;
  std::vector<specs::Specification> specifications;
  std::vector<model::Diagnostic> diagnostics;
  int exit_code = 0;       // 3: the file is missing or has an error
};

NamedSpecifications load_specification_file(const std::string& path);
// Throws UsageError where there is neither such a name nor such a file.
NamedSpecifications load_named_specifications(const std::string& name);

// "there is no specification 'x'; did you mean 'y'?"
std::string no_specification(const std::string& name, const std::string& more = "");

}  // namespace fwproof::cli
