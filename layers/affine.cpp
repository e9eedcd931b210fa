#include "layers/affine.hpp"

#include "core/check.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Affine<T>::forward(const Matrix<T>& x, Mode /*mode*/) {
  const Matrix<T>&w = w_.value, &b = b_.value;
  require_width(x, w.shape(0), "x", this->name());
  xt::noalias(cache_.x) = x;
  matmul<T>(x, w, out_);  // out = x·w + b
  for (std::size_t n = 0; n < out_.shape(0); ++n) {
    for (std::size_t h = 0; h < out_.shape(1); ++h) out_(n, h) += b(0, h);
  }
  return out_;
}

template <typename T>
const Matrix<T>& Affine<T>::backward(const Matrix<T>& dout) {
  Matrix<T>&dw = w_.grad, &db = b_.grad;
  require_dout(dout, out_, this->name());
  matmul<T>(dout, transposed(w_.value), dx_);  // dx = dout·wᵀ
  matmul<T>(transposed(cache_.x), dout, dw);   // dw = xᵀ·dout
  db.fill(T(0));                               // db = Σ_n dout[n]
  for (std::size_t n = 0; n < dout.shape(0); ++n) {
    for (std::size_t h = 0; h < dout.shape(1); ++h) db(0, h) += dout(n, h);
  }
  return dx_;
}

template <typename T>
Affine<T>::Affine(std::size_t D, std::size_t H)
    : Affine(Matrix<T>(xt::zeros<T>({D, H})), xt::zeros<T>({std::size_t{1}, H})) {}

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
