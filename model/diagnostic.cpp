#include "model/diagnostic.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace fwproof::model {
namespace {

struct Row {
  std::string_view id;
  std::string_view meaning;
};

constexpr std::array kRows = {
#define FWPROOF_DIAGNOSTIC(name, id, meaning) Row{id, meaning},
#include "model/diagnostic_ids.def"
#undef FWPROOF_DIAGNOSTIC
};

}  // namespace

std::string_view id_text(DiagnosticId id) { return kRows[static_cast<size_t>(id)].id; }
std::string_view id_meaning(DiagnosticId id) { return kRows[static_cast<size_t>(id)].meaning; }

void sort_by_place(std::vector<Diagnostic>& diagnostics) {
  const auto place = [](const Diagnostic& d) { return std::tuple(d.origin.file, d.origin.line, d.column); };
  std::stable_sort(diagnostics.begin(), diagnostics.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return place(a) < place(b); });
}

}  // namespace fwproof::model
