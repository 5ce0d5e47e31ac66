#include "solver/shared_proofs.h"

#include <utility>

namespace fwproof::solver {

std::optional<SharedProofs::Known> SharedProofs::find(const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (const auto found = young_.find(text); found != young_.end()) return found->second;
  const auto found = old_.find(text);
  if (found == old_.end()) return std::nullopt;
  const Known known = found->second;
  bytes_ += text.size();
  young_.insert(old_.extract(found));
  return known;
}

void SharedProofs::add(std::string text, Known known) {
  if (text.size() > most_bytes_) return;
  const std::lock_guard lock(mutex_);
  bytes_ += text.size();
  if (bytes_ > most_bytes_) {
    old_ = std::exchange(young_, {});
    bytes_ = text.size();
  }
  young_.try_emplace(std::move(text), known);
}

}  // namespace fwproof::solver
