// The optimizer that a program's options ask for.
#pragma once

#include <memory>
#include <vector>

#include "optim/adam.hpp"
#include "optim/sgd.hpp"

namespace thinnet::examples {

enum class OptimizerKind { adam, sgd };

/// What a user may choose; all else is the optimizer's own default.
struct OptimizerSettings {
  OptimizerKind kind = OptimizerKind::adam;
  double learning_rate = 1e-3;
  double momentum = 0;  ///< of SGD
  double weight_decay = 0;
};

/// The parameters must outlive what is returned.
template <typename T>
std::unique_ptr<Optimizer<T>> make_optimizer(const std::vector<Parameter<T>*>& parameters,
                                             const OptimizerSettings& settings) {
  if (settings.kind == OptimizerKind::adam) {
    AdamOptions adam;
    adam.learning_rate = settings.learning_rate;
    adam.weight_decay = settings.weight_decay;
    return std::make_unique<Adam<T>>(parameters, adam);
  }
  SgdOptions sgd;
  sgd.learning_rate = settings.learning_rate;
  sgd.momentum = settings.momentum;
  sgd.weight_decay = settings.weight_decay;
  return std::make_unique<Sgd<T>>(parameters, sgd);
}

}  // namespace thinnet::examples
