#include "layers/relu.hpp"

#include <algorithm>
#include <functional>

namespace thinnet {

template <typename T>
const Matrix<T>& Relu<T>::forward(const Matrix<T>& x, Mode /*mode*/) {
  resize(out_, x.shape(0), x.shape(1));
  resize(cache_.gate, x.shape(0), x.shape(1));
  std::transform(x.begin(), x.end(), out_.begin(), [](T a) { return std::max(a, T(0)); });
  std::transform(x.begin(), x.end(), cache_.gate.begin(), [](T a) { return T(a > 0); });
  return out_;
}

template <typename T>
const Matrix<T>& Relu<T>::backward(const Matrix<T>& dout) {
  require_dout(dout, out_, this->name());
  dx_ = dout;
  std::transform(dx_.begin(), dx_.end(), cache_.gate.begin(), dx_.begin(), std::multiplies<T>());
  return dx_;
}

template class Relu<float>;
template class Relu<double>;

}  // namespace thinnet
