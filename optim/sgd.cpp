#include "optim/sgd.hpp"

#include "core/check.hpp"
#include "core/parallel.hpp"

namespace thinnet {

template <typename T>
void Sgd<T>::step() {
  // BEGIN SOLUTION SGD step, see equations (10) and (11)
  const T rate = T(this->learning_rate()), momentum = T(options_.momentum);
  for (std::size_t i = 0; i < this->parameters_.size(); ++i) {
    Parameter<T>& parameter = *this->parameters_[i];
    const T decay = parameter.role == Role::weight ? T(options_.weight_decay) : T(0);
    const T* dw = parameter.grad.data();
    T *w = parameter.value.data(), *v = this->state_.moments[0][i].data();
    for_each(parameter.value.size(), [=, nesterov = options_.nesterov](std::size_t k) {
      const T g = dw[k] + decay * w[k];
      v[k] = momentum * v[k] - rate * g;
      w[k] += nesterov ? momentum * v[k] - rate * g : v[k];
    });
  }
  // END SOLUTION
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
