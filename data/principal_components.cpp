#include "data/principal_components.hpp"

#include <fmt/format.h>

#include <stdexcept>

// LAPACK: some eigenvalues (ascending) and eigenvectors of a symmetric matrix.
extern "C" void dsyevr_(const char* vectors, const char* range, const char* triangle, const int* n,
                        double* a, const int* a_stride, const double* from, const double* to,
                        const int* first, const int* last, const double* tolerance, int* found,
                        double* values, double* z, const int* z_stride, int* support, double* work,
                        const int* work_size, int* integers, const int* integers_size, int* failed);

namespace thinnet {

void require_lapack() {}

Components principal_components(Matrix<double>& covariance, std::size_t K) {
  const auto D = static_cast<int>(covariance.shape(0)), wanted = static_cast<int>(K);
  const int first = D - wanted + 1;
  const double unused = 0;
  Components components{std::vector<double>(covariance.shape(0)),
                        Matrix<double>({K, covariance.shape(0)})};
  std::vector<int> support(2 * K);
  std::vector<double> work(1);
  std::vector<int> integers(1);
  int found = 0, failed = 0, work_size = -1, integers_size = -1;
  const auto call = [&] {
    dsyevr_("V", "I", "U", &D, covariance.data(), &D, &unused, &unused, &first, &D, &unused, &found,
            components.values.data(), components.vectors.data(), &D, support.data(), work.data(),
            &work_size, integers.data(), &integers_size, &failed);
  };
  call();  // asks how much room it needs
  work_size = static_cast<int>(work[0]);
  integers_size = integers[0];
  work.resize(static_cast<std::size_t>(work_size));
  integers.resize(static_cast<std::size_t>(integers_size));
  call();
  if (failed != 0 || found != wanted)
    throw std::runtime_error(fmt::format("whitening: LAPACK's dsyevr failed with {}", failed));
  return components;
}

}  // namespace thinnet
