#include "optim/adam.hpp"

#include <cmath>

#include "core/check.hpp"
#include "core/parallel.hpp"

namespace thinnet {

template <typename T>
void Adam<T>::step() {
  // BEGIN SOLUTION Adam step, see equation (12)
  auto& moments = this->state_.moments;
  const auto t = static_cast<double>(++this->state_.t);
  const T rate = T(this->learning_rate()), epsilon = T(options_.epsilon);
  const T beta1 = T(options_.beta1), beta2 = T(options_.beta2);
  const T m_scale = T(1 - std::pow(options_.beta1, t));
  const T v_scale = T(1 - std::pow(options_.beta2, t));
  for (std::size_t i = 0; i < this->parameters_.size(); ++i) {
    Parameter<T>& parameter = *this->parameters_[i];
    const T decay = parameter.role == Role::weight ? T(options_.weight_decay) : T(0);
    const T* dw = parameter.grad.data();
    T *w = parameter.value.data(), *m = moments[0][i].data(), *v = moments[1][i].data();
    for_each(parameter.value.size(), [=](std::size_t k) {
      const T g = dw[k] + decay * w[k];
      m[k] = beta1 * m[k] + (T(1) - beta1) * g;
      v[k] = beta2 * v[k] + (T(1) - beta2) * g * g;
      w[k] -= rate * (m[k] / m_scale) / (std::sqrt(v[k] / v_scale) + epsilon);
    });
  }
  // END SOLUTION
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
