// Images of equal contrast, as uncorrelated features.
#pragma once

#include "data/dataset.hpp"

namespace thinnet {

/// Coates, Lee, Ng, "An analysis of single-layer networks in unsupervised feature learning" (2011),
/// section 3.1, here onto the first K principal components.
///   c = (x - mean_d x) / √(var_d x + 10)        contrast of each image x (1×D), pixels 0 to 255
///   out_k = (c - mean_n c)·u_k / √(λ_k + ε)     λ_1 ≥ λ_2 ≥ …, u_k (D×1) of the covariance of c
/// The larger ε, the less the faint components are raised. At last all outputs are divided by one
/// number, which gives them the mean square 1 on the training images.
class Whitening {
 public:
  /// Learns mean, components and scale from the training images (N×D): K = components, and ε in
  /// units of the largest λ, so that 1 is strong. Throws std::invalid_argument unless K is in
  /// [1, D], epsilon is finite and >= 0, and every λ_k + ε is above the largest λ's rounding as a
  /// float (with ε = 0, K = D cannot be had: equal contrast leaves D - 1 dimensions), and
  /// std::runtime_error where Thinnet was built without LAPACK.
  Whitening(const Dataset& training, std::size_t components, double epsilon);

  /// N×D -> N×K in float, with the same labels. Give it the whole data set and take parts of the
  /// result: its rows are numbered anew. Throws std::invalid_argument on another width.
  Dataset apply(const Dataset& images) const;

 private:
  Matrix<float> mean_;        // (1×D) of c
  Matrix<float> projection_;  // (D×K) u_k / √(λ_k + ε), scaled
};

}  // namespace thinnet
