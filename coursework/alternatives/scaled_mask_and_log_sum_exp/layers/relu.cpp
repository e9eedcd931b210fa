#include "layers/relu.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Relu<T>::forward(const Matrix<T>& x, Mode /*mode*/) {
  cache_.gate = x;  // a copy: backward asks where it is above 0
  out_ = xt::maximum(T(0), x);
  return out_;
}

template <typename T>
const Matrix<T>& Relu<T>::backward(const Matrix<T>& dout) {
  require_dout(dout, out_, this->name());
  dx_ = xt::where(cache_.gate > T(0), dout, T(0));
  return dx_;
}

template class Relu<float>;
template class Relu<double>;

}  // namespace thinnet
