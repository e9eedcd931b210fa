// Inverted dropout: in training every unit stays with probability keep_prob.
#pragma once

#include "core/layer.hpp"

namespace thinnet {

/// Formula: Srivastava et al., "Dropout: a simple way to prevent neural networks from
/// overfitting", JMLR 15 (2014), in its inverted form (section 10).
///   train: out = x * mask / keep_prob, dx = dout * mask / keep_prob     all (N×H)
///          mask[n,h] = 1 with probability keep_prob, else 0
///   test:  out = x, dx = dout: the division in training has made E[out] = x already
/// keep_prob is the probability that a unit STAYS; PyTorch's p is 1 - keep_prob.
///
/// The mask is a function of (seed, position in the net, step, example, unit) alone, whatever the
/// batch, thread or process. Before begin_step each train-mode forward is a step of its own and row
/// n is example n; after it the mask stays until the next one: so a gradient check freezes it.
template <typename T>
class Dropout : public Layer<T> {
 public:
  struct Cache {
    Matrix<T> mask;           ///< (N×H) 1 where the unit stayed, 0 where it was dropped
    Mode mode = Mode::train;  ///< of the latest forward; in test mode the mask is not read
  };

  /// keep_prob in (0, 1]. Throws std::invalid_argument outside, and for NaN.
  explicit Dropout(double keep_prob, std::uint64_t seed = 0);

  const Matrix<T>& forward(const Matrix<T>& x, Mode mode) override;
  const Matrix<T>& backward(const Matrix<T>& dout) override;
  void begin_step(std::uint64_t step, const std::vector<std::uint32_t>& examples) override {
    step_ = step;
    examples_ = examples;
  }
  double keep_prob() const { return keep_prob_; }
  const Cache& cache() const { return cache_; }

 private:
  double keep_prob_;
  std::uint64_t seed_, step_ = 0;
  std::vector<std::uint32_t> examples_;  // (N) as begin_step said; empty before it
  Cache cache_;
  Matrix<T> out_, dx_;  // (N×H)
};

}  // namespace thinnet
