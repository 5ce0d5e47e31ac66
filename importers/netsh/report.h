// Collects the account and the diagnostics while one host is imported.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "importers/importer.h"

namespace fwproof::importers::netsh {

// A line of a section together with the place where it stands.
struct Line {
  std::string_view text;
  model::Origin origin;
};

class Reporter {
 public:
  Reporter(std::span<const Section> sections, ImportResult& result);

  void account(model::Origin origin, model::LineClass line_class, std::string_view construct);
  // `what`: the part of the line that the caret points at; empty: no caret.
  void diagnose(model::DiagnosticId id, model::Severity severity, model::Origin origin, std::string_view what, std::string message,
                std::vector<std::string> notes = {});
  std::string_view line_text(model::Origin origin) const;
  ImportResult& result() { return result_; }

 private:
  std::span<const Section> sections_;
  ImportResult& result_;
};

// `lines` of a section with their origins.
std::vector<Line> lines_of(const Section& section);

}  // namespace fwproof::importers::netsh
