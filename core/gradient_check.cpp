#include "core/gradient_check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/check.hpp"
#include "core/random.hpp"

namespace thinnet {
namespace {

/// d forward() / d entry for every output: Ridders' method. The first column of the table holds
/// central differences for ever smaller h; each further one removes the next even power of h from
/// the error. The estimate with the least error is returned, the error being how far it is from
/// its two ancestors plus the rounding of a difference of two outputs over 2h.
Matrix<double> numeric_derivative(const std::function<const Matrix<double>&()>& forward,
                                  double& entry) {
  constexpr std::size_t rows = 10;
  const double value = entry;
  const auto at = [&](double nudged) {
    entry = nudged;
    return Matrix<double>(forward());
  };
  const Matrix<double> rounding = std::numeric_limits<double>::epsilon() * xt::abs(forward());
  std::vector<Matrix<double>> table, previous;
  table.reserve(rows);  // columns are read while the next one is appended
  Matrix<double> best, least_error;
  double h = 0x1p-4 * std::max(1.0, std::abs(value));
  for (std::size_t row = 0; row < rows; ++row, h /= 2) {
    table.assign(1, (at(value + h) - at(value - h)) / ((value + h) - (value - h)));
    if (row == 0) {
      best = table[0];
      least_error = xt::full_like(best, std::numeric_limits<double>::infinity());
    }
    double power = 1;
    for (std::size_t column = 1; column <= row; ++column) {
      const Matrix<double>&left = table[column - 1], &above = previous[column - 1];
      power *= 4;
      table.emplace_back(left + (left - above) / (power - 1));
      for (std::size_t i = 0; i < best.size(); ++i) {
        const double estimate = table[column].data()[i];
        const double error =
            rounding.data()[i] / h +
            std::max(std::abs(estimate - left.data()[i]), std::abs(estimate - above.data()[i]));
        if (error <= least_error.data()[i]) {  // of equals the shorter step
          least_error.data()[i] = error;
          best.data()[i] = estimate;
        }
      }
    }
    previous = table;
  }
  entry = value;
  return best;
}

}  // namespace

std::string GradientReport::text() const {
  return fmt::format("{}: analytic {:.17g}, numeric {:.17g}, relative error {:.2e} (worst of {})",
                     entry, analytic, numeric, relative_error, checked);
}

GradientReport check_gradients(const std::function<const Matrix<double>&()>& forward,
                               const std::function<void(const Matrix<double>& dout)>& backward,
                               const std::vector<CheckedTensor>& tensors, std::size_t samples,
                               std::uint64_t seed) {
  const Matrix<double>& out = forward();  // read for its shape: later calls write into it
  // Analytic first, while every cache belongs to the unchanged values: [output][tensor].
  std::vector<std::vector<Matrix<double>>> analytic(out.size());
  for (std::size_t k = 0; k < out.size(); ++k) {
    Matrix<double> dout = xt::zeros_like(out);
    dout.data()[k] = 1;
    backward(dout);
    for (const auto& tensor : tensors) {
      require_shape(*tensor.grad, tensor.value->shape(0), tensor.value->shape(1), "grad",
                    tensor.name);
      analytic[k].push_back(*tensor.grad);
    }
  }
  GradientReport worst;
  Random random(seed);
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    Matrix<double>& value = *tensors[t].value;
    auto entries = random.permutation(static_cast<std::uint32_t>(value.size()));
    if (samples > 0 && samples < entries.size()) entries.resize(samples);
    for (const std::size_t e : entries) {
      const Matrix<double> numeric = numeric_derivative(forward, value.data()[e]);
      for (std::size_t k = 0; k < out.size(); ++k) {
        const double a = analytic[k][t].data()[e], n = numeric.data()[k];
        const double error = std::abs(a - n) / std::max(std::abs(a) + std::abs(n), 1e-6);
        ++worst.checked;
        if (worst.checked > 1 && error <= worst.relative_error) continue;  // NaN is never <=
        const std::size_t columns = value.shape(1), outputs = out.shape(1);
        worst.entry = fmt::format("{}[{},{}], output [{},{}]", tensors[t].name, e / columns,
                                  e % columns, k / outputs, k % outputs);
        worst.analytic = a;
        worst.numeric = n;
        worst.relative_error = error;
        if (std::isnan(error)) return worst;
      }
    }
  }
  forward();  // leaves the caches as they were
  return worst;
}

GradientReport check_layer(Layer<double>& layer, Matrix<double> x, Mode mode, std::size_t samples,
                           std::uint64_t seed) {
  std::vector<std::uint32_t> examples(x.shape(0));
  std::iota(examples.begin(), examples.end(), 0U);
  layer.begin_step(0, examples);
  Matrix<double> dx;
  std::vector<CheckedTensor> tensors{{"x", &x, &dx}};
  for (auto* p : layer.parameters()) tensors.push_back({p->name, &p->value, &p->grad});
  return check_gradients([&]() -> const Matrix<double>& { return layer.forward(x, mode); },
                         [&](const Matrix<double>& dout) { dx = layer.backward(dout); }, tensors,
                         samples, seed);
}

}  // namespace thinnet
