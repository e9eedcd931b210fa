// A study's grid file.
#include <cmath>

#include "apps/dropout_study/options.hpp"
#include "tests/hardening/fuzz/memory_file.hpp"
#include "tests/hardening/fuzz/promise.hpp"

using namespace thinnet::examples;
using namespace thinnet::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile file;
  file.hold(data, size);
  StudyOptions options;
  const bool taken = takes([&] { read_grid_file(file.path(), options); }, file.path());
  if (!taken) return 0;
  const Grid& grid = options.grid;
  promise(!grid.keep_probs.empty() && !grid.hidden.empty() && !grid.training.empty() &&
              !grid.seeds.empty() && !grid.learning_rates.empty() && !grid.epochs.empty() &&
              !options.tuning_seeds.empty(),
          "no list is empty");
  for (const double keep_prob : grid.keep_probs) {
    promise(keep_prob > 0 && keep_prob <= 1, "every keep_prob is in (0, 1]");
  }
  for (const auto& layers : grid.hidden) {
    promise(!layers.empty(), "every net has a layer");
    for (const std::size_t H : layers) promise(H > 0 && H <= 1000000, "every layer has units");
  }
  promise(grid.seeds.size() <= 1000000 && options.tuning_seeds.size() <= 1000000,
          "the seeds are no more than the limit");
  for (const std::size_t images : grid.training) promise(images > 0, "images to train on");
  const ExperimentOptions& shared = options.shared;
  promise(shared.validation > 0 && shared.batch_size > 0, "counts from 1");
  for (const std::size_t epochs : grid.epochs) promise(epochs > 0, "epochs from 1");
  for (const double rate : grid.learning_rates) {
    promise(rate > 0 && std::isfinite(rate), "a learning rate");
  }
  promise(shared.weight_scale >= 0 && std::isfinite(shared.weight_scale), "a weight scale");
  return 0;
}
