// Softmax cross-entropy against smoothed labels: the target is not quite one class.
#pragma once

#include "layers/softmax_cross_entropy.hpp"

namespace thinnet {

/// Formula: Szegedy et al., "Rethinking the Inception architecture" (2016), section 7.
///   q = (1-ε)·onehot(y) + ε/C                     smoothing ε, labels y (N), targets q (N×C)
///   loss = -1/N Σ_n Σ_c q[n,c] log p[n,c]         p = softmax(scores)
///        = cross-entropy + ε/N Σ_n (s[n,y] - mean of s[n])
///   dscores = (p - q) / N                         (N×C)
/// ε = 0 is SoftmaxCrossEntropy to the bit.
template <typename T>
class SmoothedCrossEntropy : public Loss<T, Labels> {
 public:
  /// Throws std::invalid_argument unless smoothing is in [0, 1).
  explicit SmoothedCrossEntropy(double smoothing);

  /// scores (N×C), labels (N) -> the mean loss in nats. Throws like SoftmaxCrossEntropy.
  double forward(const Matrix<T>& scores, const Labels& labels) override;
  /// -> dscores = dloss/dscores (N×C). Throws std::logic_error before the first forward.
  const Matrix<T>& backward() override;

 private:
  double smoothing_;  // ε
  SoftmaxCrossEntropy<T> plain_;
  Matrix<T> dscores_;  // (N×C)
};

}  // namespace thinnet
