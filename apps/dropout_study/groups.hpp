// Runs that differ in their seed alone, taken together, and compared with those without dropout.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "apps/dropout_study/run.hpp"
#include "apps/dropout_study/statistics.hpp"

namespace thinnet::examples {

double gap(const RunResult& result);              ///< train - validation accuracy at the end
double best_validation(const RunResult& result);  ///< validation accuracy of the best epoch

/// What changes from keep_prob 1 to another one, seed by seed: the same weights, images, batches.
struct Change {
  std::vector<double> by_seed;
  Interval interval;  ///< 95 %

  std::size_t seeds_below() const;  ///< in which it is below 0
  std::size_t seeds_above() const;
};

/// Intervals are those of 95 % over the seeds.
struct Group {
  StudyRun first;  ///< the run of the first seed
  std::size_t seeds = 0;
  Interval train, validation, gap, best_validation;  ///< accuracies after the last epoch
  std::vector<Interval> train_curve, validation_curve;
  /// None for keep_prob 1, and when the grid does not have it.
  std::optional<Change> gap_change, validation_change;
};

/// One group for each hidden, training and keep_prob, in the order of runs_of(grid, …), whose
/// results these are.
std::vector<Group> groups_of(const Grid& grid, const std::vector<StudyRun>& runs,
                             const std::vector<RunResult>& results);

}  // namespace thinnet::examples
