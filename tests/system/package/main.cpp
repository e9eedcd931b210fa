// Trains through the installed library: XOR must be learnt.
#include <cstdio>
#include <thinnet/thinnet.hpp>

int main() {
  using namespace thinnet;
  const Matrix<double> x = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  Sequential<double> net(2, Affine<double>(2, 8), Relu<double>(), Dropout<double>(1),
                         Affine<double>(8, 2));
  initialise(net.parameters(), he, 1);
  SoftmaxCrossEntropy<double> loss;
  Adam<double> adam(net.parameters(), {0.05});
  double value = 0;
  for (int step = 0; step < 300; ++step) {
    value = loss.forward(net.forward(x, train(0)), {0, 1, 1, 0});
    net.backward(loss.backward());
    adam.step();
  }
  std::printf("loss %.6f\n", value);
  return value < 0.05 ? 0 : 1;
}
