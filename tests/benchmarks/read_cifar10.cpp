// Reading all 60,000 images of CIFAR-10: THINNET_DATA or ../shared/data/cifar-10-batches-bin.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "data/io/cifar10.hpp"

namespace thinnet {
namespace {

void read_cifar10(benchmark::State& state) {
  const char* variable = std::getenv("THINNET_DATA");
  const std::string folder = variable != nullptr ? variable : "../shared/data/cifar-10-batches-bin";
  for (auto _ : state) {
    const Dataset training = Cifar10::read_training(folder), test = Cifar10::read_test(folder);
    benchmark::DoNotOptimize(training.label(0) + test.label(0));
  }
}

BENCHMARK(read_cifar10)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace thinnet

BENCHMARK_MAIN();
