// Analytic against numeric gradients: every entry of the Jacobian, or a sample of them.
#pragma once

#include <functional>
#include <string>

#include "core/layer.hpp"
#include "core/loss.hpp"

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
  double relative_error = 0;  ///< |a - n| / max(|a| + |n|, 1e-6), see check_gradients
  std::size_t checked = 0;    ///< derivatives compared
  bool passed() const { return checked > 0 && relative_error <= 1e-7; }
  std::string text() const;  ///< one line with all of the above
};

/// Compares every entry of the gradient that backward computes with a numeric one: central
/// differences, extrapolated to steps of length 0 (core/engine/ridders.hpp).
///
/// forward returns the output. backward takes a dout of its shape and fills every grad; it is
/// called once for each entry of the output. samples > 0 checks only so many entries of each
/// tensor, drawn with `seed`. Throws std::invalid_argument when a grad has not the shape of its
/// value.
///
/// With s = max(1, |entry|) the steps are s/16, s/32, … s/8192. A kink (ReLU at 0) that only the
/// longer ones reach does not matter. The rounding error left is 1e-14 to 1e-13, so that 1e-7 can
/// be asked of gradients down to 1e-6: that is the floor under the denominator.
GradientReport check_gradients(const std::function<const Matrix<double>&()>& forward,
                               const std::function<void(const Matrix<double>& dout)>& backward,
                               const std::vector<CheckedTensor>& tensors, std::size_t samples = 0,
                               std::uint64_t seed = 0);

/// The same for a layer or net in a pass: its input x (N×D) and every parameter but the buffers,
/// which are put back. Every forward is of the same pass, so that dropout draws one mask
/// throughout.
GradientReport check_layer(Layer<double>& layer, Matrix<double> x, const Pass& pass,
                           std::size_t samples = 0, std::uint64_t seed = 0);

/// The same for a Loss: every entry of the net's output, which are the scores (N×C).
template <typename AnyLoss>
GradientReport check_loss(AnyLoss loss, Matrix<double> scores,
                          const typename AnyLoss::Targets& targets) {
  Matrix<double> out({1, 1}), dscores;
  return check_gradients(
      [&]() -> const Matrix<double>& {
        out(0, 0) = loss.forward(scores, targets);
        return out;
      },
      [&](const Matrix<double>& dout) { dscores = loss.backward() * dout(0, 0); },
      {{"scores", &scores, &dscores}});
}

}  // namespace thinnet
