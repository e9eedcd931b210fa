// What every optimizer shares: the parameters it updates and the learning rate.
#pragma once

#include <limits>
#include <stdexcept>
#include <utility>

#include "core/parameter.hpp"

namespace thinnet {

template <typename T>
class Optimizer {
 public:
  /// One matrix for each parameter, of its shape.
  using Moments = std::vector<Matrix<T>>;

  /// Pointers to what it remembers between steps, for checkpoints.
  struct State {
    std::vector<Moments*> moments;  ///< Sgd with momentum: v; Adam: m, v
    std::uint64_t* t = nullptr;     ///< Adam: steps taken
  };

  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Updates every parameter once, by the grad that backward left in it. Throws
  /// std::invalid_argument, naming the parameter, when its grad has another shape than its value.
  virtual void step() = 0;
  virtual State state() = 0;

  /// What it updates: those given to the constructor, but no buffers. A parameter that joined the
  /// net later is not among them, and never trained.
  const std::vector<Parameter<T>*>& parameters() const { return parameters_; }

  double learning_rate() const { return learning_rate_; }
  /// Throws std::invalid_argument unless rate is above 0 and finite, as a number of type T too.
  void set_learning_rate(double rate) {
    const double largest = std::numeric_limits<T>::max();
    if (!(rate <= largest && static_cast<T>(rate) > 0))
      throw std::invalid_argument("learning rate is " + std::to_string(rate) +
                                  ", expected a finite number > 0");
    learning_rate_ = rate;
  }

 protected:
  /// The parameters must outlive the optimizer.
  Optimizer(std::vector<Parameter<T>*> parameters, double rate)
      : parameters_(trained(std::move(parameters))) {
    set_learning_rate(rate);
  }

  /// All zeros.
  Moments zeros() const {
    Moments matrices;
    for (const auto* p : parameters_) matrices.emplace_back(xt::zeros_like(p->value));
    return matrices;
  }

  std::vector<Parameter<T>*> parameters_;

 private:
  double learning_rate_ = 0;
};

}  // namespace thinnet
