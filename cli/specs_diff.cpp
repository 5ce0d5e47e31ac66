#include "cli/specs_diff.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/exit_code.h"
#include "cli/load_specifications.h"
#include "cli/show_specification.h"
#include "report/escape.h"
#include "report/table.h"
#include "report/words.h"
#include "report/write_diagnostics.h"
#include "report/write_json.h"
#include "specs/diff_specifications.h"

namespace fwproof::cli {
namespace {

using report::Ink;
using specs::FieldChange;
using specs::SpecificationDiff;
using Json = nlohmann::ordered_json;

struct Arguments {
  std::string before;
  std::string after;
  OutputArguments output;
};

template <class Thing>
const char* change_word(const specs::Pair<Thing>& pair) {
  return pair.before == nullptr ? "came" : pair.after == nullptr ? "went" : "changed";
}
template <class Thing>
const Thing& shown(const specs::Pair<Thing>& pair) {
  return pair.after != nullptr ? *pair.after : *pair.before;
}
Ink ink_of(std::string_view word) { return word == "came" ? Ink::green : word == "went" ? Ink::red : Ink::yellow; }

// ---- text ---------------------------------------------------------------------------------------------------------

std::string change_text(const FieldChange& change) {
  const auto said = [](const std::string& text) { return text.empty() ? std::string("nothing") : text; };
  return change.field + ": " + said(change.before) + " -> " + said(change.after);
}

void add_lines(report::Table& table, const char* word, const std::string& name, const std::string& what, const std::vector<FieldChange>& changes) {
  table.add({{word, ink_of(word)}, {name, Ink::bold}, {changes.empty() ? what : change_text(changes[0])}});
  for (size_t i = 1; i < changes.size(); ++i) table.add({{""}, {""}, {change_text(changes[i])}});
}

std::string row_words(const specs::Row& row) {
  const std::string line = line_of(row.citation);
  return row.protocol + (row.ports.empty() ? "" : " " + ports_of(row)) + ", " + report::joined(row.from) + " > " + report::joined(row.to) +
         (row.optional ? ", optional" : "") + (line.empty() ? "" : ", " + line);
}

std::string title_words(const specs::Specification& spec) {
  const model::Citation& document = spec.document;
  return document.document + (document.revision.empty() ? "" : ", " + document.revision);
}

void write_one(std::ostream& out, const SpecificationDiff& diff, const report::Style& style, size_t width) {
  const specs::Specification& spec = diff.after != nullptr ? *diff.after : *diff.before;
  out << style.paint(Ink::bold, report::escape(spec.id));
  if (diff.before == nullptr || diff.after == nullptr) {
    out << "  " << (diff.before == nullptr ? "came" : "went") << " as a whole: " << spec.rows.size() << (spec.rows.size() == 1 ? " row\n" : " rows\n");
    return;
  }
  if (diff.before->id != diff.after->id) out << "  before: " << report::escape(diff.before->id);
  out << '\n';
  const std::string was = title_words(*diff.before), is = title_words(*diff.after);
  if (was != is) out << "  document: " << report::escape(was) << " -> " << report::escape(is) << '\n';
  report::Table table;
  if (!diff.changes.empty()) add_lines(table, "changed", "", "", diff.changes);
  for (const auto& pair : diff.rows) add_lines(table, change_word(pair), shown(pair).id, row_words(shown(pair)), pair.changes);
  for (const auto& pair : diff.constraints)
    add_lines(table, change_word(pair), std::string(model::to_text(shown(pair).kind)), "constraint" + (line_of(shown(pair).citation).empty() ? "" : ", " + line_of(shown(pair).citation)), pair.changes);
  table.write(out, style, "  ", width);
  out << "  " << diff.same_rows << (diff.same_rows == 1 ? " row is" : " rows are") << " the same\n";
}

// ---- JSON ---------------------------------------------------------------------------------------------------------

Json changes_json(const std::vector<FieldChange>& changes) {
  Json list = Json::array();
  for (const FieldChange& change : changes) list.push_back({{"field", change.field}, {"before", change.before}, {"after", change.after}});
  return list;
}

template <class Thing>
Json pair_json(const specs::Pair<Thing>& pair, std::string_view name) {
  Json json = {{"change", change_word(pair)}, {"id", name}};
  if (pair.before != nullptr) json["line_before"] = pair.before->citation.line;
  if (pair.after != nullptr) json["line_after"] = pair.after->citation.line;
  json["changes"] = changes_json(pair.changes);
  return json;
}

Json diff_json(const SpecificationDiff& diff) {
  const specs::Specification& spec = diff.after != nullptr ? *diff.after : *diff.before;
  Json json = {{"id", spec.id}, {"change", diff.before == nullptr ? "came" : diff.after == nullptr ? "went" : diff.differs() ? "changed" : "same"}};
  if (diff.before != nullptr) json["before"] = {{"id", diff.before->id}, {"title", diff.before->document.document}, {"revision", diff.before->document.revision}};
  if (diff.after != nullptr) json["after"] = {{"id", diff.after->id}, {"title", diff.after->document.document}, {"revision", diff.after->document.revision}};
  json["same_rows"] = diff.same_rows;
  json["changes"] = changes_json(diff.changes);
  json["rows"] = Json::array();
  json["constraints"] = Json::array();
  for (const auto& pair : diff.rows) json["rows"].push_back(pair_json(pair, shown(pair).id));
  for (const auto& pair : diff.constraints) json["constraints"].push_back(pair_json(pair, model::to_text(shown(pair).kind)));
  return json;
}

void write_json(std::ostream& out, const std::vector<SpecificationDiff>& all, bool differs) {
  Json json = {{"fwproof", {{"version", kVersion}, {"schema", report::kSchema}}}, {"differs", differs}, {"specifications", Json::array()}};
  for (const SpecificationDiff& diff : all) json["specifications"].push_back(diff_json(diff));
  out << json.dump(2, ' ', true, Json::error_handler_t::replace) << '\n';
}

// -------------------------------------------------------------------------------------------------------------------

int run_diff(const Arguments& arguments) {
  const NamedSpecifications before = load_named_specifications(arguments.before);
  const NamedSpecifications after = load_named_specifications(arguments.after);
  for (const NamedSpecifications* one : {&before, &after}) report::write_diagnostics(std::cerr, one->sources, one->diagnostics, error_style());
  if (const int code = worse(before.exit_code, after.exit_code); code != exit_holds) return code;
  const std::vector<SpecificationDiff> all = specs::diff_specifications(before.specifications, after.specifications);
  const bool differs = std::any_of(all.begin(), all.end(), [](const SpecificationDiff& diff) { return diff.differs(); });
  Output output(arguments.output);
  if (output.is_json()) {
    write_json(output.stream(), all, differs);
  } else {
    for (const SpecificationDiff& diff : all)
      if (diff.differs() || !output.is_quiet()) write_one(output.stream(), diff, output.style(), output.text_options().width);
    output.stream() << (differs ? "They differ. Exit 1.\n" : "They ask for the same.\n");
  }
  return output.finish() ? (differs ? exit_violated : exit_holds) : exit_fault;
}

}  // namespace

Run add_specs_diff(CLI::App& command) {
  auto arguments = std::make_shared<Arguments>();
  command.add_option("OLD", arguments->before, "a built-in specification or a file")->required();
  command.add_option("NEW", arguments->after, "a built-in specification or a file")->required();
  add_output_options(command, arguments->output);
  command.footer("examples:\n  fwproof specs diff mailstore-spe-single mailstore-spe-multi\n"
                 "exit codes: 0 they ask for the same, 1 they differ, 3 a file is missing or not understood, 4 wrong usage, 5 our fault");
  return [arguments] { return run_diff(*arguments); };
}

}  // namespace fwproof::cli
