// Inverted dropout: in training every unit stays with probability keep_prob.
#pragma once

#include "core/layer.hpp"

namespace thinnet {

/// Formula: Srivastava et al., "Dropout: a simple way to prevent neural networks from
/// overfitting", JMLR 15 (2014), in its inverted form (section 10).
///   training: out = x ⊙ mask / keep_prob, dx = dout ⊙ mask / keep_prob     all (N×H)
///             mask[n,h] = 1 with probability keep_prob, else 0
///   test:     out = x, dx = dout: the division in training has made E[out] = x already
/// keep_prob is the probability that a unit STAYS; PyTorch's p is 1 - keep_prob.
///
/// The mask depends on the seed, the layer's position in the net, the pass (its step and example
/// numbers) and the unit, and on nothing else: the same pass draws the same mask.
template <typename T>
class Dropout : public Layer<T> {
 public:
  using Layer<T>::name;
  using Layer<T>::position;

  struct Cache {
    Matrix<T> mask;         ///< (N×H) 1 where the unit stayed, 0 where it was dropped
    bool training = false;  ///< of the latest forward; in a test pass the mask is not read
  };

  /// keep_prob in (0, 1]. Throws std::invalid_argument outside, for NaN, and for a number so small
  /// that T holds it as 0.
  explicit Dropout(double keep_prob, std::uint64_t seed = 0);

  /// Throws std::invalid_argument when the pass names another number of examples than x has rows.
  const Matrix<T>& forward(const Matrix<T>& x, const Pass& pass) override;
  const Matrix<T>& backward(const Matrix<T>& dout) override;
  double keep_prob() const { return keep_prob_; }
  const Cache& cache() const { return cache_; }

 private:
  double keep_prob_;
  std::uint64_t seed_;
  Cache cache_;
  Matrix<T> out_, dx_;  // (N×H)
};

}  // namespace thinnet
