#include "layers/affine.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <vector>

#include "core/check.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Affine<T>::forward(const Matrix<T>& x, Mode /*mode*/) {
  require_width(x, w_.value.shape(0), "x", this->name());
  cache_.x = x;
  resize(out_, x.shape(0), w_.value.shape(1));
  const std::size_t D = x.shape(1), H = w_.value.shape(1);
  std::vector<T> column(D);
  for (std::size_t h = 0; h < H; ++h) {
    for (std::size_t d = 0; d < D; ++d) column[d] = w_.value(d, h);
    for (std::size_t n = 0; n < x.shape(0); ++n) {
      out_(n, h) = std::inner_product(column.begin(), column.end(), &x(n, 0), b_.value(0, h));
    }
  }
  return out_;
}

template <typename T>
const Matrix<T>& Affine<T>::backward(const Matrix<T>& dout) {
  backward_parameters(dout);
  const std::size_t D = w_.value.shape(0), H = dout.shape(1);
  resize(dx_, dout.shape(0), D);
  auto entry = dx_.begin();
  for (std::size_t n = 0; n < dout.shape(0); ++n) {
    for (std::size_t d = 0; d < D; ++d) {
      const T* const row = &dout(n, 0);
      *entry++ = std::inner_product(row, row + H, &w_.value(d, 0), T(0));
    }
  }
  return dx_;
}

template <typename T>
void Affine<T>::backward_parameters(const Matrix<T>& dout) {
  require_dout(dout, out_, this->name());
  const std::size_t D = w_.value.shape(0), H = dout.shape(1);
  std::fill(w_.grad.begin(), w_.grad.end(), T(0));
  std::fill(b_.grad.begin(), b_.grad.end(), T(0));
  for (std::size_t n = 0; n < dout.shape(0); ++n) {
    const T* const row = &dout(n, 0);
    std::transform(row, row + H, b_.grad.begin(), b_.grad.begin(), std::plus<T>());
    for (std::size_t d = 0; d < D; ++d) {
      std::transform(row, row + H, &w_.grad(d, 0), &w_.grad(d, 0),
                     [a = cache_.x(n, d)](T g, T sum) { return sum + a * g; });
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
