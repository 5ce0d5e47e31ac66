// What the readers of sections share: accounts of lines, diagnostics, and what nobody understood.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "importers/importer.h"
#include "importers/openwrt/ast.h"
#include "importers/openwrt/words.h"

namespace fwproof::importers::openwrt {

// Something of the configuration whose effect on packets is unknown: it may do anything, anywhere.
struct Opaque {
  std::string kind;   // "include"
  std::string text;
  model::Origin origin;
};

class Reader {
 public:
  explicit Reader(ImportResult& result) : result_(result) {}

  std::vector<Opaque> opaque;

  // Blank lines stay blank, also inside a value of several lines.
  void set_blank(uint32_t file, size_t line);
  void account(const Value& value, model::LineClass line_class, std::string_view construct);
  void tell(const Value& value, model::DiagnosticId id, model::Severity severity, std::string message, std::string note = {});
  // Gives every line of the section the class that the tables have for its option. Returns the options whose effect is
  // not known: no table has them, or it calls them opaque.
  std::vector<const Option*> account_section(const UciSection& section);
  // Every line of the section alike.
  void account_all(const UciSection& section, model::LineClass line_class, std::string_view construct);
  // The value of an option is none: its line is unrecognised.
  void refuse(const Value& value, model::DiagnosticId id, std::string_view kind);
  // Its effect on packets is unknown.
  void make_opaque(const Value& value, std::string_view kind, std::string text, std::string message);

 private:
  ImportResult& result_;
  std::set<std::pair<uint32_t, size_t>> blank_;
};

}  // namespace fwproof::importers::openwrt
