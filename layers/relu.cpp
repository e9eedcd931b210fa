// Equation (5) is derived in docs/derivations.md and in the coursework's handout.
#include "layers/relu.hpp"

#include "core/engine/assign.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Relu<T>::forward(const Matrix<T>& x, const Pass& /*pass*/) {
  // BEGIN SOLUTION ReLU forward, see equation (5)
  // out = max(x, 0), all N×H; with 0 as the first argument NaN in x stays NaN
  assign(cache_.out, xt::maximum(T(0), x));
  // END SOLUTION
  return cache_.out;
}

template <typename T>
const Matrix<T>& Relu<T>::backward(const Matrix<T>& dout) {
  require_dout(dout, cache_.out, name());
  // BEGIN SOLUTION ReLU backward, see equation (5)
  assign(dx_, dout * (cache_.out > T(0)));  // dx = dout ⊙ [out > 0], N×H
  // END SOLUTION
  return dx_;
}

template class Relu<float>;
template class Relu<double>;

}  // namespace thinnet
