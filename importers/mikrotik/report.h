// Classes of lines and diagnostics, by span.
#pragma once

#include <map>
#include <span>
#include <string>

#include "importers/importer.h"
#include "importers/mikrotik/ast.h"

namespace fwproof::importers::mikrotik {

class Report {
 public:
  Report(std::span<const Section> sections, ImportResult& result);

  model::Origin origin(const Span& span) const { return {sections_[span.section].file, span.first}; }
  void account(const Span& span, model::LineClass line_class, std::string_view construct);
  // Only the lines that have no class yet.
  void account_rest(const Span& span, model::LineClass line_class, std::string_view construct);
  // `line` 0: the span's first. The same message is given at most 20 times.
  void tell(const Span& span, model::DiagnosticId id, model::Severity severity, std::string message, uint32_t line = 0, uint32_t column = 0,
            uint32_t length = 0, std::string note = {});
  // How often messages were held back.
  void finish();
  std::span<const Section> sections() const { return sections_; }

 private:
  struct Repeated {
    size_t count = 0;
    model::DiagnosticId id{};
    model::Origin last;
  };
  std::span<const Section> sections_;
  ImportResult& result_;
  std::map<std::string, Repeated> repeated_;
};

}  // namespace fwproof::importers::mikrotik
