// All runs of a study, in one list that every process has, and which of them answer what.
#pragma once

#include <string>
#include <vector>

#include "apps/dropout_study/options.hpp"
#include "apps/dropout_study/tuning.hpp"

namespace thinnet::examples {

/// Numbers are places in `runs`.
struct StudyPlan {
  std::vector<StudyRun> runs;
  Grid equal_grid;                    ///< all keep_probs at one budget, or at several
  std::vector<std::size_t> equal;     ///< runs_of(equal_grid, …)
  Grid tuning_grid;                   ///< the whole grid on the tuning seeds
  std::vector<std::size_t> tuning;    ///< runs_of(tuning_grid, …); none without --tune
  std::vector<std::size_t> possible;  ///< every setting on fresh seeds: those of chosen ones judge

  /// What needs no choice: equal, then tuning.
  std::vector<std::size_t> first_stage() const;
  /// The runs that judge, seeds fastest, in the order of the choices.
  std::vector<std::size_t> judging(const std::vector<Choice>& choices) const;
  /// How many they are.
  std::size_t judging_count() const;
};

/// `test_sha256` is read with --tune alone. Throws std::invalid_argument when the runs are more
/// than most_runs.
StudyPlan plan_of(const StudyOptions& options, StudyRun shared, const std::string& test_sha256);

}  // namespace thinnet::examples
