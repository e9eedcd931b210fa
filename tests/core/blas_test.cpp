#include "core/blas.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/support.hpp"

extern "C" {
[[gnu::weak]] char* openblas_get_corename();
[[gnu::weak]] int openblas_get_num_threads();
}

namespace thinnet {
namespace {

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
