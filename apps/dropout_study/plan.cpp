#include "apps/dropout_study/plan.hpp"

#include <numeric>

#include "core/check.hpp"

namespace thinnet::examples {
namespace {

/// Adds runs and returns their numbers.
std::vector<std::size_t> added(std::vector<StudyRun>& all, const std::vector<StudyRun>& more) {
  require(more.size() <= most_runs - all.size(), "the lists make more than {} runs", most_runs);
  std::vector<std::size_t> numbers(more.size());
  std::iota(numbers.begin(), numbers.end(), all.size());
  all.insert(all.end(), more.begin(), more.end());
  return numbers;
}

}  // namespace

std::vector<std::size_t> StudyPlan::first_stage() const {
  std::vector<std::size_t> numbers = equal;
  numbers.insert(numbers.end(), tuning.begin(), tuning.end());
  return numbers;
}

std::size_t StudyPlan::judging_count() const {
  return possible.empty() ? 0 : possible.size() / settings_of(tuning_grid).size();
}

std::vector<std::size_t> StudyPlan::judging(const std::vector<Choice>& choices) const {
  const std::size_t settings = settings_of(tuning_grid).size();
  const std::size_t seeds = equal_grid.seeds.size();
  std::vector<std::size_t> numbers;
  for (std::size_t c = 0; c < choices.size(); ++c) {
    const std::size_t first = (c * settings + choices[c].best) * seeds;
    for (std::size_t s = 0; s < seeds; ++s) numbers.push_back(possible[first + s]);
  }
  return numbers;
}

StudyPlan plan_of(const StudyOptions& options, StudyRun shared, const std::string& test_sha256) {
  StudyPlan plan;
  plan.equal_grid = options.grid;
  if (options.tune) {
    plan.equal_grid.learning_rates.resize(1);
    plan.equal_grid.epochs.resize(1);
  }
  shared.drawn_validation = options.draw_validation;
  plan.equal = added(plan.runs, runs_of(plan.equal_grid, shared));
  if (!options.tune) return plan;
  shared.drawn_validation = true;
  plan.tuning_grid = options.grid;
  plan.tuning_grid.seeds = options.tuning_seeds;
  plan.tuning = added(plan.runs, runs_of(plan.tuning_grid, shared));
  shared.test_sha256 = test_sha256;
  plan.possible = added(plan.runs, judging_runs(options.grid, shared));
  return plan;
}

}  // namespace thinnet::examples
