// Mean squared error: the loss of a net that predicts numbers.
#pragma once

#include "core/loss.hpp"

namespace thinnet {

/// Formula: Goodfellow, Bengio, Courville, "Deep learning" (2016), section 5.1.4.
///   error = out - targets                        out, targets, error (N×C)
///   loss = 1/(N·C) Σ_n Σ_c error[n,c]²
///   dout = 2·error / (N·C)                       (N×C)
/// The sum is double, and NaN in out or targets makes the loss NaN.
template <typename T>
class MeanSquaredError : public Loss<T, Matrix<T>> {
 public:
  struct Cache {
    Matrix<T> error;  ///< out - targets (N×C)
  };

  double forward(const Matrix<T>& out, const Matrix<T>& targets) override;
  const Matrix<T>& backward() override;
  const Cache& cache() const { return cache_; }

 private:
  Cache cache_;
  Matrix<T> dout_;  // (N×C)
};

}  // namespace thinnet
