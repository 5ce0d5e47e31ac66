// A specification: what a vendor's document says must be open, row by row, each row cited (docs/specification.schema.json).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/diagnostic.h"
#include "model/requirement.h"
#include "model/source.h"

namespace fwproof::specs {

struct Row {
  std::string id;                    // "8474-ADM-MGMT", unique in its specification
  std::vector<std::string> from;
  std::vector<std::string> to;
  std::string protocol = "tcp";      // as written: a name or a number
  unsigned protocol_number = 6;
  model::IntervalSet ports;
  std::vector<std::string> port_texts;   // as written
  model::IntervalSet src_ports;      // default 1024-65535
  bool optional = false;
  std::string program;
  std::string service;
  std::string description;
  std::string reading;
  model::Citation citation;
};

struct Role {
  std::string title;
  bool is_name = false;              // a DNS name such as my.mailstore.com rather than an abbreviation
};

struct Constraint {
  std::string kind;                  // "not-intercepted", "port-forward", …
  model::Citation citation;
};

struct Specification {
  std::string id;
  std::string title;
  model::Citation document;          // document = title, revision, file, sha256; line 0
  model::Strictness unlisted_tcp = model::Strictness::warning;
  model::Strictness unlisted_other = model::Strictness::warning;
  model::Citation unlisted_citation;
  std::map<std::string, Role> roles; // ANY is always defined
  std::vector<Row> rows;
  std::vector<Constraint> constraints;
};

struct LoadedSpecifications {
  std::vector<Specification> specifications;   // those without an error
  std::vector<model::Diagnostic> diagnostics;  // errors: file, line, JSON path in the message
};

// A file holds one specification or a list of them; comments are allowed. `file` indexes sources.
LoadedSpecifications load_specifications(const model::Sources& sources, uint32_t file);

// The built-in ones, sorted by id. Never empty; parsed once by the same loader.
const std::vector<Specification>& builtin();
const Specification* find_builtin(std::string_view id);
// The JSON text of a built-in specification's file, for `fwproof specs NAME --format json`.
std::string_view builtin_text(std::string_view id);

// Nearest known word by edit distance, or empty when none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace fwproof::specs
