// Takes the place of principal_components.cpp where there is no LAPACK.
#include <stdexcept>

#include "data/principal_components.hpp"

namespace thinnet {

void require_lapack() {
  throw std::runtime_error(
      "whitening needs LAPACK, which was missing when this was built (Debian: libopenblas-dev)");
}

Components principal_components(Matrix<double>& /*covariance*/, std::size_t /*K*/) {
  require_lapack();
  return {};
}

}  // namespace thinnet
