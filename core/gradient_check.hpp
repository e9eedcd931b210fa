// Analytic against numeric gradients: every entry of the Jacobian, or a sample of them.
#pragma once

#include <functional>
#include <string>

#include "core/layer.hpp"

namespace thinnet {

/// A matrix to nudge, and where backward leaves the gradient with respect to it (same shape).
struct CheckedTensor {
  std::string name;
  Matrix<double>* value;
  const Matrix<double>* grad;
};

/// The worst entry found. `passed` asks for a relative error of at most 1e-7.
struct GradientReport {
  std::string entry;  ///< "affine1.w[2,1], output [0,3]"
  double analytic = 0, numeric = 0;
  double relative_error = 0;  ///< |a - n| / max(|a| + |n|, 1e-6), see below
  std::size_t checked = 0;    ///< derivatives compared
  bool passed() const { return checked > 0 && relative_error <= 1e-7; }
  std::string text() const;  ///< one line with all of the above
};

/// Compares backward with central differences, refined by Ridders' method ("Accurate computation of
/// F'(x) and F'(x) F''(x)", 1982): ten steps h from 1/16 down to 2^-13 are extrapolated to h = 0,
/// and the estimate of least error is trusted, so that a kink (ReLU at 0) within reach of a long
/// step does not matter. The rounding error left is 1e-14 to 1e-13, hence the floor of 1e-6 under
/// the denominator of the relative error: an entry of 1e-8 cannot be known to seven digits. forward
/// returns the output; backward takes dout of its shape and fills every grad. Each output in turn
/// is asked for its gradient. samples > 0 checks only so many entries of each tensor, drawn with
/// `seed`. Throws std::invalid_argument when a grad has not the shape of its value.
GradientReport check_gradients(const std::function<const Matrix<double>&()>& forward,
                               const std::function<void(const Matrix<double>& dout)>& backward,
                               const std::vector<CheckedTensor>& tensors, std::size_t samples = 0,
                               std::uint64_t seed = 0);

/// The same for a layer or net in a pass: its input x (N×D) and every parameter. Every forward is
/// of the same pass, so that dropout draws one mask throughout.
GradientReport check_layer(Layer<double>& layer, Matrix<double> x, const Pass& pass,
                           std::size_t samples = 0, std::uint64_t seed = 0);

}  // namespace thinnet
