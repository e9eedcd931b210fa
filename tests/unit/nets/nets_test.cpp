// Whole networks: the reference figures, gradient checks with and without dropout, and that they
// learn.
#include "core/initialise.hpp"
#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/relu.hpp"
#include "layers/softmax_cross_entropy.hpp"
#include "optim/adam.hpp"
#include "optim/l2_penalty.hpp"
#include "tests/support.hpp"
#include "training/trainer.hpp"

namespace thinnet {
namespace {

using testing::lin;

Matrix<double> zeros(std::size_t H) {
  return xt::zeros<double>({std::size_t{1}, H});
}

TEST(Nets, TwoLayerNetGivesTheReferenceLossWithAndWithoutWeightPenalty) {
  Sequential<double> net(5, Affine<double>(lin(-0.7, 0.3, 5, 50), lin(-0.1, 0.9, 1, 50)),
                         Relu<double>(),
                         Affine<double>(lin(-0.3, 0.4, 50, 7), lin(-0.9, 0.1, 1, 7)));
  const Matrix<double> x = xt::transpose(lin(-5.5, 4.5, 5, 3));
  SoftmaxCrossEntropy<double> loss;
  const double data_loss = loss.forward(net.forward(x, train(0)), {0, 5, 1});
  EXPECT_NEAR(data_loss, 3.470224355595389, 1e-13);
  EXPECT_NEAR(data_loss + l2_penalty(net.parameters(), 1), 26.59484269523858, 1e-13 * 27);
}

TEST(Nets, NumpysStreamBeginsAsPublished) {
  testing::NumpyRandom numpy(231);
  for (const double expected :
       {.41794341085522313, 1.3971002787857785, -1.7859043087115503, -.7088277337845966}) {
    EXPECT_NEAR(numpy.normal(), expected, 1e-15);
  }
}

TEST(Nets, ThreeLayerNetGivesTheReferenceLossOfNumpysStream) {
  testing::NumpyRandom numpy(231);
  const Matrix<double> x = numpy.normals(2, 15, 1);
  const Labels labels = numpy.digits(2);
  ASSERT_EQ(labels, (Labels{7, 0}));
  const Matrix<double> w1 = numpy.normals(15, 20, 0.05), w2 = numpy.normals(20, 30, 0.05),
                       w3 = numpy.normals(30, 10, 0.05);
  Sequential<double> net(15, Affine<double>(w1, zeros(20)), Relu<double>(),
                         Affine<double>(w2, zeros(30)), Relu<double>(),
                         Affine<double>(w3, zeros(10)));
  SoftmaxCrossEntropy<double> loss;
  EXPECT_NEAR(loss.forward(net.forward(x, train(0)), labels), 2.3004790897684924, 1e-15 * 3);
}

/// The loss of a whole net as a 1×1 output, checked against x and every parameter; dropout draws
/// the mask of step 3 each time.
GradientReport check_net(Sequential<double>& net, Matrix<double> x, const Labels& labels,
                         std::size_t samples = 0) {
  std::vector<std::uint32_t> examples;
  for (std::size_t n = 0; n < labels.size(); ++n) {
    examples.push_back(100 + static_cast<std::uint32_t>(n));
  }
  net.set_needs_dx(true);
  initialise(net.parameters(), he, 42);
  std::uint64_t seed = 1;
  Matrix<double> out({1, 1}), dx;
  std::vector<CheckedTensor> tensors{{"x", &x, &dx}};
  for (auto* p : net.parameters()) {
    if (p->role == Role::bias) p->value = 0.1 * testing::normals(1, p->value.size(), seed++);
    tensors.push_back({p->name, &p->value, &p->grad});
  }
  SoftmaxCrossEntropy<double> loss;
  return check_gradients(
      [&]() -> const Matrix<double>& {
        out(0, 0) = loss.forward(net.forward(x, train(3, examples)), labels);
        return out;
      },
      [&](const Matrix<double>& dout) {
        dx = net.backward(Matrix<double>(loss.backward() * dout(0, 0)));
      },
      tensors, samples);
}

TEST(Nets, TwoLayersPassTheFullGradientCheckWithAndWithoutDropout) {
  for (const double keep_prob : {1.0, 0.8, 0.2}) {
    for (const auto& [N, D, H, C] :
         {std::array<std::size_t, 4>{3, 5, 50, 7}, {1, 4, 6, 2}, {8, 3, 10, 5}}) {
      Sequential<double> net(D, Affine<double>(D, H), Relu<double>(), Dropout<double>(keep_prob, 5),
                             Affine<double>(H, C));
      Labels labels;
      for (std::size_t n = 0; n < N; ++n) labels.push_back(static_cast<std::int32_t>(n * 3 % C));
      const auto report = check_net(net, testing::normals(N, D, 7), labels);
      EXPECT_TRUE(report.passed()) << "keep_prob " << keep_prob << ": " << report.text();
      EXPECT_EQ(report.checked, N * D + D * H + H + H * C + C);
    }
  }
}

TEST(Nets, ThreeLayersPassTheFullGradientCheckWithAndWithoutDropout) {
  for (const double keep_prob : {1.0, 0.8, 0.2}) {
    for (const std::size_t N : {1U, 5U}) {
      Sequential<double> net(4, Affine<double>(4, 9), Relu<double>(), Dropout<double>(keep_prob, 2),
                             Affine<double>(9, 6), Relu<double>(), Dropout<double>(keep_prob, 2),
                             Affine<double>(6, 3));
      const auto report = check_net(net, testing::normals(N, 4, 6), Labels(N, 2));
      EXPECT_TRUE(report.passed()) << "keep_prob " << keep_prob << ": " << report.text();
    }
    Sequential<double> net(15, Dropout<double>(0.9, 6), Affine<double>(15, 20), Relu<double>(),
                           Dropout<double>(keep_prob, 6), Affine<double>(20, 30), Relu<double>(),
                           Dropout<double>(keep_prob, 6), Affine<double>(30, 10));
    const auto report = check_net(net, testing::normals(2, 15, 8), {7, 0});
    EXPECT_TRUE(report.passed()) << "keep_prob " << keep_prob << ": " << report.text();
  }
}

TEST(Nets, AFullSizedNetPassesASampledGradientCheck) {
  Sequential<double> net(3072, Affine<double>(3072, 500), Relu<double>(), Dropout<double>(0.25, 5),
                         Affine<double>(500, 10));
  const auto report = check_net(net, testing::normals(4, 3072, 9), {3, 1, 4, 1}, 12);
  testing::expect_passed(report);
  EXPECT_EQ(report.checked, 12U + 12 + 12 + 12 + 10);
}

TEST(Nets, OverfitFiftyImagesToTheLastOne) {
  // Fifty images of noise with labels of noise: nothing can be learnt but by heart.
  Random random(50);
  Matrix<float> x({50, 3072});
  for (float& pixel : x) pixel = static_cast<float>(random.below(256)) - 127.5F;
  Labels labels(50);
  for (auto& label : labels) label = static_cast<std::int32_t>(random.below(10));

  Sequential<float> net(3072, Affine<float>(3072, 100), Relu<float>(), Affine<float>(100, 10));
  initialise(net.parameters(), normal_scale(0.01), 1);
  SoftmaxCrossEntropy<float> loss;
  Adam<float> adam(net.parameters(), {5e-4});
  for (int epoch = 0; epoch < 30; ++epoch) {
    loss.forward(net.forward(x, train(0)), labels);
    net.backward(loss.backward());
    adam.step();
  }
  EXPECT_EQ(predict(net.forward(x, test())), labels);
}

}  // namespace
}  // namespace thinnet
