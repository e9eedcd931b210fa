#include "optim/adam.hpp"

#include <cmath>

#include "core/check.hpp"

namespace thinnet {

template <typename T>
void Adam<T>::step() {
  // The corrections folded into the step size and ε, once a step instead of once a weight.
  auto& state = this->state_;
  state.t++;
  const double root = std::sqrt(1 - std::pow(options_.beta2, state.t));
  const T size = T(this->learning_rate() * root / (1 - std::pow(options_.beta1, state.t)));
  const T epsilon = T(options_.epsilon * root);
  for (std::size_t i = 0; i < this->parameters_.size(); ++i) {
    Parameter<T>& parameter = *this->parameters_[i];
    const T decay = parameter.role == Role::weight ? T(options_.weight_decay) : T(0);
    Matrix<T>&m = state.moments[0][i], &v = state.moments[1][i];
    for (std::size_t k = 0; k < parameter.value.size(); ++k) {
      T& w = parameter.value.data()[k];
      const T g = parameter.grad.data()[k] + decay * w;
      m.data()[k] += T(1 - options_.beta1) * (g - m.data()[k]);
      v.data()[k] += T(1 - options_.beta2) * (g * g - v.data()[k]);
      w -= size * m.data()[k] / (std::sqrt(v.data()[k]) + epsilon);
    }
  }
}

template <typename T>
Adam<T>::Adam(std::vector<Parameter<T>*> parameters, AdamOptions options)
    : Optimizer<T>(std::move(parameters), options.learning_rate, 2), options_(options) {
  for (const double beta : {options.beta1, options.beta2})
    require(beta >= 0 && beta < 1, "Adam's beta is {}, expected [0, 1)", beta);
  require(options.epsilon > 0, "Adam's epsilon is {}, expected > 0", options.epsilon);
  require(options.weight_decay >= 0, "weight decay is {}, expected >= 0", options.weight_decay);
}

template class Adam<float>;
template class Adam<double>;

}  // namespace thinnet
