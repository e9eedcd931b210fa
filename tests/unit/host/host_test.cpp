// A program that links Thinnet finds its BLAS as it would be without, up to the first product. A
// program of its own, for it asks what was before any product.
#include <dlfcn.h>

#include <cstdlib>
#include <string>

#include "core/engine/blas.hpp"
#include "core/engine/threads.hpp"
#include "core/product.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

/// One of OpenBLAS's own functions; null with another BLAS.
template <typename Function>
Function* openblas(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

void multiply() {
  Matrix<float> out;
  matmul<float>(testing::normals<float>(3, 4, 1), testing::normals<float>(4, 5, 2), out);
}

// One test: what it asks first is true once in a process.
TEST(Host, FindsItsBlasAsItWasUntilTheFirstProduct) {
  const auto kernels = openblas<char*()>("openblas_get_corename");
  const auto threads = openblas<int()>("openblas_get_num_threads");
  const auto set_threads = openblas<void(int)>("openblas_set_num_threads");
  const auto forget = openblas<void()>("gotoblas_dynamic_quit");
  const auto choose = openblas<void()>("gotoblas_dynamic_init");
  const bool settable = threads != nullptr && set_threads != nullptr;
  const bool exchangeable = kernels != nullptr && forget != nullptr && choose != nullptr;
  if (!settable || !exchangeable)
    GTEST_SKIP() << "the BLAS is not OpenBLAS, or has one set of kernels";
  const std::string kernels_at_start = kernels();
  if (std::getenv("OPENBLAS_NUM_THREADS") == nullptr && usable_cores() > 1 &&
      std::getenv("OMP_NUM_THREADS") == nullptr && std::getenv("GOTO_NUM_THREADS") == nullptr) {
    EXPECT_GT(threads(), 1) << "before main";
  }
  forget();
  choose();
  EXPECT_EQ(kernels_at_start, kernels()) << "not what OpenBLAS chooses by itself";

  set_threads(2);
  multiply();
  EXPECT_EQ(threads(), 1) << "the first product";
  const std::string kernels_of_products = kernels();
  set_threads(2);
  multiply();
  EXPECT_EQ(threads(), 2) << "the second product leaves it to the host";

  forget();
  choose();
  EXPECT_EQ(kernels_at_start, kernels());
  prepare_blas();
  EXPECT_EQ(threads(), 1) << "a call";
  EXPECT_EQ(kernels(), kernels_of_products);
}

}  // namespace
}  // namespace thinnet
