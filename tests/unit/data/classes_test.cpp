#include "data/classes.hpp"

#include <algorithm>

#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::message_of;

Dataset of_labels(const Labels& labels) {
  const Matrix<std::uint8_t> x = xt::zeros<std::uint8_t>({labels.size(), std::size_t{1}});
  return {x, labels, 1 + static_cast<std::size_t>(*std::max_element(labels.begin(), labels.end()))};
}

/// N labels, n times step each.
Labels multiples(std::size_t N, std::int32_t step) {
  Labels labels(N);
  for (std::size_t n = 0; n < N; ++n) labels[n] = step * static_cast<std::int32_t>(n);
  return labels;
}

std::string refusal(const Labels& labels) {
  return message_of([&] { require_learnable_classes(of_labels(labels)); });
}

const std::string what_to_do =
    "are these numbers to predict rather than classes? Then sort them into a few classes first, "
    "for only classes can be learned here; names or numbers with gaps become classes 0, 1, 2, … "
    "by y = numpy.unique(y, return_inverse=True)[1]";

TEST(Classes, AreCounted) {
  const Dataset data = of_labels({0, 2, 2, 4, 2});
  EXPECT_EQ(class_counts(data), (std::vector<std::size_t>{1, 0, 3, 0, 1}));
  EXPECT_DOUBLE_EQ(largest_class_share(data), .6);
  EXPECT_DOUBLE_EQ(largest_class_share(data.range(0, 2)), .5);
}

TEST(Classes, MustBeTwoAtLeast) {
  EXPECT_EQ(refusal({2, 2, 2, 2}),
            "all 4 labels are 2: there is nothing to tell apart, it takes two classes or more");
  EXPECT_NO_THROW(require_learnable_classes(of_labels({2, 2, 0, 2})));
}

TEST(Classes, AreNoMoreThanExamples) {
  EXPECT_EQ(refusal({0, 1, 0, 99999}),
            "labels up to 99999 for 4 examples would make 100000 classes: " + what_to_do);
  EXPECT_EQ(refusal({0, 0, 4, 4}),
            "labels up to 4 for 4 examples would make 5 classes: " + what_to_do);
  EXPECT_NO_THROW(require_learnable_classes(of_labels({0, 0, 3, 3})));
  EXPECT_EQ(refusal({0, 2147483647}).rfind("labels up to 2147483647", 0), 0U);  // not counted
}

TEST(Classes, HaveTwoExamplesEachOnAverage) {
  EXPECT_EQ(refusal(multiples(30, 1)),
            "30 examples have 30 different labels, fewer than two examples of each: " + what_to_do);
  EXPECT_EQ(refusal({0, 1, 1, 2, 3}).rfind("5 examples have 4 different labels", 0), 0U);
  EXPECT_EQ(refusal({0, 1, 1, 2, 2}).rfind("5 examples have 3 different labels", 0), 0U);
  EXPECT_NO_THROW(require_learnable_classes(of_labels({0, 1, 1, 1, 2, 2})));
}

TEST(Classes, ThatAreMissingAreListed) {
  const Dataset data = of_labels({0, 1, 2, 3, 4, 5, 7, 7});
  EXPECT_EQ(missing_classes(data, data), "");
  EXPECT_EQ(missing_classes(data, data.range(0, 7)), "");
  EXPECT_EQ(missing_classes(data, data.range(0, 6)), "7");
  EXPECT_EQ(missing_classes(data, data.range(2, 3)), "0, 1, 5 and 7");
  EXPECT_EQ(missing_classes(data, data.range(6, 1)), "0 to 5");
  EXPECT_EQ(missing_classes(data, data.range(1, 1)), "0, 2 to 5 and 7");
  EXPECT_EQ(missing_classes(of_labels(multiples(20, 2)), of_labels({38})),
            "0, 2, 4, 6, 8, 10, 12, 14 and 11 more");
}

TEST(Classes, BelowTheLargestLabelMayBeEmpty) {
  EXPECT_EQ(empty_classes(of_labels({0, 1, 7})), "2 to 6");
  EXPECT_EQ(empty_classes(of_labels({1, 2})), "0");
  EXPECT_EQ(empty_classes(of_labels({2, 1, 0})), "");
}

}  // namespace
}  // namespace thinnet
