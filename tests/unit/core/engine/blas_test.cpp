#include "core/engine/blas.hpp"
#include "core/product.hpp"

#include <dlfcn.h>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/support.hpp"

namespace thinnet {
namespace {

/// One of OpenBLAS's own functions; null with another BLAS.
template <typename Function>
Function* openblas(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

const auto openblas_get_corename = openblas<char*()>("openblas_get_corename");
const auto openblas_get_num_threads = openblas<int()>("openblas_get_num_threads");
const auto openblas_set_num_threads = openblas<void(int)>("openblas_set_num_threads");
const auto gotoblas_dynamic_quit = openblas<void()>("gotoblas_dynamic_quit");
const auto gotoblas_dynamic_init = openblas<void()>("gotoblas_dynamic_init");

using testing::normals;

TEST(Blas, RunsOnOneThreadWithTheKernelsOfThisCpu) {
  Matrix<float> out;
  matmul<float>(normals<float>(3, 4, 1), normals<float>(4, 5, 2), out);
  if (openblas_get_corename == nullptr) GTEST_SKIP() << "the BLAS is not OpenBLAS";
  EXPECT_EQ(openblas_get_num_threads(), 1);
  if (std::getenv("OPENBLAS_CORETYPE") != nullptr) GTEST_SKIP() << "OPENBLAS_CORETYPE decides";
#if defined(__x86_64__)
  const std::string kernels = openblas_get_corename();
  if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512cd")) {
    EXPECT_TRUE(kernels == "SkylakeX" || kernels == "Cooperlake" || kernels == "SapphireRapids")
        << kernels;
  } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    EXPECT_NE(kernels, "Prescott");
  }
#endif
}

#if defined(__x86_64__)  // whose kernels prepare_blas chooses, and no others
bool kernels_can_be_chosen() {
  return openblas_get_corename != nullptr && gotoblas_dynamic_quit != nullptr &&
         gotoblas_dynamic_init != nullptr;
}

/// Has OpenBLAS take the kernels of `name`; an empty one: those it chooses by itself.
void take_kernels(const std::string& name) {
  if (name.empty()) {
    unsetenv("OPENBLAS_CORETYPE");
  } else {
    setenv("OPENBLAS_CORETYPE", name.c_str(), 1);
  }
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
}

/// What prepare_blas makes of OpenBLAS's choice of `chosen`, and that it leaves no variable behind.
std::string prepared_from(const std::string& chosen) {
  take_kernels(chosen);
  unsetenv("OPENBLAS_CORETYPE");
  EXPECT_EQ(openblas_get_corename(), chosen);
  prepare_blas();
  EXPECT_EQ(std::getenv("OPENBLAS_CORETYPE"), nullptr);
  return openblas_get_corename();
}

TEST(Blas, ReplacesKernelsThatAreTooOldForThisCpuAndNoOthers) {
  if (!kernels_can_be_chosen()) GTEST_SKIP() << "the BLAS has one set of kernels";
  const char* const variable = std::getenv("OPENBLAS_CORETYPE");
  const std::string before = variable == nullptr ? "" : variable;
  if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512cd")) {
    for (const char* const old : {"Prescott", "Haswell", "Zen"})
      EXPECT_EQ(prepared_from(old), "SkylakeX") << old;
  } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    EXPECT_EQ(prepared_from("Prescott"), "Haswell");
    EXPECT_EQ(prepared_from("Zen"), "Zen");
  } else {
    EXPECT_EQ(prepared_from("Prescott"), "Prescott");
  }
  EXPECT_EQ(prepared_from("Nehalem"), "Nehalem");  // nothing that OpenBLAS falls back to
  take_kernels("Prescott");
  prepare_blas();
  EXPECT_STREQ(openblas_get_corename(), "Prescott") << "the environment is left to decide";
  EXPECT_STREQ(std::getenv("OPENBLAS_CORETYPE"), "Prescott");
  take_kernels(before);
  prepare_blas();
}
#endif

TEST(Blas, IsPutBackOnOneThread) {
  if (openblas_set_num_threads == nullptr) GTEST_SKIP() << "the BLAS is not OpenBLAS";
  openblas_set_num_threads(2);
  prepare_blas();
  EXPECT_EQ(openblas_get_num_threads(), 1);
}

TEST(Blas, LeavesTheEnvironmentAsItWas) {
  std::ifstream file("/proc/self/environ");  // as the program was started
  if (!file) GTEST_SKIP() << "no /proc";
  const std::string start{std::istreambuf_iterator<char>(file), {}};
  const bool was_set =
      ('\0' + start).find(std::string("\0OPENBLAS_CORETYPE=", 19)) != std::string::npos;
  EXPECT_EQ(std::getenv("OPENBLAS_CORETYPE") != nullptr, was_set);
}

}  // namespace
}  // namespace thinnet
