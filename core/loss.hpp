// The interface every loss shares: the number that training makes small, and its gradient.
#pragma once

#include "core/matrix.hpp"

namespace thinnet {

/// The end of the chain: it compares what a net answers with what it should answer. Expected is
/// Labels for classes (N) or Matrix<T> for numbers (N×C), so that the compiler tells them apart.
/// Not a Layer: forward takes the targets too and returns a number, so backward needs no dout.
template <typename T, typename Expected>
class Loss {
 public:
  using Targets = Expected;
  virtual ~Loss() = default;

  /// out (N×C), targets of N examples -> the mean loss over the rows. Throws std::invalid_argument
  /// when N is 0 or the two do not fit.
  virtual double forward(const Matrix<T>& out, const Targets& targets) = 0;

  /// -> dout = ∂loss/∂out (N×C), for the latest forward; where the way back begins. Throws
  /// std::logic_error before the first forward.
  virtual const Matrix<T>& backward() = 0;
};

}  // namespace thinnet
