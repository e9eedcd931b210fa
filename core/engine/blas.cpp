#include "core/engine/blas.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <mutex>
#include <sstream>
#include <xtensor-blas/xblas.hpp>

#include "core/engine/gemm.hpp"

namespace thinnet {
namespace {

/// One of OpenBLAS's own functions; null with another BLAS, or where it was built for one CPU only.
template <typename Function>
Function* openblas_function(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

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

void take_fitting_kernels() {
  const auto kernels_in_use = openblas_function<char*()>("openblas_get_corename");
  const auto forget = openblas_function<void()>("gotoblas_dynamic_quit");  // the chosen kernels
  const auto choose = openblas_function<void()>("gotoblas_dynamic_init");  // by the environment
  const char* const variable = "OPENBLAS_CORETYPE";
  if (kernels_in_use == nullptr || forget == nullptr || choose == nullptr ||
      std::getenv(variable) != nullptr)
    return;
  if (const char* const kernels = fitting_kernels(kernels_in_use())) {
    setenv(variable, kernels, 1);
    forget();
    choose();
    unsetenv(variable);  // the programs we start may use another OpenBLAS
  }
}

void prepare() {
  const auto set_threads = openblas_function<void(int)>("openblas_set_num_threads");
  if (set_threads != nullptr) set_threads(1);
  take_fitting_kernels();
}

std::once_flag first_time;

xt::blas_index_t blas_index(std::size_t n) {
  return static_cast<xt::blas_index_t>(n);
}

}  // namespace

void prepare_blas() {
  std::call_once(first_time, [] {});  // the first product has nothing left to do
  prepare();
}

BlasInUse blas_in_use() {
  BlasInUse blas;
  if (const auto configuration = openblas_function<char*()>("openblas_get_config")) {
    std::istringstream words(configuration());  // "OpenBLAS 0.3.21 NO_LAPACKE …"
    std::string name;
    words >> name >> blas.openblas;
  }
  if (const auto kernels = openblas_function<char*()>("openblas_get_corename"))
    blas.kernels = kernels();
  return blas;
}

template <typename T>
void multiply(std::size_t M, std::size_t N, std::size_t K, Block<T> a, Block<T> b, T* out,
              std::size_t stride) {
  std::call_once(first_time, prepare);
  const auto operation = [](bool is_transposed) {
    return is_transposed ? cxxblas::Trans : cxxblas::NoTrans;
  };
  cxxblas::gemm<xt::blas_index_t>(cxxblas::RowMajor, operation(a.is_transposed),
                                  operation(b.is_transposed), blas_index(M), blas_index(N),
                                  blas_index(K), T(1), a.entries, blas_index(a.stride), b.entries,
                                  blas_index(b.stride), T(0), out, blas_index(stride));
}

template void multiply(std::size_t, std::size_t, std::size_t, Block<float>, Block<float>, float*,
                       std::size_t);
template void multiply(std::size_t, std::size_t, std::size_t, Block<double>, Block<double>, double*,
                       std::size_t);

}  // namespace thinnet
