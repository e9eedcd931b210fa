// Adam: every weight has its own step size, from running means of its gradient (the first moment,
// m) and of the squared gradient (the second moment, v).
#pragma once

#include "optim/optimizer.hpp"

namespace thinnet {

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9;       ///< β1 in [0, 1): the share of the old m that is kept
  double beta2 = 0.999;     ///< β2 in [0, 1): the same for v
  double epsilon = 1e-8;    ///< ε > 0, added to √v_hat
  double weight_decay = 0;  ///< λ >= 0, on weights only, as an L2 penalty (not decoupled)
};

/// Formula: Kingma, Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1.
///   g = dw + λ·w,  t' = t + 1 (once a step, not once a parameter)
///   m' = β1·m + (1-β1)·g,  v' = β2·v + (1-β2)·g²
///   m_hat = m'/(1-β1^t'),  v_hat = v'/(1-β2^t')
///   w' = w - learning_rate · m_hat / (√v_hat + ε)
template <typename T>
class Adam : public Optimizer<T> {
 public:
  /// The parameters must outlive the optimizer. Throws std::invalid_argument when an option is out
  /// of its range.
  Adam(std::vector<Parameter<T>*> parameters, AdamOptions options);

  void step() override;
  typename Optimizer<T>::State state() override;

 private:
  AdamOptions options_;
  std::uint64_t t_ = 0;               // steps taken
  typename Optimizer<T>::Moments m_;  // first moments: means of g
  typename Optimizer<T>::Moments v_;  // second moments: means of g²
};

}  // namespace thinnet
