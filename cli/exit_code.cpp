#include "cli/exit_code.h"

#include <array>

namespace fwproof::cli {
namespace {

constexpr std::array kRank = {0, 2, 1, 3, 4, 5};  // by exit code

}  // namespace

int worse(int a, int b) { return kRank.at(static_cast<size_t>(a)) >= kRank.at(static_cast<size_t>(b)) ? a : b; }

std::string meaning(int exit_code) {
  constexpr std::array kMeanings = {"everything asked holds",
                                    "something is violated",
                                    "nothing is violated, but something cannot be told",
                                    "an input is missing or not understood",
                                    "wrong usage or an unknown name",
                                    "fwproof is at fault: please report this"};
  return kMeanings.at(static_cast<size_t>(exit_code));
}

}  // namespace fwproof::cli
