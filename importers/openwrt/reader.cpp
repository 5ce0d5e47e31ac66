#include "importers/openwrt/reader.h"

#include <algorithm>

namespace fwproof::importers::openwrt {

using model::DiagnosticId;
using model::LineClass;
using model::Severity;

namespace {

LineClass class_of(Use use) {
  switch (use) {
    case Use::modelled: return LineClass::modelled;
    case Use::irrelevant: return LineClass::irrelevant;
    case Use::approximated: return LineClass::approximated;
    case Use::opaque: return LineClass::opaque;
    case Use::unknown: return LineClass::unrecognised;
  }
  return LineClass::unrecognised;
}

std::string nearest(std::string_view package, std::string_view type, std::string_view option) {
  // A letter too many or too few at the end is what typos in option names mostly are.
  if (option.size() > 2 && option_use(package, type, option.substr(0, option.size() - 1)).use != Use::unknown)
    return "the nearest known option is '" + std::string(option.substr(0, option.size() - 1)) + "'";
  return {};
}

}  // namespace

void Reader::account(const Value& value, LineClass line_class, std::string_view construct) {
  model::Account& account = result_.accounts[value.origin.file];
  for (uint32_t line = value.origin.line; line <= std::max(value.last_line, value.origin.line); ++line)
    if (line == value.origin.line || !blank_.contains({value.origin.file, line})) account.set(line, line_class, construct);
}

void Reader::set_blank(uint32_t file, size_t line) {
  result_.accounts[file].set_blank(line);
  blank_.insert({file, line});
}

void Reader::tell(const Value& value, DiagnosticId id, Severity severity, std::string message, std::string note) {
  constexpr size_t kMaxDiagnostics = 1000;
  if (result_.diagnostics.size() >= kMaxDiagnostics) return;
  model::Diagnostic diagnostic;
  diagnostic.id = id;
  diagnostic.severity = severity;
  diagnostic.origin = value.origin;
  diagnostic.message = std::move(message);
  diagnostic.line_text = std::string(value.line.substr(0, 300));
  if (const size_t at = value.text.empty() ? std::string::npos : diagnostic.line_text.rfind(value.text); at != std::string::npos) {
    diagnostic.column = static_cast<uint32_t>(at + 1);
    diagnostic.length = static_cast<uint32_t>(value.text.size());
  }
  // A cut may fall into the middle of a character.
  while (!diagnostic.line_text.empty() && diagnostic.line_text.size() == 300 && (diagnostic.line_text.back() & 0x80) != 0) diagnostic.line_text.pop_back();
  if (!note.empty()) diagnostic.notes.push_back(std::move(note));
  result_.diagnostics.push_back(std::move(diagnostic));
}

std::vector<const Option*> Reader::account_section(const UciSection& section) {
  std::vector<const Option*> unknown;
  const std::string construct = section.type.starts_with("wireguard_") ? "wireguard" : section.type;
  account(section.head, LineClass::modelled, construct);
  for (const Value& head : section.more_heads) account(head, LineClass::modelled, construct);
  for (const Option& option : section.options) {
    const WordUse use = option_use(section.package, section.type, option.name);
    for (const Value& value : option.values)
      account(value, class_of(use.use), use.reason.empty() ? construct : std::string(use.reason));
    for (const Value& value : option.overridden) account(value, LineClass::irrelevant, "option that a later one replaces");
    if (option.values.empty()) continue;
    if (use.use == Use::unknown || use.use == Use::opaque) unknown.push_back(&option);
    if (use.use != Use::unknown) continue;
    tell(option.values.front(), DiagnosticId::value_unknown, Severity::warning,
         "'" + option.name.substr(0, 80) + "' is no known option of a section of type " + section.type.substr(0, 80),
         nearest(section.package, section.type, option.name));
  }
  return unknown;
}

void Reader::account_all(const UciSection& section, LineClass line_class, std::string_view construct) {
  account(section.head, line_class, construct);
  for (const Value& head : section.more_heads) account(head, line_class, construct);
  for (const Option& option : section.options) {
    for (const Value& value : option.values) account(value, line_class, construct);
    for (const Value& value : option.overridden) account(value, line_class, construct);
  }
}

void Reader::refuse(const Value& value, DiagnosticId id, std::string_view kind) {
  account(value, LineClass::unrecognised, "value that cannot be read");
  tell(value, id, Severity::error, "cannot read '" + value.text.substr(0, 80) + "' as " + std::string(kind));
}

void Reader::make_opaque(const Value& value, std::string_view kind, std::string text, std::string message) {
  account(value, LineClass::opaque, kind);
  tell(value, DiagnosticId::target_opaque, Severity::warning, std::move(message), "it may accept, drop or change packets: what depends on it cannot be told");
  constexpr size_t kMax = 64;   // each counts for every packet, further ones add nothing
  if (opaque.size() < kMax) opaque.push_back({std::string(kind), std::move(text), value.origin});
}

}  // namespace fwproof::importers::openwrt
