// Each keep_prob at its own best setting: chosen by validation images on tuning seeds, trained anew
// on fresh seeds, judged by test images that no choice has seen. It serves whoever asks whether
// dropout helps at all, not whether it helps at the learning rate and epochs that suit another net.
#pragma once

#include <string>
#include <vector>

#include "apps/dropout_study/groups.hpp"

namespace thinnet::examples {

/// A point of the grid that is searched for each keep_prob.
struct Setting {
  double learning_rate = 0;
  std::size_t epochs = 0;
};

/// Every learning rate with every number of epochs: fewest epochs first, and among those of as many
/// the learning rates in the order of the grid.
std::vector<Setting> settings_of(const Grid& grid);

/// What one keep_prob takes for one net and one size of the training set.
struct Choice {
  std::vector<std::size_t> hidden;
  std::size_t training = 0;
  double keep_prob = 1;
  std::vector<Interval> validation;  ///< over the tuning seeds, for each of settings_of
  std::size_t best = 0;  ///< place in settings_of: the largest mean, of equals the first
  Setting setting;       ///< it

  const Interval& best_validation() const { return validation[best]; }
};

/// The choices, keep_probs fastest, then training, then hidden. Only validation accuracy is read.
/// `grid` has the tuning seeds; runs and results are those of runs_of(grid, …).
std::vector<Choice> choose(const Grid& grid, const std::vector<StudyRun>& runs,
                           const std::vector<RunResult>& results);

/// Where the setting lies at the edge of the grid, so that a point beyond might be better: "0.001
/// is the largest learning rate". An axis of one point has nothing but edges.
std::vector<std::string> edges_of(const Grid& grid, const Setting& setting);

/// The runs that judge, for every setting that could be chosen: seeds fastest, then settings_of,
/// keep_probs, training and hidden. `grid` has the fresh seeds.
std::vector<StudyRun> judging_runs(const Grid& grid, const StudyRun& shared);

/// Runs on fresh seeds at the chosen setting, taken together. Intervals are those of 95 % over the
/// seeds, for the settings as they were chosen.
struct TunedGroup {
  Choice choice;
  std::size_t seeds = 0;
  Interval train, validation, test, gap;  ///< accuracies after the last epoch; gap: train − test
  /// From keep_prob 1 at its best setting to this one at its own. None for keep_prob 1, and when
  /// the grid does not have it.
  std::optional<Change> test_change, gap_change;
};

/// One for each choice. The results are those of each choice's runs, seeds fastest.
std::vector<TunedGroup> tuned_groups(const Grid& grid, const std::vector<Choice>& choices,
                                     const std::vector<RunResult>& results);

double test_gap(const RunResult& result);  ///< train − test accuracy at the end

/// All that a page tells about it.
struct TunedStudy {
  Grid tuning_grid;
  std::vector<Group> curves;  ///< of the tuning runs, up to the most epochs
  std::vector<TunedGroup> groups;
  std::vector<StudyRun> runs;  ///< that judge, with their results
  std::vector<RunResult> results;
  std::size_t test_images = 0;
  std::string test_sha256;
  std::string sentence;
};

}  // namespace thinnet::examples
