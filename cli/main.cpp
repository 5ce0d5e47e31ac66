// fwproof: arguments in, exit code out.
#include <exception>
#include <iostream>
#include <limits>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/own_arena.h"

// How jemalloc is to work (jemalloc(3), TUNING). Rules and Z3's tables are memory that is written once: in pages of 2 MiB that costs a
// fraction of the page faults. What one thread frees serves the next, where it would be fetched from the system again: a tenth of a run
// and more. Threads that work for long have memory of their own (cli/own_arena.h).
extern "C" const char* malloc_conf;
const char* malloc_conf = "thp:always,metadata_thp:always,oversize_threshold:0,narenas:1";

// jemalloc 5.3 gives blocks of 8 MiB back to the system as soon as they are freed, in the arena that it starts with: oversize_threshold comes too late for
// that one.
void keep_large_blocks() {
  size_t never = std::numeric_limits<size_t>::max();
  if (mallctl != nullptr) mallctl("arena.0.oversize_threshold", nullptr, nullptr, &never, sizeof never);
}

int main(int argc, char** argv) {
  keep_large_blocks();
  try {
    return fwproof::cli::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "fwproof: internal error: " << error.what() << "\nThis is a fault of fwproof; nothing above is an answer.\n";
  } catch (...) {
    std::cerr << "fwproof: internal error\n";
  }
  return fwproof::cli::exit_fault;
}
