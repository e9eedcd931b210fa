#include "optim/sgd.hpp"

#include "core/check.hpp"

namespace thinnet {

template <typename T>
void Sgd<T>::step() {
  // v = μ·v + g, w = w - η·v: the same steps, for the velocity here is -1/η of the other one.
  const T rate = T(this->learning_rate()), momentum = T(options_.momentum);
  for (std::size_t i = 0; i < this->parameters_.size(); ++i) {
    Parameter<T>& parameter = *this->parameters_[i];
    const T decay = parameter.role == Role::weight ? T(options_.weight_decay) : T(0);
    Matrix<T>& velocity = this->state_.moments[0][i];
    for (std::size_t k = 0; k < parameter.value.size(); ++k) {
      T &w = parameter.value.data()[k], &v = velocity.data()[k];
      const T g = parameter.grad.data()[k] + decay * w;
      v = momentum * v + g;
      w -= rate * (options_.nesterov ? g + momentum * v : v);
    }
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
