// A network as a list of layers; itself a layer, so nets nest (give their dropouts other seeds).
#pragma once

#include <map>
#include <memory>

#include "core/layer.hpp"

namespace thinnet {

/// forward runs the list from the front, backward from the back: the chain rule, one layer a turn.
///   Sequential<float> net(3072, Affine<float>(3072, 500), Relu<float>(), Affine<float>(500, 10));
template <typename T>
class Sequential : public Layer<T> {
 public:
  /// D is the width of the input. Throws std::invalid_argument, naming the layer and both widths,
  /// when a layer does not fit the one before it.
  template <typename... Layers>
  explicit Sequential(std::size_t D, Layers... layers) : Layer<T>("net"), widths_{D} {
    (add(std::make_unique<Layers>(std::move(layers))), ...);
  }

  /// Appends a layer and names it after its kind and its rank among them: affine1, relu1, affine2.
  void add(std::unique_ptr<Layer<T>> layer);

  const Matrix<T>& forward(const Matrix<T>& x, Mode mode) override;  // x (N×D) -> scores (N×C)
  const Matrix<T>& backward(const Matrix<T>& dout) override;         // dscores (N×C) -> dx (N×D)
  void backward_parameters(const Matrix<T>& dout) override;  // down to the first layer that has any
  std::vector<Parameter<T>*> parameters() override { return parameters_; }
  std::size_t output_width(std::size_t D) const override;
  void begin_step(std::uint64_t step, const std::vector<std::uint32_t>& examples) override {
    for (const auto& layer : layers_) layer->begin_step(step, examples);
  }

  std::size_t input_width() const { return widths_.front(); }
  std::size_t size() const { return layers_.size(); }
  Layer<T>& layer(std::size_t i) const { return *layers_.at(i); }

 private:
  std::vector<std::unique_ptr<Layer<T>>> layers_;
  std::vector<std::size_t> widths_;  // of the input, then of each layer's output
  std::vector<Parameter<T>*> parameters_;
  std::map<std::string, std::size_t> ranks_;  // how many layers of each kind
  std::size_t first_trained_ = 0;             // the first layer with parameters
};

}  // namespace thinnet
