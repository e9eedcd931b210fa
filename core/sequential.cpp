#include "core/sequential.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Sequential<T>::forward(const Matrix<T>& x, Mode mode) {
  require_width(x, widths_.front(), "x", this->name());
  const Matrix<T>* out = &x;
  for (const auto& layer : layers_) out = &layer->forward(*out, mode);
  return *out;
}

template <typename T>
const Matrix<T>& Sequential<T>::backward(const Matrix<T>& dout) {
  const Matrix<T>* dx = &dout;
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer)
    dx = &(*layer)->backward(*dx);
  return *dx;
}

template <typename T>
void Sequential<T>::add(std::unique_ptr<Layer<T>> layer) {
  const std::string kind = layer->name();
  const auto rank =
      1 + std::count_if(layers_.begin(), layers_.end(), [&](const auto& other) {
        return other->name().substr(0, other->name().find_last_not_of("0123456789") + 1) == kind;
      });
  layer->place(kind + std::to_string(rank), layers_.size());
  widths_.push_back(layer->output_width(widths_.back()));
  for (auto* p : layer->parameters()) {
    p->name = layer->name() + "." + p->name;
    parameters_.push_back(p);
  }
  layers_.push_back(std::move(layer));
}

template <typename T>
std::size_t Sequential<T>::output_width(std::size_t D) const {
  require(D == widths_.front(), "{}: its input is N×{}, expected N×{}", this->name(), D,
          widths_.front());
  return widths_.back();
}

template <typename T>
void Sequential<T>::begin_step(std::uint64_t step, const std::vector<std::uint32_t>& examples) {
  for (const auto& layer : layers_) layer->begin_step(step, examples);
}

template class Sequential<float>;
template class Sequential<double>;

}  // namespace thinnet
