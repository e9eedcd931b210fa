#include "optim/sgd.hpp"

#include <algorithm>
#include <functional>

#include "core/check.hpp"

namespace thinnet {

// Without Nesterov's form (11), which is not asked for.
template <typename T>
void Sgd<T>::step() {
  auto velocity = this->state_.moments.front().begin();
  for (auto* parameter : this->parameters_) {
    const T decay = parameter->role == Role::bias ? T(0) : static_cast<T>(options_.weight_decay);
    const T rate = static_cast<T>(this->learning_rate()),
            momentum = static_cast<T>(options_.momentum);
    Matrix<T> g = parameter->grad;
    std::transform(g.begin(), g.end(), parameter->value.begin(), g.begin(),
                   [decay](T dw, T value) { return dw + decay * value; });
    std::transform(velocity->begin(), velocity->end(), g.begin(), velocity->begin(),
                   [rate, momentum](T v, T d) { return momentum * v - rate * d; });
    std::transform(parameter->value.begin(), parameter->value.end(), velocity->begin(),
                   parameter->value.begin(), std::plus<T>());
    ++velocity;
  }
}

template <typename T>
Sgd<T>::Sgd(std::vector<Parameter<T>*> parameters, SgdOptions options)
    : Optimizer<T>(std::move(parameters), options.learning_rate, 1), options_(options) {
  require(options.momentum >= 0 && options.momentum < 1, "momentum is {}, expected [0, 1)",
          options.momentum);
  require(options.weight_decay >= 0, "weight decay is {}, expected >= 0", options.weight_decay);
}

template class Sgd<float>;
template class Sgd<double>;

}  // namespace thinnet
