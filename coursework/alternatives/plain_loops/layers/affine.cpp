#include "layers/affine.hpp"

#include "core/check.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Affine<T>::forward(const Matrix<T>& x, Mode /*mode*/) {
  require_width(x, w_.value.shape(0), "x", this->name());
  const std::size_t N = x.shape(0), D = x.shape(1), H = w_.value.shape(1);
  resize(cache_.x, N, D);
  resize(out_, N, H);
  for (std::size_t n = 0; n < N; ++n) {
    for (std::size_t d = 0; d < D; ++d) cache_.x(n, d) = x(n, d);
    for (std::size_t h = 0; h < H; ++h) {
      T sum = b_.value(0, h);
      for (std::size_t d = 0; d < D; ++d) sum += x(n, d) * w_.value(d, h);
      out_(n, h) = sum;
    }
  }
  return out_;
}

template <typename T>
const Matrix<T>& Affine<T>::backward(const Matrix<T>& dout) {
  backward_parameters(dout);
  const std::size_t N = dout.shape(0), D = w_.value.shape(0), H = dout.shape(1);
  resize(dx_, N, D);
  for (std::size_t n = 0; n < N; ++n) {
    for (std::size_t d = 0; d < D; ++d) {
      dx_(n, d) = 0;
      for (std::size_t h = 0; h < H; ++h) dx_(n, d) += dout(n, h) * w_.value(d, h);
    }
  }
  return dx_;
}

template <typename T>
void Affine<T>::backward_parameters(const Matrix<T>& dout) {
  require_dout(dout, out_, this->name());
  const std::size_t N = dout.shape(0), D = w_.value.shape(0), H = dout.shape(1);
  for (std::size_t h = 0; h < H; ++h) {
    b_.grad(0, h) = 0;
    for (std::size_t n = 0; n < N; ++n) b_.grad(0, h) += dout(n, h);
    for (std::size_t d = 0; d < D; ++d) {
      w_.grad(d, h) = 0;
      for (std::size_t n = 0; n < N; ++n) w_.grad(d, h) += cache_.x(n, d) * dout(n, h);
    }
  }
}

template <typename T>
Affine<T>::Affine(Matrix<T> w, const Matrix<T>& b)
    : Layer<T>("affine"),
      w_{"w", w, xt::zeros_like(w), Role::weight},
      b_{"b", b, xt::zeros_like(b), Role::bias} {
  require(w.size() > 0, "affine: w is {}, expected at least 1×1", shape_text(w));
  require_shape(b, 1, w.shape(1), "b", "affine");
}

template <typename T>
std::size_t Affine<T>::output_width(std::size_t D) const {
  require(D == w_.value.shape(0), "{}: w is {}, but its input is N×{}", this->name(),
          shape_text(w_.value), D);
  return w_.value.shape(1);
}

template class Affine<float>;
template class Affine<double>;

}  // namespace thinnet
