#include "core/sequential.hpp"

#include "core/check.hpp"
#include "core/initialise.hpp"

namespace thinnet {

template <typename T>
const Matrix<T>& Sequential<T>::forward(const Matrix<T>& x, const Pass& pass) {
  require_width(x, input_width(), "x", name());
  if (pass.training) require_initialised(parameters_);
  const Matrix<T>* out = &x;
  for (const auto& layer : layers_) out = &layer->forward(*out, pass);
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
  ++ranks_[kind];
  next_position_ = layer->place(kind + std::to_string(ranks_[kind]), next_position_);
  layer->want_dx(dx_wanted() || !layers_.empty());
  widths_.push_back(layer->output_width(widths_.back()));
  for (auto* p : layer->parameters()) {
    p->name = layer->name() + "." + p->name;
    parameters_.push_back(p);
  }
  layers_.push_back(std::move(layer));
}

template <typename T>
std::size_t Sequential<T>::output_width(std::size_t D) const {
  require(D == input_width(), "{}: its input is N×{}, expected N×{}", name(), D, input_width());
  return widths_.back();
}

/// The layers of a net in a net are counted with all others.
template <typename T>
std::size_t Sequential<T>::place(std::string own_name, std::size_t position) {
  Layer<T>::place(std::move(own_name), position);
  next_position_ = position;
  for (const auto& layer : layers_) next_position_ = layer->place(layer->name(), next_position_);
  return next_position_;
}

template <typename T>
void Sequential<T>::want_dx(bool wanted) {
  Layer<T>::want_dx(wanted);
  if (!layers_.empty()) layers_.front()->want_dx(wanted);
}

template class Sequential<float>;
template class Sequential<double>;

}  // namespace thinnet
