// The interface every layer shares: one way in, one way back.
#pragma once

#include <utility>

#include "core/parameter.hpp"
#include "core/pass.hpp"

namespace thinnet {

/// A layer owns its output, its cache (what backward reads) and its gradients, and reuses their
/// memory: a returned reference is valid until the next call of the same function. So forward is
/// not const, in a test pass either: it writes the output. Threads that predict at the same time
/// need a net each.
template <typename T>
class Layer {
 public:
  explicit Layer(std::string name) : name_(std::move(name)) {}
  virtual ~Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  /// x (N×D) -> out (N×H). Throws std::invalid_argument on a wrong width.
  virtual const Matrix<T>& forward(const Matrix<T>& x, const Pass& pass) = 0;

  /// dout = ∂loss/∂out (N×H) -> dx = ∂loss/∂x (N×D), for the x of the latest forward; overwrites
  /// the grad of every parameter. Throws std::logic_error before the first forward and
  /// std::invalid_argument when dout is not of the output's shape.
  virtual const Matrix<T>& backward(const Matrix<T>& dout) = 0;

  /// The parameters, in a fixed order; they live as long as the layer.
  virtual std::vector<Parameter<T>*> parameters() { return {}; }

  /// H for an input of width D. Throws std::invalid_argument when D does not fit.
  virtual std::size_t output_width(std::size_t D) const { return D; }

  /// "affine1": for messages and files. Before the layer stands in a net: "affine".
  const std::string& name() const { return name_; }

  // What a net tells its layers. A first reading may end here.

  /// The layer's number in its net, from 0; the layers of nets inside it are counted too. Dropout
  /// draws its mask from it, so that two dropouts of a net never share one.
  std::size_t position() const { return position_; }

  /// Called by Sequential::add. Returns the position of the layer that follows: one further, or
  /// more for a net in a net, which numbers its own layers from here.
  virtual std::size_t set_name_and_position(std::string name, std::size_t position) {
    name_ = std::move(name);
    position_ = position;
    return position + 1;
  }

  /// Whether backward must compute dx. A net turns this off for its first layer: x is data there,
  /// nobody reads its dx, and it costs a matrix product. backward may then return no_dx().
  virtual void set_needs_dx(bool needed) { needs_dx_ = needed; }
  bool needs_dx() const { return needs_dx_; }

 protected:
  Layer(Layer&&) noexcept = default;
  Layer& operator=(Layer&&) noexcept = default;

  /// An empty matrix, 0×0.
  const Matrix<T>& no_dx() const { return no_dx_; }

 private:
  std::string name_;
  std::size_t position_ = 0;
  bool needs_dx_ = true;
  Matrix<T> no_dx_;
};

}  // namespace thinnet
