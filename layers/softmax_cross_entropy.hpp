// Softmax and cross-entropy in one: stable, and its gradient is one subtraction.
#pragma once

#include "core/loss.hpp"

namespace thinnet {

/// Formula: Bishop, "Pattern recognition and machine learning" (2006), sections 4.3.4 and 5.2.
///   p[n,c] = exp(s[n,c]) / Σ_k exp(s[n,k])             scores s, probabilities p (N×C)
///   loss = -1/N Σ_n log p[n,y[n]]                      labels y (N), each in [0, C)
///   dscores = (p - onehot(y)) / N                      (N×C)
/// Each row's largest score is subtracted first and sums are double: exp never overflows, log never
/// sees 0, and finite float scores give a finite loss.
template <typename T>
class SoftmaxCrossEntropy : public Loss<T, Labels> {
 public:
  struct Cache {
    Matrix<T> probabilities;  ///< p (N×C)
    Labels labels;            ///< y (N)
  };

  /// scores (N×C), labels (N) -> the mean loss over the rows. Throws std::invalid_argument when N
  /// is 0, the sizes differ, or a label is outside [0, C).
  double forward(const Matrix<T>& scores, const Labels& labels) override;
  /// -> dscores = ∂loss/∂scores (N×C). Throws std::logic_error before the first forward.
  const Matrix<T>& backward() override;
  const Cache& cache() const { return cache_; }

 private:
  Cache cache_;
  Matrix<T> dscores_;  // (N×C)
};

}  // namespace thinnet
