// The study's statistics against published numbers, and its words against its intervals.
#include "apps/dropout_study/statistics.hpp"

#include "apps/dropout_study/conclusions.hpp"
#include "tests/support.hpp"
#include "tests/system/programs/program_run.hpp"

namespace thinnet::examples {
namespace {

using testing::contains;

// Published tables of Student's t, three decimals.
TEST(StudyStatistics, QuantilesAreThoseOfPublishedTables) {
  EXPECT_NEAR(student_t_quantile(.975, 1), 12.706, 5e-4);
  EXPECT_NEAR(student_t_quantile(.975, 4), 2.776, 5e-4);
  EXPECT_NEAR(student_t_quantile(.975, 19), 2.093, 5e-4);
  EXPECT_NEAR(student_t_quantile(.995, 9), 3.250, 5e-4);
}

TEST(StudyStatistics, IntervalOfAnExampleByHand) {
  // Mean 3, squares 4 + 1 + 0 + 1 + 4 = 10, s² = 10/4, s/√5 = √.5: 2.776445 · .707107 = 1.963243.
  const Interval interval = interval_of({1, 2, 3, 4, 5});
  EXPECT_DOUBLE_EQ(interval.mean, 3);
  EXPECT_NEAR(interval.half.value(), 1.963243, 1e-6);
  EXPECT_NEAR(interval.low(), 3 - 1.963243, 1e-6);
  EXPECT_NEAR(interval.high(), 3 + 1.963243, 1e-6);
  EXPECT_TRUE(interval.excludes_zero());
  EXPECT_NEAR(interval_of({1, 2, 3, 4, 5}, .99).half.value(), 4.604095 * std::sqrt(.5), 1e-6);
}

TEST(StudyStatistics, OneValueHasNoInterval) {
  const Interval one = interval_of({.25});
  EXPECT_EQ(one.mean, .25);
  EXPECT_FALSE(one.half.has_value());
  EXPECT_FALSE(one.excludes_zero());
  EXPECT_THROW(interval_of({}), std::invalid_argument);
}

TEST(StudyStatistics, EqualValuesHaveTheirMeanAndShowNothing) {
  const Interval equal = interval_of({.1, .1, .1});
  EXPECT_EQ(equal.mean, .1);
  EXPECT_EQ(equal.half.value(), 0);
  EXPECT_FALSE(equal.excludes_zero());
}

Change change_of(const std::vector<double>& by_seed) {
  return {by_seed, interval_of(by_seed)};
}

TEST(StudyWords, FollowTheInterval) {
  // Mean .2, s = .1, t(.975, 2) = 4.302653: half = .248414.
  EXPECT_EQ(gap_words(change_of({-.1, -.2, -.3})),
            "no effect on the gap could be shown (−.200 ± .248)");
  // s = .01: half = .024841.
  EXPECT_EQ(gap_words(change_of({-.19, -.2, -.21})),
            "the gap shrinks by .200 ± .025 (in 3 of 3 seeds)");
  EXPECT_EQ(gap_words(change_of({.19, .2, .21})), "the gap grows by .200 ± .025 (in 3 of 3 seeds)");
  EXPECT_EQ(validation_words(change_of({.19, .2, .21})),
            "validation accuracy rises by .200 ± .025 (in 3 of 3 seeds)");
  EXPECT_EQ(validation_words(change_of({-.19, -.2, -.21})),
            "validation accuracy falls by .200 ± .025 (in 3 of 3 seeds)");
  EXPECT_EQ(validation_words(change_of({.1, .2, .3})),
            "no effect on validation accuracy could be shown (+.200 ± .248)");
}

TEST(StudyWords, CountTheSeedsThatAgree) {
  const std::vector<double> changes{-.2, -.2, -.21, -.19, .01, -.2, -.2, -.2};
  EXPECT_TRUE(contains(gap_words(change_of(changes)), "shrinks")) << gap_words(change_of(changes));
  EXPECT_TRUE(contains(gap_words(change_of(changes)), "in 7 of 8 seeds"));
  EXPECT_EQ(change_of(changes).seeds_above(), 1U);
  // .3 - .1 and .4 - .2 differ by rounding alone, and 0 is neither above nor below.
  EXPECT_EQ(change_of({(.3 - .1) - (.4 - .2), 0}).seeds_below(), 0U);
  EXPECT_EQ(change_of({(.4 - .2) - (.3 - .1), 0}).seeds_above(), 0U);
}

TEST(StudyWords, OneSeedShowsNothing) {
  EXPECT_EQ(gap_words(change_of({-.5})),
            "the gap is .500 smaller with this seed, but one seed shows nothing");
  EXPECT_EQ(validation_words(change_of({.5})),
            "validation accuracy is .500 higher with this seed, but one seed shows nothing");
  EXPECT_EQ(gap_words(change_of({0})),
            "the gap is the same with this seed; one seed shows nothing");
}

TEST(StudyWords, WithoutScatterNothingIsShown) {
  EXPECT_EQ(gap_words(change_of({0, 0})),
            "no effect on the gap could be shown (the same in all 2 seeds)");
  EXPECT_EQ(gap_words(change_of({-.05, -.05})),
            "no effect on the gap could be shown (.050 smaller in each of 2 seeds: without scatter "
            "there is no interval)");
  EXPECT_EQ(gap_words(change_of({(.3 - .1), (.4 - .2)})),  // alike but for rounding
            gap_words(change_of({.2, .2})));
}

TEST(StudyWords, ShowSmallEffectsWithEnoughDigits) {
  EXPECT_EQ(validation_words(change_of({.00019, .0002, .00021})),
            "validation accuracy rises by .000200 ± .000025 (in 3 of 3 seeds)");
}

Group group_of(const std::vector<double>& gaps, const std::vector<double>& validations) {
  Group group;
  group.first.options.keep_probs = {.5};
  group.seeds = gaps.size();
  group.gap_change = change_of(gaps);
  group.validation_change = change_of(validations);
  return group;
}

const std::vector<double> down{-.19, -.2, -.21}, up{.19, .2, .21}, unclear{-.1, .1, 0};

TEST(StudySentence, SaysInHowManyComparisonsThereIsAnEffect) {
  EXPECT_EQ(
      study_sentence({group_of(down, up), group_of({-.109, -.11, -.111}, unclear)}, "data"),
      "On data, with dropout the gap between train and validation accuracy was smaller in 2 of 2 "
      "comparisons (by .110 to .200), and validation accuracy was higher in 1 of 2 comparisons (by "
      ".200); a comparison is the same net with and without dropout over 3 seeds, and counts only "
      "where its interval leaves out 0 (95 % for all 4 intervals together, by Bonferroni's rule).");
}

std::size_t words_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')) + 1;
}

TEST(StudyHeadline, HasAtMost25Words) {
  std::vector<Group> groups(12, group_of(down, up));
  groups.back() = group_of(unclear, down);
  const std::string headline = study_headline(groups, "synthetic images");
  EXPECT_EQ(headline,
            "On synthetic images, dropout narrowed the train-validation gap in 11 of 12 "
            "comparisons; validation accuracy rose in 11 and fell in 1.");
  EXPECT_LE(words_in(headline), 25U);
  EXPECT_EQ(study_headline({group_of(down, unclear)}, "data"),
            "On data, dropout narrowed the train-validation gap in 1 of 1 comparison; no effect on "
            "validation accuracy could be shown.");
  for (const Group& group : {group_of({-.5}, {.5}), Group{}})
    EXPECT_LE(words_in(study_headline({group}, "data")), 25U);
}

TEST(StudyWords, SayWhereTheGapClosesBecauseTrainAccuracyFalls) {
  // The change of train accuracy is that of the gap and that of validation accuracy together.
  const Change gap = change_of(down), rises = change_of(up), falls = change_of({-.04, -.05, -.06}),
               none = change_of(unclear);
  EXPECT_EQ(reason_words(gap, falls), ", because train accuracy falls by .250");
  EXPECT_EQ(reason_words(gap, none), ", because train accuracy falls by .200");
  EXPECT_EQ(reason_words(gap, rises), "");
  EXPECT_EQ(reason_words(none, falls), "");
  EXPECT_EQ(reason_words(rises, falls), "");
  EXPECT_TRUE(contains(study_words({group_of(down, falls.by_seed)}),
                       "(in 3 of 3 seeds), because train accuracy falls by .250; validation"));
}

TEST(StudySentence, SaysBothDirectionsWhereBothOccur) {
  const std::string sentence =
      study_sentence({group_of(down, down), group_of(up, unclear)}, "data");
  EXPECT_TRUE(contains(sentence,
                       "was smaller in 1 of 2 comparisons (by .200) and larger in 1 of 2 "
                       "comparisons (by .200), and validation accuracy was lower in 1 of 2"))
      << sentence;
}

TEST(StudySentence, ClaimsNothingThatCannotBeShown) {
  EXPECT_TRUE(contains(study_sentence({group_of(unclear, unclear)}, "data"),
                       "On data, no effect of dropout on the gap between train and validation "
                       "accuracy, nor on validation accuracy, could be shown in 1 comparison;"));
  const std::string half = study_sentence({group_of(unclear, up)}, "data");
  EXPECT_TRUE(contains(half, "with dropout no effect on the gap between")) << half;
  EXPECT_TRUE(contains(half, "validation accuracy was higher in 1 of 1 comparison (by .200)"));
  EXPECT_TRUE(contains(study_sentence({group_of({-.5}, {.5})}, "data"), "One seed shows nothing"));
  EXPECT_TRUE(contains(study_sentence({Group{}}, "data"), "nothing to compare"));
}

TEST(StudySentence, WidensItsIntervalsForManyComparisons) {
  // Mean .2, s = .07: half is .174 at 95 %, but .624 at 1 - .05/12 (t = 15.4): one such comparison
  // among six is what chance brings.
  const std::vector<double> doubtful{-.13, -.2, -.27};
  EXPECT_TRUE(contains(gap_words(change_of(doubtful)), "shrinks by .200 ± .174"));
  std::vector<Group> groups(6, group_of(doubtful, unclear));
  std::vector<Change*> changes;
  for (Group& group : groups) {
    changes.push_back(&*group.gap_change);
    changes.push_back(&*group.validation_change);
  }
  hold_together(changes);
  // The headline, the sentence and the words of each comparison follow the one rule.
  EXPECT_EQ(study_headline(groups, "data"),
            "On data, dropout narrowed the train-validation gap in 0 of 6 comparisons; no effect "
            "on validation accuracy could be shown.");
  EXPECT_TRUE(contains(study_words(groups), "no effect on the gap could be shown (−.200 ± .624)"))
      << study_words(groups);
  const std::string sentence = study_sentence(groups, "data");
  EXPECT_TRUE(contains(sentence, "no effect of dropout on the gap")) << sentence;
  EXPECT_TRUE(contains(sentence, "all 12 intervals")) << sentence;
}

}  // namespace
}  // namespace thinnet::examples
