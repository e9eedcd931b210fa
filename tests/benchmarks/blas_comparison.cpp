// Times every matrix product of a training step, as one library makes it. Compiled once for each.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "core/product.hpp"
#include "tests/benchmarks/blas.hpp"

namespace thinnet::benchmarks {
namespace {

struct Net {
  std::size_t batch;
  std::vector<std::size_t> widths;
};

/// a · b = out, and the seconds that each repetition took.
struct Product {
  std::string name;
  Operand<float> a, b;
  Matrix<float>& out;
  std::vector<double> seconds;
};

/// What one affine layer multiplies: x (N×D), w (D×H), dout (N×H).
struct Layer {
  Layer(std::size_t N, std::size_t D, std::size_t H)
      : x({N, D}), w({D, H}), dw({D, H}), out({N, H}), dout({N, H}), dx({N, D}) {
    std::mt19937 bits(0);
    std::uniform_real_distribution<float> uniform(-1, 1);
    for (Matrix<float>* m : {&x, &w, &dout}) {
      for (float& value : *m) value = uniform(bits);
    }
  }
  Matrix<float> x, w, dw, out, dout, dx;
};

/// A step's products in the order of a step, so that each finds the caches as it would there.
void time_net(const Net& net, std::size_t repetitions) {
  std::vector<Layer> layers;
  for (std::size_t l = 0; l + 1 < net.widths.size(); ++l)
    layers.emplace_back(net.batch, net.widths[l], net.widths[l + 1]);
  std::vector<Product> products;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    products.push_back({fmt::format("x·w {}", l + 1), layers[l].x, layers[l].w, layers[l].out, {}});
  }
  for (std::size_t l = layers.size(); l-- > 0;) {
    Layer& layer = layers[l];
    if (l > 0)
      products.push_back(
          {fmt::format("dout·wᵀ {}", l + 1), layer.dout, transposed(layer.w), layer.dx, {}});
    products.push_back(
        {fmt::format("xᵀ·dout {}", l + 1), transposed(layer.x), layer.dout, layer.dw, {}});
  }
  for (std::size_t r = 0; r < repetitions + 2; ++r) {
    for (Product& p : products) {
      const auto start = std::chrono::steady_clock::now();
      multiply(p.a, p.b, p.out);
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      if (r >= 2) p.seconds.push_back(taken.count());
    }
  }
  for (const Product& p : products) {
    fmt::print(R"({{"library": "{}", "net": "{}", "batch": {}, "product": "{}", )", library(),
               fmt::join(net.widths, "-"), net.batch, p.name);
    fmt::print(R"("shape": [{}, {}, {}], "seconds": [{:.7f}]}})", p.a.rows(), p.a.columns(),
               p.b.columns(), fmt::join(p.seconds, ", "));
    std::puts("");
  }
}

}  // namespace
}  // namespace thinnet::benchmarks

int main(int argc, char** argv) {
  using namespace thinnet::benchmarks;
  const std::size_t repetitions = argc > 1 ? std::stoul(argv[1]) : 20;
  for (const Net& net : {Net{100, {3072, 500, 500, 10}}, Net{128, {3072, 1024, 1024, 10}},
                         Net{256, {3072, 4000, 1000, 4000, 10}}})
    time_net(net, repetitions);
}
