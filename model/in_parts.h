// Long loops on all cores.
//
//   in_parts(rules.size(), 50'000, [&](size_t begin, size_t end) { … });   // several times at once, each index in one call
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>
#include <thread>

#include "model/beside.h"

namespace fwproof::model {

// worth_a_thread: so many steps cost some milliseconds; shorter loops run where they are. An exception of a part is thrown when all have ended.
template <class Part>
void in_parts(size_t count, size_t worth_a_thread, const Part& part) {
  constexpr size_t kMost = 8;
  if (count < 2 * worth_a_thread) return part(size_t{0}, count);   // many short loops: to ask for the number of cores reads a file
  const size_t threads = std::clamp<size_t>(std::min<size_t>(count / worth_a_thread, std::thread::hardware_concurrency()), 1, kMost);
  const size_t share = (count + threads - 1) / threads;
  std::list<Beside<void>> others;
  for (size_t begin = share; begin < count; begin += share)
    others.emplace_back([&part, begin, end = std::min(begin + share, count)] { part(begin, end); });
  part(size_t{0}, std::min(share, count));
  for (Beside<void>& other : others) other.get();
}

}  // namespace fwproof::model
