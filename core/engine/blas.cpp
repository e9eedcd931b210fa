#include "core/engine/blas.hpp"

#include <cstdlib>
#include <string>

// OpenBLAS's own functions; null with another BLAS, or where it was built for one CPU only.
extern "C" {
[[gnu::weak]] void openblas_set_num_threads(int);
[[gnu::weak]] char* openblas_get_corename();
[[gnu::weak]] void gotoblas_dynamic_quit();  // forgets the chosen kernels
[[gnu::weak]] void gotoblas_dynamic_init();  // chooses anew, by OPENBLAS_CORETYPE if it is set
}

namespace thinnet {
namespace {

/// The kernels this CPU can run, in OpenBLAS's names; null when they are what it falls back to.
const char* fitting_kernels(const std::string& chosen) {
#if defined(__x86_64__)
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx512 && (chosen == "Prescott" || chosen == "Haswell" || chosen == "Zen")) return "SkylakeX";
  if (avx2 && chosen == "Prescott") return "Haswell";
#else
  static_cast<void>(chosen);
#endif
  return nullptr;
}

}  // namespace

bool prepare_blas() {
  if (openblas_set_num_threads != nullptr) openblas_set_num_threads(1);
  const char* const variable = "OPENBLAS_CORETYPE";
  if (openblas_get_corename == nullptr || gotoblas_dynamic_quit == nullptr ||
      gotoblas_dynamic_init == nullptr || std::getenv(variable) != nullptr)
    return true;
  if (const char* const kernels = fitting_kernels(openblas_get_corename())) {
    setenv(variable, kernels, 1);
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    unsetenv(variable);  // the programs we start may use another OpenBLAS
  }
  return true;
}

}  // namespace thinnet
