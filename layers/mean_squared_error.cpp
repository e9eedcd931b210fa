// The gradient is derived in docs/derivations.md.
#include "layers/mean_squared_error.hpp"

#include <stdexcept>

#include "core/check.hpp"
#include "core/engine/assign.hpp"

namespace thinnet {

template <typename T>
double MeanSquaredError<T>::forward(const Matrix<T>& out, const Matrix<T>& targets) {
  const bool fit = Shape(out) == Shape(targets) && out.size() > 0;
  require(fit, "mean squared error: out is {}, targets are {}", shape_text(out),
          shape_text(targets));
  assign(cache_.error, out - targets);  // N×C
  double sum = 0;
  for (const double error : cache_.error) sum += error * error;
  return sum / static_cast<double>(out.size());  // Σ error² / (N·C)
}

template <typename T>
const Matrix<T>& MeanSquaredError<T>::backward() {
  const Matrix<T>& error = cache_.error;  // (N×C)
  if (error.size() == 0) throw std::logic_error("mean squared error: backward came before forward");
  assign(dout_, T(2) * error / T(error.size()));  // dout = 2·error / (N·C)
  return dout_;
}

template class MeanSquaredError<float>;
template class MeanSquaredError<double>;

}  // namespace thinnet
