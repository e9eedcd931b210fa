#include "layers/dropout.hpp"

#include "core/check.hpp"
#include "core/random.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Dropout<T>::forward(const Matrix<T>& x, Mode mode) {
  cache_.mode = mode;
  require(mode == Mode::test || examples_.empty() || examples_.size() == x.shape(0),
          "{}: begin_step named {} examples, but x is {}", this->name(), examples_.size(),
          shape_text(x));
  if (mode == Mode::test) {
    out_ = x;
    return out_;
  }
  resize(cache_.mask, x.shape(0), x.shape(1));
  draw_mask(cache_.mask, keep_prob_, seed_, {this->position(), step_, examples_});
  if (examples_.empty()) ++step_;
  cache_.mask /= static_cast<T>(keep_prob_);  // backward need not know keep_prob
  out_ = x * cache_.mask;
  return out_;
}

template <typename T>
const Matrix<T>& Dropout<T>::backward(const Matrix<T>& dout) {
  require_dout(dout, out_, this->name());
  if (cache_.mode == Mode::test) {
    dx_ = dout;
  } else {
    dx_ = dout * cache_.mask;
  }
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
