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
  const std::size_t N = x.shape(0), H = x.shape(1);
  resize(out_, N, H);
  if (mode == Mode::train) {
    resize(cache_.mask, N, H);
    draw_mask(cache_.mask, keep_prob_, seed_, {this->position(), step_, examples_});
    if (examples_.empty()) step_ = step_ + 1;
  }
  for (std::size_t n = 0; n < N; ++n) {
    for (std::size_t h = 0; h < H; ++h) {
      out_(n, h) = x(n, h);
      if (mode == Mode::test) continue;
      out_(n, h) *= cache_.mask(n, h);
      out_(n, h) /= static_cast<T>(keep_prob_);
    }
  }
  return out_;
}

template <typename T>
const Matrix<T>& Dropout<T>::backward(const Matrix<T>& dout) {
  require_dout(dout, out_, this->name());
  resize(dx_, dout.shape(0), dout.shape(1));
  for (std::size_t n = 0; n < dout.shape(0); ++n) {
    for (std::size_t h = 0; h < dout.shape(1); ++h) {
      if (cache_.mode == Mode::test) {
        dx_(n, h) = dout(n, h);
      } else if (cache_.mask(n, h) == 0) {
        dx_(n, h) = 0;
      } else {
        dx_(n, h) = dout(n, h) / static_cast<T>(keep_prob_);
      }
    }
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
