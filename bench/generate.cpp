// Writes an input of the benchmarks: bench_generate SHAPE RULES [SEED], or one of: specification ROWS, packets COUNT, set ENTRIES,
// set-policy, changed-one|changed-thousand|changed-swaps|changed-shuffle RULES. Or writes a folder: sites COUNT RULES FOLDER [SEED].
#include <iostream>
#include <stdexcept>

#include "bench/policies.h"
#include "bench/sites.h"

namespace {

using namespace fwproof::bench;

std::string text_of(const std::string& what, size_t count, uint64_t seed) {
  if (what == "specification") return specification(count);
  if (what == "packets") return packets(count, seed);
  if (what == "set") return named_set(count, seed);
  if (what == "set-policy") return policy_with_set();
  if (what == "changed-one") return changed(count, seed, Change::one);
  if (what == "changed-thousand") return changed(count, seed, Change::thousand);
  if (what == "changed-swaps") return changed(count, seed, Change::swaps);
  if (what == "changed-shuffle") return changed(count, seed, Change::shuffle);
  return policy(what, count, seed);
}

int write_folder(int argc, char** argv) {
  if (argc < 5) throw std::invalid_argument("usage: bench_generate sites COUNT RULES FOLDER [SEED]");
  write_sites(argv[4], std::stoull(argv[2]), std::stoull(argv[3]), argc > 5 ? std::stoull(argv[5]) : 1);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) throw std::invalid_argument("usage: bench_generate WHAT COUNT [SEED]");
    if (std::string_view(argv[1]) == "sites") return write_folder(argc, argv);
    std::cout << text_of(argv[1], argc > 2 ? std::stoull(argv[2]) : 0, argc > 3 ? std::stoull(argv[3]) : 1);
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << '\n';
    return 4;
  }
}
