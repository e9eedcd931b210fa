#include "layers/mean_squared_error.hpp"

#include <limits>

#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::lin;
using testing::message_of;

TEST(MeanSquaredError, IsThatOfACaseByHand) {
  // The errors are 1, 0, -2 and 1: 6 / 4, and each error times 2 / 4.
  MeanSquaredError<double> loss;
  EXPECT_EQ(loss.forward({{1, 2}, {3, 5}}, {{0, 2}, {5, 4}}), 1.5);
  EXPECT_EQ(loss.cache().error, Matrix<double>({{1, 0}, {-2, 1}}));
  EXPECT_EQ(loss.backward(), Matrix<double>({{.5, 0}, {-1, .5}}));
}

TEST(MeanSquaredError, PassesTheGradientCheckAtSeveralShapes) {
  for (const auto& [N, C] : {std::pair<std::size_t, std::size_t>{1, 1}, {4, 3}, {10, 1}, {1, 5}}) {
    testing::expect_passed(check_loss(MeanSquaredError<double>(), testing::normals(N, C, 1),
                                      testing::normals(N, C, 2)));
  }
}

TEST(MeanSquaredError, SumsInDouble) {
  // 4096² = 2^24, where float no longer counts by ones.
  Matrix<float> out({1, 65}, 1);
  out(0, 0) = 4096;
  MeanSquaredError<float> loss;
  EXPECT_DOUBLE_EQ(loss.forward(out, xt::zeros_like(out)), (16777216.0 + 64) / 65);
}

TEST(MeanSquaredError, DoesNotHideNaN) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  MeanSquaredError<double> loss;
  EXPECT_TRUE(std::isnan(loss.forward({{0, nan}}, {{0, 0}})));
  EXPECT_TRUE(std::isnan(loss.forward({{0, 0}}, {{nan, 0}})));
}

TEST(MeanSquaredError, NamesBothShapesWhereTheyDiffer) {
  MeanSquaredError<double> loss;
  const Matrix<double> out = lin(0, 1, 2, 3);
  EXPECT_EQ(message_of([&] { loss.forward(out, lin(0, 1, 2, 2)); }),
            "mean squared error: out is 2×3, targets are 2×2");
  EXPECT_EQ(message_of([&] { loss.forward(out, lin(0, 1, 3, 2)); }),
            "mean squared error: out is 2×3, targets are 3×2");
  EXPECT_EQ(message_of([&] { loss.forward({}, {}); }),
            "mean squared error: out is 0×0, targets are 0×0");
}

TEST(MeanSquaredError, NamesBackwardBeforeForward) {
  MeanSquaredError<float> loss;
  EXPECT_EQ(message_of<std::logic_error>([&] { loss.backward(); }),
            "mean squared error: backward came before forward");
}

}  // namespace
}  // namespace thinnet
