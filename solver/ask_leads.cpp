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

// Those that both looks agree on, or where they do not: `right` is false. Nothing: that cannot be told.
struct Told {
  std::vector<PacketBox> leads;
  bool right = false;
};
std::optional<Told> told(const Walk& walk, const Limits& limits) {
  constexpr uint64_t kMostSteps = 20'000'000;   // of a question's share of the run's work
  Share share(limits);
  const uint64_t most = std::min(kMostSteps, share.left());
  uint64_t steps = most;
  auto leads = leads_of(walk, limits, steps);
  const std::optional<bool> right = leads ? leads_rightly(walk, *leads, steps) : std::nullopt;
  share.spend(most - steps);
  if (!right) return std::nullopt;
  return Told{std::move(*leads), *right};
}

}  // namespace

std::optional<Led> led(const Walk& walk, const Limits& limits) {
  const auto known = told(walk, limits);
  if (!known) return std::nullopt;
  std::vector<PacketBox> asked;
  for (const PacketBox& lead : known->leads)
    for (PacketBox& part : inside(walk.in_question, lead)) asked.push_back(std::move(part));
  auto boxes = difference(walk.family, asked, walk.not_in_question, kMostBoxes, limits);
  const auto rest = rest_of(walk, known->leads, limits);
  if (!boxes || boxes->empty() || !rest || rest->empty()) return std::nullopt;
  Led result{{}, known->right ? refuted(walk, *rest) : "packets that lead to the end of the way were left out of the question"};
  for (PacketBox& box : *boxes) {
    Piece piece{box, walk, {}};
    piece.walk.in_question = {std::move(box)};
    piece.walk.not_in_question.clear();
    piece.walk.leads = known->leads;
    piece.slice = slice(piece.walk);
    leave_out_idle(piece.walk, piece.slice);
    result.pieces.push_back(std::move(piece));
  }
  return result;
}

}  // namespace fwproof::solver
