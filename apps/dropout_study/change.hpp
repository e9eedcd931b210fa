// What changes with dropout, seed by seed, and the words that its interval allows. The lab's engine
// has it too.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "apps/dropout_study/statistics.hpp"

namespace thinnet::examples {

/// What changes from keep_prob 1 to another one, seed by seed: the same weights, images, batches.
struct Change {
  std::vector<double> by_seed;
  Interval interval;  ///< of 95 %, until hold_together has seen the other changes

  std::size_t seeds_below() const;  ///< in which it is below 0
  std::size_t seeds_above() const;
};

/// The one rule for what counts as an effect, in every sentence and table. The more intervals are
/// looked at, the likelier one of them leaves out 0 by chance: all of these are widened so that 95
/// % holds for them together, by Bonferroni's rule (a chance of 5 % divided by their number).
void hold_together(const std::vector<Change*>& changes);

/// What changes, and the verbs for it.
struct Subject {
  const char *name, *falls, *rises, *lower, *higher;
};
inline constexpr Subject gap_subject{"the gap", "shrinks", "grows", "smaller", "larger"};
inline constexpr Subject validation_subject{"validation accuracy", "falls", "rises", "lower",
                                            "higher"};

/// ".117"; the digit before the point of an accuracy is told only when it is not 0.
std::string decimal(double value, int digits = 3);

/// "the gap shrinks by .117 ± .012 (in 20 of 20 seeds)" only where the interval lies on one side of
/// 0, else that no effect could be shown.
std::string change_words(const Change& change, const Subject& subject);

}  // namespace thinnet::examples
