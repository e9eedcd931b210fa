#include "data/augmentation.hpp"

#include <algorithm>
#include <map>

#include "data/batches.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::message_of;

/// What may happen to one image.
struct Move {
  bool mirrored;
  int down, right;
};

/// The images that a batch is made of: pixel d of image n is 1 + d + 100 n, all different.
template <typename T = float>
Matrix<T> images(std::size_t N, const Augmentation& a) {
  Matrix<T> x({N, a.channels * a.height * a.width});
  for (std::size_t n = 0; n < N; ++n) {
    for (std::size_t d = 0; d < x.shape(1); ++d) x(n, d) = static_cast<T>(1 + d + 100 * n);
  }
  return x;
}

/// A mean image: -1, -2, …
template <typename T = float>
Matrix<T> mean_image(const Augmentation& a) {
  Matrix<T> fill({1, a.channels * a.height * a.width});
  for (std::size_t d = 0; d < fill.size(); ++d) fill(0, d) = -static_cast<T>(1 + d);
  return fill;
}

/// The first image, moved pixel by pixel: first the mirror, then the shift.
template <typename T>
std::vector<T> moved(const Matrix<T>& x, const Matrix<T>& fill, const Augmentation& a, Move move) {
  const int height = static_cast<int>(a.height), width = static_cast<int>(a.width);
  std::vector<T> out(fill.begin(), fill.end());
  for (int c = 0; c < static_cast<int>(a.channels); ++c) {
    for (int i = 0; i < height; ++i) {
      for (int j = 0; j < width; ++j) {
        const int to_i = i + move.down;
        const int to_j = (move.mirrored ? width - 1 - j : j) + move.right;
        if (to_i < 0 || to_i >= height || to_j < 0 || to_j >= width) continue;
        const int to = (c * height + to_i) * width + to_j, from = (c * height + i) * width + j;
        out[static_cast<std::size_t>(to)] = x(0, static_cast<std::size_t>(from));
      }
    }
  }
  return out;
}

template <typename T>
std::vector<T> row(const Matrix<T>& x, std::size_t n) {
  return {&x(n, 0), &x(n, 0) + x.shape(1)};
}

/// Every move that an augmentation allows.
std::vector<Move> moves(const Augmentation& a) {
  std::vector<Move> all;
  const int shift = static_cast<int>(a.shift);
  for (const bool mirrored : {false, true}) {
    for (int down = -shift; down <= shift; ++down) {
      for (int right = -shift; right <= shift; ++right) {
        if (a.flip || !mirrored) all.push_back({mirrored, down, right});
      }
    }
  }
  return all;
}

/// Augments copies of one image in batches of `rows`; every allowed outcome must come as often as
/// every other one, and nothing else.
template <typename T>
void expect_all_moves_alike(const Augmentation& a, std::size_t rows, std::size_t batches) {
  const Matrix<T> one = images<T>(1, a), fill = mean_image<T>(a);
  std::map<std::vector<T>, std::size_t> counts;
  for (const Move move : moves(a)) counts[moved(one, fill, a, move)] = 0;
  const std::size_t outcomes = counts.size();
  ASSERT_EQ(outcomes, moves(a).size()) << "each move must show";

  Matrix<T> x;
  for (std::size_t step = 0; step < batches; ++step) {
    x.resize({rows, one.shape(1)});
    for (std::size_t n = 0; n < rows; ++n) std::copy(one.begin(), one.end(), &x(n, 0));
    augment(x, fill, a, 5, step);
    for (std::size_t n = 0; n < rows; ++n) {
      const auto outcome = counts.find(row(x, n));
      ASSERT_NE(outcome, counts.end()) << "row " << n << " of step " << step;
      ++outcome->second;
    }
  }
  // A count is binomial with n draws and p = 1/outcomes. Bernstein's inequality: it misses n·p by
  // more than b with probability at most 2 exp(-b²/2 / (n·p·(1-p) + b/3)), which is 1e-9 over all
  // outcomes when b solves b² = 2 t (n·p·(1-p) + b/3) with t = log(2·outcomes / 1e-9).
  const auto n = static_cast<double>(rows * batches), p = 1 / static_cast<double>(outcomes);
  const double t = std::log(2 * static_cast<double>(outcomes) / 1e-9);
  const double bound = t / 3 + std::sqrt(t * t / 9 + 2 * t * n * p * (1 - p));
  ASSERT_LT(bound, n * p / 4) << "too few draws to tell";
  for (const auto& outcome : counts) EXPECT_NEAR(double(outcome.second), n * p, bound);
}

TEST(Augmentation, FlipsAndShiftsInEveryWayEquallyOften) {
  const Augmentation both{true, 1, 2, 3, 4};
  expect_all_moves_alike<float>(both, 20000, 1);
  expect_all_moves_alike<double>(both, 1, 20000);  // the rows of a batch and the steps are alike
}

TEST(Augmentation, FlipsAloneOrShiftsAlone) {
  expect_all_moves_alike<float>({true, 0, 3, 2, 3}, 10, 200);
  expect_all_moves_alike<float>({false, 1, 1, 4, 3}, 10, 1000);
  expect_all_moves_alike<float>({false, 2, 2, 3, 5}, 100, 300);
}

TEST(Augmentation, RefusesAShiftThatMayLeaveNothing) {
  const auto error = [](std::size_t shift, std::size_t height, std::size_t width) {
    const Augmentation a{false, shift, 1, height, width};
    Matrix<float> x = images(3, a);
    return message_of([&] { augment(x, mean_image(a), a, 0, 0); });
  };
  EXPECT_EQ(error(2, 2, 3), "augmentation: a shift of 2 leaves nothing of an image of 2 × 3");
  EXPECT_EQ(error(3, 5, 3), "augmentation: a shift of 3 leaves nothing of an image of 5 × 3");
  EXPECT_EQ(error(std::size_t{1} << 32, 5, 3),
            "augmentation: a shift of 4294967296 leaves nothing of an image of 5 × 3");
  expect_all_moves_alike<float>({false, 2, 1, 3, 3}, 100, 300);  // a corner pixel may be what stays
}

TEST(Augmentation, IsAFunctionOfSeedStepAndPlaceAlone) {
  const Augmentation a{true, 1, 2, 3, 4};
  const Matrix<float> fill = mean_image(a);
  const auto augmented = [&](Matrix<float> x, std::uint64_t seed, std::uint64_t step) {
    augment(x, fill, a, seed, step);
    return x;
  };
  const Matrix<float> ten = images(10, a), first = augmented(ten, 3, 7);
  EXPECT_EQ(first, augmented(ten, 3, 7));
  EXPECT_NE(first, augmented(ten, 3, 8));
  EXPECT_NE(first, augmented(ten, 4, 7));
  EXPECT_NE(first, augmented(ten, 3 + (std::uint64_t{1} << 32), 7)) << "all of the seed counts";
  const Matrix<float> four = augmented(images(4, a), 3, 7);
  for (std::size_t n = 0; n < 4; ++n) EXPECT_EQ(row(four, n), row(first, n)) << n;
  // Other pixels move alike.
  Matrix<float> brighter = ten + 1000.F;
  brighter = augmented(brighter, 3, 7);
  for (std::size_t i = 0; i < first.size(); ++i) {
    const float before = first.data()[i];
    EXPECT_EQ(brighter.data()[i], before < 0 ? before : before + 1000) << i;
  }
}

TEST(Augmentation, RefusesImagesOfAnotherWidth) {
  const Augmentation a{true, 0, 2, 3, 4};
  Matrix<float> x = xt::zeros<float>({5, 23});
  const Matrix<float> fill = xt::zeros<float>({1, 23});
  const std::string message = "augmentation: images have 23 features, expected 24 (2 × 3 × 4)";
  EXPECT_EQ(message_of([&] { augment(x, fill, a, 0, 0); }), message);
  x = images(5, a);
  EXPECT_EQ(message_of([&] { augment(x, fill, a, 0, 0); }),
            "augmentation: fill is 1×23, expected 1×24");
  const Dataset data(Matrix<float>(xt::zeros<float>({5, 23})), Labels(5), 1);
  const auto make = [&](const Augmentation& of) {
    Batches<float>(data, Normaliser<float>::identity(23), 2, Sampling::shuffled, 0, of);
  };
  EXPECT_EQ(message_of([&] { make(a); }), message);
  EXPECT_EQ(message_of([&] { make({false, 1, 2, 3, 4}); }), message);
  make({false, 0, 2, 3, 4});  // asks for nothing, so the width is nothing to it
}

/// 6 images of 2 × 3 × 4 bytes.
Dataset byte_images() {
  const Matrix<float> x = 7.F * xt::fmod(images(6, {false, 0, 2, 3, 4}), 36.F);
  Labels labels(6);
  for (std::size_t n = 0; n < 6; ++n) labels[n] = static_cast<std::int32_t>(n);
  return {Matrix<std::uint8_t>(xt::cast<std::uint8_t>(x)), labels, 6};
}

TEST(Augmentation, ComesBeforeNormalisationInABatch) {
  const Dataset data = byte_images();
  const auto identity = Normaliser<float>::identity(24);
  auto normaliser = Normaliser<float>::standard_of(data);
  const Augmentation a{true, 1, 2, 3, 4};
  Batches<float> plain(data, identity, 4, Sampling::shuffled, 9);
  Batches<float> augmented(data, normaliser, 4, Sampling::shuffled, 9, a);
  bool any_moved = false;
  for (const std::uint64_t step : {0U, 1U, 2U, 100U, 1U}) {
    const Batch<float>& batch = plain.at(step);
    Matrix<float> x = batch.x;
    augment(x, normaliser.mean, a, 9, step);
    any_moved = any_moved || x != batch.x;
    for (std::size_t n = 0; n < x.shape(0); ++n) {
      for (std::size_t d = 0; d < 24; ++d)
        x(n, d) = (x(n, d) - normaliser.mean(0, d)) * normaliser.scale(0, d);
    }
    EXPECT_EQ(augmented.at(step).x, x) << "step " << step;
    EXPECT_EQ(augmented.at(step).labels, batch.labels);
    EXPECT_EQ(augmented.at(step).examples, batch.examples);
  }
  EXPECT_TRUE(any_moved);
}

TEST(Augmentation, DoesNothingUnlessAskedFor) {
  EXPECT_FALSE(Augmentation{}.any());
  const Dataset data = byte_images();
  const auto identity = Normaliser<float>::identity(24);
  Batches<float> plain(data, identity, 4), off(data, identity, 4, Sampling::in_order, 0, {});
  for (const std::uint64_t step : {0U, 1U}) EXPECT_EQ(plain.at(step).x, off.at(step).x);
  std::vector<float> first(24);
  data.copy_row(0, first.data());
  EXPECT_EQ(row(plain.at(0).x, 0), first);
}

}  // namespace
}  // namespace thinnet
