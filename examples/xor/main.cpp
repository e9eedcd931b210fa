// XOR: the smallest problem that no straight line solves. The training loop is written out in full.
#include <cmath>
#include <cstdio>
#include <string>

#include "core/initialise.hpp"
#include "core/sequential.hpp"
#include "core/summary.hpp"
#include "layers/affine.hpp"
#include "layers/relu.hpp"
#include "layers/softmax_cross_entropy.hpp"
#include "optim/sgd.hpp"

using namespace thinnet;

int main(int argc, char** argv) {
  if (argc > 1) {
    const bool help = std::string(argv[1]) == "--help";
    std::fprintf(help ? stdout : stderr, "xor learns XOR; it takes no options but --help\n");
    return help ? 0 : 2;
  }
  const Matrix<float> x = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};  // (4×2)
  const Labels labels = {0, 1, 1, 0};                        // x1 XOR x2

  Sequential<float> net(2,                     // x (N×2)
                        Affine<float>(2, 8),   // N×8
                        Relu<float>(),         // N×8
                        Affine<float>(8, 2));  // scores (N×2), one for class 0 and one for class 1
  initialise(net.parameters(), he, /*seed=*/1);
  SoftmaxCrossEntropy<float> loss;
  Sgd<float> optimizer(net.parameters(), {/*learning_rate=*/0.1, /*momentum=*/0.9});
  std::printf("%s\n\n", flow(net).c_str());

  for (int step = 1; step <= 200; ++step) {
    const Matrix<float>& scores = net.forward(x, train(step));
    const double value = loss.forward(scores, labels);
    net.backward(loss.backward());
    optimizer.step();
    if (step == 1 || step % 50 == 0) std::printf("step %3d  loss %.4f\n", step, value);
  }

  const Matrix<float>& scores = net.forward(x, test());
  std::printf("\nx1 x2  target  P(1)\n");
  for (std::size_t n = 0; n < 4; ++n) {
    const double p1 = 1 / (1 + std::exp(scores(n, 0) - scores(n, 1)));  // softmax of two scores
    std::printf(" %.0f  %.0f       %d  %.3f\n", x(n, 0), x(n, 1), labels[n], p1);
  }
  std::printf(
      "\nOne affine layer cannot do this. Let d = w1·x1 + w2·x2 + b be its score of class 1 minus\n"
      "that of class 0. The four rows ask for b < 0, w2 + b > 0, w1 + b > 0 and w1 + w2 + b < 0.\n"
      "The two in the middle add up to w1 + w2 + 2b > 0. Minus the last that is b > 0, not b < 0.\n"
      "The ReLU between the two layers folds the plane, and on the fold a line is enough.\n");
}
