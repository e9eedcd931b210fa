#include "optim/adam.hpp"

#include <cmath>

#include "core/check.hpp"

namespace thinnet {

template <typename T>
void Adam<T>::step() {
  const auto t = static_cast<double>(++state_.t);
  const T rate = T(this->learning_rate()), epsilon = T(options_.epsilon);
  const T beta1 = T(options_.beta1), beta2 = T(options_.beta2);
  const T m_scale = T(1 - std::pow(options_.beta1, t)),
          v_scale = T(1 - std::pow(options_.beta2, t));
  for (std::size_t i = 0; i < state_.m.size(); ++i) {
    Parameter<T>& parameter = *this->parameters_[i];
    Matrix<T>&w = parameter.value, &m = state_.m[i], &v = state_.v[i];
    const T decay = parameter.role == Role::weight ? T(options_.weight_decay) : T(0);
    const auto g = parameter.grad + decay * w;  // a formula, evaluated entry by entry below
    xt::noalias(m) = beta1 * m + (T(1) - beta1) * g;
    xt::noalias(v) = beta2 * v + (T(1) - beta2) * g * g;
    xt::noalias(w) = w - rate * (m / m_scale) / (xt::sqrt(v / v_scale) + epsilon);
  }
}

template <typename T>
Adam<T>::Adam(std::vector<Parameter<T>*> parameters, AdamOptions options)
    : Optimizer<T>(std::move(parameters), options.learning_rate),
      options_(options),
      state_{this->zeros_like_parameters(), this->zeros_like_parameters()} {
  for (const double beta : {options.beta1, options.beta2}) {
    require(beta >= 0 && beta < 1, "Adam's beta is {}, expected [0, 1)", beta);
  }
  require(options.epsilon > 0, "Adam's epsilon is {}, expected > 0", options.epsilon);
  require(options.weight_decay >= 0, "weight decay is {}, expected >= 0", options.weight_decay);
}

template class Adam<float>;
template class Adam<double>;

}  // namespace thinnet
