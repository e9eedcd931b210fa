#include "layers/relu.hpp"

#include "core/parallel.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Relu<T>::forward(const Matrix<T>& x, Mode /*mode*/) {
  // BEGIN SOLUTION ReLU forward, see equation (5)
  map(x, cache_.gate, [](T a) { return a > 0 ? T(1) : T(0); });
  map(x, out_, [](T a) { return a < 0 ? T(0) : a; });  // NaN stays NaN
  // END SOLUTION
  return out_;
}

template <typename T>
const Matrix<T>& Relu<T>::backward(const Matrix<T>& dout) {
  require_dout(dout, out_, this->name());
  // BEGIN SOLUTION ReLU backward, see equation (5)
  map(dout, cache_.gate, dx_, [](T d, T gate) { return d * gate; });
  // END SOLUTION
  return dx_;
}

template class Relu<float>;
template class Relu<double>;

}  // namespace thinnet
