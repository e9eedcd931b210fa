// The interface every layer shares: one way in, one way back.
#pragma once

#include <utility>

#include "core/parameter.hpp"

namespace thinnet {

/// Dropout draws masks in train mode and does nothing in test mode; other layers do not care.
enum class Mode { train, test };

/// A layer owns its output, its cache (what backward reads) and its gradients, and reuses their
/// memory: a returned reference is valid until the next call of the same function.
template <typename T>
class Layer {
 public:
  explicit Layer(std::string name) : name_(std::move(name)) {}
  virtual ~Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  /// x (N×D) -> out (N×H). Throws std::invalid_argument on a wrong width.
  virtual const Matrix<T>& forward(const Matrix<T>& x, Mode mode) = 0;

  /// dout = dloss/dout (N×H) -> dx = dloss/dx (N×D), for the x of the latest forward; overwrites
  /// the grad of every parameter. Throws std::logic_error before the first forward and
  /// std::invalid_argument when dout is not of the output's shape.
  virtual const Matrix<T>& backward(const Matrix<T>& dout) = 0;

  /// The same without dx, which nobody needs of a net's first layer. Throws like backward.
  virtual void backward_parameters(const Matrix<T>& dout) { backward(dout); }

  /// The trainable parameters, in a fixed order; they live as long as the layer.
  virtual std::vector<Parameter<T>*> parameters() { return {}; }

  /// H for an input of width D. Throws std::invalid_argument when D does not fit.
  virtual std::size_t output_width(std::size_t D) const { return D; }

  /// Tells random layers where training stands: row n of the next batch is examples[n] of the
  /// data set. Their draws then depend on nothing else, and stay the same until the next call.
  virtual void begin_step(std::uint64_t /*step*/, const std::vector<std::uint32_t>& /*examples*/) {}

  /// Called by Sequential: a name for messages and files, and the place in the list.
  void place(std::string name, std::size_t position) {
    name_ = std::move(name);
    position_ = position;
  }
  const std::string& name() const { return name_; }
  std::size_t position() const { return position_; }

 protected:
  Layer(Layer&&) noexcept = default;
  Layer& operator=(Layer&&) noexcept = default;

 private:
  std::string name_;
  std::size_t position_ = 0;
};

}  // namespace thinnet
