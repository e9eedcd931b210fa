// The nets that the benchmarks measure, and data for them.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "core/initialise.hpp"
#include "core/random.hpp"
#include "core/sequential.hpp"
#include "data/batches.hpp"
#include "layers/affine.hpp"
#include "layers/dropout.hpp"
#include "layers/relu.hpp"

namespace thinnet::benchmarks {

struct NetSize {
  std::vector<std::size_t> widths;  // D, H, …, C
  std::size_t batch;
  std::string name() const { return fmt::format("{}", fmt::join(widths, "-")); }
};

inline std::vector<NetSize> large_nets() {
  return {{{3072, 500, 500, 10}, 100},
          {{3072, 1024, 1024, 10}, 128},
          {{3072, 4000, 1000, 4000, 10}, 256}};
}

/// N examples of D random bytes, with random labels of C classes.
inline Dataset random_data(std::size_t N, std::size_t D, std::size_t C) {
  Random random(1);
  Labels labels(N);
  for (auto& y : labels) y = static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(C)));
  Matrix<std::uint8_t> x({N, D});
  for (auto& pixel : x) pixel = static_cast<std::uint8_t>(random.bits());
  return {std::move(x), std::move(labels), C};
}

/// Affine layers with ReLU and dropout .5 after each hidden one, and He's initial weights.
inline Sequential<float> make_net(const NetSize& size) {
  Sequential<float> net(size.widths.front());
  for (std::size_t i = 1; i < size.widths.size(); ++i) {
    net.add(std::make_unique<Affine<float>>(size.widths[i - 1], size.widths[i]));
    if (i + 1 == size.widths.size()) break;
    net.add(std::make_unique<Relu<float>>());
    net.add(std::make_unique<Dropout<float>>(0.5));
  }
  initialise(net.parameters(), he, 0);
  return net;
}

}  // namespace thinnet::benchmarks
