// XOR: the smallest problem that no straight line solves. The whole training loop stands open.
#include <fmt/format.h>

#include "core/initialise.hpp"
#include "core/sequential.hpp"
#include "examples/support/program.hpp"
#include "layers/affine.hpp"
#include "layers/relu.hpp"
#include "layers/softmax_cross_entropy.hpp"
#include "optim/sgd.hpp"

using namespace thinnet;

int train_xor() {
  const Matrix<float> x = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};  // (4×2)
  const Labels labels = {0, 1, 1, 0};

  Sequential<float> net(2, Affine<float>(2, 8), Relu<float>(), Affine<float>(8, 2));
  initialise(net.parameters(), he, /*seed=*/1);
  SoftmaxCrossEntropy<float> loss;
  Sgd<float> optimizer(net.parameters(), {/*learning_rate=*/0.1, /*momentum=*/0.9});

  for (int step = 1; step <= 200; ++step) {
    const double value = loss.forward(net.forward(x, train(0)), labels);
    net.backward(loss.backward());
    optimizer.step();
    if (step == 1 || step % 50 == 0) fmt::print("step {:3}  loss {:.4f}\n", step, value);
  }

  fmt::print("\n x1 x2  P(1)\n");
  loss.forward(net.forward(x, test()), labels);
  for (std::size_t n = 0; n < 4; ++n) {
    fmt::print("  {}  {}  {:.3f}\n", x(n, 0), x(n, 1), loss.cache().probabilities(n, 1));
  }
  fmt::print(
      "\nOne affine layer cannot do this: it would need w1 > 0 and w2 > 0 but w1 + w2 < 0.\n"
      "The ReLU between the two layers folds the plane, and on the fold a line is enough.\n");
  return 0;
}

int main(int argc, char** argv) {
  return examples::run_program("Learns XOR with a 2-8-2 network.", argc, argv, train_xor);
}
