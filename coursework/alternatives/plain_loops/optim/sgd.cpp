#include "optim/sgd.hpp"

#include "core/check.hpp"

namespace thinnet {

template <typename T>
void Sgd<T>::step() {
  for (std::size_t i = 0; i < this->parameters_.size(); ++i) {
    Matrix<T>& value = this->parameters_[i]->value;
    const Matrix<T>& grad = this->parameters_[i]->grad;
    Matrix<T>& velocity = this->state_.moments[0][i];
    for (std::size_t r = 0; r < value.shape(0); ++r) {
      for (std::size_t c = 0; c < value.shape(1); ++c) {
        double g = grad(r, c);
        if (this->parameters_[i]->role == Role::weight) g += options_.weight_decay * value(r, c);
        const double v = options_.momentum * velocity(r, c) - this->learning_rate() * g;
        velocity(r, c) = static_cast<T>(v);
        value(r, c) += static_cast<T>(
            options_.nesterov ? options_.momentum * v - this->learning_rate() * g : v);
      }
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
