#include "report/write_account.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/escape.h"
#include "report/table.h"

namespace fwproof::report {
namespace {

using model::LineClass;

constexpr LineClass kClasses[] = {LineClass::modelled, LineClass::irrelevant, LineClass::approximated, LineClass::opaque, LineClass::unrecognised};

Ink ink_of(LineClass line_class) {
  switch (line_class) {
    case LineClass::modelled: return Ink::green;
    case LineClass::irrelevant: return Ink::plain;
    case LineClass::approximated:
    case LineClass::opaque: return Ink::yellow;
    case LineClass::unrecognised: return Ink::red;
  }
  return Ink::plain;
}

std::string kind_of(const Input& input) {
  if (!input.kind.empty()) return input.kind;
  if (input.importer.empty()) return "not understood";
  return input.encoding.empty() ? input.importer : input.importer + ", " + input.encoding;
}

void write_constructs(std::ostream& out, const Input& input, const Style& style) {
  Table table;
  for (const auto& [line_class, constructs] : input.account.constructs()) {
    std::vector<std::pair<std::string, size_t>> rows(constructs.begin(), constructs.end());
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    for (const auto& [construct, lines] : rows)
      table.add({{std::string(to_text(line_class)), ink_of(line_class)}, {fmt::format("{:>8}", lines)}, {construct}});
  }
  table.write(out, style, "    ");
}

}  // namespace

std::string account_words(const model::Account& account) {
  const size_t total = account.total();
  std::string words = fmt::format("{} {}{}:", total, account.unit, total == 1 ? "" : "s");
  for (const LineClass line_class : kClasses)
    words += fmt::format("{} {} {}", line_class == LineClass::modelled ? "" : ",", account.count(line_class), to_text(line_class));
  return words;
}

void write_inputs(std::ostream& out, const std::vector<Input>& inputs, const Style& style, size_t width) {
  constexpr size_t kDigestShown = 16;
  Table table;
  for (const Input& input : inputs) {
    const std::string words = input.importer.empty() ? std::string() : account_words(input.account);
    table.add({{input.path, Ink::bold}, {"sha256 " + input.sha256.substr(0, kDigestShown) + "…", Ink::faint}, {kind_of(input)}, {words}});
  }
  table.write(out, style, "  ", width);
}

void write_account(std::ostream& out, const std::vector<Input>& inputs, const Style& style) {
  for (const Input& input : inputs) {
    out << style.paint(Ink::bold, escape(input.path)) << ": " << escape(kind_of(input)) << '\n';
    if (!input.sha256.empty()) out << "  sha256 " << input.sha256 << '\n';
    for (const auto& [key, value] : input.header) out << "  " << escape(key) << ": " << escape(value) << '\n';
    out << "  " << account_words(input.account) << '\n';
    write_constructs(out, input, style);
  }
}

}  // namespace fwproof::report
