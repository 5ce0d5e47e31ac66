// What Z3 has answered, by the text of the question (question_text.h), so that equal ones share a proof: rows of one specification differ in ports that no
// rule tells apart, and sites that are built alike differ in their addresses. Of bounded size; of any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace fwproof::solver {

class SharedProofs {
 public:
  // What has not been asked for while that many bytes of text were added is forgotten. 0: nothing is shared.
  explicit SharedProofs(size_t most_bytes = kMostBytes) : most_bytes_(most_bytes) {}

  struct Known {
    bool satisfiable = false;
    uint64_t steps = 0;  // that it took (solver/limits.h): who takes it over is charged as much, so that limits are reached at the same place
  };

  std::optional<Known> find(const std::string& text);
  void add(std::string text, Known known);

 private:
  static constexpr size_t kMostBytes = 8'000'000;

  size_t most_bytes_;
  std::mutex mutex_;
  std::unordered_map<std::string, Known> young_, old_;
  size_t bytes_ = 0;  // of the young
};

}  // namespace fwproof::solver
