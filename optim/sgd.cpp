// Equations (10) and (11) are derived in docs/derivations.md and in the coursework's handout.
#include "optim/sgd.hpp"

#include <cmath>

#include "core/check.hpp"
#include "core/engine/assign.hpp"

namespace thinnet {

template <typename T>
void Sgd<T>::step() {
  // BEGIN SOLUTION SGD step, see equations (10) and (11)
  const T rate = static_cast<T>(this->learning_rate());
  const T momentum = static_cast<T>(options_.momentum);
  for (std::size_t i = 0; i < this->parameters_.size(); ++i) {
    Parameter<T>& parameter = *this->parameters_[i];
    require_shape(parameter.grad, parameter.value, "grad", parameter.name);
    const T decay = parameter.role == Role::weight ? static_cast<T>(options_.weight_decay) : T(0);
    // For every entry: w of the value, dw of the grad, v of the velocity.
    if (momentum == 0) {
      entrywise([=](T& w, T dw) { w -= rate * (dw + decay * w); }, parameter.value, parameter.grad);
    } else if (!options_.nesterov) {
      entrywise(
          [=](T& w, T dw, T& v) {
            const T g = dw + decay * w;
            v = momentum * v - rate * g;
            w += v;
          },
          parameter.value, parameter.grad, v_[i]);
    } else {
      entrywise(
          [=](T& w, T dw, T& v) {
            const T g = dw + decay * w;
            v = momentum * v - rate * g;
            w += momentum * v - rate * g;
          },
          parameter.value, parameter.grad, v_[i]);
    }
  }
  // END SOLUTION
}

template <typename T>
typename Optimizer<T>::State Sgd<T>::state() {
  if (options_.momentum == 0) return {};
  return {{&v_}, nullptr};
}

template <typename T>
Sgd<T>::Sgd(std::vector<Parameter<T>*> parameters, SgdOptions options)
    : Optimizer<T>(std::move(parameters), options.learning_rate), options_(options) {
  require(options.momentum >= 0 && options.momentum < 1, "momentum is {}, expected [0, 1)",
          options.momentum);
  require(options.weight_decay >= 0 && std::isfinite(options.weight_decay),
          "weight decay is {}, expected a finite number >= 0", options.weight_decay);
  if (options.momentum > 0) v_ = this->zeros();
}

template class Sgd<float>;
template class Sgd<double>;

}  // namespace thinnet
