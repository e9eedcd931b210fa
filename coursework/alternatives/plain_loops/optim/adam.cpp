#include "optim/adam.hpp"

#include <cmath>

#include "core/check.hpp"

namespace thinnet {

template <typename T>
void Adam<T>::step() {
  this->state_.t += 1;
  double power1 = 1, power2 = 1;
  for (std::uint64_t k = 0; k < this->state_.t; ++k) {
    power1 *= options_.beta1;
    power2 *= options_.beta2;
  }
  for (std::size_t i = 0; i < this->parameters_.size(); ++i) {
    Parameter<T>& parameter = *this->parameters_[i];
    for (std::size_t r = 0; r < parameter.value.shape(0); ++r) {
      for (std::size_t c = 0; c < parameter.value.shape(1); ++c) {
        T& m = this->state_.moments[0][i](r, c);
        T& v = this->state_.moments[1][i](r, c);
        double g = parameter.grad(r, c);
        if (parameter.role == Role::weight) g += options_.weight_decay * parameter.value(r, c);
        m = static_cast<T>(options_.beta1 * m + (1 - options_.beta1) * g);
        v = static_cast<T>(options_.beta2 * v + (1 - options_.beta2) * g * g);
        const double mean = m / (1 - power1), square = v / (1 - power2);
        const double step = this->learning_rate() * mean / (std::sqrt(square) + options_.epsilon);
        parameter.value(r, c) = static_cast<T>(parameter.value(r, c) - step);
      }
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
