// What every optimiser shares: the parameters it moves and the learning rate.
#pragma once

#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/parameter.hpp"

namespace thinnet {

/// Its own state is in the order of the parameters, never keyed by address.
template <typename T>
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  /// Moves every parameter once, by the grad that backward left in it.
  virtual void step() = 0;

  double learning_rate() const { return learning_rate_; }
  /// Throws std::invalid_argument unless rate is above 0 and finite.
  void set_learning_rate(double rate) {
    if (!(rate > 0 && rate <= std::numeric_limits<double>::max()))
      throw std::invalid_argument("learning rate is " + std::to_string(rate) + ", expected > 0");
    learning_rate_ = rate;
  }

 protected:
  /// The parameters must outlive the optimiser.
  Optimizer(std::vector<Parameter<T>*> parameters, double rate)
      : parameters_(std::move(parameters)) {
    set_learning_rate(rate);
  }
  /// One matrix of zeros for each parameter, of its shape.
  std::vector<Matrix<T>> zeros_like_parameters() const {
    std::vector<Matrix<T>> zeros;
    for (const auto* p : parameters_) zeros.emplace_back(xt::zeros_like(p->value));
    return zeros;
  }
  std::vector<Parameter<T>*> parameters_;

 private:
  double learning_rate_ = 0;
};

}  // namespace thinnet
