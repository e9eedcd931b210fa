#include "core/gradient_check.hpp"

#include "layers/affine.hpp"
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

  GradientReport check(std::size_t samples = 0) {
    return check_gradients(
        [&]() -> const Matrix<double>& {
          out = xt::sin(w);
          return out;
        },
        [&](const Matrix<double>& dout) {
          grad = dout * xt::cos(w);
          grad(1, 2) += spoil * dout(1, 2);
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
}

TEST(GradientCheck, IsNotMisledByAKinkWithinReachOfALongStep) {
  Relu<double> relu;
  testing::expect_passed(check_layer(relu, lin(-0.0035, 0.0035, 1, 8), Mode::train));
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
  const GradientReport report = check_layer(affine, lin(-1, 2, 4, 3), Mode::train);
  testing::expect_passed(report);
  EXPECT_EQ(report.checked, 8U * (12 + 6 + 2));  // outputs by entries of x, w and b
}

}  // namespace
}  // namespace thinnet
