#include "core/random.hpp"
#include "core/engine/mask.hpp"
#include "core/initialise.hpp"

#include <Random123/philox.h>

#include <algorithm>
#include <set>

#include "layers/affine.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

// A sum of n independent draws is off its mean by more than 6 standard deviations with a
// probability below 2e-9 (normal approximation, n large).
constexpr double six_deviations = 6;

TEST(Random, EqualSeedsAndStreamsGiveEqualDraws) {
  Random a(7, 3), b(7, 3), other_seed(8, 3), other_stream(7, 4);
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t bits = a.bits();
    EXPECT_EQ(bits, b.bits());
    EXPECT_NE(bits, other_seed.bits());
    EXPECT_NE(bits, other_stream.bits());
  }
}

TEST(Random, IsPhiloxAtTheDocumentedCounter) {
  const std::uint64_t seed = 0x123456789ABCDEF0;
  Random random(seed, 5);
  for (std::uint32_t block = 0; block < 3; ++block) {
    const auto draw = r123::Philox4x32{}({{block, 0, 5, 0xFFFFFFFF}}, {{0x9ABCDEF0, 0x12345678}});
    EXPECT_EQ(random.bits(), draw[0] | std::uint64_t{draw[1]} << 32);
    EXPECT_EQ(random.bits(), draw[2] | std::uint64_t{draw[3]} << 32);
  }
}

TEST(Random, ReadsStreamZeroUnlessToldAnother) {
  EXPECT_EQ(Random(7).bits(), Random(7, 0).bits());
}

TEST(Random, UniformHasItsMeanAndVarianceInsideZeroAndOne) {
  Random random(1);
  const int n = 100000;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform();
    ASSERT_GT(u, 0);
    ASSERT_LE(u, 1);
    sum += u;
    squares += (u - 0.5) * (u - 0.5);
  }
  // Var u = 1/12; Var (u - ½)² = 1/80 - 1/144 = 1/180.
  EXPECT_NEAR(sum / n, 0.5, six_deviations * std::sqrt(1.0 / 12 / n));
  EXPECT_NEAR(squares / n, 1.0 / 12, six_deviations * std::sqrt(1.0 / 180 / n));
}

TEST(Random, NormalHasTheMomentsOfANormal) {
  Random random(2);
  const int n = 100000;
  double sum = 0, squares = 0, fourths = 0;
  for (int i = 0; i < n; ++i) {
    const double z = random.normal();
    sum += z;
    squares += z * z;
    fourths += z * z * z * z;
  }
  // E z² = 1, E z⁴ = 3, E z⁸ = 105.
  EXPECT_NEAR(sum / n, 0, six_deviations * std::sqrt(1.0 / n));
  EXPECT_NEAR(squares / n, 1, six_deviations * std::sqrt(2.0 / n));
  EXPECT_NEAR(fourths / n, 3, six_deviations * std::sqrt((105.0 - 9) / n));
}

TEST(Random, BelowGivesEveryNumberEquallyOften) {
  Random random(3);
  const int n = 70000, limit = 7;
  std::vector<int> counts(limit);
  for (int i = 0; i < n; ++i) ++counts.at(random.below(limit));
  const double p = 1.0 / limit;
  for (const int count : counts) {
    EXPECT_NEAR(count, n * p, six_deviations * std::sqrt(n * p * (1 - p)));
  }
  // Where 2^32 is no multiple of the limit, the remainder of a draw would favour small numbers:
  // here those below 2^30 would come with probability 1/2 instead of 1/3.
  int small = 0;
  for (int i = 0; i < n; ++i) small += random.below(3U << 30) < (1U << 30) ? 1 : 0;
  EXPECT_NEAR(small, n / 3.0, six_deviations * std::sqrt(n / 3.0 * 2 / 3));
  EXPECT_EQ(random.below(1), 0U);
  EXPECT_EQ(testing::message_of([&] { random.below(0); }), "Random::below: the limit is 0");
}

TEST(Random, BelowRejectsTheFirstDrawThatWouldFavourSmallNumbers) {
  // For a limit above 2^31 the draws below the limit are unbiased, and the limit itself is not.
  std::size_t tried = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random draws(seed);
    const std::uint64_t first = draws.bits() >> 32, second = draws.bits() >> 32;
    if (first <= (std::uint64_t{1} << 31) || second >= first) continue;
    EXPECT_EQ(Random(seed).below(static_cast<std::uint32_t>(first)), second);
    ++tried;
  }
  EXPECT_GT(tried, 2U);
}

TEST(Random, ShuffleSwapsFromTheBackAndDrawsOneNumberLessThanItems) {
  std::vector<std::uint32_t> items{10, 11, 12, 13, 14}, expected = items;
  Random shuffling(6), drawing(6);
  shuffling.shuffle(items);
  for (std::uint32_t i = 5; i >= 2; --i) std::swap(expected[i - 1], expected[drawing.below(i)]);
  EXPECT_EQ(items, expected);
  EXPECT_EQ(shuffling.bits(), drawing.bits());
}

TEST(Random, PermutationHoldsEveryNumberOnceAndPutsEachAnywhere) {
  auto order = Random(4).permutation(1000);
  EXPECT_NE(order[0] + order[1] + order[2], 0U + 1 + 2);
  std::sort(order.begin(), order.end());
  for (std::uint32_t i = 0; i < 1000; ++i) ASSERT_EQ(order[i], i);
  EXPECT_TRUE(Random(4).permutation(0).empty());

  const int n = 60000;
  std::vector<int> counts(6);  // of the 6 orders of 3 numbers
  for (int i = 0; i < n; ++i) {
    const auto p = Random(5, static_cast<std::uint32_t>(i)).permutation(3);
    ++counts.at(2 * p[0] + (p[1] > p[2] ? 1 : 0));
  }
  for (const int count : counts) {
    EXPECT_NEAR(count, n / 6.0, six_deviations * std::sqrt(n / 6.0 * 5 / 6));
  }
}

TEST(Mask, IsPhiloxAtSeedUnitExampleStepAndLayer) {
  // Rows that end within a block of 4 units, within a chunk of 64 blocks, and enough for threads.
  const std::uint64_t seed = 0x123456789abcdef;
  for (const auto& [N, H] : {std::array<std::size_t, 2>{2, 10},
                             {3, 256},
                             {7, 301},
                             {70, 500},
                             {5, 1},
                             {4, 3},
                             {6, 9},
                             {3, 6},
                             {2, 12}}) {
    std::vector<std::uint32_t> examples(N);
    for (std::size_t n = 0; n < N; ++n)
      examples[n] = static_cast<std::uint32_t>(4000000000U + 7 * n);
    Matrix<float> mask;
    draw_mask(mask, {N, H}, 0.3, {seed, 2, train(5, examples)});
    std::size_t wrong = 0;
    for (std::size_t n = 0; n < N; ++n) {
      for (std::uint32_t h = 0; h < H; ++h) {
        const auto draw =
            r123::Philox4x32{}({{h / 4, examples[n], 5, 2}}, {{0x89abcdef, 0x1234567}});
        wrong += mask(n, h) != (draw[h % 4] / 4294967296.0 < 0.3 ? 1.0F : 0.0F) ? 1 : 0;
      }
    }
    EXPECT_EQ(wrong, 0U) << N << "×" << H;
  }
}

TEST(Mask, DropsAllUnitsWhenKeepProbIsNextToNothing) {
  Matrix<float> mask;
  draw_mask(mask, {100, 100}, 1e-300, {1, 0, train(0)});
  EXPECT_EQ(xt::amax(mask)(), 0.0F);  // each of 10,000 units stays with probability 2^-32
  draw_mask(mask, {100, 100}, 1.0, {1, 0, train(0)});
  EXPECT_EQ(xt::amin(mask)(), 1.0F);
}

/// The mask of one unit of one example, at step 0 and layer 0.
float mask_of(std::uint32_t example, std::size_t unit, double keep_prob, std::uint64_t seed = 0) {
  Matrix<float> mask;
  const Examples examples{example};
  draw_mask(mask, {1, unit + 1}, keep_prob, {seed, 0, train(0, examples)});
  return mask(0, unit);
}

TEST(Mask, KeepsAUnitWhoseDrawIsAmongTheLowestShareOfKeepProb) {
  // Units whose 32 bits are 0, 1 and 2, found by trying.
  const auto zero = [](double keep_prob) { return mask_of(912458, 579, keep_prob); };
  const auto one = [](double keep_prob) { return mask_of(3441155, 58, keep_prob); };
  const auto two = [](double keep_prob) { return mask_of(2092806, 190, keep_prob); };
  EXPECT_EQ(zero(1e-300), 1.0F) << "2^-32 is the least probability";
  EXPECT_EQ(one(1e-300), 0.0F);
  EXPECT_EQ(one(0x1p-31), 1.0F);
  EXPECT_EQ(two(0x1p-31), 0.0F);
  EXPECT_EQ(two(0x3p-32), 1.0F);
  // And one whose 32 bits are all set, at seed 1.
  EXPECT_EQ(mask_of(354349, 656, 1, 1), 1.0F);
  EXPECT_EQ(mask_of(354349, 656, 1 - 0x1p-32, 1), 0.0F);
}

TEST(Mask, TakesTheRowsNumberWithoutExamples) {
  const double keep_prob = 0.3;
  Matrix<float> mask;
  draw_mask(mask, {2, 10}, keep_prob, {99, 2, train(5)});
  for (std::uint32_t n = 0; n < 2; ++n) {
    for (std::uint32_t h = 0; h < 10; ++h) {
      const auto draw = r123::Philox4x32{}({{h / 4, n, 5, 2}}, {{99, 0}});
      EXPECT_EQ(mask(n, h), draw[h % 4] / 4294967296.0 < keep_prob ? 1.0F : 0.0F);
    }
  }
}

}  // namespace
}  // namespace thinnet
