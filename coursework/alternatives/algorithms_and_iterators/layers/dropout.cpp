#include "layers/dropout.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/random.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Dropout<T>::forward(const Matrix<T>& x, Mode mode) {
  cache_.mode = mode;
  require(mode == Mode::test || examples_.empty() || examples_.size() == x.shape(0),
          "{}: begin_step named {} examples, but x is {}", this->name(), examples_.size(),
          shape_text(x));
  out_ = x;
  if (mode == Mode::test) return out_;
  resize(cache_.mask, x.shape(0), x.shape(1));
  draw_mask(cache_.mask, keep_prob_, seed_, {this->position(), step_, examples_});
  if (examples_.empty()) ++step_;
  std::transform(
      x.begin(), x.end(), cache_.mask.begin(), out_.begin(),
      [keep = static_cast<T>(keep_prob_)](T a, T stays) { return stays > 0 ? a / keep : T(0); });
  return out_;
}

template <typename T>
const Matrix<T>& Dropout<T>::backward(const Matrix<T>& dout) {
  require_dout(dout, out_, this->name());
  dx_ = dout;
  if (cache_.mode == Mode::test) return dx_;
  std::transform(
      dout.begin(), dout.end(), cache_.mask.begin(), dx_.begin(),
      [keep = static_cast<T>(keep_prob_)](T d, T stays) { return stays > 0 ? d / keep : T(0); });
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
