// Trains through the library, with a layer of its own whose loop OpenMP spreads over two threads:
// XOR must be learnt.
#include <omp.h>

#include <cstdio>
#include <thinnet/core/engine/assign.hpp>
#include <thinnet/thinnet.hpp>

namespace {

using thinnet::Matrix;

int threads_of_the_layer = 0;

/// out = max(x, x/10); x, out (N×H).
class LeakyRelu : public thinnet::Layer<double> {
 public:
  LeakyRelu() : Layer("leaky") {}

  const Matrix<double>& forward(const Matrix<double>& x, const thinnet::Pass&) override {
    x_ = x;
    thinnet::resize(out_, x);
    const auto N = static_cast<int>(x.shape(0)), H = static_cast<int>(x.shape(1));
#pragma omp parallel for num_threads(2)
    for (int n = 0; n < N; ++n) {
      if (n == 0) threads_of_the_layer = omp_get_num_threads();
      for (int h = 0; h < H; ++h) out_(n, h) = std::max(x(n, h), x(n, h) / 10);
    }
    return out_;
  }

  const Matrix<double>& backward(const Matrix<double>& dout) override {
    thinnet::require_dout(dout, out_, name());
    thinnet::resize(dx_, dout);
    thinnet::entrywise([](double& dx, double x, double d) { dx = x > 0 ? d : d / 10; }, dx_, x_,
                       dout);
    return dx_;
  }

 private:
  Matrix<double> x_, out_, dx_;  // (N×H)
};

}  // namespace

/// 0 when it is; tests/system/package/run.cmake calls it from Python, too.
extern "C" int learn_xor() {
  using namespace thinnet;
  const Matrix<double> x = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  Sequential<double> net(2, Affine<double>(2, 8), LeakyRelu(), Dropout<double>(1),
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
  std::printf("loss %.6f, %d threads\n", value, threads_of_the_layer);
  return value < 0.05 && threads_of_the_layer == 2 ? 0 : 1;
}

int main() {
  return learn_xor();
}
