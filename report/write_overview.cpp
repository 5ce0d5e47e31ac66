#include "report/write_overview.h"

#include <algorithm>

#include "report/escape.h"
#include "report/table.h"
#include "report/words.h"
#include "report/write_verdicts.h"

namespace fwproof::report {
namespace {

using solver::DeviceSeen;
using solver::Result;

constexpr size_t kWidestService = 40;  // columns
constexpr size_t kWidestInFiles = 160;

// "blocks (edge)": the worst that a device of that side does, and which ones do.
Cell side_cell(const Result& result, bool hosts) {
  const DeviceSeen* worst = nullptr;
  std::vector<std::string> names;
  for (const DeviceSeen& seen : result.devices) {
    if (seen.is_host != hosts) continue;
    if (worst == nullptr || seen.does > worst->does) names.clear();
    if (worst == nullptr || seen.does > worst->does) worst = &seen;
    if (seen.does == worst->does) names.push_back(seen.device);
  }
  if (worst == nullptr) return {"-", Ink::faint};
  const std::string word(does_text(worst->does));
  switch (worst->does) {
    case DeviceSeen::Does::passes: return {word, Ink::green};
    case DeviceSeen::Does::not_reached: return {word, Ink::faint};
    case DeviceSeen::Does::depends: return {word + " (" + joined(names) + ")", Ink::yellow};
    case DeviceSeen::Does::leads_astray:
    case DeviceSeen::Does::stops: return {word + " (" + joined(names) + ")", Ink::red};
  }
  return {};
}

std::string port_text(const Result& result) {
  const std::string protocol = protocol_text(result.protocol);
  if (result.ports.empty()) return protocol;
  return protocol == "tcp" ? result.ports : result.ports + "/" + protocol;
}

// Somebody beyond the row's sources reaches its port.
bool is_exposed(const Run& run, const Result& row) {
  return std::any_of(run.report.results.begin(), run.report.results.end(), [&](const Result& result) {
    return result.kind == solver::Kind::exposure && result.truth == solver::Truth::violated && result.protocol == row.protocol && result.ports == row.ports &&
           !is_accepted(result) && std::find(row.to.begin(), row.to.end(), result.to.empty() ? "" : result.to[0]) != row.to.end();
  });
}

std::vector<Cell> row_cells(const Run& run, const Result& row) {
  const Word word = verdict_word(run, row);
  std::string verdict(word.text);
  if (is_exposed(run, row)) verdict += ", exposed";
  return {{cut(escape(row.description), kWidestService)},
          {port_text(row)},
          {joined(row.from) + " > " + joined(row.to)},
          {row.optional ? "optional" : "required"},
          side_cell(row, true),
          side_cell(row, false),
          {verdict, is_exposed(run, row) ? Ink::red : word.ink}};
}

}  // namespace

void write_overview(std::ostream& out, const Run& run, const Style& style, size_t width) {
  std::vector<std::string> specs;
  for (const Result& result : run.report.results)
    if (result.kind == solver::Kind::required && std::find(specs.begin(), specs.end(), result.spec) == specs.end()) specs.push_back(result.spec);
  for (const std::string& spec : specs) {
    out << style.paint(Ink::bold, spec.empty() ? "Overview" : "Overview of " + escape(spec)) << '\n';
    Table table;
    table.add({{"service", Ink::faint}, {"port", Ink::faint}, {"direction", Ink::faint}, {"needed", Ink::faint}, {"host firewall", Ink::faint}, {"router", Ink::faint},
               {"verdict", Ink::faint}});
    for (const Result& result : run.report.results)
      if (result.spec == spec && result.kind == solver::Kind::required) table.add(row_cells(run, result));
    table.write(out, style, "  ", width == 0 ? kWidestInFiles : width);
    out << '\n';
  }
}

}  // namespace fwproof::report
