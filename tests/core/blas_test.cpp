#include "core/blas.hpp"

#include <cstdlib>

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

TEST(Blas, LeavesTheEnvironmentAlone) {
  const char* const before = std::getenv("OPENBLAS_CORETYPE");
  const std::string value = before == nullptr ? "" : before;
  EXPECT_TRUE(prepare_blas());
  const char* const after = std::getenv("OPENBLAS_CORETYPE");
  EXPECT_EQ(before == nullptr, after == nullptr);
  EXPECT_EQ(after == nullptr ? "" : after, value);
}

}  // namespace
}  // namespace thinnet
