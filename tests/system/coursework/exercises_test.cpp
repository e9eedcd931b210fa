// The solutions of the coursework that are not in the library.
#include <numeric>

#include "exercises/training.hpp"
#include "optim/sgd.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::lin;
using testing::message_of;
using testing::normals;

/// REFERENCE's net: D, H, C = 5, 50, 7, weights and inputs on lines.
TwoLayerWeights<double> reference_weights() {
  return {lin(-.7, .3, 5, 50), lin(-.1, .9, 1, 50), lin(-.3, .4, 50, 7), lin(-.9, .1, 1, 7)};
}

Matrix<double> reference_input() {
  return xt::transpose(lin(-5.5, 4.5, 5, 3));
}

TEST(TwoLayerNet, GivesTheReferenceFigures) {
  const Labels labels{0, 5, 1};
  TwoLayerNet<double> plain(reference_weights(), 1, 0), penalised(reference_weights(), 1, 1);
  EXPECT_NEAR(plain.loss(reference_input(), labels, train(0)), 3.470224355595389, 1e-14);
  EXPECT_NEAR(penalised.loss(reference_input(), labels, train(0)), 26.59484269523858, 1e-13);
}

TEST(TwoLayerNet, PassesTheGradientCheckInOnePass) {
  const Matrix<double> x = normals(4, 3, 1);
  const Labels labels{0, 1, 2, 1};
  for (const double keep_prob : {1.0, 0.6}) {
    for (const double penalty : {0.0, 0.3}) {
      TwoLayerNet<double> net(
          {normals(3, 5, 2), normals(1, 5, 3), normals(5, 3, 4), normals(1, 3, 5)}, keep_prob,
          penalty, 6);
      const Examples examples{4, 7, 1, 0};
      Matrix<double> out({1, 1});
      std::vector<CheckedTensor> tensors;
      for (auto* p : net.parameters()) tensors.push_back({p->name, &p->value, &p->grad});
      testing::expect_passed(check_gradients(
          [&]() -> const Matrix<double>& {
            out(0, 0) = net.loss(x, labels, train(2, examples));
            return out;
          },
          [&](const Matrix<double>& dout) {
            ASSERT_EQ(dout(0, 0), 1);
            net.backward();
          },
          tensors));
    }
  }
}

TEST(TwoLayerNet, PredictsWithoutDropoutTheFirstOfTheLargestScores) {
  // The hidden units pass x through; the scores are (x0, x1, x1): a tie goes to class 1.
  TwoLayerNet<double> net({{{1, 0}, {0, 1}}, {{0, 0}}, {{1, 0, 0}, {0, 1, 1}}, {{0, 0, 0}}}, 0.1,
                          0);
  const Matrix<double> x = {{2, 1}, {1, 2}, {3, 3}};
  for (int repeat = 0; repeat < 5; ++repeat) EXPECT_EQ(net.predict(x), (Labels{0, 1, 0}));
}

TEST(TwoLayerNet, RefusesWhatDoesNotFit) {
  auto weights = reference_weights();
  weights.w2 = lin(0, 1, 49, 7);
  EXPECT_EQ(message_of([&] { TwoLayerNet<double>(weights, 1, 0); }),
            "affine: w is 49×7, but its input is N×50");
  EXPECT_EQ(message_of([] { TwoLayerNet<double>(reference_weights(), 1, std::nan("")); }),
            "two-layer net: the penalty is nan, expected >= 0");
  EXPECT_EQ(message_of([] { TwoLayerNet<double>(reference_weights(), 0, 0); }),
            "dropout: keep_prob is 0, expected a number in (0, 1]");
}

TEST(Standardise, UsesTheTrainingRowsForBoth) {
  Matrix<double> training = {{1, 5}, {3, 5}}, validation = {{5, 7}};
  standardise(training, validation);
  EXPECT_TRUE(training == (Matrix<double>{{-1, 0}, {1, 0}}));
  EXPECT_TRUE(validation == (Matrix<double>{{3, 2}}));
}

TEST(BatchesOf, CoverTheOrderAndEndWithAShortOne) {
  EXPECT_EQ(batches_of({4, 2, 0, 1, 3}, 2), (std::vector<Examples>{{4, 2}, {0, 1}, {3}}));
  EXPECT_EQ(batches_of({4, 2}, 2), (std::vector<Examples>{{4, 2}}));
  EXPECT_EQ(batches_of({4, 2}, 5), (std::vector<Examples>{{4, 2}}));
  EXPECT_TRUE(batches_of({}, 5).empty());
}

TEST(Accuracy, IsTheShareOfRightPredictions) {
  TwoLayerNet<float> net({{{1, 0}, {0, 1}}, {{0, 0}}, {{1, 0}, {0, 1}}, {{0, 0}}}, 0.5, 0);
  const Matrix<float> x = {{2, 1}, {1, 2}, {3, 1}};
  EXPECT_DOUBLE_EQ(accuracy(net, x, {0, 1, 1}), 2.0 / 3);
  EXPECT_EQ(accuracy(net, x, {0, 1, 0}), 1);
}

TEST(TrainEpoch, DoesWhatTheOpenLoopDoes) {
  const Matrix<double> x = normals(5, 3, 1);
  const Labels labels{0, 1, 2, 1, 0};
  const TwoLayerWeights<double> weights{normals(3, 4, 2), normals(1, 4, 3), normals(4, 3, 4),
                                        normals(1, 3, 5)};
  TwoLayerNet<double> net(weights, 0.5, 0.1, 6), own(weights, 0.5, 0.1, 6);
  Sgd<double> sgd(net.parameters(), {0.1, 0.9}), own_sgd(own.parameters(), {0.1, 0.9});
  std::uint64_t step = 3;
  const double mean = train_epoch(net, sgd, x, labels, {4, 2, 0, 1, 3}, 2, step);

  const std::vector<Examples> batches{{4, 2}, {0, 1}, {3}};
  double sum = 0;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const Matrix<double> rows = rows_of(x, batches[i]);
    const double loss = own.loss(rows, labels_of(labels, batches[i]), train(3 + i, batches[i]));
    sum += loss * static_cast<double>(batches[i].size());
    own.backward();
    own_sgd.step();
  }
  EXPECT_EQ(step, 6U);
  EXPECT_DOUBLE_EQ(mean, sum / 5);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_TRUE(net.parameters()[i]->value == own.parameters()[i]->value) << i;
  }
}

}  // namespace
}  // namespace thinnet
