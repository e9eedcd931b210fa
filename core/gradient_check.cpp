#include "core/gradient_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "core/engine/ridders.hpp"
#include "core/engine/while_checked.hpp"
#include "core/random.hpp"

namespace thinnet {
namespace {

/// (f(x + h) - f(x - h)) / 2h for every output of f = forward(), where x is that entry.
Matrix<double> central_difference(const std::function<const Matrix<double>&()>& forward,
                                  double& x_entry, double h) {
  const double x = x_entry;
  const auto outputs_at = [&](double nudged) {
    x_entry = nudged;
    return Matrix<double>(forward());  // a copy: the next forward writes into the same memory
  };
  const Matrix<double> above = outputs_at(x + h);
  const Matrix<double> below = outputs_at(x - h);
  x_entry = x;
  return (above - below) / ((x + h) - (x - h));  // 2h, but for the rounding of x ± h
}

/// d forward() / d x_entry for every output: central differences, extrapolated to h = 0.
Matrix<double> numeric_derivative(const std::function<const Matrix<double>&()>& forward,
                                  double& x_entry) {
  const double longest_step = std::max(1.0, std::abs(x_entry)) / 16;
  const Matrix<double> rounding = std::numeric_limits<double>::epsilon() * xt::abs(forward());
  const auto difference = [&](double h) { return central_difference(forward, x_entry, h); };
  return extrapolate(difference, longest_step, rounding);
}

/// What backward says: ∂out_k/∂tensor t is at [k][t], of the tensor's shape. Its dout is 1 at
/// output k and 0 elsewhere.
std::vector<std::vector<Matrix<double>>> analytic_gradients(
    const Matrix<double>& out, const std::function<void(const Matrix<double>& dout)>& backward,
    const std::vector<CheckedTensor>& tensors) {
  std::vector<std::vector<Matrix<double>>> gradients(out.size());
  for (std::size_t k = 0; k < out.size(); ++k) {
    Matrix<double> dout = xt::zeros_like(out);
    dout.flat(k) = 1;
    backward(dout);
    for (const auto& tensor : tensors) {
      require_shape(*tensor.grad, *tensor.value, "grad", tensor.name);
      gradients[k].push_back(*tensor.grad);
    }
  }
  return gradients;
}

/// Compares two derivatives, counts that, and returns whether they are the worst pair so far. NaN
/// is worse than any number.
bool compare(GradientReport& worst, double analytic, double numeric) {
  const double scale = std::max(std::abs(analytic) + std::abs(numeric), 1e-6);
  const double error = std::abs(analytic - numeric) / scale;
  ++worst.checked;
  if (worst.checked > 1 && error <= worst.relative_error) return false;
  worst.analytic = analytic;
  worst.numeric = numeric;
  worst.relative_error = error;
  return true;
}

/// "[2,1]": row and column of the k-th entry of a matrix.
std::string index_text(std::size_t k, Shape shape) {
  return fmt::format("[{},{}]", k / shape.columns, k % shape.columns);
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
  // Analytic first, while every cache belongs to the unchanged values.
  const auto analytic = analytic_gradients(out, backward, tensors);
  GradientReport worst;
  Random random(seed);
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    Matrix<double>& value = *tensors[t].value;
    auto indices = random.permutation(static_cast<std::uint32_t>(value.size()));
    if (samples > 0 && samples < indices.size()) indices.resize(samples);
    for (const std::size_t i : indices) {
      const Matrix<double> numeric = numeric_derivative(forward, value.flat(i));
      for (std::size_t k = 0; k < out.size(); ++k) {
        const bool is_worst = compare(worst, analytic[k][t].flat(i), numeric.flat(k));
        if (!is_worst) continue;
        worst.entry = fmt::format("{}{}, output {}", tensors[t].name, index_text(i, value),
                                  index_text(k, out));
        if (std::isnan(worst.relative_error)) return worst;
      }
    }
  }
  forward();  // the caches belong to the unchanged values again
  return worst;
}

GradientReport check_layer(Layer<double>& layer, Matrix<double> x, const Pass& pass,
                           std::size_t samples, std::uint64_t seed) {
  const WhileChecked restorer(layer);
  Matrix<double> dx;
  std::vector<CheckedTensor> tensors{{"x", &x, &dx}};
  for (auto* p : trained(layer.parameters())) tensors.push_back({p->name, &p->value, &p->grad});
  return check_gradients([&]() -> const Matrix<double>& { return layer.forward(x, pass); },
                         [&](const Matrix<double>& dout) { dx = layer.backward(dout); }, tensors,
                         samples, seed);
}

}  // namespace thinnet
