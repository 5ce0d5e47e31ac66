// Threads that work for long take memory of their own: with one arena for all (cli/main.cpp) they would wait for each other.
#pragma once

#include <cstddef>

// jemalloc(3); nullptr where the program has another allocator.
extern "C" [[gnu::weak]] int mallctl(const char* name, void* old_value, size_t* old_size, void* new_value, size_t new_size);

namespace fwproof::cli {

// For the thread that calls.
inline void take_own_arena() {
  unsigned arena = 0;
  size_t size = sizeof arena;
  if (mallctl != nullptr && mallctl("arenas.create", &arena, &size, nullptr, 0) == 0) mallctl("thread.arena", nullptr, nullptr, &arena, size);
}

}  // namespace fwproof::cli
