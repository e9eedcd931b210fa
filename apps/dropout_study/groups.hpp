// Runs that differ in their seed alone, taken together, and compared with those without dropout.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "apps/dropout_study/change.hpp"
#include "apps/dropout_study/run.hpp"

namespace thinnet::examples {

double gap(const RunResult& result);              ///< train - validation accuracy at the end
double best_validation(const RunResult& result);  ///< validation accuracy of the best epoch

/// A number that each run has one of.
using Quantity = std::function<double(const RunResult&)>;

/// The 95 % interval of its mean over the results.
Interval interval_over(const std::vector<RunResult>& results, const Quantity& quantity);

/// Where the list has no dropout, which the others are compared with; none if it has not.
std::optional<std::size_t> place_of_1(const std::vector<double>& keep_probs);

/// What a run was after fewer epochs: bit for bit the run of that length, but for the confusion,
/// which only the end has. Throws std::invalid_argument for more epochs than it has, or 0.
RunResult up_to(const RunResult& result, std::size_t epochs);

/// With and without dropout, both in the order of their seeds.
Change change_of(const std::vector<RunResult>& without, const std::vector<RunResult>& with,
                 const Quantity& quantity);

/// Intervals are those of 95 % over the seeds, but for the changes: see hold_together.
struct Group {
  StudyRun first;  ///< the run of the first seed, of as many epochs as the group tells of
  std::size_t seeds = 0;
  Interval train, validation, gap, best_validation;  ///< accuracies after the last epoch
  std::vector<Interval> train_curve, validation_curve;
  /// None for keep_prob 1, and when the grid does not have it.
  std::optional<Change> gap_change, validation_change;
};

/// One group for each hidden, training, learning rate, number of epochs and keep_prob, the last
/// changing fastest; runs and results are those of runs_of(grid, …).
std::vector<Group> groups_of(const Grid& grid, const std::vector<StudyRun>& runs,
                             const std::vector<RunResult>& results);

}  // namespace thinnet::examples
