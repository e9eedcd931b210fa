// Equation (12) is derived in docs/derivations.md and in the coursework's handout.
#include "optim/adam.hpp"

#include <cmath>

#include "core/check.hpp"
#include "core/engine/assign.hpp"

namespace thinnet {

template <typename T>
void Adam<T>::step() {
  // BEGIN SOLUTION Adam step, see equation (12)
  ++t_;
  const auto t = static_cast<double>(t_);
  const T rate = static_cast<T>(this->learning_rate());
  const T epsilon = static_cast<T>(options_.epsilon);
  const T beta1 = static_cast<T>(options_.beta1);
  const T beta2 = static_cast<T>(options_.beta2);
  // Taken in double: a beta just below 1 is 1 in float.
  const T one_minus_beta1 = static_cast<T>(1 - options_.beta1);
  const T one_minus_beta2 = static_cast<T>(1 - options_.beta2);
  // Bias correction: m and v start at 0, so after t steps they are too small by these factors.
  const T correction1 = static_cast<T>(1 - std::pow(options_.beta1, t));
  const T correction2 = static_cast<T>(1 - std::pow(options_.beta2, t));
  for (std::size_t i = 0; i < this->parameters_.size(); ++i) {
    Parameter<T>& parameter = *this->parameters_[i];
    require_shape(parameter.grad, parameter.value, "grad", parameter.name);
    const T decay = parameter.role == Role::weight ? static_cast<T>(options_.weight_decay) : T(0);
    // For every entry: w of the value, dw of the grad, m and v of the moments.
    entrywise(
        [=](T& w, T dw, T& m, T& v) {
          const T g = dw + decay * w;
          m = beta1 * m + one_minus_beta1 * g;
          v = beta2 * v + one_minus_beta2 * g * g;
          const T m_hat = m / correction1;
          const T v_hat = v / correction2;
          w -= rate * m_hat / (std::sqrt(v_hat) + epsilon);
        },
        parameter.value, parameter.grad, m_[i], v_[i]);
  }
  // END SOLUTION
}

template <typename T>
typename Optimizer<T>::State Adam<T>::state() {
  return {{&m_, &v_}, &t_};
}

template <typename T>
Adam<T>::Adam(std::vector<Parameter<T>*> parameters, AdamOptions options)
    : Optimizer<T>(std::move(parameters), options.learning_rate),
      options_(options),
      m_(this->zeros()),
      v_(this->zeros()) {
  for (const double beta : {options.beta1, options.beta2})
    require(beta >= 0 && beta < 1, "Adam's beta is {}, expected [0, 1)", beta);
  require(static_cast<T>(options.epsilon) > 0 && std::isfinite(options.epsilon),
          "Adam's epsilon is {}, expected a finite number > 0", options.epsilon);
  require(options.weight_decay >= 0 && std::isfinite(options.weight_decay),
          "weight decay is {}, expected a finite number >= 0", options.weight_decay);
}

template class Adam<float>;
template class Adam<double>;

}  // namespace thinnet
