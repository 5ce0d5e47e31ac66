// Of a question about what passes: the packets that something may lead to the end of the walk (solver/leads.h). The rest does not pass.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "solver/ask_piece.h"
#include "solver/leads.h"

namespace fwproof::solver {

namespace {

constexpr size_t kMostBoxes = 64;

// The packets in question that are in none of the leads.
std::optional<std::vector<PacketBox>> rest_of(const Walk& walk, const std::vector<PacketBox>& leads, const Limits& limits) {
  std::vector<PacketBox> others = walk.not_in_question;
  others.insert(others.end(), leads.begin(), leads.end());
  return difference(walk.family, walk.in_question, others, kMostBoxes, limits);
}

// The evaluator, on packets from the corners of the rest. What it refutes, in words.
std::string refuted(const Walk& walk, const std::vector<PacketBox>& rest) {
  constexpr size_t kMostReplayed = 4;
  for (size_t i = 0; i < std::min(rest.size(), kMostReplayed); ++i)
    for (const bool greatest : {false, true})
      if (const Replay seen = replay(walk, 0, client_packet(walk, rest[i], greatest)); seen.verdict == model::Verdict::accept)
        return "the evaluator says accept where nothing leads to the end of the way" + reproduction(seen.seen);
  return "";
}

}  // namespace

std::optional<Led> led(const Walk& walk, const Limits& limits) {
  const auto leads = leads_of(walk, limits);
  if (!leads) return std::nullopt;
  const std::optional<bool> right = leads_rightly(walk, *leads);
  if (!right) return std::nullopt;
  std::vector<PacketBox> asked;
  for (const PacketBox& lead : *leads)
    for (PacketBox& part : inside(walk.in_question, lead)) asked.push_back(std::move(part));
  auto boxes = difference(walk.family, asked, walk.not_in_question, kMostBoxes, limits);
  const auto rest = rest_of(walk, *leads, limits);
  if (!boxes || boxes->empty() || !rest || rest->empty()) return std::nullopt;
  Led result{{}, *right ? refuted(walk, *rest) : "packets that lead to the end of the way were left out of the question"};
  for (PacketBox& box : *boxes) {
    Piece piece{box, walk, {}};
    piece.walk.in_question = {std::move(box)};
    piece.walk.not_in_question.clear();
    piece.walk.leads = *leads;
    piece.slice = slice(piece.walk);
    leave_out_idle(piece.walk, piece.slice);
    result.pieces.push_back(std::move(piece));
  }
  return result;
}

}  // namespace fwproof::solver
