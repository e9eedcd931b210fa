// Affine (fully connected) layer: out = x·w + b.
#pragma once

#include "core/layer.hpp"

namespace thinnet {

/// Formula: Goodfellow, Bengio, Courville, "Deep Learning" (2016), section 6.5.
///   out = x·w + b        x (N×D), w (D×H), b (1×H) -> out (N×H)
///   dw = xᵀ·dout (D×H), db = Σ_n dout[n] (1×H)
///   dx = dout·wᵀ (N×D)   last in the code: a net's first layer skips it
template <typename T>
class Affine : public Layer<T> {
 public:
  // In a template C++ does not look for names in the base class unless told to.
  using Layer<T>::name;
  using Layer<T>::needs_dx;
  using Layer<T>::no_dx;

  struct Cache {
    Matrix<T> x;  ///< (N×D) a copy, so the caller may reuse its batch
  };

  /// w and b start at zero: call initialise() of core/initialise.hpp before training. Throws
  /// std::invalid_argument when D or H is 0.
  Affine(std::size_t D, std::size_t H)
      : Affine(Matrix<T>(xt::zeros<T>({D, H})), xt::zeros<T>({std::size_t{1}, H})) {}
  /// From given weights: w (D×H), b (1×H). Throws std::invalid_argument when they do not fit.
  Affine(Matrix<T> w, Matrix<T> b);

  const Matrix<T>& forward(const Matrix<T>& x, const Pass& pass) override;
  const Matrix<T>& backward(const Matrix<T>& dout) override;
  std::vector<Parameter<T>*> parameters() override { return {&w_, &b_}; }
  std::size_t output_width(std::size_t D) const override;
  const Cache& cache() const { return cache_; }

 private:
  Parameter<T> w_;  // (D×H)
  Parameter<T> b_;  // (1×H)
  Cache cache_;
  Matrix<T> out_;  // (N×H)
  Matrix<T> dx_;   // (N×D)
};

}  // namespace thinnet
