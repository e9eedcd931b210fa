#include "layers/dropout.hpp"

#include <limits>
#include <type_traits>

#include "core/sequential.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::lin;
using testing::message_of;
using testing::normals;

static_assert(std::is_same_v<decltype(std::declval<Dropout<float>&>().forward({}, train(0))),
                             const Matrix<float>&>,
              "float stays float");
static_assert(std::is_same_v<decltype(std::declval<Dropout<double>&>().forward({}, train(0))),
                             const Matrix<double>&>,
              "double stays double");

template <typename T>
class DropoutOf : public ::testing::Test {};
using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(DropoutOf, Scalars, );

// At .2 and at .8: a layer that mixes up keeping and dropping passes at .5 only.
constexpr double keep_probs[] = {0.2, 0.8};

TYPED_TEST(DropoutOf, KeepsTheShareOfUnitsItIsAskedTo) {
  const std::size_t N = 300, H = 501;
  for (const double keep_prob : keep_probs) {
    Dropout<TypeParam> dropout(keep_prob, 11);
    dropout.forward(xt::ones<TypeParam>({N, H}), train(0));
    double kept = 0;
    for (const TypeParam unit : dropout.cache().mask) kept += static_cast<double>(unit);
    // A binomial count is further than 6 standard deviations off with probability below 2e-9.
    const auto n = static_cast<double>(N * H);
    EXPECT_NEAR(kept, n * keep_prob, 6 * std::sqrt(n * keep_prob * (1 - keep_prob))) << keep_prob;
  }
}

TYPED_TEST(DropoutOf, DividesWhatItKeepsByKeepProbExactly) {
  const auto x = normals<TypeParam>(20, 30, 5);
  for (const double keep_prob : keep_probs) {
    Dropout<TypeParam> dropout(keep_prob, 12);
    const auto& out = dropout.forward(x, train(0));
    const auto& mask = dropout.cache().mask;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const TypeParam unit = mask.data()[i];
      ASSERT_TRUE(unit == 0 || unit == 1);
      EXPECT_EQ(out.data()[i], unit == 1 ? x.data()[i] / static_cast<TypeParam>(keep_prob) : 0);
    }
  }
}

TYPED_TEST(DropoutOf, UsesTheVeryMaskOfForwardInBackward) {
  const auto dout = normals<TypeParam>(20, 30, 6);
  for (const double keep_prob : keep_probs) {
    Dropout<TypeParam> dropout(keep_prob, 13);
    dropout.forward(normals<TypeParam>(20, 30, 5), train(0));
    const Matrix<TypeParam> mask = dropout.cache().mask;
    const auto& dx = dropout.backward(dout);
    EXPECT_TRUE(dropout.cache().mask == mask);
    for (std::size_t i = 0; i < dout.size(); ++i) {
      EXPECT_EQ(dx.data()[i],
                mask.data()[i] == 1 ? dout.data()[i] / static_cast<TypeParam>(keep_prob) : 0);
    }
  }
}

TYPED_TEST(DropoutOf, IsTheIdentityInTestMode) {
  const auto x = normals<TypeParam>(7, 9, 5), dout = normals<TypeParam>(7, 9, 6);
  for (const double keep_prob : keep_probs) {
    Dropout<TypeParam> dropout(keep_prob);
    EXPECT_TRUE(dropout.forward(x, test()) == x);
    EXPECT_TRUE(dropout.backward(dout) == dout);
  }
}

TEST(Dropout, KeepsTheMeanOfWhatPassesThrough) {
  // Σ out / n is a mean of n independent values of mean 1 and variance (1 - p)/p.
  const std::size_t N = 200, H = 500;
  for (const double keep_prob : keep_probs) {
    Dropout<double> dropout(keep_prob, 14);
    const double mean = xt::mean(dropout.forward(xt::ones<double>({N, H}), train(0)))();
    EXPECT_NEAR(mean, 1, 6 * std::sqrt((1 - keep_prob) / keep_prob / static_cast<double>(N * H)));
  }
}

TEST(Dropout, TellsItsKeepProb) {
  EXPECT_EQ(Dropout<float>(0.3).keep_prob(), 0.3);
}

TYPED_TEST(DropoutOf, DropsAllAtTheSmallestKeepProbAndMakesNoNotANumber) {
  Dropout<TypeParam> dropout(static_cast<double>(std::numeric_limits<TypeParam>::denorm_min()));
  const Matrix<TypeParam> ones({20, 30}, 1), zeros({20, 30}, 0);
  EXPECT_TRUE(dropout.forward(ones, train(0)) == zeros);
  EXPECT_TRUE(dropout.backward(ones) == zeros);
  EXPECT_TRUE(dropout.forward(ones, test()) == ones);
}

TEST(Dropout, KeepsEverythingAtKeepProbOne) {
  const auto x = normals(50, 60, 5);
  Dropout<double> dropout(1);
  EXPECT_TRUE(dropout.forward(x, train(0)) == x);
}

TEST(Dropout, EqualSeedsGiveEqualMasksAndOthersDoNot) {
  const auto x = normals(10, 50, 5);
  const auto mask_of = [&](std::uint64_t seed, std::uint64_t step, std::size_t position) {
    Dropout<double> dropout(0.5, seed);
    dropout.set_name_and_position("dropout1", position);
    dropout.forward(x, train(step));
    return dropout.cache().mask;
  };
  EXPECT_TRUE(mask_of(1, 0, 2) == mask_of(1, 0, 2));
  EXPECT_FALSE(mask_of(1, 0, 2) == mask_of(2, 0, 2));
  EXPECT_FALSE(mask_of(1, 0, 2) == mask_of(std::uint64_t{1} << 32 | 1, 0, 2));
  EXPECT_FALSE(mask_of(1, 0, 2) == mask_of(1, 1, 2));
  EXPECT_FALSE(mask_of(1, 0, 2) == mask_of(1, 0, 3));
}

TEST(Dropout, GivesEveryExampleAMaskOfItsOwn) {
  Dropout<double> dropout(0.5, 3);
  dropout.forward(xt::ones<double>({8, 64}), train(0));
  const auto& mask = dropout.cache().mask;
  for (std::size_t a = 0; a < 8; ++a) {
    for (std::size_t b = a + 1; b < 8; ++b) {
      EXPECT_FALSE(std::equal(&mask(a, 0), &mask(a, 0) + 64, &mask(b, 0))) << a << " and " << b;
    }
  }
}

TEST(Dropout, MasksAnExampleAlikeWhateverBatchItComesIn) {
  const std::size_t H = 13;
  Dropout<double> dropout(0.5, 3);
  const auto masks = [&](const std::vector<std::uint32_t>& examples) {
    dropout.forward(xt::ones<double>({examples.size(), H}), train(17, examples));
    return dropout.cache().mask;
  };
  const Matrix<double> whole = masks({5, 9, 2, 70000}), split = masks({70000, 9}), one = masks({2});
  EXPECT_TRUE(std::equal(&whole(3, 0), &whole(3, 0) + H, &split(0, 0)));
  EXPECT_TRUE(std::equal(&whole(1, 0), &whole(1, 0) + H, &split(1, 0)));
  EXPECT_TRUE(std::equal(&whole(2, 0), &whole(2, 0) + H, &one(0, 0)));
}

TEST(Dropout, DrawsTheSameMaskForTheSamePassAndAnotherForAnotherStep) {
  const auto x = normals(10, 50, 5);
  Dropout<double> dropout(0.5, 3);
  const auto mask_of = [&](const Pass& pass) {
    dropout.forward(x, pass);
    return dropout.cache().mask;
  };
  const Matrix<double> first = mask_of(train(0)), second = mask_of(train(1));
  EXPECT_FALSE(first == second);
  dropout.forward(x, test());  // leaves no trace
  EXPECT_TRUE(mask_of(train(1)) == second);
  EXPECT_TRUE(mask_of(train(0)) == first);
  const Examples in_order{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, others{1, 0, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_TRUE(mask_of(train(0, in_order)) == first) << "row n is example n";
  EXPECT_FALSE(mask_of(train(0, others)) == first);
}

TEST(Dropout, PassesTheGradientCheckWithAFrozenMask) {
  for (const double keep_prob : {0.2, 0.8, 1.0}) {
    for (const Pass& pass : {train(0), test()}) {
      Dropout<double> dropout(keep_prob, 21);
      testing::expect_passed(check_layer(dropout, normals(3, 5, 5), pass));
    }
  }
}

TEST(Dropout, RefusesKeepProbsOutsideItsRange) {
  EXPECT_EQ(message_of([] { Dropout<double>(0); }),
            "dropout: keep_prob is 0, expected a number in (0, 1]");
  EXPECT_EQ(message_of([] { Dropout<float>(1.5); }),
            "dropout: keep_prob is 1.5, expected a number in (0, 1]");
  EXPECT_EQ(message_of([] { Dropout<double>(-0.1); }),
            "dropout: keep_prob is -0.1, expected a number in (0, 1]");
  EXPECT_EQ(message_of([] { Dropout<double>{std::numeric_limits<double>::quiet_NaN()}; }),
            "dropout: keep_prob is nan, expected a number in (0, 1]");
  EXPECT_EQ(message_of([] { Dropout<float>(1e-50); }),
            "dropout: keep_prob is 1e-50, expected a number in (0, 1]")
      << "float holds it as 0";
}

TEST(Dropout, NamesMisuse) {
  Dropout<double> dropout(0.5);
  EXPECT_EQ(message_of<std::logic_error>([&] { dropout.backward(lin(0, 1, 2, 3)); }),
            "dropout: backward came before forward");
  const Examples three{4, 5, 6};
  EXPECT_EQ(message_of([&] { dropout.forward(lin(0, 1, 2, 3), train(0, three)); }),
            "dropout: the pass names 3 examples, but x is 2×3");
}

}  // namespace
}  // namespace thinnet
