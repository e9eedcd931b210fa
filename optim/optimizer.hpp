// What every optimiser shares: the parameters it moves and the learning rate.
#pragma once

#include <limits>
#include <stdexcept>
#include <utility>

#include "core/parameter.hpp"

namespace thinnet {

template <typename T>
class Optimizer {
 public:
  /// What it remembers between steps, for checkpoints: moments[k][i] has parameter i's shape.
  struct State {
    std::vector<std::vector<Matrix<T>>> moments;  ///< Sgd: v; Adam: m, v
    std::uint64_t t = 0;                          ///< Adam: steps taken
  };

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
  State& state() { return state_; }

 protected:
  /// The parameters must outlive the optimiser. Its moments start at zero.
  Optimizer(std::vector<Parameter<T>*> parameters, double rate, std::size_t moments)
      : parameters_(std::move(parameters)) {
    set_learning_rate(rate);
    state_.moments.resize(moments);
    for (auto& moment : state_.moments)
      for (const auto* p : parameters_) moment.emplace_back(xt::zeros_like(p->value));
  }
  std::vector<Parameter<T>*> parameters_;
  State state_;

 private:
  double learning_rate_ = 0;
};

}  // namespace thinnet
