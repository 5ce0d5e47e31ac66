#include "specs/derive/table_gaps.h"

#include <algorithm>

#include "specs/derive/doubt_words.h"
#include "specs/derive/ports.h"
#include "specs/derive/port_cell.h"
#include "specs/derive/rows.h"
#include "specs/derive/vocabulary.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kMostShown = 80;

bool is_name(Column kind) { return kind == Column::source || kind == Column::target; }

bool is_handed_down(Column kind) { return is_name(kind) || kind == Column::peer || kind == Column::protocol || kind == Column::direction; }

bool has_ports_of_its_own(const std::vector<Passage>& cells, const std::vector<Column>& kinds) {
  for (size_t i = 0; i < std::min(cells.size(), kinds.size()); ++i)
    if (is_port_column(kinds[i]) && !cells[i].empty()) return true;
  return false;
}

void hand_down(const Passage& above, Passage& cell) {
  cell = above;
  for (Token& token : cell.tokens) token.used = true;   // accounted for in its own row
}

const char* name_of(Column kind) {
  if (kind == Column::source) return "source";
  if (kind == Column::target) return "target";
  return kind == Column::protocol ? "protocol" : kind == Column::direction ? "direction" : "source and target";
}

constexpr std::string_view kStates[] = {"status", "state", "zustand", "état", "estado", "stato"};
constexpr std::string_view kInForce[] = {"open", "opened", "active", "enabled", "allowed", "required", "mandatory", "optional", "used", "in use", "current", "ok", "on", "up", "listening", "listen", "supported", "stable", "default",
                                         "new", "offen", "aktiv", "erlaubt", "ouvert", "actif", "abierto", "activo", "aperto", "attivo", "aberto", "ativo"};

template <class Words>
bool is_one_of(std::string_view word, const Words& words) { return std::find(std::begin(words), std::end(words), word) != std::end(words); }

template <class Words>
bool holds_any_word(const Passage& header, const Words& words) {
  for (size_t token = 0; token < header.size(); ++token)
    if (is_one_of(header.word(token), words)) return true;
  return false;
}

}  // namespace

std::vector<Reading> take_over(std::vector<Passage>& cells, const std::vector<Column>& kinds, const std::vector<Passage>& above) {
  std::vector<Reading> readings;
  const bool asks = has_ports_of_its_own(cells, kinds);
  for (size_t i = 0; i < std::min(cells.size(), kinds.size()); ++i) {
    if (!is_handed_down(kinds[i]) || i >= above.size() || above[i].empty()) continue;
    const bool same = says_as_above(cells[i].text), empty = cells[i].empty() && is_name(kinds[i]) && asks;
    if (!same && !empty) continue;
    hand_down(above[i], cells[i]);
    readings.push_back(open_reading(name_of(kinds[i]), "'" + clip(above[i].text, kMostShown) + "', of the row above", same ? "something else" : "what an empty cell means"));
  }
  return readings;
}

void join_ends_of_range(std::vector<Passage>& cells, const std::pair<size_t, size_t>& ends) {
  if (std::max(ends.first, ends.second) >= cells.size()) return;
  Passage &low = cells[ends.first], &high = cells[ends.second];
  if (low.size() != 1 || high.size() != 1 || !low.is_number(0) || !high.is_number(0) || low.tokens[0].value >= high.tokens[0].value) return;
  low = make_passage({Line{low.text, low.line_of(0)}, Line{"- " + high.text, high.line_of(0)}});
  high = {};
}

std::optional<Reading> reading_of_several(const std::vector<Passage>& cells, const Columns& columns) {
  std::string names;
  size_t filled = 0;
  for (const size_t column : columns.several) {
    if (column >= cells.size() || is_nothing(cells[column].text)) continue;
    ++filled;
    names.append(names.empty() ? "'" : " and '").append(clip(columns.headers[column], kMostShown)).append("'");
  }
  if (filled < 2) return std::nullopt;
  return open_reading("ports", "those of the columns " + names + " together", "those of one of these columns");
}

std::optional<Reading> reading_of_answer(std::string_view header, std::string_view cell) {
  const Passage words = make_passage(header, 1);
  constexpr size_t kMostWords = 6;
  if (words.empty() || words.size() > kMostWords) return std::nullopt;
  const auto need = need_of_cell(cell);
  const bool ticked = lower_case(cell) == "x";
  const bool yes = ticked || (need && *need == Need::yes), no = (need && *need == Need::no) || (!ticked && is_nothing(cell));
  bool grants = false, denies = false;
  for (size_t token = 0; token < words.size(); ++token) {
    const Force force = force_at(words, token);
    grants = grants || force == Force::grants || words.is_word(token, "active") || words.is_word(token, "used") || words.is_word(token, "aktiv") || words.is_word(token, "supported");
    denies = denies || force == Force::closes || force == Force::ages || force == Force::excepts || force == Force::negates;
  }
  const bool filled = !is_nothing(cell) && !no;                                                        // "3.0" below "Removed in"
  const bool state = holds_any_word(words, kStates) && filled && !yes && !is_one_of(lower_case(strip(cell)), kInForce);
  if (!(denies ? yes || filled : (grants && no) || state)) return std::nullopt;
  return open_reading("requirement", "part of the specification, though '" + clip(header, kMostShown) + "' is answered by '" + clip(cell, kMostShown) + "'", "not part of it");
}

}  // namespace fwproof::specs::derive
