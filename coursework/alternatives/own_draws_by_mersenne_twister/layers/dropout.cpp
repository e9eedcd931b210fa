#include "layers/dropout.hpp"

#include <random>

#include "core/check.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Dropout<T>::forward(const Matrix<T>& x, Mode mode) {
  cache_.mode = mode;
  require(mode == Mode::test || examples_.empty() || examples_.size() == x.shape(0),
          "{}: begin_step named {} examples, but x is {}", this->name(), examples_.size(),
          shape_text(x));
  if (mode == Mode::test) return out_ = x;
  resize(cache_.mask, x.shape(0), x.shape(1));
  for (std::size_t n = 0; n < x.shape(0); ++n) {
    const std::uint64_t example = examples_.empty() ? n : examples_[n];
    std::seed_seq words{seed_, std::uint64_t{this->position()}, step_, example};
    std::mt19937 generator(words);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    for (std::size_t h = 0; h < x.shape(1); ++h) {
      cache_.mask(n, h) = uniform(generator) < keep_prob_ ? T(1) : T(0);
    }
  }
  if (examples_.empty()) ++step_;
  out_ = x;
  out_ *= cache_.mask;
  out_ *= static_cast<T>(1 / keep_prob_);
  return out_;
}

template <typename T>
const Matrix<T>& Dropout<T>::backward(const Matrix<T>& dout) {
  require_dout(dout, out_, this->name());
  dx_ = dout;
  if (cache_.mode == Mode::train) {
    dx_ *= cache_.mask;
    dx_ *= static_cast<T>(1 / keep_prob_);
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
