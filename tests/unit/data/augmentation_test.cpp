#include "data/augmentation.hpp"

#include <algorithm>
#include <map>

#include "data/batches.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::message_of;

constexpr auto interleaved = Picture::Order::interleaved;
constexpr Picture small{3, 4, 2};

/// What may happen to one image.
struct Move {
  bool mirrored;
  int down, right;
};

/// The images that a batch is made of: pixel d of image n is 1 + d + 100 n, all different.
template <typename T = float>
Matrix<T> images(std::size_t N, const Picture& p) {
  Matrix<T> x({N, p.size()});
  for (std::size_t n = 0; n < N; ++n) {
    for (std::size_t d = 0; d < x.shape(1); ++d) x(n, d) = static_cast<T>(1 + d + 100 * n);
  }
  return x;
}

/// A mean image: -1, -2, …
template <typename T = float>
Matrix<T> mean_image(const Picture& p) {
  Matrix<T> fill({1, p.size()});
  for (std::size_t d = 0; d < fill.size(); ++d) fill(0, d) = -static_cast<T>(1 + d);
  return fill;
}

/// The first image, moved pixel by pixel: first the mirror, then the shift.
template <typename T>
std::vector<T> moved(const Matrix<T>& x, const Matrix<T>& fill, const Picture& p, Move move) {
  const int height = static_cast<int>(p.height), width = static_cast<int>(p.width);
  const int channels = static_cast<int>(p.channels);
  const auto place = [&](int c, int i, int j) {
    const bool planes = p.order == Picture::Order::planes;
    return planes ? (c * height + i) * width + j : (i * width + j) * channels + c;
  };
  std::vector<T> out(fill.begin(), fill.end());
  for (int c = 0; c < channels; ++c) {
    for (int i = 0; i < height; ++i) {
      for (int j = 0; j < width; ++j) {
        const int to_i = i + move.down;
        const int to_j = (move.mirrored ? width - 1 - j : j) + move.right;
        if (to_i < 0 || to_i >= height || to_j < 0 || to_j >= width) continue;
        const auto from = static_cast<std::size_t>(place(c, i, j));
        out[static_cast<std::size_t>(place(c, to_i, to_j))] = x(0, from);
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
void expect_all_moves_alike(const Augmentation& a, const Picture& picture, std::size_t rows,
                            std::size_t batches) {
  const Matrix<T> one = images<T>(1, picture), fill = mean_image<T>(picture);
  std::map<std::vector<T>, std::size_t> counts;
  for (const Move move : moves(a)) counts[moved(one, fill, picture, move)] = 0;
  const std::size_t outcomes = counts.size();
  ASSERT_EQ(outcomes, moves(a).size()) << "each move must show";

  Matrix<T> x;
  for (std::size_t step = 0; step < batches; ++step) {
    x.resize({rows, one.shape(1)});
    for (std::size_t n = 0; n < rows; ++n) std::copy(one.begin(), one.end(), &x(n, 0));
    augment(x, fill, a, picture, 5, step);
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
  const Augmentation both{true, 1};
  expect_all_moves_alike<float>(both, small, 20000, 1);
  expect_all_moves_alike<double>(both, small, 1, 20000);  // rows of a batch and steps are alike
  expect_all_moves_alike<float>(both, {3, 4, 2, interleaved}, 20000, 1);
}

TEST(Augmentation, FlipsAloneOrShiftsAlone) {
  expect_all_moves_alike<float>({true, 0}, {2, 3, 3}, 10, 200);
  expect_all_moves_alike<float>({false, 1}, {4, 3}, 10, 1000);
  expect_all_moves_alike<float>({false, 2}, {3, 5, 2}, 100, 300);
  expect_all_moves_alike<float>({false, 2}, {3, 5, 2, interleaved}, 100, 300);
}

/// (N, 3, height, width) as (N, height, width, 3).
Matrix<float> interleave(const Matrix<float>& x) {
  Matrix<float> y = x;
  const std::size_t plane = x.shape(1) / 3;
  for (std::size_t n = 0; n < x.shape(0); ++n) {
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t at = 0; at < plane; ++at) y(n, at * 3 + c) = x(n, c * plane + at);
    }
  }
  return y;
}

TEST(Augmentation, MovesAPictureAlikeInBothOrders) {
  const Picture planes{28, 20, 3}, mixed{28, 20, 3, interleaved};
  Matrix<float> x = images(9, planes);
  Matrix<float> y = interleave(x);
  const Matrix<float> fill = mean_image(planes);
  augment(x, fill, {true, 4}, planes, 1, 2);
  augment(y, interleave(fill), {true, 4}, mixed, 1, 2);
  EXPECT_EQ(y, interleave(x));
  EXPECT_NE(x, images(9, planes));
}

TEST(Augmentation, OfABatchFollowsTheOrderThatTheDataSetTells) {
  const Matrix<float> x = images(6, {32, 32, 3});
  const Labels labels{0, 1, 2, 0, 1, 2};
  const Dataset planes(x, labels, 3, Picture{32, 32, 3});
  const Dataset mixed(interleave(x), labels, 3, Picture{32, 32, 3, interleaved});
  const auto batches_of = [](const Dataset& data) {
    return Batches<float>(data, Normaliser<float>::standard_of(data), 4, Sampling::shuffled, 9,
                          {true, 4});
  };
  Batches<float> one = batches_of(planes), other = batches_of(mixed);
  for (const std::uint64_t step : {0U, 1U, 7U}) {
    EXPECT_EQ(other.at(step).x, interleave(one.at(step).x)) << "step " << step;
  }
}

TEST(Augmentation, RefusesAShiftThatMayLeaveNothing) {
  const auto error = [](std::size_t shift, std::size_t height, std::size_t width) {
    const Picture grey{height, width};
    Matrix<float> x = images(3, grey);
    return message_of([&] { augment(x, mean_image(grey), {false, shift}, grey, 0, 0); });
  };
  EXPECT_EQ(error(2, 2, 3), "augmentation: a shift of 2 leaves nothing of an image of 2 × 3");
  EXPECT_EQ(error(3, 5, 3), "augmentation: a shift of 3 leaves nothing of an image of 5 × 3");
  const std::size_t half = std::size_t{1} << (4 * sizeof(std::size_t));  // its lower bits are 0
  EXPECT_EQ(error(half, 5, 3), "augmentation: a shift of " + std::to_string(half) +
                                   " leaves nothing of an image of 5 × 3");
  expect_all_moves_alike<float>({false, 2}, {3, 3}, 100, 300);  // a corner pixel may be what stays
}

TEST(Augmentation, IsAFunctionOfSeedStepAndPlaceAlone) {
  const Matrix<float> fill = mean_image(small);
  const auto augmented = [&](Matrix<float> x, std::uint64_t seed, std::uint64_t step) {
    augment(x, fill, {true, 1}, small, seed, step);
    return x;
  };
  const Matrix<float> ten = images(10, small), first = augmented(ten, 3, 7);
  EXPECT_EQ(first, augmented(ten, 3, 7));
  EXPECT_NE(first, augmented(ten, 3, 8));
  EXPECT_NE(first, augmented(ten, 4, 7));
  EXPECT_NE(first, augmented(ten, 3 + (std::uint64_t{1} << 32), 7)) << "all of the seed counts";
  const Matrix<float> four = augmented(images(4, small), 3, 7);
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
  const Augmentation flip{true, 0};
  Matrix<float> x = xt::zeros<float>({5, 23});
  const Matrix<float> fill = xt::zeros<float>({1, 23});
  EXPECT_EQ(message_of([&] { augment(x, fill, flip, small, 0, 0); }),
            "augmentation: rows have 23 features, pictures of 3×4×2 have 24");
  x = images(5, small);
  EXPECT_EQ(message_of([&] { augment(x, fill, flip, small, 0, 0); }),
            "augmentation: fill is 1×23, expected 1×24");
}

TEST(Augmentation, RefusesABatchOfWhatIsNoPicture) {
  const Dataset data(images(5, small), Labels(5), 1);
  const auto make = [](const Dataset& of, const Augmentation& augmentation) {
    Batches<float>(of, Normaliser<float>::identity(24), 2, Sampling::shuffled, 0, augmentation);
  };
  const std::string message =
      "augmentation: rows that are no pictures cannot be flipped or shifted; x of shape "
      "(N, height, width) or (N, height, width, channels) says how they are";
  EXPECT_EQ(message_of([&] { make(data, {true, 0}); }), message);
  EXPECT_EQ(message_of([&] { make(data, {false, 1}); }), message);
  make(data, {false, 0});  // asks for nothing, so it may be anything
  const Dataset pictures(images(5, small), Labels(5), 1, small);
  make(pictures, {true, 1});
  EXPECT_EQ(message_of([&] {
              make(pictures, {true, 3});
            }),
            "augmentation: a shift of 3 leaves nothing of an image of 3 × 4");
}

/// 6 images of 2 × 3 × 4 bytes.
Dataset byte_images() {
  const Matrix<float> x = 7.F * xt::fmod(images(6, small), 36.F);
  Labels labels(6);
  for (std::size_t n = 0; n < 6; ++n) labels[n] = static_cast<std::int32_t>(n);
  return {Matrix<std::uint8_t>(xt::cast<std::uint8_t>(x)), labels, 6, small};
}

TEST(Augmentation, ComesBeforeNormalisationInABatch) {
  const Dataset data = byte_images();
  const auto identity = Normaliser<float>::identity(24);
  auto normaliser = Normaliser<float>::standard_of(data);
  const Augmentation a{true, 1};
  Batches<float> plain(data, identity, 4, Sampling::shuffled, 9);
  Batches<float> augmented(data, normaliser, 4, Sampling::shuffled, 9, a);
  bool any_moved = false;
  for (const std::uint64_t step : {0U, 1U, 2U, 100U, 1U}) {
    const Batch<float>& batch = plain.at(step);
    Matrix<float> x = batch.x;
    augment(x, normaliser.mean, a, small, 9, step);
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
