#include "core/gradient_check.hpp"
#include "core/sequential.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/relu.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::lin;
using testing::message_of;

/// out = sin(w), with a gradient that can be spoilt at one entry.
struct Sine {
  Matrix<double> w = lin(0.1, 1.3, 2, 3), out, grad;
  double spoil = 0;
  std::size_t entry = 5, output = 5;  // where

  GradientReport check(std::size_t samples = 0) {
    return check_gradients(
        [&]() -> const Matrix<double>& {
          out = xt::sin(w);
          return out;
        },
        [&](const Matrix<double>& dout) {
          grad = dout * xt::cos(w);
          grad.data()[entry] += spoil * dout.data()[output];
        },
        {{"w", &w, &grad}}, samples);
  }
};

TEST(GradientCheck, PassesARightGradientAndLeavesTheValuesAlone) {
  Sine sine;
  const Matrix<double> before = sine.w;
  const GradientReport report = sine.check();
  testing::expect_passed(report);
  EXPECT_EQ(report.checked, 36U);  // the whole Jacobian: 6 outputs by 6 entries
  EXPECT_TRUE(sine.w == before);
  EXPECT_TRUE(sine.out == Matrix<double>(xt::sin(before))) << "the caches are as they were";
  EXPECT_FALSE(report.entry.empty());
}

TEST(GradientCheck, PassesUpToOneInTenMillion) {
  EXPECT_TRUE((GradientReport{"w[0,0], output [0,0]", 1, 1, 1e-7, 1}.passed()));
  EXPECT_FALSE((GradientReport{"w[0,0], output [0,0]", 1, 1, 1.0000001e-7, 1}.passed()));
  const GradientReport empty;
  EXPECT_EQ(empty.analytic, 0);
  EXPECT_EQ(empty.numeric, 0);
  EXPECT_EQ(empty.relative_error, 0);
  EXPECT_EQ(empty.checked, 0U);
}

TEST(GradientCheck, NamesTheWorstEntryWhereverItIsChecked) {
  for (std::size_t entry = 0; entry < 6; ++entry) {
    for (std::size_t output = 0; output < 6; ++output) {
      Sine sine;
      sine.spoil = 1e-3;
      sine.entry = entry;
      sine.output = output;
      const GradientReport report = sine.check();
      EXPECT_EQ(report.entry, fmt::format("w[{},{}], output [{},{}]", entry / 3, entry % 3,
                                          output / 3, output % 3));
      EXPECT_NEAR(report.analytic - report.numeric, 1e-3, 1e-12);
    }
  }
}

TEST(GradientCheck, PutsAFloorOfOneInAMillionUnderSmallGradients) {
  Matrix<double> value = {{0.5}}, grad = {{5e-14}}, out = {{0}};
  const auto report = check_gradients([&]() -> const Matrix<double>& { return out; },
                                      [](const Matrix<double>&) {}, {{"w", &value, &grad}});
  EXPECT_DOUBLE_EQ(report.relative_error, 5e-14 / 1e-6);
  EXPECT_EQ(report.entry, "w[0,0], output [0,0]");
}

TEST(GradientCheck, NamesAnEntryWhereAllAreExact) {
  Matrix<double> value = {{1}}, grad = {{0}}, out = {{0}};
  const auto report = check_gradients([&]() -> const Matrix<double>& { return out; },
                                      [](const Matrix<double>&) {}, {{"w", &value, &grad}});
  EXPECT_EQ(report.relative_error, 0);
  EXPECT_EQ(report.entry, "w[0,0], output [0,0]");
}

TEST(GradientCheck, NamesTheFirstOfEquallyWrongEntriesAndChecksThemAll) {
  Matrix<double> value = lin(1, 2, 2, 3), grad = lin(0, 0, 2, 3), out = lin(0, 0, 1, 2);
  const auto report = check_gradients([&]() -> const Matrix<double>& { return out; },
                                      [](const Matrix<double>&) {}, {{"w", &value, &grad}});
  EXPECT_EQ(report.checked, 12U);
  const std::uint32_t first = Random(0).permutation(6)[0];
  EXPECT_EQ(report.entry, fmt::format("w[{},{}], output [0,0]", first / 3, first % 3));
}

TEST(GradientCheck, ChecksThePassItIsGivenAndLeavesNoTrace) {
  Dropout<double> checked(0.5, 3), fresh(0.5, 3);
  const auto x = lin(-1, 2, 4, 7);
  for (const std::uint64_t step : {0U, 9U}) {
    testing::expect_passed(check_layer(checked, x, train(step)));
    fresh.forward(x, train(step));
    EXPECT_TRUE(checked.cache().mask == fresh.cache().mask) << step;
  }
  checked.forward(x, train(1));
  fresh.forward(x, train(1));
  EXPECT_TRUE(checked.cache().mask == fresh.cache().mask);
}

TEST(GradientCheck, AsksANetForDxWhileItChecksAndNoLonger) {
  Sequential<double> net(3, Affine<double>(lin(-1, 1, 3, 4), lin(0, 1, 1, 4)));
  const auto x = lin(-1, 2, 2, 3);
  const GradientReport report = check_layer(net, x, test());
  testing::expect_passed(report);
  EXPECT_EQ(report.checked, (6U + 12U + 4U) * 8U) << "x, w and b for each output";
  EXPECT_FALSE(net.needs_dx());
  net.forward(x, test());
  EXPECT_EQ(net.backward(lin(0, 1, 2, 4)).size(), 0U);
}

TEST(GradientCheck, FindsAnErrorOfTwoInTenMillionAndNamesItsEntry) {
  Sine sine;
  const double cosine = std::cos(1.3);
  sine.spoil = 5e-7 * cosine;  // |a - n| / (|a| + |n|) = 2.5e-7
  const GradientReport report = sine.check();
  EXPECT_FALSE(report.passed());
  EXPECT_EQ(report.entry, "w[1,2], output [1,2]");
  EXPECT_NEAR(report.numeric, cosine, 1e-12);
  EXPECT_NEAR(report.relative_error, 2.5e-7, 1e-9);
  EXPECT_EQ(report.text().find("w[1,2], output [1,2]: analytic 0.2674"), 0U) << report.text();
  EXPECT_NE(report.text().find("numeric 0.2674"), std::string::npos);
}

TEST(GradientCheck, FailsOnNotANumberAndOnNothingChecked) {
  Sine sine;
  sine.spoil = std::nan("");
  EXPECT_FALSE(sine.check().passed());
  EXPECT_FALSE(GradientReport{}.passed());
}

TEST(GradientCheck, SamplesAsManyEntriesAsAskedFor) {
  Sine sine;
  EXPECT_EQ(sine.check(2).checked, 12U);  // 2 entries of w by 6 outputs
  EXPECT_EQ(sine.check(100).checked, 36U);
  EXPECT_EQ(sine.check(6).checked, 36U);
  EXPECT_EQ(sine.check(5).checked, 30U);
}

TEST(GradientCheck, ChecksAllEntriesUnlessToldAndDrawsASampleWithSeedZero) {
  Affine<double> affine(lin(-1, 1, 3, 2), lin(0, 1, 1, 2));
  const auto x = lin(-1, 2, 4, 3);
  EXPECT_EQ(check_layer(affine, x, train(0)).checked, 8U * (12 + 6 + 2));
  /// Which entries of 40 are tried, as one line.
  const auto tried = [](auto... seed) {
    Matrix<double> value = lin(0, 1, 1, 40), grad = value, out = {{0}};
    const Matrix<double> before = value;
    std::string entries;
    check_gradients(
        [&]() -> const Matrix<double>& {
          for (std::size_t i = 0; i < 40; ++i)
            if (value(0, i) != before(0, i)) entries += std::to_string(i) + " ";
          return out;
        },
        [](const Matrix<double>&) {}, {{"w", &value, &grad}}, 3, seed...);
    return entries;
  };
  EXPECT_EQ(tried(), tried(std::uint64_t{0}));
  EXPECT_NE(tried(), tried(std::uint64_t{1}));
  const auto worst = [&](auto... seed) {
    Affine<double> layer(lin(-1, 1, 9, 7), lin(0, 1, 1, 7));
    return check_layer(layer, lin(-1, 2, 4, 9), train(0), 1, seed...).entry;
  };
  EXPECT_EQ(worst(), worst(std::uint64_t{0}));
  EXPECT_NE(worst(), worst(std::uint64_t{1}));
}

TEST(GradientCheck, IsNotMisledByAKinkWithinReachOfALongStep) {
  Relu<double> relu;
  testing::expect_passed(check_layer(relu, lin(-0.0035, 0.0035, 1, 8), train(0)));
}

/// What the numeric derivative of a function of one number must be: Ridders' table, written down
/// by its definition. table[i][j] for h = first/2^i is free of the even powers of h up to 2j.
double ridders(const std::function<double(double)>& f, double x) {
  double table[10][10], best = 0, least = std::numeric_limits<double>::infinity();
  double h = std::max(1.0, std::abs(x)) / 16;
  const double rounding = std::numeric_limits<double>::epsilon() * std::abs(f(x));
  for (int i = 0; i < 10; ++i, h /= 2) {
    table[i][0] = (f(x + h) - f(x - h)) / ((x + h) - (x - h));
    if (i == 0) best = table[0][0];
    for (int j = 1; j <= i; ++j) {
      const double left = table[i][j - 1], above = table[i - 1][j - 1];
      table[i][j] = left + (left - above) / (std::pow(4, j) - 1);
      const double distance = std::max(std::abs(table[i][j] - left), std::abs(table[i][j] - above));
      if (distance + rounding / h > least) continue;
      least = distance + rounding / h;
      best = table[i][j];
    }
  }
  return best;
}

TEST(GradientCheck, TakesTheEstimateOfLeastErrorInRiddersTable) {
  const std::vector<std::function<double(double)>> functions{
      [](double x) { return std::sin(40 * x); },   // the long steps are far too long
      [](double x) { return 1e9 + x * x; },        // the short ones drown in rounding
      [](double x) { return std::max(x, 0.51); },  // a kink beside
      [](double x) { return std::exp(x) - 1e5 * x; }, [](double x) { return std::tanh(9 * x); }};
  for (std::size_t i = 0; i < functions.size(); ++i) {
    for (const double x : {0.5, -0.0123, 3.7, -40.0}) {
      Matrix<double> value = {{x}}, grad = {{0}}, out = {{0}};
      const auto report = check_gradients(
          [&]() -> const Matrix<double>& {
            out(0, 0) = functions[i](value(0, 0));
            return out;
          },
          [](const Matrix<double>&) {}, {{"x", &value, &grad}});
      EXPECT_DOUBLE_EQ(report.numeric, ridders(functions[i], x)) << "function " << i << " at " << x;
    }
  }
}

TEST(GradientCheck, TrustsTheShorterStepsWhereTheErrorsAreEqual) {
  // Long steps see a slope of 2, short ones of 1, and both find no error at all.
  Matrix<double> value = {{0}}, grad = {{1}}, out = {{0}};
  const auto report = check_gradients(
      [&]() -> const Matrix<double>& {
        out = value * (std::abs(value(0, 0)) < 0x1p-8 ? 1 : 2);
        return out;
      },
      [](const Matrix<double>&) {}, {{"x", &value, &grad}});
  EXPECT_EQ(report.numeric, 1);
}

TEST(GradientCheck, StepsFromASixteenthOfTheEntryDownInTenHalves) {
  for (const double x : {0.25, -8.0}) {
    Matrix<double> value = {{x}}, grad = {{1}};
    std::vector<double> tried;
    check_gradients(
        [&]() -> const Matrix<double>& {
          if (value(0, 0) != x) tried.push_back(value(0, 0));
          return value;
        },
        [](const Matrix<double>&) {}, {{"x", &value, &grad}});
    std::vector<double> expected;
    for (double h = std::max(1.0, std::abs(x)) / 16; expected.size() < 20; h /= 2) {
      expected.push_back(x + h);
      expected.push_back(x - h);
    }
    std::sort(tried.begin(), tried.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(tried, expected);
  }
}

TEST(GradientCheck, RefusesAGradientOfAnotherShape) {
  Matrix<double> value = lin(0, 1, 2, 2), grad = lin(0, 1, 1, 4);
  EXPECT_EQ(message_of([&] {
              check_gradients([&]() -> const Matrix<double>& { return value; },
                              [](const Matrix<double>&) {}, {{"w", &value, &grad}});
            }),
            "w: grad is 1×4, expected 2×2");
}

TEST(GradientCheck, ChecksTheInputAndEveryParameterOfALayer) {
  Affine<double> affine(lin(-1, 1, 3, 2), lin(0, 1, 1, 2));
  const GradientReport report = check_layer(affine, lin(-1, 2, 4, 3), train(0));
  testing::expect_passed(report);
  EXPECT_EQ(report.checked, 8U * (12 + 6 + 2));  // outputs by entries of x, w and b
}

}  // namespace
}  // namespace thinnet
