#include "data/split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "data/classes.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::message_of;
using Rows = std::vector<std::uint32_t>;

/// Rows sorted by class, so many of each.
Dataset sorted_data(const std::vector<std::size_t>& counts) {
  Labels labels;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    labels.insert(labels.end(), counts[c], static_cast<std::int32_t>(c));
  }
  const Matrix<std::uint8_t> x = xt::zeros<std::uint8_t>({labels.size(), std::size_t{1}});
  return {x, labels, counts.size()};
}

/// Every row of the data set is in one of the two parts.
void expect_partition(const SplitRows& rows, std::size_t N, std::size_t validation) {
  EXPECT_EQ(rows.validation.size(), validation);
  Rows all = rows.training, each(N);
  all.insert(all.end(), rows.validation.begin(), rows.validation.end());
  std::sort(all.begin(), all.end());
  std::iota(each.begin(), each.end(), 0U);
  EXPECT_EQ(all, each);
}

TEST(Split, TailTakesTheLastRowsForValidation) {
  const Dataset data = sorted_data({3, 2, 2});
  const SplitRows rows = split_rows(data, 3, Split::tail, 5);
  EXPECT_EQ(rows.training, (Rows{0, 1, 2, 3}));
  EXPECT_EQ(rows.validation, (Rows{4, 5, 6}));
  EXPECT_FALSE(rows.by_class);
}

TEST(Split, RandomTakesEachClassByItsShare) {
  // 10 % of 100, 47 and 33 rows are 10, 4.7 and 3.3; 18 rows are 10, 5 and 3 by largest remainders.
  const Dataset data = sorted_data({100, 47, 0, 33});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const SplitRows rows = split_rows(data, 18, Split::random, seed);
    EXPECT_TRUE(rows.by_class);
    expect_partition(rows, 180, 18);
    EXPECT_EQ(class_counts(data.subset(rows.validation)), (std::vector<std::size_t>{10, 5, 0, 3}));
  }
}

TEST(Split, RandomDrawsEveryRowOfAClassAlike) {
  // 3 of 9 rows of each of two classes in 3000 splits: 1000 times each, give or take 6 standard
  // deviations of sqrt(3000 · 1/3 · 2/3) = 25.8; and each is the first to train on as often as 2 in
  // 18 · 2/3 … that is 1 in 18 times: 167 ± 6 · 12.6.
  const Dataset data = sorted_data({9, 9});
  std::vector<int> validates(18), leads(18);
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const SplitRows rows = split_rows(data, 6, Split::random, seed);
    for (const std::uint32_t row : rows.validation) ++validates[row];
    ++leads[rows.training.front()];
  }
  for (std::size_t row = 0; row < 18; ++row) {
    EXPECT_NEAR(validates[row], 1000, 155) << row;
    EXPECT_NEAR(leads[row], 167, 76) << row;
  }
}

TEST(Split, RandomFollowsFromTheSeedAlone) {
  const Dataset data = sorted_data({30, 30});
  const SplitRows once = split_rows(data, 20, Split::random, 3);
  const SplitRows again = split_rows(data, 20, Split::random, 3);
  const SplitRows other = split_rows(data, 20, Split::random, 3 + (std::uint64_t{1} << 32));
  EXPECT_EQ(once.training, again.training);
  EXPECT_EQ(once.validation, again.validation);
  EXPECT_NE(once.validation, other.validation);
}

TEST(Split, RandomIsPlainWhereAClassHasTooFew) {
  // A class of one row; fewer validation rows than classes; fewer training rows than classes.
  const std::pair<std::vector<std::size_t>, std::size_t> cases[] = {
      {{30, 30, 1}, 20}, {{20, 20, 20}, 2}, {{20, 20, 20}, 58}};
  for (const auto& [counts, validation] : cases) {
    const Dataset data = sorted_data(counts);
    const SplitRows rows = split_rows(data, validation, Split::random, 1);
    EXPECT_FALSE(rows.by_class);
    expect_partition(rows, data.size(), validation);
    EXPECT_FALSE(std::is_sorted(rows.training.begin(), rows.training.end()) &&
                 std::is_sorted(rows.validation.begin(), rows.validation.end()));
  }
  EXPECT_TRUE(split_rows(sorted_data({20, 20, 20}), 3, Split::random, 1).by_class);
  EXPECT_TRUE(split_rows(sorted_data({20, 20, 20}), 57, Split::random, 1).by_class);
}

TEST(Split, TakesRowsWithTargetsForOneClass) {
  const Dataset one_class = sorted_data({30});
  const Dataset numbers(Matrix<double>({30, 1}, 0), testing::normals(30, 1, 1));
  for (const Split split : {Split::tail, Split::random}) {
    const SplitRows rows = split_rows(numbers, 8, split, 3);
    const SplitRows expected = split_rows(one_class, 8, split, 3);
    EXPECT_EQ(rows.training, expected.training);
    EXPECT_EQ(rows.validation, expected.validation);
    expect_partition(rows, 30, 8);
  }
}

TEST(Split, SplitsAPartOfADataSetByItsOwnRows) {
  const Dataset part = sorted_data({10, 10, 10}).range(12, 16);  // 8 of class 1, 8 of class 2
  const SplitRows rows = split_rows(part, 4, Split::random, 0);
  EXPECT_TRUE(rows.by_class);
  expect_partition(rows, 16, 4);
  EXPECT_EQ(class_counts(part.subset(rows.validation)), (std::vector<std::size_t>{0, 2, 2}));
}

TEST(Split, NeedsARowInEachPart) {
  const Dataset data = sorted_data({3, 3});
  for (const Split split : {Split::tail, Split::random}) {
    for (const std::size_t validation : {0U, 6U, 7U}) {
      EXPECT_EQ(message_of([&] { split_rows(data, validation, split, 0); }),
                fmt::format("{} validation rows asked for, but there are 6, and some must train",
                            validation));
    }
  }
}

}  // namespace
}  // namespace thinnet
