#include "cli/write_derived.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "cli/printed_commands.h"
#include "cli/show_specification.h"
#include "report/escape.h"
#include "report/words.h"

namespace fwproof::cli {
namespace {

using report::Ink;
using report::Style;

constexpr size_t kShown = 30;

// "1 row", "2 rows".
std::string counted(size_t count, std::string_view thing) { return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s"); }

std::string lines_text(const std::vector<uint32_t>& lines) {
  std::vector<std::string> texts;
  for (const uint32_t line : lines) texts.push_back(std::to_string(line));
  return texts.empty() ? "" : " (line " + report::shortened(texts, 5) + ")";
}

void write_list(std::ostream& out, const char* what, const std::vector<std::string>& texts, std::string_view separator = ", ") {
  if (texts.empty()) return;
  std::vector<std::string> shown = texts;
  if (shown.size() > kShown) {
    shown.resize(kShown);
    shown.push_back(fmt::format("and {} more", texts.size() - kShown));
  }
  out << "  " << what << report::escape(report::joined(shown, separator)) << '\n';
}

void write_commands(std::ostream& out, const CommandCheck& check, const Style& style) {
  const std::string where = check.first_line == check.last_line ? fmt::format("line {}", check.first_line) : fmt::format("lines {}-{}", check.first_line, check.last_line);
  out << style.paint(Ink::bold, fmt::format("The document's own commands ({}, {})", counted(check.commands, "command"), where)) << '\n';
  if (!check.not_compared.empty()) {
    out << "  not compared with the table: " << report::escape(check.not_compared) << '\n';
    return;
  }
  write_list(out, "taken: ", check.bindings);
  size_t shown = 0;
  for (const OpenedService& one : check.opened)
    if (++shown <= kShown) out << "  they open " << report::escape(one.service) << " to " << report::escape(one.sources) << lines_text(one.lines) << '\n';
  if (check.opened.size() > kShown) out << "  and " << check.opened.size() - kShown << " more\n";
  if (check.opened.empty()) out << "  they open nothing\n";
  write_list(out, "they satisfy: ", check.satisfied);
  write_list(out, "they leave closed: ", check.closed);
  write_list(out, "beyond the table: ", check.beyond, "; ");
  if (check.beyond.empty() && check.unknown.empty()) out << "  they open nothing that no row asks for\n";
  write_list(out, "cannot tell: ", check.unknown, "; ");
}

void write_commands_of(std::ostream& out, const DerivedDocument& document, size_t index, const Style& style) {
  std::vector<specs::derive::PrintedCommand> commands;
  for (const specs::derive::PrintedCommand& command : document.derived.commands)
    if (command.specification == index) commands.push_back(command);
  if (!commands.empty()) write_commands(out, check_printed_commands(document.derived.specifications[index], commands, document.file), style);
}

// Cells of ports that say none: rows that somebody must look at.
size_t unread_cells(const std::vector<specs::Specification>& specifications) {
  constexpr std::string_view kWhy[] = {"in a column of ports, without a number", "glued to letters in a column of ports", "above the highest port"};   // left_over.cpp, port_cell.cpp
  size_t count = 0;
  for (const specs::Specification& spec : specifications)
    for (const specs::LeftOver& left : spec.left_over) count += std::find(std::begin(kWhy), std::end(kWhy), left.why) != std::end(kWhy);
  return count;
}

}  // namespace

bool is_cut(const DerivedDocument& document) {
  return std::any_of(document.diagnostics.begin(), document.diagnostics.end(), [](const model::Diagnostic& diagnostic) {
    return diagnostic.severity != model::Severity::note && (diagnostic.id == model::DiagnosticId::document_limit || diagnostic.id == model::DiagnosticId::input_too_large);
  });
}

std::string closing_words(const DerivedDocument& document, const std::optional<specs::CarriedOver>& carried) {
  const size_t open = specs::open_rows(document.derived.specifications);
  std::string text = counted(rows_of(document), "row");
  if (document.derived.specifications.size() > 1) text += fmt::format(" in {} specifications", document.derived.specifications.size());
  if (carried) text += fmt::format("; {} decided as before, {} not", carried->rows, carried->still_open);
  if (const size_t unread = unread_cells(document.derived.specifications); unread > 0) text += fmt::format("; {} of ports in no row: see what is left over", counted(unread, "cell"));
  if (open == 0) return text + (is_cut(document) ? "; not all text was read. Exit 2." : "; nothing is open for review.");
  return text + fmt::format("; {} open for review: --accept ROW (or all) records the decision. Exit 2.", open);
}

void write_derived(std::ostream& out, const DerivedDocument& document, const std::optional<specs::CarriedOver>& carried, const report::TextOptions& options) {
  const std::vector<specs::Specification>& specifications = document.derived.specifications;
  if (!options.quiet) {
    out << "read as " << report::escape(document.format) << (document.converter.empty() ? "" : ", lines are those of what " + report::escape(document.converter) + " wrote") << "\n\n";
    for (size_t i = 0; i < specifications.size(); ++i) {
      show_specification(out, specifications[i], options.style, options.width);
      write_commands_of(out, document, i, options.style);
      out << '\n';
    }
  }
  if (rows_of(document) > 0) out << report::escape(closing_words(document, carried)) << '\n';
}

}  // namespace fwproof::cli
