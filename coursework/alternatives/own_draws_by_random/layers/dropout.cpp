#include "layers/dropout.hpp"

#include "core/check.hpp"
#include "core/parallel.hpp"
#include "core/random.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Dropout<T>::forward(const Matrix<T>& x, Mode mode) {
  cache_.mode = mode;
  require(mode == Mode::test || examples_.empty() || examples_.size() == x.shape(0),
          "{}: begin_step named {} examples, but x is {}", this->name(), examples_.size(),
          shape_text(x));
  if (mode == Mode::test) return out_ = x;
  resize(cache_.mask, x.shape(0), x.shape(1));
  // The step is the stream: as long as it is the same, so is the mask.
  Random random(seed_, static_cast<std::uint32_t>(step_));
  for (T& stays : cache_.mask) stays = random.uniform() <= keep_prob_ ? T(1) : T(0);
  if (examples_.empty()) ++step_;
  map(x, cache_.mask, out_, [p = T(keep_prob_)](T a, T mask) { return mask == 1 ? a / p : T(0); });
  return out_;
}

template <typename T>
const Matrix<T>& Dropout<T>::backward(const Matrix<T>& dout) {
  require_dout(dout, out_, this->name());
  if (cache_.mode == Mode::test) return dx_ = dout;
  map(dout, cache_.mask, dx_,
      [p = T(keep_prob_)](T d, T mask) { return mask == 1 ? d / p : T(0); });
  return dx_;
}

template <typename T>
Dropout<T>::Dropout(double keep_prob, std::uint64_t seed)
    : Layer<T>("dropout"), keep_prob_(keep_prob), seed_(seed) {
  require(keep_prob > 0 && keep_prob <= 1, "dropout: keep_prob is {}, expected a number in (0, 1]",
          keep_prob);
}

template class Dropout<float>;
template class Dropout<double>;

}  // namespace thinnet
