// The directions in which data vary most: by LAPACK, and not without it.
#pragma once

#include <vector>

#include "core/matrix.hpp"

namespace thinnet {

/// Of a covariance.
struct Components {
  std::vector<double> values;  // (D) λ, ascending, in the first K
  Matrix<double> vectors;      // (K×D) one u a row
};

/// Throws std::runtime_error where Thinnet was built without LAPACK.
void require_lapack();

/// The K largest eigenvalues λ and their eigenvectors u of a covariance (D×D), which is used up.
/// Throws std::runtime_error when LAPACK fails, and without it.
Components principal_components(Matrix<double>& covariance, std::size_t K);

}  // namespace thinnet
