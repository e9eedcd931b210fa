// What the numbers say, in words that go no further than their intervals.
#pragma once

#include <string>
#include <vector>

#include "apps/dropout_study/groups.hpp"

namespace thinnet::examples {

/// What changes, and the verbs for it.
struct Subject {
  const char *name, *falls, *rises, *lower, *higher;
};
inline constexpr Subject gap_subject{"the gap", "shrinks", "grows", "smaller", "larger"};

/// A change in words: see gap_words.
std::string change_words(const Change& change, const Subject& subject);

/// "smaller in 11 of 12 comparisons (by .020 to .350)", "… and larger in …"; empty for none. Those
/// count whose interval of this confidence leaves out 0.
std::string effects_words(const std::vector<const Change*>& changes, const Subject& subject,
                          double confidence);

/// A quantity, and what effects_words says of it.
struct Claim {
  const char* name;
  std::string effects;
};

/// "with dropout validation accuracy was higher in …, and no effect on the gap could be shown":
/// what two claims come to in `all` comparisons.
std::string claim_words(const Claim& first, const Claim& second, std::size_t all);

/// The confidence at which so many intervals hold together with 95 %, by Bonferroni's rule.
double confidence_of_each(std::size_t intervals);

/// ".318 ± .010", or the mean alone.
std::string interval_text(const Interval& interval);

/// "the gap shrinks by .117 ± .012 (95 % interval, in 20 of 20 seeds)" only where the interval lies
/// on one side of 0, else that no effect could be shown.
std::string gap_words(const Change& change);
std::string validation_words(const Change& change);

/// The whole study in one sentence: in how many comparisons with keep_prob 1 the gap and the
/// validation accuracy change, and by how much. The more intervals are looked at, the likelier one
/// of them leaves out 0 by chance: those counted here are wider than 95 %, by Bonferroni's rule (a
/// chance of 5 % divided by their number), so that 95 % holds for all of them together.
std::string study_sentence(const std::vector<Group>& groups, const std::string& data_name);

/// A line for each group, of which there must be one: mean ± half of its interval.
std::string study_table(const std::vector<Group>& groups);

/// A line of gap_words and validation_words for each comparison, and an empty one if there are any.
std::string study_words(const std::vector<Group>& groups);

}  // namespace thinnet::examples
