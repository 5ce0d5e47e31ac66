// Times the stages with Google Benchmark, each started anew (its preparation is not counted): bench_parts FOLDER [--benchmark_filter=REGEX …]
#include <benchmark/benchmark.h>

#include <iostream>

#include "bench/stages.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc != 2) return std::cerr << "usage: bench_parts FOLDER [--benchmark_filter=REGEX]\n", 4;
  for (const fwproof::bench::Stage& stage : fwproof::bench::stages())
    benchmark::RegisterBenchmark(std::string(stage.name).c_str(), [&stage, folder = argv[1]](benchmark::State& state) {
      for (auto iteration : state) {
        state.PauseTiming();
        const auto run = stage.ready(folder);
        state.ResumeTiming();
        run();
      }
    })->Unit(benchmark::kMillisecond)->Iterations(1)->Repetitions(5)->ReportAggregatesOnly();
  benchmark::RunSpecifiedBenchmarks();
}
