// What a command needs to its end and is not taken apart then: to free a million rules one by one takes a twentieth of a check of them, and the system takes
// their memory back at once.
//
//   Loaded& loaded = until_exit(load_site(path));
//
// Of one thread at a time.
#pragma once

#include <list>
#include <utility>

namespace fwproof::cli {

template <typename T>
T& until_exit(T value) {
  static std::list<T>& kept = *new std::list<T>;
  return kept.emplace_back(std::move(value));
}

}  // namespace fwproof::cli
