#include "apps/dropout_study/grid.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/check.hpp"
#include "examples/support/names.hpp"

namespace thinnet::examples {

std::vector<StudyRun> runs_of(const Grid& grid, const StudyRun& shared) {
  std::size_t runs_left = most_runs;
  for (const std::size_t choices :
       {grid.hidden.size(), grid.training.size(), grid.keep_probs.size(), grid.seeds.size()}) {
    require(choices <= runs_left, "the lists make more than {} runs", most_runs);
    if (choices > 0) runs_left /= choices;
  }
  std::vector<StudyRun> runs;
  StudyRun run = shared;
  for (const auto& hidden : grid.hidden) {
    run.options.hidden = hidden;
    for (const std::size_t training : grid.training) {
      run.options.training = training;
      for (const double keep_prob : grid.keep_probs) {
        run.options.keep_probs = {keep_prob};
        for (const std::uint64_t seed : grid.seeds) {
          run.options.seed = seed;
          runs.push_back(run);
        }
      }
    }
  }
  return runs;
}

std::string identity(const StudyRun& run) {
  const ExperimentOptions& o = run.options;
  const std::string text = fmt::format(
      "hidden {} training {} keep_prob {} seed {} validation {} epochs {} batch {} sampling {} "
      "optimizer {} learning_rate {} weight_scale {} data {}",
      hidden_text(o.hidden), o.training, run.keep_prob(), o.seed, o.validation, o.epochs,
      o.batch_size, name_of(o.sampling), name_of(o.optimizer), o.learning_rate, o.weight_scale,
      run.data_sha256);
  return o.split == Split::random ? text + " split random" : text;
}

std::string hidden_text(const std::vector<std::size_t>& hidden) {
  return fmt::format("{}", fmt::join(hidden, "-"));
}

std::string run_text(const StudyRun& run) {
  return fmt::format("hidden {}, training {}, keep_prob {}, seed {}",
                     hidden_text(run.options.hidden), run.options.training, run.keep_prob(),
                     run.options.seed);
}

}  // namespace thinnet::examples
