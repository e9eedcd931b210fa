#include "apps/dropout_study/grid.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/check.hpp"
#include "examples/support/names.hpp"

namespace thinnet::examples {
namespace {

/// One for each keep_prob and seed.
void add_runs(std::vector<StudyRun>& runs, const Grid& grid, StudyRun run) {
  for (const double keep_prob : grid.keep_probs) {
    run.options.keep_probs = {keep_prob};
    for (const std::uint64_t seed : grid.seeds) {
      run.options.seed = seed;
      runs.push_back(run);
    }
  }
}

}  // namespace

std::size_t Grid::most_epochs() const {
  return *std::max_element(epochs.begin(), epochs.end());
}

std::vector<StudyRun> runs_of(const Grid& grid, const StudyRun& shared) {
  std::size_t runs_left = most_runs;
  for (const std::size_t choices :
       {grid.hidden.size(), grid.training.size(), grid.learning_rates.size(),
        grid.keep_probs.size(), grid.seeds.size()}) {
    require(choices <= runs_left, "the lists make more than {} runs", most_runs);
    if (choices > 0) runs_left /= choices;
  }
  std::vector<StudyRun> runs;
  StudyRun run = shared;
  run.options.epochs = grid.most_epochs();
  for (const auto& hidden : grid.hidden) {
    run.options.hidden = hidden;
    for (const std::size_t training : grid.training) {
      run.options.training = training;
      for (const double learning_rate : grid.learning_rates) {
        run.options.learning_rate = learning_rate;
        add_runs(runs, grid, run);
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
  const std::string split = o.split == Split::random ? " split random" : "";
  const std::string drawn = run.drawn_validation ? " drawn validation" : "";
  const std::string test = run.test_sha256.empty() ? "" : " test " + run.test_sha256;
  return text + split + drawn + test;
}

std::string hidden_text(const std::vector<std::size_t>& hidden) {
  return fmt::format("{}", fmt::join(hidden, "-"));
}

std::string run_text(const StudyRun& run) {
  return fmt::format("hidden {}, training {}, keep_prob {}, learning rate {}, seed {}",
                     hidden_text(run.options.hidden), run.options.training, run.keep_prob(),
                     run.options.learning_rate, run.options.seed);
}

}  // namespace thinnet::examples
