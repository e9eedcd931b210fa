#include "layers/dropout.hpp"

#include "core/check.hpp"
#include "core/random.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Dropout<T>::forward(const Matrix<T>& x, Mode mode) {
  cache_.mode = mode;
  if (mode == Mode::test) {
    xt::noalias(out_) = x;
  } else {
    require(examples_.empty() || examples_.size() == x.shape(0),
            "{}: begin_step named {} examples, but x is {}", this->name(), examples_.size(),
            shape_text(x));
    resize(cache_.mask, x.shape(0), x.shape(1));
    draw_mask(cache_.mask, keep_prob_, seed_, {this->position(), step_, examples_});
    if (examples_.empty()) ++step_;
    xt::noalias(out_) = x * cache_.mask / T(keep_prob_);
  }
  return out_;
}

template <typename T>
const Matrix<T>& Dropout<T>::backward(const Matrix<T>& dout) {
  require_dout(dout, out_, this->name());
  if (cache_.mode == Mode::test)
    xt::noalias(dx_) = dout;
  else
    xt::noalias(dx_) = dout * cache_.mask / T(keep_prob_);
  return dx_;
}

template <typename T>
void Dropout<T>::begin_step(std::uint64_t step, const std::vector<std::uint32_t>& examples) {
  step_ = step;
  examples_ = examples;
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
