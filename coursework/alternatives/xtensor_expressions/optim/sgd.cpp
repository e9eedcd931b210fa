#include "optim/sgd.hpp"

#include "core/check.hpp"

namespace thinnet {

template <typename T>
void Sgd<T>::step() {
  const T rate = static_cast<T>(this->learning_rate());
  const T momentum = static_cast<T>(options_.momentum);
  for (std::size_t i = 0; i < this->parameters_.size(); ++i) {
    Parameter<T>& parameter = *this->parameters_[i];
    Matrix<T>& v = this->state_.moments[0][i];
    Matrix<T> g = parameter.grad;
    if (parameter.role == Role::weight)
      g += static_cast<T>(options_.weight_decay) * parameter.value;
    v = momentum * v - rate * g;
    if (options_.nesterov) {
      parameter.value += momentum * v - rate * g;
    } else {
      parameter.value += v;
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
