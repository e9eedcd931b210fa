// A network as a list of layers; itself a layer, so that nets nest.
#pragma once

#include <map>
#include <memory>
#include <type_traits>

#include "core/layer.hpp"

namespace thinnet {

/// forward runs the list from the front, backward from the back: the chain rule, one layer a turn.
///   Sequential<float> net(3072,                      // x (N×3072)
///                         Affine<float>(3072, 500),  // N×500
///                         Relu<float>(),             // N×500
///                         Affine<float>(500, 10));   // scores (N×10)
template <typename T>
class Sequential : public Layer<T> {
 public:
  using Layer<T>::name;
  using Layer<T>::needs_dx;

  /// D is the width of the input. Throws std::invalid_argument, naming the layer and both widths,
  /// when a layer does not fit the one before it.
  template <typename... Layers>
  explicit Sequential(std::size_t D, Layers... layers) : Layer<T>("net"), widths_{D} {
    constexpr bool are_layers = (std::is_base_of_v<Layer<T>, Layers> && ...);
    static_assert(are_layers, "all layers of a Sequential<T> are layers of T: Affine<T>, Relu<T>");
    Layer<T>::set_needs_dx(false);
    if constexpr (are_layers) (add(std::make_unique<Layers>(std::move(layers))), ...);
  }

  /// Appends a layer and names it by its kind, numbered from 1: affine1, relu1, affine2. Throws
  /// like the constructor, and when two parameters of the layer share a name, or one has a / in
  /// it, which no file of weights could keep; the net is of no use then.
  void add(std::unique_ptr<Layer<T>> layer);

  /// x (N×D) -> scores (N×C). Throws std::logic_error in a training pass when no gradient could
  /// reach the weights because they were never initialised: see require_initialised.
  const Matrix<T>& forward(const Matrix<T>& x, const Pass& pass) override;

  /// dscores (N×C) -> dx (N×D). dx may be empty (0×0): x is data as a rule, and nobody reads its
  /// gradient. Call set_needs_dx(true) on the net to get it.
  const Matrix<T>& backward(const Matrix<T>& dout) override;

  std::vector<Parameter<T>*> parameters() override { return parameters_; }
  std::size_t output_width(std::size_t D) const override;
  std::size_t set_name_and_position(std::string own_name, std::size_t position) override;
  void set_needs_dx(bool needed) override;

  std::size_t input_width() const { return widths_.front(); }
  std::size_t size() const { return layers_.size(); }
  Layer<T>& layer(std::size_t i) const { return *layers_.at(i); }

 private:
  std::vector<std::unique_ptr<Layer<T>>> layers_;
  std::vector<std::size_t> widths_;  // of the input, then of each layer's output
  std::vector<Parameter<T>*> parameters_;
  std::map<std::string, std::size_t> counts_;  // layers of each kind so far
  std::size_t next_position_ = 0;
};

}  // namespace thinnet
