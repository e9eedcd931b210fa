// Which panels a product is cut into: BLAS's function is replaced by one that notes what it is
// asked for. A program of its own for that reason.
#include <dlfcn.h>
#include <algorithm>
#include <mutex>
#include <tuple>

#include "core/engine/threads.hpp"
#include "core/product.hpp"
#include "tests/support.hpp"

namespace {

struct Call {
  int rows, columns, depth;
  bool operator<(const Call& other) const {
    return std::tie(rows, columns, depth) < std::tie(other.rows, other.columns, other.depth);
  }
  bool operator==(const Call& other) const {
    return std::tie(rows, columns, depth) == std::tie(other.rows, other.columns, other.depth);
  }
};

std::mutex mutex;
std::vector<Call> calls;
thinnet::testing::Meeting* meeting = nullptr;  // where each call waits for another, if anywhere

using Gemm = void(int, int, int, int, int, int, double, const double*, int, const double*, int,
                  double, double*, int);

Gemm* real_gemm() {
  return reinterpret_cast<Gemm*>(dlsym(RTLD_NEXT, "cblas_dgemm"));
}

}  // namespace

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" void cblas_dgemm(int order, int trans_a, int trans_b, int m, int n, int k, double alpha,
                            const double* a, int lda, const double* b, int ldb, double beta,
                            double* c, int ldc) {
  {
    const std::lock_guard<std::mutex> lock(mutex);
    calls.push_back({m, n, k});
  }
  if (meeting != nullptr) {
    EXPECT_TRUE(meeting->wait()) << "no two panels at a time";
  }
  real_gemm()(order, trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)

namespace thinnet {
namespace {

/// The products that BLAS is asked for when out is M×N, in the order of their sizes.
std::vector<Call> panels_of(std::size_t M, std::size_t N, std::size_t K) {
  const auto a = testing::normals(M, K, 1), b = testing::normals(K, N, 2);
  Matrix<double> out;
  std::vector<Call> first;
  const testing::SameThreadCountAfter same_after;
  for (const std::size_t threads : {1U, 2U, 3U}) {
    set_thread_count(threads);
    calls.clear();
    matmul<double>(a, b, out);
    std::sort(calls.begin(), calls.end());
    if (threads == 1) first = calls;
    EXPECT_EQ(calls, first) << "the panels depend on the number of threads";
  }
  return first;
}

class Panels : public ::testing::Test {
 protected:
  void SetUp() override {
    if (real_gemm() == nullptr) GTEST_SKIP() << "BLAS is not a shared library";
    Matrix<double> out;
    calls.clear();
    matmul<double>(testing::normals(2, 2, 1), testing::normals(2, 2, 2), out);
    if (calls.empty()) GTEST_SKIP() << "BLAS is called by other names";
  }
};

TEST_F(Panels, AreOneForAProductThatIsNotWorthSplitting) {
  EXPECT_EQ(panels_of(2, 3, 4), (std::vector<Call>{{2, 3, 4}}));
  // One multiplication short of 2^20, and 2^20.
  EXPECT_EQ(panels_of(775, 33, 41), (std::vector<Call>{{775, 33, 41}}));
  EXPECT_EQ(panels_of(512, 2, 1024), (std::vector<Call>{{256, 2, 1024}, {256, 2, 1024}}));
  // Neither side is long enough, however deep.
  EXPECT_EQ(panels_of(499, 499, 64), (std::vector<Call>{{499, 499, 64}}));
}

TEST_F(Panels, AreSharedByTheThreads) {
  if (usable_cores() == 1) GTEST_SKIP() << "this process has one core";
  const testing::SameThreadCountAfter same_after;
  set_thread_count(2);
  const auto a = testing::normals(512, 64, 1), b = testing::normals(64, 40, 2);
  Matrix<double> out;
  calls.clear();
  testing::Meeting of_both;
  meeting = &of_both;
  matmul<double>(a, b, out);
  meeting = nullptr;
  EXPECT_EQ(calls.size(), 2U);
}

TEST_F(Panels, AreOfRowsWhereThereAreTwiceTwoHundredAndFifty) {
  EXPECT_EQ(panels_of(500, 600, 8), (std::vector<Call>{{240, 600, 8}, {260, 600, 8}}));
  EXPECT_EQ(panels_of(999, 20, 64), (std::vector<Call>{{496, 20, 64}, {503, 20, 64}}));
  EXPECT_EQ(panels_of(1000, 20, 64),
            (std::vector<Call>{{240, 20, 64}, {240, 20, 64}, {256, 20, 64}, {264, 20, 64}}));
  const auto eight = panels_of(4100, 16, 17);
  EXPECT_EQ(eight.size(), 8U) << "never more";
  EXPECT_EQ(eight.front(), (Call{512, 16, 17}));
  EXPECT_EQ(eight.back(), (Call{516, 16, 17}));
}

TEST_F(Panels, AreTwoOfColumnsWhereThereAreFewRows) {
  EXPECT_EQ(panels_of(499, 500, 8), (std::vector<Call>{{499, 240, 8}, {499, 260, 8}}));
  EXPECT_EQ(panels_of(40, 4100, 8), (std::vector<Call>{{40, 2048, 8}, {40, 2052, 8}}));
  EXPECT_EQ(panels_of(499, 499, 8), (std::vector<Call>{{499, 499, 8}}));
}

}  // namespace
}  // namespace thinnet
