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
  // BEGIN SOLUTION dropout forward, see equations (6) and (7)
  if (mode == Mode::test) return out_ = x;
  resize(cache_.mask, x.shape(0), x.shape(1));
  draw_mask(cache_.mask, keep_prob_, seed_, {this->position(), step_, examples_});
  if (examples_.empty()) ++step_;
  map(x, cache_.mask, out_, [p = T(keep_prob_)](T a, T mask) { return a * mask / p; });
  // END SOLUTION
  return out_;
}

template <typename T>
const Matrix<T>& Dropout<T>::backward(const Matrix<T>& dout) {
  require_dout(dout, out_, this->name());
  // BEGIN SOLUTION dropout backward, see equation (6)
  if (cache_.mode == Mode::test) return dx_ = dout;
  map(dout, cache_.mask, dx_, [p = T(keep_prob_)](T d, T mask) { return d * mask / p; });
  // END SOLUTION
  return dx_;
}

template <typename T>
Dropout<T>::Dropout(double keep_prob, std::uint64_t seed)
    : Layer<T>("dropout"),
      keep_prob_(std::max<double>(keep_prob, std::numeric_limits<T>::denorm_min())),  // 0/0 is NaN
      seed_(seed) {
  require(keep_prob > 0 && keep_prob <= 1, "dropout: keep_prob is {}, expected a number in (0, 1]",
          keep_prob);
}

template class Dropout<float>;
template class Dropout<double>;

}  // namespace thinnet
