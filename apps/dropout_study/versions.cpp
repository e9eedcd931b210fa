#include "apps/dropout_study/versions.hpp"

#include <fmt/format.h>

#include <sstream>
#include <xtensor/xtensor_config.hpp>

// OpenBLAS's own; null with another BLAS.
extern "C" [[gnu::weak]] const char* openblas_get_config();
extern "C" [[gnu::weak]] const char* openblas_get_corename();

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
  if (openblas_get_config != nullptr) {
    std::istringstream words(openblas_get_config());  // "OpenBLAS 0.3.21 NO_LAPACKE …"
    std::string name, version;
    words >> name >> version;
    list.emplace_back("OpenBLAS", version);
  }
  if (openblas_get_corename != nullptr) list.emplace_back("BLAS kernel", openblas_get_corename());
  return list;
}

}  // namespace thinnet::examples
