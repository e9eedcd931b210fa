// Equations (1) to (4) are derived in docs/derivations.md and in the coursework's handout.
#include "layers/affine.hpp"

#include "core/check.hpp"
#include "core/product.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Affine<T>::forward(const Matrix<T>& x, const Pass& /*pass*/) {
  require_width(x, w_.value.shape(0), "x", name());
  // BEGIN SOLUTION affine forward, see equation (1)
  cache_.x = x;                 // N×D
  matmul(x, w_.value, out_);    // out = x·w, N×H
  add_to_rows(b_.value, out_);  // out[n] += b, 1×H
  // END SOLUTION
  return out_;
}

template <typename T>
const Matrix<T>& Affine<T>::backward(const Matrix<T>& dout) {
  require_dout(dout, out_, name());
  // BEGIN SOLUTION affine dw and db, see equations (3) and (4)
  matmul(transposed(cache_.x), dout, w_.grad);  // dw = xᵀ·dout, D×H
  sum_rows(dout, b_.grad);                      // db = Σ_n dout[n], 1×H
  // END SOLUTION
  if (!needs_dx()) return no_dx();  // a net's first layer: nobody reads its dx
  // BEGIN SOLUTION affine dx, see equation (2)
  matmul(dout, transposed(w_.value), dx_);  // dx = dout·wᵀ, N×D
  // END SOLUTION
  return dx_;
}

template <typename T>
Affine<T>::Affine(Matrix<T> w, Matrix<T> b)
    : Layer<T>("affine"),
      w_{"w", std::move(w), /*grad=*/{}, Role::weight},
      b_{"b", std::move(b), /*grad=*/{}, Role::bias} {
  require(w_.value.size() > 0, "affine: w is {}, expected at least 1×1", shape_text(w_.value));
  require_shape(b_.value, {1, w_.value.shape(1)}, "b", "affine");
  w_.grad = xt::zeros_like(w_.value);
  b_.grad = xt::zeros_like(b_.value);
}

template <typename T>
std::size_t Affine<T>::output_width(std::size_t D) const {
  require(D == w_.value.shape(0), "{}: w is {}, but its input is N×{}", name(),
          shape_text(w_.value), D);
  return w_.value.shape(1);
}

template class Affine<float>;
template class Affine<double>;

}  // namespace thinnet
