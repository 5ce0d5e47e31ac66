// What reading and lowering report to: classes of lines and diagnostics. Sections become one run of lines, so that both know a line by
// its number there; Origin leads back to the file.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "importers/importer.h"

namespace fwproof::importers::nftables {

class Context {
 public:
  Context(std::span<const Section> sections, ImportResult& result);

  // A text spans several lines: comment lines within keep their class.
  void account(model::Origin first, uint32_t last_line, model::LineClass line_class, std::string_view construct);
  void account(model::Origin origin, model::LineClass line_class, std::string_view construct) {
    account(origin, origin.line, line_class, construct);
  }
  void comment(model::Origin origin);
  void tell(model::Origin origin, uint32_t column, uint32_t length, model::DiagnosticId id, model::Severity severity, std::string message,
            std::string note = {});

 private:
  std::string_view line_text(model::Origin origin) const;

  std::span<const Section> sections_;
  ImportResult& result_;
  std::set<std::pair<uint32_t, uint32_t>> comments_;
  std::map<std::string, size_t> told_;
  std::set<std::string> told_here_;
};

}  // namespace fwproof::importers::nftables
