#include "layers/affine.hpp"

#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::lin;
using testing::message_of;

TEST(Affine, GivesTheReferenceFigures) {
  Affine<double> affine(lin(-0.2, 0.3, 120, 3), lin(-0.3, 0.1, 1, 3));
  const Matrix<double> expected = {{1.4983496695842704, 1.7066013216629174, 1.9148529737415647},
                                   {3.25553198680668, 3.514132702416055, 3.7727334180254304}};
  testing::expect_near(affine.forward(lin(-0.1, 0.5, 2, 120), train(0)), expected, 1e-14);
}

TEST(Affine, PassesTheGradientCheckAtSeveralShapes) {
  for (const auto& [N, D, H] :
       {std::array<std::size_t, 3>{1, 1, 1}, {1, 4, 3}, {5, 1, 2}, {4, 3, 1}, {10, 6, 5}}) {
    Affine<double> affine(testing::normals(D, H, 1), testing::normals(1, H, 2));
    testing::expect_passed(check_layer(affine, testing::normals(N, D, 3), train(0)));
  }
}

TEST(Affine, OverwritesGradientsAndNeverAdds) {
  Affine<double> affine(lin(-1, 1, 3, 2), lin(0, 1, 1, 2));
  affine.forward(lin(-1, 2, 4, 3), train(0));
  affine.backward(lin(1, 3, 4, 2));
  const Matrix<double> dw = affine.parameters()[0]->grad, db = affine.parameters()[1]->grad;
  affine.backward(lin(1, 3, 4, 2));
  EXPECT_TRUE(affine.parameters()[0]->grad == dw);
  EXPECT_TRUE(affine.parameters()[1]->grad == db);
}

TEST(Affine, RemembersItsInputWhenTheCallerReusesTheBatch) {
  Affine<double> affine(lin(-1, 1, 3, 2), lin(0, 1, 1, 2));
  Matrix<double> x = lin(-1, 2, 4, 3);
  affine.forward(x, train(0));
  EXPECT_TRUE(affine.cache().x == x);
  affine.backward(lin(1, 3, 4, 2));
  const Matrix<double> dw = affine.parameters()[0]->grad;
  x.fill(0);
  affine.backward(lin(1, 3, 4, 2));
  EXPECT_TRUE(affine.parameters()[0]->grad == dw);
}

TEST(Affine, FollowsTheSizeOfTheBatch) {
  Affine<double> affine(lin(-1, 1, 3, 2), lin(0, 1, 1, 2));
  for (const std::size_t N : {5U, 2U, 7U}) {
    EXPECT_EQ(affine.forward(lin(-1, 2, N, 3), train(0)).shape(0), N);
    EXPECT_EQ(affine.backward(lin(1, 3, N, 2)).shape(0), N);
  }
}

TEST(Affine, ReusesItsMemoryFromStepToStep) {
  Affine<float> affine(3, 2);
  const auto x = lin<float>(-1, 2, 4, 3), dout = lin<float>(1, 3, 4, 2);
  const float *out = affine.forward(x, train(0)).data(), *dx = affine.backward(dout).data();
  const float* dw = affine.parameters()[0]->grad.data();
  EXPECT_EQ(affine.forward(x, train(0)).data(), out);
  EXPECT_EQ(affine.backward(dout).data(), dx);
  EXPECT_EQ(affine.parameters()[0]->grad.data(), dw);
}

TEST(Affine, NamesShapesThatDoNotFit) {
  Affine<double> affine(4, 3);
  EXPECT_EQ(message_of([&] { affine.forward(lin(0, 1, 2, 5), train(0)); }),
            "affine: x is 2×5, expected N×4");
  EXPECT_EQ(message_of<std::logic_error>([&] { affine.backward(lin(0, 1, 2, 3)); }),
            "affine: backward came before forward");
  affine.forward(lin(0, 1, 2, 4), train(0));
  EXPECT_EQ(message_of([&] { affine.backward(lin(0, 1, 3, 3)); }),
            "affine: dout is 3×3, expected 2×3");
  EXPECT_EQ(message_of([] { Affine<double>(lin(0, 1, 2, 3), lin(0, 1, 1, 2)); }),
            "affine: b is 1×2, expected 1×3");
  EXPECT_EQ(message_of([] { Affine<double>(0, 3); }), "affine: w is 0×3, expected at least 1×1");
}

}  // namespace
}  // namespace thinnet
