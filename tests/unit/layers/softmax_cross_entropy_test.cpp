#include "layers/softmax_cross_entropy.hpp"

#include <limits>

#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::lin;
using testing::message_of;

TEST(SoftmaxCrossEntropy, GivesTheReferenceFigureOfNumpysStream) {
  testing::NumpyRandom numpy(231);
  const Matrix<double> scores = numpy.normals(50, 10, 0.001);
  const Labels labels = numpy.digits(50);
  SoftmaxCrossEntropy<double> loss;
  EXPECT_NEAR(loss.forward(scores, labels), 2.302545844500738, 1e-15);
}

TEST(SoftmaxCrossEntropy, IsTheLogOfCForEqualScores) {
  SoftmaxCrossEntropy<double> loss;
  EXPECT_DOUBLE_EQ(loss.forward(xt::ones<double>({3, 7}), {0, 3, 6}), std::log(7));
  for (const double p : loss.cache().probabilities) EXPECT_DOUBLE_EQ(p, 1.0 / 7);
}

TEST(SoftmaxCrossEntropy, PassesTheGradientCheckAtSeveralShapes) {
  testing::expect_passed(check_loss(SoftmaxCrossEntropy<double>(), testing::normals(1, 2, 1), {1}));
  testing::expect_passed(
      check_loss(SoftmaxCrossEntropy<double>(), testing::normals(4, 3, 2), {0, 1, 2, 0}));
  testing::expect_passed(check_loss(SoftmaxCrossEntropy<double>(), testing::normals(10, 10, 3),
                                    {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}));
  testing::expect_passed(
      check_loss(SoftmaxCrossEntropy<double>(), testing::normals(3, 1, 4), {0, 0, 0}));
}

TEST(SoftmaxCrossEntropy, GradientOfEachExampleSumsToZero) {
  SoftmaxCrossEntropy<double> loss;
  loss.forward(testing::normals(6, 4, 5), {0, 1, 2, 3, 0, 1});
  for (const double sum : Matrix<double>(xt::sum(loss.backward(), {1}, xt::keep_dims))) {
    EXPECT_NEAR(sum, 0, 1e-16);
  }
}

template <typename T>
void stays_finite_at(T score) {
  SoftmaxCrossEntropy<T> loss;
  const Matrix<T> scores = {{score, -score, 0}};
  EXPECT_EQ(loss.forward(scores, {0}), 0);
  EXPECT_EQ(loss.forward(scores, {1}), 2 * static_cast<double>(score));
  EXPECT_TRUE(loss.backward() == Matrix<T>({{1, -1, 0}}));
  const Matrix<T> equal = {{score, score, score}};
  EXPECT_DOUBLE_EQ(loss.forward(equal, {0}), std::log(3));
}

TEST(SoftmaxCrossEntropy, StaysFiniteForAnyFiniteScores) {
  for (const float score : {1e3F, 1e4F, std::numeric_limits<float>::max()}) stays_finite_at(score);
  for (const double score : {1e3, 1e4, std::numeric_limits<double>::max() / 2}) {
    stays_finite_at(score);
  }
}

TEST(SoftmaxCrossEntropy, DoesNotChangeWhenAConstantIsAdded) {
  SoftmaxCrossEntropy<double> loss;
  const Matrix<double> scores = lin(-2, 2, 2, 4);
  const double there = loss.forward(scores, {1, 2});
  EXPECT_NEAR(loss.forward(scores + 1024.0, {1, 2}), there, 1e-12);  // 1024: what is added is exact
}

TEST(SoftmaxCrossEntropy, RefusesLabelsThatAreNoClasses) {
  SoftmaxCrossEntropy<double> loss;
  const Matrix<double> scores = lin(0, 1, 2, 3);
  EXPECT_EQ(message_of([&] {
              loss.forward(scores, {0, 3});
            }),
            "softmax cross-entropy: label 3 of row 1 is not in [0, 3)");
  EXPECT_EQ(message_of([&] {
              loss.forward(scores, {-1, 0});
            }),
            "softmax cross-entropy: label -1 of row 0 is not in [0, 3)");
  EXPECT_EQ(message_of([&] {
              loss.forward(scores, {0, 1, 2});
            }),
            "softmax cross-entropy: scores are 2×3, labels are 3");
  EXPECT_EQ(message_of([&] { loss.forward(Matrix<double>(), {}); }),
            "softmax cross-entropy: scores are 0×0, labels are 0");
}

TEST(SoftmaxCrossEntropy, NamesBackwardBeforeForward) {
  SoftmaxCrossEntropy<float> loss;
  EXPECT_EQ(message_of<std::logic_error>([&] { loss.backward(); }),
            "softmax cross-entropy: backward came before forward");
}

}  // namespace
}  // namespace thinnet
