// Rectified linear unit: out = max(x, 0).
#pragma once

#include "core/layer.hpp"

namespace thinnet {

/// Formula: Nair, Hinton, "Rectified linear units improve restricted Boltzmann machines" (2010).
///   out = max(x, 0)                              x, out (N×H)
///   dx = dout ⊙ [out > 0]                        [out > 0] is 1 where that holds, else 0
/// out > 0 exactly where x > 0. At x = 0 there is no derivative; 0 is the usual choice. NaN in x
/// stays NaN in out, and NaN > 0 does not hold.
template <typename T>
class Relu : public Layer<T> {
 public:
  using Layer<T>::name;

  struct Cache {
    Matrix<T> out;  ///< (N×H)
  };

  Relu() : Layer<T>("relu") {}
  const Matrix<T>& forward(const Matrix<T>& x, const Pass& pass) override;
  const Matrix<T>& backward(const Matrix<T>& dout) override;
  const Cache& cache() const { return cache_; }

 private:
  Cache cache_;
  Matrix<T> dx_;  // (N×H)
};

}  // namespace thinnet
