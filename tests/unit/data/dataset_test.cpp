#include "data/batches.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::message_of;

using Numbers = std::vector<std::uint32_t>;
constexpr std::size_t greatest_size = std::numeric_limits<std::size_t>::max();

/// Row i is (i, 100 + i), of class i mod 3.
Dataset numbered(std::size_t N) {
  Matrix<float> x({N, std::size_t{2}});
  Labels labels(N);
  for (std::size_t i = 0; i < N; ++i) {
    x(i, 0) = static_cast<float>(i);
    x(i, 1) = static_cast<float>(100 + i);
    labels[i] = static_cast<std::int32_t>(i % 3);
  }
  return {std::move(x), std::move(labels), 3};
}

std::string error_of(Dataset::Features x, const Labels& labels, std::size_t classes) {
  return message_of([&] { Dataset(std::move(x), labels, classes); });
}

template <typename T>
std::vector<T> row(const Dataset& data, std::size_t i) {
  std::vector<T> values(data.width());
  data.copy_row(i, values.data());
  return values;
}

template <typename T>
std::vector<T> values(const Matrix<T>& m) {
  return {m.begin(), m.end()};
}

TEST(Dataset, HoldsFeaturesOfThreeTypes) {
  const Dataset bytes(Matrix<std::uint8_t>{{0, 127}, {128, 255}}, {1, 0}, 2);
  EXPECT_EQ(bytes.size(), 2U);
  EXPECT_EQ(bytes.width(), 2U);
  EXPECT_EQ(bytes.classes(), 2U);
  EXPECT_EQ(bytes.label(0), 1);
  EXPECT_EQ(bytes.label(1), 0);
  EXPECT_EQ(row<float>(bytes, 1), (std::vector<float>{128, 255}));
  EXPECT_EQ(row<double>(bytes, 0), (std::vector<double>{0, 127}));
  EXPECT_EQ(row<double>(Dataset(Matrix<float>{{.1F}}, {0}, 1), 0), std::vector<double>{.1F});
  EXPECT_EQ(row<double>(Dataset(Matrix<double>{{.1}}, {0}, 1), 0), std::vector<double>{.1});
  EXPECT_EQ(row<float>(Dataset(Matrix<double>{{.1}}, {0}, 1), 0), std::vector<float>{.1F});
}

TEST(Dataset, RefusesWhatDoesNotFit) {
  const Matrix<double> x{{1, 2, 3}, {4, 5, 6}};
  EXPECT_EQ(error_of(x, {0}, 2), "data set: x is 2×3, labels are 1");
  EXPECT_EQ(error_of(x, {0, 1, 1}, 2), "data set: x is 2×3, labels are 3");
  EXPECT_EQ(error_of(x, {0, 2}, 2), "data set: label 2 of example 1 is not in [0, 2)");
  EXPECT_EQ(error_of(x, {-1, 0}, 2), "data set: label -1 of example 0 is not in [0, 2)");
  EXPECT_EQ(error_of(x, {0, 0}, 0), "data set: label 0 of example 0 is not in [0, 0)");
  EXPECT_EQ(error_of(Matrix<float>({std::size_t{0}, std::size_t{3}}), {}, 2),
            "data set: x is 0×3, labels are 0");
  EXPECT_EQ(error_of(Matrix<float>({std::size_t{1}, std::size_t{0}}), {0}, 2),
            "data set: x is 1×0, labels are 1");
}

TEST(Dataset, KnowsItsPicturesInEverySubset) {
  const Matrix<std::uint8_t> x{{1, 2, 3, 4, 5, 6}, {6, 5, 4, 3, 2, 1}};
  const Dataset rows(x, {0, 1}, 2);
  EXPECT_FALSE(rows.picture().has_value());
  const Dataset pictures(x, {0, 1}, 2, Picture{1, 2, 3, Picture::Order::interleaved});
  for (const Dataset& data : {pictures, pictures.subset({1}), pictures.range(0, 1)}) {
    ASSERT_TRUE(data.picture().has_value());
    EXPECT_EQ(data.picture()->width, 2U);
    EXPECT_EQ(data.picture()->order, Picture::Order::interleaved);
  }
  const std::string error = "data set: rows of 6 features are no pictures of 2×2×3";
  EXPECT_EQ(message_of([&] { Dataset(x, {0, 1}, 2, Picture{2, 2, 3}); }), error);
}

TEST(Dataset, RefusesFeaturesThatAreNotFinite) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const auto told = [](const char* what) {
    return std::string("data set: ") + what + ": replace such values or leave their rows out";
  };
  EXPECT_EQ(error_of(Matrix<float>{{1, 2, 3}, {4, 5, -infinity}}, {0, 0}, 1),
            told("row 1, column 2 of x, both counted from 0, is infinite (1 of 6 values is not "
                 "finite)"));
  EXPECT_EQ(error_of(Matrix<double>{{1, 2}, {3, 4}, {nan, 5}, {6, nan}}, {0, 0, 0, 0}, 1),
            told("row 2, column 0 of x, both counted from 0, is NaN (2 of 8 values are not "
                 "finite)"));
  EXPECT_NO_THROW(Dataset(Matrix<double>{{std::numeric_limits<double>::max()}}, {0}, 1));
}

TEST(Dataset, SubsetsKeepTheNumbersOfTheWhole) {
  const Dataset whole = numbered(10);
  const Dataset part = whole.subset({7, 2, 2, 9});
  ASSERT_EQ(part.size(), 4U);
  EXPECT_EQ(part.width(), 2U);
  EXPECT_EQ(part.classes(), 3U);
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint32_t number = Numbers{7, 2, 2, 9}[i];
    EXPECT_EQ(part.example(i), number);
    EXPECT_EQ(part.label(i), static_cast<std::int32_t>(number % 3));
    EXPECT_EQ(row<double>(part, i), (std::vector<double>{double(number), 100. + double(number)}));
  }
  // Rows of a subset are counted in the subset, examples in the whole.
  const Dataset nested = part.range(2, 2).subset({1});
  EXPECT_EQ(nested.size(), 1U);
  EXPECT_EQ(nested.example(0), 9U);
  EXPECT_EQ(whole.size(), 10U);
  EXPECT_EQ(whole.example(3), 3U);
}

/// Row i is (i, 100 + i), and its targets are i / 10 and -i.
Dataset with_targets(std::size_t N) {
  Matrix<double> x({N, std::size_t{2}}), targets({N, std::size_t{2}});
  for (std::size_t i = 0; i < N; ++i) {
    const auto number = static_cast<double>(i);
    x(i, 0) = number;
    x(i, 1) = 100 + number;
    targets(i, 0) = number / 10;
    targets(i, 1) = -number;
  }
  return {x, targets};
}

TEST(Dataset, KeepsTheTargetsOfEveryRow) {
  const Dataset whole = with_targets(10);
  EXPECT_FALSE(whole.has_labels());
  EXPECT_EQ(whole.size(), 10U);
  EXPECT_EQ(whole.width(), 2U);
  EXPECT_EQ(whole.target_width(), 2U);
  const Dataset part = whole.range(4, 5).subset({3, 0});
  std::vector<float> targets(2);
  part.copy_targets(0, targets.data());
  EXPECT_EQ(targets, (std::vector<float>{.7F, -7}));
  std::vector<double> exact(2);
  part.copy_targets(1, exact.data());
  EXPECT_EQ(exact, (std::vector<double>{.4, -4}));
  EXPECT_EQ(part.example(0), 7U);
  const Dataset pictures(Matrix<std::uint8_t>{{1, 2, 3, 4, 5, 6}}, {{.5}}, Picture{1, 2, 3});
  EXPECT_TRUE(pictures.picture().has_value());
}

TEST(Dataset, RefusesTargetsThatDoNotFit) {
  const auto error = [](const Matrix<double>& x, const Matrix<double>& targets) {
    return message_of([&] { Dataset(x, targets); });
  };
  const Matrix<double> x{{1, 2, 3}, {4, 5, 6}}, none({std::size_t{2}, std::size_t{0}});
  EXPECT_EQ(error(x, {{1, 2}}), "data set: x is 2×3, targets are 1×2");
  EXPECT_EQ(error(x, {{1}, {2}, {3}}), "data set: x is 2×3, targets are 3×1");
  EXPECT_EQ(error(none, {{1}, {2}}), "data set: x is 2×0, targets are 2×1");
  EXPECT_EQ(error(x, none), "data set: targets are 2×0, expected a column at least");
  EXPECT_EQ(error(x, {{1, 2}, {3, std::nan("")}}),
            "data set: row 1, column 1 of the targets, both counted from 0, is NaN (1 of 4 values "
            "is not finite): replace such values or leave their rows out");
  EXPECT_EQ(message_of([&] {
              Dataset(x, Matrix<double>{{1}, {2}}, Picture{2, 2, 3});
            }),
            "data set: rows of 3 features are no pictures of 2×2×3");
}

TEST(Dataset, HasLabelsOrTargetsAndNamesWhichWhenAskedForTheOther) {
  const Dataset classes = numbered(3), numbers = with_targets(3);
  EXPECT_TRUE(classes.has_labels());
  EXPECT_TRUE(classes.range(0, 0).has_labels());
  EXPECT_EQ(message_of([&] { numbers.label(0); }),
            "data set: labels are asked for, but it has targets");
  EXPECT_EQ(message_of([&] { numbers.classes(); }),
            "data set: classes are asked for, but it has targets, no labels");
  const std::string no_targets = "data set: targets are asked for, but it has labels";
  EXPECT_EQ(message_of([&] { classes.target_width(); }), no_targets);
  double target = 0;
  EXPECT_EQ(message_of([&] { classes.copy_targets(0, &target); }), no_targets);
}

TEST(Dataset, RefusesRowsThatAreNotThere) {
  const Dataset whole = numbered(10), part = whole.range(4, 3);
  EXPECT_THROW(whole.subset({0, 10}), std::out_of_range);
  EXPECT_THROW(part.subset({3}), std::out_of_range);
  EXPECT_THROW(part.range(1, 3), std::out_of_range);
  EXPECT_THROW(whole.range(10, 1), std::out_of_range);
  // 0 in the lower half of its bits.
  EXPECT_THROW(whole.range(std::size_t{1} << (4 * sizeof(std::size_t)), 1), std::out_of_range);
  EXPECT_THROW(whole.range(0, greatest_size), std::out_of_range);
  EXPECT_THROW(whole.range(1, greatest_size), std::out_of_range);
  EXPECT_EQ(whole.range(0, 10).size(), 10U);
  EXPECT_EQ(whole.range(10, 0).size(), 0U);
}

template <typename T>
void expect_fit_on_the_given_rows() {
  const Dataset whole(Matrix<double>{{1, 10, 5}, {3, 50, 5}, {1e6, -1e6, 77}}, {0, 0, 0}, 1);
  const Dataset training = whole.range(0, 2);

  const auto mean = Normaliser<T>::mean_of(training);
  EXPECT_EQ(values(mean.mean), (std::vector<T>{2, 30, 5}));
  EXPECT_EQ(values(mean.scale), (std::vector<T>{1, 1, 1}));

  const auto standard = Normaliser<T>::standard_of(training);
  EXPECT_EQ(values(standard.mean), (std::vector<T>{2, 30, 5}));
  EXPECT_EQ(values(standard.scale), (std::vector<T>{1, T(1. / 20), 1}));  // 5 is constant

  const auto identity = Normaliser<T>::identity(3);
  EXPECT_EQ(values(identity.mean), std::vector<T>(3, 0));
  EXPECT_EQ(values(identity.scale), std::vector<T>(3, 1));

  Batches<T> batches(whole, standard, 3);
  EXPECT_EQ(values(batches.at(0).x), (std::vector<T>{-1, -20 * T(1. / 20), 0, 1, 20 * T(1. / 20), 0,
                                                     1e6 - 2, T(-1e6 - 30) * T(1. / 20), 72}));
}

TEST(Normaliser, IsFitOnTheGivenRowsOnly) {
  expect_fit_on_the_given_rows<float>();
  expect_fit_on_the_given_rows<double>();
}

TEST(Normaliser, LeavesAConstantFeatureUndivided) {
  // None of these is a binary fraction, and 50,000 of them add up to a rounded sum.
  for (const double constant : {.1, -1. / 3, 1e6 + .1, 1e-30, 0.}) {
    const std::size_t N = 50000;
    const Dataset data(Matrix<double>({N, std::size_t{1}}, constant), Labels(N), 1);
    EXPECT_EQ(Normaliser<double>::standard_of(data).scale(0, 0), 1.) << constant;
    EXPECT_EQ(Normaliser<float>::standard_of(data).scale(0, 0), 1.F) << constant;
  }
}

TEST(Normaliser, DividesAFeatureThatHardlyVaries) {
  const Dataset data(Matrix<double>{{1000 - 1. / 64}, {1000 + 1. / 64}}, {0, 0}, 1);
  EXPECT_EQ(Normaliser<double>::standard_of(data).scale(0, 0), 64.);
  EXPECT_EQ(Normaliser<float>::standard_of(data).scale(0, 0), 64.F);
}

TEST(Normaliser, RefusesToFitOnNothing) {
  const Dataset none = numbered(3).range(0, 0);
  const std::string reason = "data set: no examples to fit a normaliser on";
  EXPECT_EQ(message_of([&] { Normaliser<float>::mean_of(none); }), reason);
  EXPECT_EQ(message_of([&] { Normaliser<float>::standard_of(none); }), reason);
}

template <typename T = float>
Batches<T> batches_of(const Dataset& data, std::size_t batch_size,
                      Sampling sampling = Sampling::in_order, std::uint64_t seed = 0) {
  return {data, Normaliser<T>::identity(data.width()), batch_size, sampling, seed};
}

/// The examples of `steps` batches from `first` on, one after the other.
template <typename T>
Numbers examples(Batches<T> batches, std::uint64_t first, std::uint64_t steps) {
  Numbers all;
  for (std::uint64_t step = first; step < first + steps; ++step) {
    const Numbers& some = batches.at(step).examples;
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

Numbers zero_to(std::uint32_t count) {
  Numbers numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0U);
  return numbers;
}

Numbers sorted(Numbers numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

TEST(Batches, VisitEveryExampleOnceAnEpoch) {
  auto batches = batches_of(numbered(10), 4, Sampling::shuffled, 1);
  EXPECT_EQ(batches.per_epoch(), 3U);
  for (const std::uint64_t epoch : {0U, 1U, 2U, 50U}) {
    EXPECT_EQ(sorted(examples(batches, 3 * epoch, 3)), zero_to(10)) << "epoch " << epoch;
    EXPECT_EQ(batches.at(3 * epoch).examples.size(), 4U);
    EXPECT_EQ(batches.at(3 * epoch + 1).examples.size(), 4U);
    EXPECT_EQ(batches.at(3 * epoch + 2).examples.size(), 2U);
  }
}

TEST(Batches, KeepRowsLabelsAndNumbersTogether) {
  for (const Sampling sampling : {Sampling::shuffled, Sampling::with_replacement}) {
    auto batches = batches_of(numbered(20).range(10, 10), 4, sampling, 1);
    for (std::uint64_t step = 0; step < 6; ++step) {
      const Batch<float>& batch = batches.at(step);
      ASSERT_EQ(batch.x.shape(0), batch.examples.size());
      ASSERT_EQ(batch.x.shape(1), 2U);
      ASSERT_EQ(batch.labels.size(), batch.examples.size());
      for (std::size_t n = 0; n < batch.examples.size(); ++n) {
        const std::uint32_t number = batch.examples[n];
        EXPECT_EQ(batch.x(n, 0), static_cast<float>(number));
        EXPECT_EQ(batch.x(n, 1), static_cast<float>(100 + number));
        EXPECT_EQ(batch.labels[n], static_cast<std::int32_t>(number % 3));
      }
    }
  }
}

TEST(Batches, DeliverTargetsInTheOrderInWhichTheyDeliverLabels) {
  const Dataset labelled = numbered(20).range(9, 11), numbers = with_targets(20).range(9, 11);
  for (const Sampling sampling :
       {Sampling::in_order, Sampling::shuffled, Sampling::with_replacement}) {
    auto expected = batches_of(labelled, 4, sampling, 1),
         batches = batches_of(numbers, 4, sampling, 1);
    for (std::uint64_t step = 0; step < 6; ++step) {
      for (const Slice slice : {Slice{}, Slice{0, 2}, Slice{1, 2}, Slice{1, 9}}) {
        const Batch<float>& batch = batches.at(step, slice);
        EXPECT_TRUE(batch.labels.empty());
        EXPECT_EQ(batch.examples, expected.at(step, slice).examples);
        EXPECT_EQ(batch.x, expected.at(step, slice).x);
        ASSERT_EQ(Shape(batch.targets), Shape(batch.examples.size(), 2));
        for (std::size_t n = 0; n < batch.examples.size(); ++n) {
          const double number = batch.examples[n];
          EXPECT_EQ(batch.targets(n, 0), static_cast<float>(number / 10));
          EXPECT_EQ(batch.targets(n, 1), static_cast<float>(-number));
        }
        EXPECT_EQ(expected.at(step, slice).targets.size(), 0U);
      }
    }
  }
}

TEST(Batches, KeepTheStoredOrder) {
  const Dataset part = numbered(10).subset({9, 0, 4, 3, 8});
  EXPECT_EQ(examples(batches_of(part, 2), 0, 3), (Numbers{9, 0, 4, 3, 8}));
  EXPECT_EQ(examples(batches_of(part, 2), 3, 3), (Numbers{9, 0, 4, 3, 8}));
}

TEST(Batches, NumberExamplesOfASubsetAsInTheWhole) {
  const Dataset part = numbered(10).range(6, 4);
  EXPECT_EQ(sorted(examples(batches_of(part, 3, Sampling::shuffled, 5), 0, 2)),
            (Numbers{6, 7, 8, 9}));
}

TEST(Batches, ShuffleEveryEpochAnewAndEverySeedItsOwnWay) {
  const Dataset data = numbered(50);
  const Numbers first = examples(batches_of(data, 8, Sampling::shuffled, 1), 0, 7);
  const Numbers second = examples(batches_of(data, 8, Sampling::shuffled, 1), 7, 7);
  EXPECT_NE(first, zero_to(50));
  EXPECT_NE(first, second);
  EXPECT_NE(first, examples(batches_of(data, 8, Sampling::shuffled, 2), 0, 7));
  EXPECT_EQ(first, examples(batches_of<double>(data, 8, Sampling::shuffled, 1), 0, 7));
  // The order is that of the seed, however it is cut into batches.
  EXPECT_EQ(first, examples(batches_of(data, 50, Sampling::shuffled, 1), 0, 1));
}

TEST(Batches, DrawFullBatchesWithReplacement) {
  const Dataset part = numbered(20).range(10, 10);
  const auto batches = batches_of(part, 4, Sampling::with_replacement, 1);
  EXPECT_EQ(batches.per_epoch(), 3U);
  EXPECT_EQ(examples(batches, 2, 1).size(), 4U);
  const Numbers drawn = examples(batches, 0, 1000);
  EXPECT_EQ(drawn.size(), 4000U);
  // Each of the 10 comes 400 times on average; six standard deviations are 6 √(4000 · .1 · .9).
  for (std::uint32_t number = 10; number < 20; ++number) {
    EXPECT_NEAR(double(std::count(drawn.begin(), drawn.end(), number)), 400, 114) << number;
  }
  // Without replacement every ten draws in a row would hold ten different examples.
  EXPECT_NE(sorted(Numbers(drawn.begin(), drawn.begin() + 10)),
            (Numbers{10, 11, 12, 13, 14, 15, 16, 17, 18, 19}));
  EXPECT_NE(examples(batches, 0, 1), examples(batches, 1, 1));
  EXPECT_NE(drawn, examples(batches_of(part, 4, Sampling::with_replacement, 2), 0, 1000));
}

TEST(Batches, AreAFunctionOfSeedAndStepAlone) {
  const Dataset data = numbered(10);
  for (const Sampling sampling :
       {Sampling::in_order, Sampling::shuffled, Sampling::with_replacement}) {
    auto walking = batches_of(data, 4, sampling, 1), jumping = walking;
    auto other = batches_of(data, 4, sampling, 2);
    std::vector<Batch<float>> walked;
    for (std::uint64_t step = 0; step < 12; ++step) {
      walked.push_back(walking.at(step));
      other.at(step);  // shares the features, and nothing else
    }
    for (const std::size_t step : {11U, 0U, 5U, 5U, 2U, 3U, 8U, 1U}) {
      const Batch<float>& batch = jumping.at(step);
      EXPECT_EQ(batch.examples, walked[step].examples) << "step " << step;
      EXPECT_EQ(batch.labels, walked[step].labels) << "step " << step;
      EXPECT_EQ(batch.x, walked[step].x) << "step " << step;
    }
  }
}

TEST(Batches, TakeABatchLargerThanTheDataAsAllOfIt) {
  for (const std::size_t batch_size :
       {std::size_t{10}, std::size_t{11}, greatest_size - 1, greatest_size}) {
    EXPECT_EQ(batches_of(numbered(10), batch_size).per_epoch(), 1U);
    EXPECT_EQ(examples(batches_of(numbered(10), batch_size), 1, 1), zero_to(10));
    const auto drawing = batches_of(numbered(10), batch_size, Sampling::with_replacement);
    EXPECT_EQ(examples(drawing, 0, 1).size(), 10U);
  }
}

TEST(Batches, FallIntoSlicesOfTheirRows) {
  // 11 images of 1 × 2 × 3 pixels in batches of 4, 4 and 3: with 3 parts uneven, with 5 some empty.
  const Dataset data(testing::normals(11, 6, 1), Labels{0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1}, 3,
                     Picture{2, 3});
  for (const auto sampling : {Sampling::in_order, Sampling::shuffled, Sampling::with_replacement}) {
    const auto make = [&] {
      return Batches<double>(data, Normaliser<double>::standard_of(data), 4, sampling, 7,
                             {true, 1});
    };
    Batches<double> whole = make(), sliced = make();
    for (const std::size_t parts : {1U, 2U, 3U, 5U}) {
      for (const std::uint64_t step : {0U, 2U, 4U}) {
        const Batch<double>& batch = whole.at(step);
        EXPECT_EQ(batch.share, 1);
        const std::size_t N = batch.labels.size();
        std::size_t n = 0;
        for (std::size_t part = 0; part < parts; ++part) {
          const Batch<double>& slice = sliced.at(step, {part, parts});
          const std::size_t rows = slice.labels.size();
          EXPECT_TRUE(rows == N / parts || rows == N / parts + 1);
          EXPECT_DOUBLE_EQ(slice.share, static_cast<double>(rows) / static_cast<double>(N));
          ASSERT_EQ(slice.x.shape(0), rows);
          ASSERT_EQ(slice.examples.size(), rows);
          for (std::size_t i = 0; i < rows; ++i, ++n) {
            EXPECT_EQ(slice.labels[i], batch.labels.at(n));
            EXPECT_EQ(slice.examples[i], batch.examples[n]);
            for (std::size_t d = 0; d < 6; ++d) EXPECT_EQ(slice.x(i, d), batch.x(n, d));
          }
        }
        EXPECT_EQ(n, N);
      }
    }
  }
  Batches<double> batches(data, Normaliser<double>::identity(6), 4);
  EXPECT_EQ(message_of([&] { batches.at(0, {2, 2}); }), "batches: there is no slice 2 of 2");
}

TEST(Batches, RefuseWhatMakesNoBatch) {
  const auto error = [](const Dataset& data, std::size_t width, std::size_t batch_size) {
    return message_of(
        [&] { Batches<float>(data, Normaliser<float>::identity(width), batch_size); });
  };
  EXPECT_EQ(error(numbered(10), 2, 0), "batch size is 0, expected at least 1");
  EXPECT_EQ(error(numbered(10).range(0, 0), 2, 1), "data set: no examples to make batches of");
  EXPECT_EQ(error(numbered(10), 3, 1), "normaliser: mean is 1×3, expected 1×2");
}

}  // namespace
}  // namespace thinnet
