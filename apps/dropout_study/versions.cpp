#include "apps/dropout_study/versions.hpp"

#include <fmt/format.h>

#include "core/engine/blas.hpp"
#include "core/matrix.hpp"  // which brings xtensor's version

namespace thinnet::examples {

std::vector<std::pair<std::string, std::string>> versions() {
#ifdef __clang__
  const std::string compiler =
      fmt::format("clang++ {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  const std::string compiler =
      fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
  std::vector<std::pair<std::string, std::string>> list{
      {"thinnet", THINNET_VERSION},
      {"compiler", compiler},
      {"xtensor", fmt::format("{}.{}.{}", XTENSOR_VERSION_MAJOR, XTENSOR_VERSION_MINOR,
                              XTENSOR_VERSION_PATCH)}};
  prepare_blas();  // if nothing was multiplied yet
  const BlasInUse blas = blas_in_use();
  if (!blas.openblas.empty()) list.emplace_back("OpenBLAS", blas.openblas);
  if (!blas.kernels.empty()) list.emplace_back("BLAS kernel", blas.kernels);
  return list;
}

}  // namespace thinnet::examples
