#include "layers/affine.hpp"

#include "core/check.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Affine<T>::forward(const Matrix<T>& x, Mode /*mode*/) {
  require_width(x, w_.value.shape(0), "x", this->name());
  cache_.x = x;
  matmul<T>(x, w_.value, out_);
  add_to_rows(b_.value, out_);
  return out_;
}

template <typename T>
const Matrix<T>& Affine<T>::backward(const Matrix<T>& dout) {
  backward_parameters(dout);
  matmul<T>(dout, transposed(w_.value), dx_);
  return dx_;
}

template <typename T>
void Affine<T>::backward_parameters(const Matrix<T>& dout) {
  require_dout(dout, out_, this->name());
  matmul<T>(transposed(cache_.x), dout, w_.grad);
  const Matrix<T> ones = xt::ones<T>({std::size_t{1}, dout.shape(0)});
  matmul<T>(ones, dout, b_.grad);
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
