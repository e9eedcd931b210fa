#include "core/sequential.hpp"

#include <set>

#include "core/check.hpp"
#include "core/initialise.hpp"

namespace thinnet {
namespace {

/// Files of weights know parameters by their names.
template <typename T>
void require_names_for_files(const std::vector<Parameter<T>*>& parameters,
                             const std::string& layer) {
  std::set<std::string> names;
  for (const auto* p : parameters) {
    require(!p->name.empty() && p->name.find('/') == std::string::npos,
            "{}: a parameter is named \"{}\", expected a name without /", layer, p->name);
    require(names.insert(p->name).second,
            "{}: two parameters are named {}, expected a name for each, as left.{}", layer, p->name,
            p->name);
  }
}

}  // namespace

template <typename T>
const Matrix<T>& Sequential<T>::forward(const Matrix<T>& x, const Pass& pass) {
  require_width(x, input_width(), "x", name());
  if (pass.training) require_initialised(parameters_);
  const Matrix<T>* out = &x;  // a pointer, to move on from layer to layer
  for (const auto& layer : layers_) out = &layer->forward(*out, pass);
  return *out;
}

template <typename T>
const Matrix<T>& Sequential<T>::backward(const Matrix<T>& dout) {
  const Matrix<T>* dx = &dout;  // the dx of a layer is the dout of the one before it
  for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer)
    dx = &(*layer)->backward(*dx);
  return *dx;
}

template <typename T>
void Sequential<T>::add(std::unique_ptr<Layer<T>> layer) {
  const std::string kind = layer->name();
  ++counts_[kind];
  next_position_ =
      layer->set_name_and_position(kind + std::to_string(counts_[kind]), next_position_);
  layer->set_needs_dx(needs_dx() || !layers_.empty());
  widths_.push_back(layer->output_width(widths_.back()));
  require_names_for_files(layer->parameters(), layer->name());
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
std::size_t Sequential<T>::set_name_and_position(std::string own_name, std::size_t position) {
  Layer<T>::set_name_and_position(std::move(own_name), position);
  next_position_ = position;
  for (const auto& layer : layers_)
    next_position_ = layer->set_name_and_position(layer->name(), next_position_);
  return next_position_;
}

template <typename T>
void Sequential<T>::set_needs_dx(bool needed) {
  Layer<T>::set_needs_dx(needed);
  if (!layers_.empty()) layers_.front()->set_needs_dx(needed);
}

template class Sequential<float>;
template class Sequential<double>;

}  // namespace thinnet
