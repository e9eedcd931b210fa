// A training step against the bare matrix products it contains, and where the rest of it goes.
// bench.py beside it runs this and makes one table of it.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <chrono>
#include <map>
#include <numeric>
#include <xtensor-blas/xblas.hpp>

#include "core/engine/mask.hpp"
#include "core/engine/threads.hpp"
#include "core/product.hpp"
#include "layers/softmax_cross_entropy.hpp"
#include "optim/sgd.hpp"
#include "tests/benchmarks/nets.hpp"

extern "C" {
void openblas_set_num_threads(int);
char* openblas_get_corename();
}

namespace thinnet::benchmarks {
namespace {

/// A training step as Trainer does it.
class Step {
 public:
  explicit Step(const NetSize& size)
      : net_(make_net(size)),
        optimizer_(net_.parameters(), {1e-4, 0.9, false, 0}),
        data_(random_data(5000, size.widths.front(), size.widths.back())),
        batches_(data_, Normaliser<float>::standard_of(data_), size.batch, Sampling::shuffled) {}

  void run() {
    const Batch<float>& batch = batches_.at(step_);
    const Matrix<float>& scores = net_.forward(batch.x, train(step_, batch.examples));
    benchmark::DoNotOptimize(loss_.forward(scores, batch.labels));
    net_.backward(loss_.backward());
    optimizer_.step();
    ++step_;
  }

  /// The same step by hand, with the time of each part in seconds added to `parts`.
  void run_in_parts(std::map<std::string, double>& parts) {
    auto last = std::chrono::steady_clock::now();
    const auto note = [&](const std::string& part) {
      const auto now = std::chrono::steady_clock::now();
      parts[part] += std::chrono::duration<double>(now - last).count();
      last = now;
    };
    const auto kind = [&](std::size_t i) {
      const std::string& name = net_.layer(i).name();
      return name.substr(0, name.find_first_of("0123456789"));
    };
    const Batch<float>& batch = batches_.at(step_);
    note("gather");
    const Pass pass = train(step_, batch.examples);
    ++step_;
    const Matrix<float>* out = &batch.x;
    for (std::size_t i = 0; i < net_.size(); ++i) {
      out = &net_.layer(i).forward(*out, pass);
      note(kind(i) + " forward");
    }
    benchmark::DoNotOptimize(loss_.forward(*out, batch.labels));
    const Matrix<float>* dout = &loss_.backward();
    note("loss");
    for (std::size_t i = net_.size(); i-- > 0;) {
      dout = &net_.layer(i).backward(*dout);
      note(kind(i) + " backward");
    }
    optimizer_.step();
    note("update");
  }

 private:
  Sequential<float> net_;
  SoftmaxCrossEntropy<float> loss_;
  Sgd<float> optimizer_;
  Dataset data_;
  Batches<float> batches_;
  std::uint64_t step_ = 0;
};

/// OpenBLAS's own threads are for the bare products only: the others have ours.
void use_threads(std::size_t threads, int blas_threads) {
  set_thread_count(threads);
  openblas_set_num_threads(blas_threads);
}

void step(benchmark::State& state, const NetSize& size, std::size_t threads) {
  Step it(size);
  it.run();
  use_threads(threads, 1);
  for (auto _ : state) it.run();
}

void parts(benchmark::State& state, const NetSize& size, std::size_t threads) {
  Step it(size);
  it.run();
  use_threads(threads, 1);
  std::map<std::string, double> seconds;
  for (auto _ : state) it.run_in_parts(seconds);
  for (const auto& [part, sum] : seconds)
    state.counters[part] = benchmark::Counter(sum, benchmark::Counter::kAvgIterations);
}

/// The matrices of a step's products; what is in them does not matter.
struct Products {
  explicit Products(const NetSize& size) {
    for (std::size_t i = 0; i < size.widths.size(); ++i) {
      const std::size_t H = size.widths[i];
      x.emplace_back(Matrix<float>(xt::ones<float>({size.batch, H})));
      if (i == 0) continue;
      w.emplace_back(Matrix<float>(xt::ones<float>({size.widths[i - 1], H}) * 1e-3F));
      dw.push_back(w.back());
    }
    dx = x;
  }

  /// x·w of every layer, then xᵀ·dout of every layer and dout·wᵀ of all but the first.
  template <typename Product>
  void run(Product product) {
    for (std::size_t i = 0; i < w.size(); ++i)
      product(Operand<float>(x[i]), Operand<float>(w[i]), x[i + 1]);
    for (std::size_t i = w.size(); i-- > 0;) {
      product(transposed(x[i]), Operand<float>(dx[i + 1]), dw[i]);
      if (i > 0) product(Operand<float>(dx[i + 1]), transposed(w[i]), dx[i]);
    }
    benchmark::ClobberMemory();
  }

  std::vector<Matrix<float>> x, w, dx,
      dw;  // (N×H) of each layer with the input, (D×H), (N×H), (D×H)
};

/// Each product one call of BLAS.
void floor(benchmark::State& state, const NetSize& size, std::size_t threads) {
  Products products(size);
  use_threads(threads, static_cast<int>(threads));
  const auto operation = [](const Operand<float>& m) {
    return m.is_transposed ? CblasTrans : CblasNoTrans;
  };
  const auto integer = [](std::size_t n) { return static_cast<int>(n); };
  for (auto _ : state) {
    products.run([&](const Operand<float>& a, const Operand<float>& b, Matrix<float>& out) {
      cblas_sgemm(CblasRowMajor, operation(a), operation(b), integer(a.rows()),
                  integer(b.columns()), integer(a.columns()), 1, a.matrix.data(),
                  integer(a.matrix.shape(1)), b.matrix.data(), integer(b.matrix.shape(1)), 0,
                  out.data(), integer(out.shape(1)));
    });
  }
}

/// The same through matmul: in panels, whose sums do not depend on the number of threads.
void panels(benchmark::State& state, const NetSize& size, std::size_t threads) {
  Products products(size);
  use_threads(threads, 1);
  for (auto _ : state) {
    products.run([](const Operand<float>& a, const Operand<float>& b, Matrix<float>& out) {
      matmul<float>(a, b, out);
    });
  }
}

void mask(benchmark::State& state, const NetSize& size, std::size_t threads) {
  std::vector<Matrix<float>> masks;
  for (std::size_t i = 1; i + 1 < size.widths.size(); ++i)
    masks.emplace_back(Matrix<float>(xt::zeros<float>({size.batch, size.widths[i]})));
  std::vector<std::uint32_t> examples(size.batch);
  std::iota(examples.begin(), examples.end(), 0U);
  use_threads(threads, 1);
  std::uint64_t step = 0;
  for (auto _ : state) {
    for (auto& m : masks) draw_mask(m, m, 0.5, {0, 1, train(step, examples)});
    ++step;
    benchmark::ClobberMemory();
  }
}

}  // namespace
}  // namespace thinnet::benchmarks

int main(int argc, char** argv) {
  namespace ours = thinnet::benchmarks;
  std::vector<ours::NetSize> sizes = ours::large_nets();
  sizes.push_back({{2, 16, 16, 2}, 32});
  for (const std::size_t threads : {1U, 2U}) {
    for (const auto& size : sizes) {
      const auto add = [&](const char* what, auto function) {
        benchmark::RegisterBenchmark(
            fmt::format("{}@{}/{}/{}", size.name(), size.batch, threads, what).c_str(),
            [=](benchmark::State& state) { function(state, size, threads); })
            ->Unit(benchmark::kMicrosecond)
            ->UseRealTime();
      };
      add("step", ours::step);
      add("floor", ours::floor);
      add("panels", ours::panels);
      add("parts", ours::parts);
      add("mask", ours::mask);
    }
  }
  benchmark::AddCustomContext("kernels", openblas_get_corename());
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
