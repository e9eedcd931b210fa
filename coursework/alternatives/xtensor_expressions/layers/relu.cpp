#include "layers/relu.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Relu<T>::forward(const Matrix<T>& x, Mode /*mode*/) {
  cache_.gate = xt::cast<T>(x > T(0));
  out_ = xt::maximum(x, T(0));
  return out_;
}

template <typename T>
const Matrix<T>& Relu<T>::backward(const Matrix<T>& dout) {
  require_dout(dout, out_, this->name());
  dx_ = dout * cache_.gate;
  return dx_;
}

template class Relu<float>;
template class Relu<double>;

}  // namespace thinnet
