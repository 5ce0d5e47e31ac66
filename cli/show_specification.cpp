#include "cli/show_specification.h"

#include "report/escape.h"
#include "report/table.h"
#include "report/words.h"
#include "specs/decisions.h"

namespace fwproof::cli {
namespace {

using report::Ink;
using report::Table;

constexpr size_t kLeftOverShown = 200;
constexpr size_t kRowsShown = 20;  // of those that share a reading

// Requires: text is not escaped.
void heading(std::ostream& out, const report::Style& style, std::string_view text) { out << style.paint(Ink::bold, report::escape(text)) << '\n'; }

std::string_view strictness_text(model::Strictness strictness) {
  switch (strictness) {
    case model::Strictness::violation: return "a violation";
    case model::Strictness::warning: return "a warning";
    case model::Strictness::ignore: return "not looked at";
  }
  return "";
}

void show_head(std::ostream& out, const specs::Specification& spec, const report::Style& style) {
  out << style.paint(Ink::bold, report::escape(spec.id)) << "  " << report::escape(spec.title) << '\n';
  const model::Citation& document = spec.document;
  if (!document.document.empty())
    out << "document: " << report::escape(document.document) << (document.revision.empty() ? "" : ", " + report::escape(document.revision)) << '\n';
  const std::string line = line_of(spec.unlisted_citation);
  out << "ports that no row lists: " << strictness_text(spec.unlisted_tcp) << " (tcp), " << strictness_text(spec.unlisted_other) << " (other)"
      << (line.empty() ? "" : ", " + line) << '\n';
  for (const auto& [role, details] : spec.roles)
    out << "role " << report::escape(role) << (details.title.empty() || details.title == role ? "" : ": " + report::escape(details.title)) << '\n';
}

std::string about(const specs::Row& row) {
  std::string text = row.description;
  const auto add = [&](const std::string& more) { text += (text.empty() ? "(" : " (") + more + ")"; };
  if (row.optional && text.find("ptional") == std::string::npos) add("optional");
  if (row.dynamic_rpc) add("dynamic RPC");
  if (!row.program.empty()) add("program " + row.program);
  if (!row.service.empty()) add("service " + row.service);
  return text;
}

void show_rows(std::ostream& out, const specs::Specification& spec, const report::Style& style, size_t width) {
  Table table;
  for (const specs::Row& row : spec.rows)
    table.add({{row.id, Ink::bold},
               {row.protocol + (row.ports.empty() ? "" : " " + ports_of(row))},
               {report::joined(row.from) + " > " + report::joined(row.to)},
               {line_of(row.citation), Ink::faint},
               {about(row)}});
  table.write(out, style, "  ", width);
}

// Equal readings once, with the rows that they are about.
struct SharedReading {
  specs::Reading reading;
  std::vector<std::string> rows;
};

std::vector<SharedReading> readings_of(const specs::Specification& spec, bool open) {
  std::vector<SharedReading> shared;
  for (const specs::Row& row : spec.rows)
    for (const specs::Reading& reading : row.readings) {
      if (reading.review != open) continue;
      if (shared.empty() || !(shared.back().reading == reading)) shared.push_back({reading, {}});
      shared.back().rows.push_back(row.id);
    }
  return shared;
}

void show_readings(std::ostream& out, const specs::Specification& spec, const report::Style& style, bool open) {
  const std::vector<SharedReading> shared = readings_of(spec, open);
  if (shared.empty()) return;
  heading(out, style, open ? "Open for review" : "Decided");
  for (const SharedReading& one : shared) {
    specs::Reading plain = one.reading;
    plain.review = false;
    out << "  " << report::escape(specs::to_text({plain})) << (plain.accepted.empty() ? "" : ", " + report::escape(plain.accepted)) << '\n';
    out << "    " << report::escape(report::shortened(one.rows, kRowsShown)) << '\n';
  }
}

void show_constraints(std::ostream& out, const specs::Specification& spec, const report::Style& style) {
  if (spec.constraints.empty()) return;
  heading(out, style, "Constraints");
  Table table;
  for (const specs::Constraint& one : spec.constraints) {
    std::string about = one.from.empty() && one.to.empty() ? "" : report::joined(one.from) + " > " + report::joined(one.to);
    if (!one.alternatives.empty()) about += (about.empty() ? "or " : ", or ") + report::joined(one.alternatives);
    table.add({{std::string(model::to_text(one.kind)), Ink::bold}, {line_of(one.citation), Ink::faint}, {about}});
  }
  table.write(out, style, "  ");
}

void show_remarks(std::ostream& out, const specs::Specification& spec, const report::Style& style, size_t width) {
  Table notes, left;
  for (const specs::Note& note : spec.notes) notes.add({{line_of(note.citation), Ink::faint}, {note.text}});
  for (size_t i = 0; i < std::min(spec.left_over.size(), kLeftOverShown); ++i)
    left.add({{line_of(spec.left_over[i].citation), Ink::faint}, {spec.left_over[i].text}, {spec.left_over[i].why}});
  if (!notes.empty()) heading(out, style, "Notes");
  notes.write(out, style, "  ", width);
  if (!left.empty()) heading(out, style, "Left over: numbers that look like ports and are in no row");
  left.write(out, style, "  ", width);
  if (spec.left_over.size() > kLeftOverShown) out << "  and " << spec.left_over.size() - kLeftOverShown << " more (--format json lists all)\n";
}

}  // namespace

std::string ports_of(const specs::Row& row) { return report::joined(report::range_texts(row.ports)); }
std::string line_of(const model::Citation& citation) { return citation.line == 0 ? "" : "line " + std::to_string(citation.line); }

void show_specification(std::ostream& out, const specs::Specification& spec, const report::Style& style, size_t width) {
  show_head(out, spec, style);
  show_rows(out, spec, style, width);
  show_readings(out, spec, style, true);
  show_readings(out, spec, style, false);
  show_constraints(out, spec, style);
  show_remarks(out, spec, style, width);
}

}  // namespace fwproof::cli
