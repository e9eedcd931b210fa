#include "training/smoothed_cross_entropy.hpp"

#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::message_of;

TEST(SmoothedCrossEntropy, PassesTheGradientCheck) {
  for (const double smoothing : {0.0, 0.1, 0.5}) {
    const SmoothedCrossEntropy<double> loss(smoothing);
    testing::expect_passed(check_loss(loss, testing::normals(4, 3, 2), {0, 1, 2, 0}));
    testing::expect_passed(check_loss(loss, testing::normals(2, 10, 3), {9, 0}));
  }
}

TEST(SmoothedCrossEntropy, MixesTheLossesOfAllClasses) {
  // q = 0.7·onehot + 0.3/3 is a mean of losses: 0.8 of the label's and 0.1 of each other class's.
  const Matrix<double> scores = testing::normals(1, 3, 6);
  SoftmaxCrossEntropy<double> plain;
  SmoothedCrossEntropy<double> smoothed(0.3);
  const double expected = 0.1 * plain.forward(scores, {0}) + 0.8 * plain.forward(scores, {1}) +
                          0.1 * plain.forward(scores, {2});
  EXPECT_NEAR(smoothed.forward(scores, {1}), expected, 1e-15);
}

TEST(SmoothedCrossEntropy, IsThePlainLossToTheBitWithoutSmoothing) {
  const auto scores = testing::normals<float>(50, 10, 7);
  Labels labels(50);
  for (std::size_t n = 0; n < 50; ++n) labels[n] = static_cast<std::int32_t>(n % 10);
  SoftmaxCrossEntropy<float> plain;
  SmoothedCrossEntropy<float> smoothed(0);
  EXPECT_EQ(smoothed.forward(scores, labels), plain.forward(scores, labels));
  EXPECT_TRUE(smoothed.backward() == plain.backward());
}

TEST(SmoothedCrossEntropy, RefusesSmoothingOutsideItsRange) {
  for (const double smoothing : {-0.1, 1.0, std::nan("")})
    EXPECT_NE(message_of([&] { SmoothedCrossEntropy<float> loss(smoothing); }), "") << smoothing;
}

TEST(SmoothedCrossEntropy, RefusesBackwardBeforeForward) {
  SmoothedCrossEntropy<double> loss(.1);
  EXPECT_EQ(message_of<std::logic_error>([&] { loss.backward(); }),
            "softmax cross-entropy: backward came before forward");
}

}  // namespace
}  // namespace thinnet
