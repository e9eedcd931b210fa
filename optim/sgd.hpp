// Stochastic gradient descent with momentum, Nesterov momentum and L2 weight decay.
#pragma once

#include "optim/optimizer.hpp"

namespace thinnet {

struct SgdOptions {
  double learning_rate = 1e-2;
  double momentum = 0;      ///< μ in [0, 1)
  bool nesterov = false;    ///< Nesterov's momentum; without momentum it changes nothing
  double weight_decay = 0;  ///< λ >= 0, on weights only
};

/// Formula: Sutskever et al., "On the importance of initialization and momentum in deep learning"
/// (2013); Nesterov's form as in Bengio et al., arXiv:1212.0901.
///   g = dw + λ·w
///   w' = w - learning_rate·g             without momentum
///   v' = μ·v - learning_rate·g
///   w' = w + v'                          with it; Nesterov: w' = w + μ·v' - learning_rate·g
/// The learning rate is inside v. PyTorch keeps v' = μ·v + g, and w' = w - learning_rate·v': the
/// two differ only when the rate changes.
template <typename T>
class Sgd : public Optimizer<T> {
 public:
  /// The parameters must outlive the optimizer. Throws std::invalid_argument when an option is out
  /// of its range.
  Sgd(std::vector<Parameter<T>*> parameters, SgdOptions options);

  void step() override;
  typename Optimizer<T>::State state() override;

 private:
  SgdOptions options_;
  typename Optimizer<T>::Moments v_;  // velocities; none without momentum
};

}  // namespace thinnet
