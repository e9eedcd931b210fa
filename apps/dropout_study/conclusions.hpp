// What the numbers say, in words that go no further than their intervals.
#pragma once

#include <string>
#include <vector>

#include "apps/dropout_study/groups.hpp"

namespace thinnet::examples {

/// "smaller in 11 of 12 comparisons (by .020 to .350)", "… and larger in …"; empty for none. Those
/// count whose interval leaves out 0.
std::string effects_words(const std::vector<const Change*>& changes, const Subject& subject);

/// "smaller", "larger" and so on, and in how many of the comparisons, for a headline of few words.
struct Counts {
  std::size_t falls = 0, rises = 0, all = 0;
};
Counts counts_of(const std::vector<const Change*>& changes);

/// "dropout narrowed the train-test gap in 11 of 12 comparisons; test accuracy rose in 3 and fell
/// in 1": for `part` "test". At most 20 words.
std::string headline_words(const Counts& gap, const Counts& accuracy, const std::string& part);

/// A quantity, and what effects_words says of it.
struct Claim {
  const char* name;
  std::string effects;
};

/// "with dropout validation accuracy was higher in …, and no effect on the gap could be shown":
/// what two claims come to in `all` comparisons.
std::string claim_words(const Claim& first, const Claim& second, std::size_t all);

/// ".318 ± .010", or the mean alone.
std::string interval_text(const Interval& interval);

/// ", because train accuracy falls by .105": where the gap shrinks and the accuracy on images not
/// trained on does not rise. The gap is train accuracy less that one, and so are their changes.
std::string reason_words(const Change& gap, const Change& accuracy);

/// "the gap shrinks by .117 ± .012 (in 20 of 20 seeds)" only where the interval lies on one side of
/// 0, else that no effect could be shown.
std::string gap_words(const Change& change);
std::string validation_words(const Change& change);

/// The whole study in one sentence: in how many comparisons with keep_prob 1 the gap and the
/// validation accuracy change, and by how much.
std::string study_sentence(const std::vector<Group>& groups, const std::string& data_name);

/// The same for a stranger, in at most 25 words for a name of one or two.
std::string study_headline(const std::vector<Group>& groups, const std::string& data_name);

/// A line for each group, of which there must be one: mean ± half of its interval.
std::string study_table(const std::vector<Group>& groups);

/// A line of gap_words and validation_words for each comparison, and an empty one if there are any.
std::string study_words(const std::vector<Group>& groups);

}  // namespace thinnet::examples
