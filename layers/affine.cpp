#include "layers/affine.hpp"

#include "core/check.hpp"
#include "core/parallel.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Affine<T>::forward(const Matrix<T>& x, Mode /*mode*/) {
  require_width(x, w_.value.shape(0), "x", this->name());
  // BEGIN SOLUTION affine forward, see equation (1)
  map(x, cache_.x, [](T a) { return a; });
  matmul<T>(x, w_.value, out_);  // out = x·w + b
  add_to_rows(b_.value, out_);
  // END SOLUTION
  return out_;
}

template <typename T>
const Matrix<T>& Affine<T>::backward(const Matrix<T>& dout) {
  backward_parameters(dout);
  // BEGIN SOLUTION affine dx, see equation (2)
  matmul<T>(dout, transposed(w_.value), dx_);  // dx = dout·wᵀ
  // END SOLUTION
  return dx_;
}

template <typename T>
void Affine<T>::backward_parameters(const Matrix<T>& dout) {
  require_dout(dout, out_, this->name());
  // BEGIN SOLUTION affine dw and db, see equations (3) and (4)
  matmul<T>(transposed(cache_.x), dout, w_.grad);  // dw = xᵀ·dout
  sum_rows(dout, b_.grad);                         // db = Σ_n dout[n]
  // END SOLUTION
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
