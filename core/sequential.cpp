#include "core/sequential.hpp"

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
  for (std::size_t i = layers_.size(); i-- > 0;) dx = &layers_[i]->backward(*dx);
  return *dx;
}

template <typename T>
void Sequential<T>::backward_parameters(const Matrix<T>& dout) {
  const Matrix<T>* dx = &dout;
  for (std::size_t i = layers_.size(); i-- > first_trained_ + 1;) dx = &layers_[i]->backward(*dx);
  if (!layers_.empty()) layers_[first_trained_]->backward_parameters(*dx);
}

template <typename T>
void Sequential<T>::add(std::unique_ptr<Layer<T>> layer) {
  layer->place(layer->name() + std::to_string(++ranks_[layer->name()]), layers_.size());
  widths_.push_back(layer->output_width(widths_.back()));
  if (parameters_.empty()) first_trained_ = layers_.size();
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

template class Sequential<float>;
template class Sequential<double>;

}  // namespace thinnet
