#include "layers/relu.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Relu<T>::forward(const Matrix<T>& x, Mode /*mode*/) {
  const std::size_t N = x.shape(0), H = x.shape(1);
  resize(out_, N, H);
  resize(cache_.gate, N, H);
  for (std::size_t n = 0; n < N; ++n) {
    for (std::size_t h = 0; h < H; ++h) {
      if (x(n, h) > 0) {
        out_(n, h) = x(n, h);
        cache_.gate(n, h) = 1;
      } else {
        out_(n, h) = 0;
        cache_.gate(n, h) = 0;
      }
    }
  }
  return out_;
}

template <typename T>
const Matrix<T>& Relu<T>::backward(const Matrix<T>& dout) {
  require_dout(dout, out_, this->name());
  resize(dx_, dout.shape(0), dout.shape(1));
  for (std::size_t n = 0; n < dout.shape(0); ++n) {
    for (std::size_t h = 0; h < dout.shape(1); ++h) {
      dx_(n, h) = cache_.gate(n, h) == 1 ? dout(n, h) : T(0);
    }
  }
  return dx_;
}

template class Relu<float>;
template class Relu<double>;

}  // namespace thinnet
