// Equations (6) and (7) are derived in docs/derivations.md and in the coursework's handout.
#include "layers/dropout.hpp"

#include "core/check.hpp"
#include "core/engine/assign.hpp"
#include "core/engine/mask.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Dropout<T>::forward(const Matrix<T>& x, const Pass& pass) {
  require_examples(pass, x, name());
  cache_.training = pass.training;
  // BEGIN SOLUTION dropout forward, see equations (6) and (7)
  if (!pass.training) {
    out_ = x;
    return out_;
  }
  const T keep_prob = static_cast<T>(keep_prob_);
  draw_mask(cache_.mask, Shape(x), keep_prob_, {seed_, position(), pass});
  assign(out_, x * cache_.mask / keep_prob);  // out = x ⊙ mask / keep_prob, N×H
  // END SOLUTION
  return out_;
}

template <typename T>
const Matrix<T>& Dropout<T>::backward(const Matrix<T>& dout) {
  require_dout(dout, out_, name());
  // BEGIN SOLUTION dropout backward, see equation (6)
  if (!cache_.training) {
    dx_ = dout;
    return dx_;
  }
  const T keep_prob = static_cast<T>(keep_prob_);
  assign(dx_, dout * cache_.mask / keep_prob);  // dx = dout ⊙ mask / keep_prob, N×H
  // END SOLUTION
  return dx_;
}

template <typename T>
Dropout<T>::Dropout(double keep_prob, std::uint64_t seed)
    : Layer<T>("dropout"), keep_prob_(keep_prob), seed_(seed) {
  require(static_cast<T>(keep_prob) > 0 && keep_prob <= 1,
          "dropout: keep_prob is {}, expected a number in (0, 1]", keep_prob);
}

template class Dropout<float>;
template class Dropout<double>;

}  // namespace thinnet
