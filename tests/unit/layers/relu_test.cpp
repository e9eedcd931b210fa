#include "layers/relu.hpp"

#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::lin;

TEST(Relu, GivesTheReferenceFigures) {
  Relu<double> relu;
  const Matrix<double> expected = {{0, 0, 0, 0},
                                   {0, 0, .045454545454545414, .13636363636363635},
                                   {.2272727272727273, .31818181818181823, .40909090909090906, .5}};
  testing::expect_near(relu.forward(lin(-0.5, 0.5, 3, 4), train(0)), expected, 1e-15);
}

TEST(Relu, PassesTheGradientCheckAwayFromItsKink) {
  Relu<double> relu;
  testing::expect_passed(check_layer(relu, lin(-0.5, 0.5, 3, 4), train(0)));
  testing::expect_passed(check_layer(relu, lin(2, -3, 1, 8), train(0)));
}

TEST(Relu, LetsNoGradientThroughAtZero) {
  Relu<double> relu;
  EXPECT_TRUE(relu.forward({{-1, 0, 2}}, train(0)) == Matrix<double>({{0, 0, 2}}));
  EXPECT_TRUE(relu.backward({{5, 6, 7}}) == Matrix<double>({{0, 0, 7}}));
  EXPECT_TRUE(relu.cache().out == Matrix<double>({{0, 0, 2}}));
}

TEST(Relu, DoesNotHideNotANumber) {
  Relu<float> relu;
  EXPECT_TRUE(std::isnan(relu.forward(Matrix<float>({1, 40}, std::nanf("")), train(0))(0, 33)));
  EXPECT_EQ(relu.backward(Matrix<float>({1, 40}, 5))(0, 33), 0) << "its gradient is 0";
}

TEST(Relu, NamesMisuse) {
  Relu<float> relu;
  EXPECT_EQ(testing::message_of<std::logic_error>([&] { relu.backward(lin<float>(0, 1, 2, 3)); }),
            "relu: backward came before forward");
  relu.forward(lin<float>(0, 1, 2, 3), train(0));
  EXPECT_EQ(testing::message_of([&] { relu.backward(lin<float>(0, 1, 3, 2)); }),
            "relu: dout is 3×2, expected 2×3");
}

}  // namespace
}  // namespace thinnet
