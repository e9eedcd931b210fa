// Features on one scale, fitted on the training set.
#pragma once

#include "data/dataset.hpp"

namespace thinnet {

/// x -> (x - mean) * scale, feature by feature. Fit it on the training set only: a mean that has
/// seen validation images leaks them into training.
template <typename T>
struct Normaliser {
  Matrix<T> mean, scale;  ///< (1×D) each

  /// Leaves D features as they are.
  static Normaliser identity(std::size_t D);
  /// Subtracts the mean of each feature (for images: the mean image).
  static Normaliser mean_of(const Dataset& training);
  /// Divides by each feature's standard deviation as well; a constant feature is left undivided.
  static Normaliser standard_of(const Dataset& training);
};

}  // namespace thinnet
