#include "optim/adam.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"

namespace thinnet {

template <typename T>
void Adam<T>::step() {
  const auto t = static_cast<double>(++this->state_.t);
  const double unbias1 = 1 / (1 - std::pow(options_.beta1, t));
  const double unbias2 = 1 / (1 - std::pow(options_.beta2, t));
  auto m = this->state_.moments[0].begin(), v = this->state_.moments[1].begin();
  for (auto* parameter : this->parameters_) {
    const double decay = parameter->role == Role::bias ? 0 : options_.weight_decay;
    auto mean = m->begin(), square = v->begin();
    auto grad = parameter->grad.begin();
    std::for_each(parameter->value.begin(), parameter->value.end(), [&](T& value) {
      const double g = *grad++ + decay * value;
      *mean = static_cast<T>(*mean + (1 - options_.beta1) * (g - *mean));
      *square = static_cast<T>(*square + (1 - options_.beta2) * (g * g - *square));
      const double root = std::sqrt(unbias2 * *square++);
      value -=
          static_cast<T>(this->learning_rate() * unbias1 * *mean++ / (root + options_.epsilon));
    });
    ++m;
    ++v;
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
