// What it would save to fuse dw = xᵀ·dout with the update: each panel of dw is used while it is in
// the cache. The library keeps the two apart; docs/performance.md has the price.
#include <benchmark/benchmark.h>

#include <xtensor-blas/xblas.hpp>

#include "core/engine/blas.hpp"
#include "core/matrix.hpp"

namespace thinnet {
namespace {

/// The largest layer of a net at its batch size, with SGD's velocity v.
struct LargestLayer {
  explicit LargestLayer(const benchmark::State& state)
      : N(state.range(0)), D(state.range(1)), H(state.range(2)) {
    for (auto* m : {&x, &w, &dw, &v, &out, &dout}) {
      const bool batch = m == &x || m == &out || m == &dout;
      *m = xt::ones<float>({batch ? N : D, m == &x ? D : H}) * 1e-3F;
    }
  }

  /// out = x·w, as the forward before it leaves the caches.
  void forward() {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, integer(N), integer(H), integer(D), 1,
                x.data(), integer(D), w.data(), integer(H), 0, out.data(), integer(H));
  }
  /// Rows begin to end of dw = xᵀ·dout.
  void gradient(std::int64_t begin, std::int64_t end) {
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, integer(end - begin), integer(H),
                integer(N), 1, x.data() + begin, integer(D), dout.data(), integer(H), 0,
                dw.data() + begin * H, integer(H));
  }
  void update(std::int64_t begin, std::int64_t end) {
    const float* g = dw.data();
    float *value = w.data(), *velocity = v.data();
    for (std::int64_t k = begin * H; k < end * H; ++k) {
      velocity[k] = 0.9F * velocity[k] - 1e-6F * g[k];
      value[k] += velocity[k];
    }
  }
  static int integer(std::int64_t n) { return static_cast<int>(n); }

  std::int64_t N, D, H;
  Matrix<float> x, w, dw, v, out, dout;
};

void products(benchmark::State& state) {
  LargestLayer layer(state);
  for (auto _ : state) {
    layer.forward();
    layer.gradient(0, layer.D);
  }
}

void separate(benchmark::State& state) {
  LargestLayer layer(state);
  for (auto _ : state) {
    layer.forward();
    layer.gradient(0, layer.D);
    layer.update(0, layer.D);
  }
}

void fused(benchmark::State& state) {
  LargestLayer layer(state);
  const std::int64_t panels = 8;
  for (auto _ : state) {
    layer.forward();
    for (std::int64_t p = 0; p < panels; ++p) {
      layer.gradient(layer.D * p / panels, layer.D * (p + 1) / panels);
      layer.update(layer.D * p / panels, layer.D * (p + 1) / panels);
    }
  }
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({100, 3072, 500})->Args({128, 3072, 1024})->Args({256, 3072, 4000});
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime();
}

BENCHMARK(products)->Apply(sizes);
BENCHMARK(separate)->Apply(sizes);
BENCHMARK(fused)->Apply(sizes);

}  // namespace
}  // namespace thinnet

int main(int argc, char** argv) {
  thinnet::prepare_blas();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
