#include "optim/adam.hpp"

#include <cmath>

#include "core/check.hpp"

namespace thinnet {

template <typename T>
void Adam<T>::step() {
  const auto t = static_cast<double>(++this->state_.t);
  const T beta1 = static_cast<T>(options_.beta1), beta2 = static_cast<T>(options_.beta2);
  for (std::size_t i = 0; i < this->parameters_.size(); ++i) {
    Parameter<T>& parameter = *this->parameters_[i];
    Matrix<T>& m = this->state_.moments[0][i];
    Matrix<T>& v = this->state_.moments[1][i];
    Matrix<T> g = parameter.grad;
    if (parameter.role == Role::weight)
      g += static_cast<T>(options_.weight_decay) * parameter.value;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * xt::square(g);
    const Matrix<T> mean = m / static_cast<T>(1 - std::pow(options_.beta1, t));
    const Matrix<T> square = v / static_cast<T>(1 - std::pow(options_.beta2, t));
    parameter.value -= static_cast<T>(this->learning_rate()) * mean /
                       (xt::sqrt(square) + static_cast<T>(options_.epsilon));
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
