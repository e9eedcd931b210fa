#include "core/matrix.hpp"
#include "core/engine/threads.hpp"

#include <array>

#include "core/product.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::message_of;
using testing::normals;

template <typename T>
double entry(const Operand<T>& a, std::size_t i, std::size_t j) {
  return a.is_transposed ? a.matrix(j, i) : a.matrix(i, j);
}

/// The definition of a product, summed in double.
template <typename T>
Matrix<T> naive_product(const Operand<T>& a, const Operand<T>& b) {
  Matrix<T> out({a.rows(), b.columns()});
  for (std::size_t i = 0; i < a.rows(); ++i) {
    for (std::size_t j = 0; j < b.columns(); ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < a.columns(); ++k) sum += entry(a, i, k) * entry(b, k, j);
      out(i, j) = static_cast<T>(sum);
    }
  }
  return out;
}

/// A matrix that reads as rows × columns, stored as such or transposed.
template <typename T>
Matrix<T> stored(std::size_t rows, std::size_t columns, bool transposed, std::uint64_t seed) {
  return transposed ? normals<T>(columns, rows, seed) : normals<T>(rows, columns, seed);
}

// The last two are large enough to be split into panels, by columns and by rows.
constexpr std::array<std::array<std::size_t, 3>, 8> shapes{{{1, 1, 1},
                                                            {1, 5, 3},
                                                            {5, 1, 3},
                                                            {4, 3, 1},
                                                            {7, 2, 9},
                                                            {33, 17, 65},
                                                            {40, 601, 70},
                                                            {1203, 31, 40}}};

template <typename T>
void products_match_their_definition(double epsilon) {
  for (const auto& [M, N, K] : shapes) {
    for (const bool ta : {false, true}) {
      for (const bool tb : {false, true}) {
        const auto a = stored<T>(M, K, ta, 1), b = stored<T>(K, N, tb, 2);
        Matrix<T> out;
        matmul<T>({a, ta}, {b, tb}, out);
        // |rounding error of a sum of K products| <= K·ε·Σ|a·b| (Higham, 2002, section 3.1), and
        // Σ|a·b| < 10·K here.
        const auto k = static_cast<double>(K);
        testing::expect_near(out, naive_product<T>({a, ta}, {b, tb}), k * epsilon * 10 * k);
      }
    }
  }
}

TEST(Matmul, MatchesItsDefinitionForEveryTransposition) {
  products_match_their_definition<double>(0x1p-53);
  products_match_their_definition<float>(0x1p-24);
}

template <typename T>
void bits_do_not_depend_on_threads() {
  const testing::SameThreadCountAfter same_after;
  for (const auto& [M, N, K] : {std::array<std::size_t, 3>{100, 500, 3072},
                                {3072, 500, 100},
                                {100, 3072, 500},
                                {100, 10, 500},
                                {333, 777, 201}}) {
    const auto a = normals<T>(M, K, 1), b = normals<T>(K, N, 2);
    Matrix<T> one, other;
    set_thread_count(1);
    matmul(a, b, one);
    for (const std::size_t threads : {2U, 3U}) {
      set_thread_count(threads);
      matmul(a, b, other);
      EXPECT_TRUE(one == other) << M << "×" << N << "×" << K << " with " << threads << " threads";
    }
  }
}

TEST(Matmul, GivesTheSameBitsForAnyNumberOfThreads) {
  bits_do_not_depend_on_threads<float>();
  bits_do_not_depend_on_threads<double>();
}

TEST(Matmul, KeepsTheMemoryOfItsResult) {
  const auto a = normals(4, 3, 1), b = normals(3, 5, 2);
  Matrix<double> out;
  matmul(a, b, out);
  const double* memory = out.data();
  matmul(a, b, out);
  EXPECT_EQ(out.data(), memory);
}

TEST(Matmul, GivesItsResultTheShapeWhateverItHadBefore) {
  const auto a = normals<double>(5, 4, 1), b = normals<double>(4, 5, 2);
  Matrix<double> expected;
  matmul(a, b, expected);
  for (const std::size_t rows : {3U, 5U, 7U}) {
    for (const std::size_t columns : {3U, 5U, 7U}) {
      Matrix<double> out = normals<double>(rows, columns, 3);
      matmul(a, b, out);
      EXPECT_TRUE(out == expected) << rows << "×" << columns;
    }
  }
}

TEST(Matmul, NamesBothShapesOfAMismatch) {
  const auto a = normals(4, 3, 1), b = normals(4, 5, 2);
  Matrix<double> out;
  EXPECT_EQ(message_of([&] { matmul(a, b, out); }), "matmul: cannot multiply 4×3 by 4×5");
  EXPECT_EQ(message_of([&] { matmul(transposed(a), transposed(b), out); }),
            "matmul: cannot multiply 3×4 by 5×4");
}

TEST(Matmul, RefusesToWriteIntoItsFactors) {
  auto a = normals(3, 3, 1), b = normals(3, 3, 2);
  const std::string message = "matmul: the result is one of its factors";
  EXPECT_EQ(message_of([&] { matmul(a, b, a); }), message);
  EXPECT_EQ(message_of([&] { matmul(a, transposed(b), b); }), message);
}

TEST(Shapes, MismatchesNameTheLayerTheTensorAndBothShapes) {
  const auto m = normals(2, 5, 1);
  EXPECT_EQ(shape_text(m), "2×5");
  EXPECT_NO_THROW(require_shape(m, {2, 5}, "dout", "affine1"));
  EXPECT_EQ(message_of([&] {
              require_shape(m, {2, 3}, "dout", "affine1");
            }),
            "affine1: dout is 2×5, expected 2×3");
  EXPECT_EQ(message_of([&] {
              require_shape(m, {3, 5}, "dout", "affine1");
            }),
            "affine1: dout is 2×5, expected 3×5");
  EXPECT_NO_THROW(require_width(m, 5, "x", "affine1"));
  EXPECT_EQ(message_of([&] { require_width(m, 4, "x", "affine1"); }),
            "affine1: x is 2×5, expected N×4");
}

TEST(Rows, AreAddedToAndSummedByTwoThreads) {
  const std::size_t N = 301, H = 203;
  const auto start = testing::normals(N, H, 1), row = testing::normals(1, H, 2);
  Matrix<double> sum;
  const testing::SameThreadCountAfter same_after;
  set_thread_count(2);
  Matrix<double> m = start;
  add_to_rows(row, m);
  sum_rows(start, sum);
  for (std::size_t h = 0; h < H; ++h) {
    double total = 0;
    for (std::size_t n = 0; n < N; ++n) {
      ASSERT_EQ(m(n, h), start(n, h) + row(0, h));
      total += start(n, h);
    }
    EXPECT_EQ(sum(0, h), total);
  }
}

TEST(Rows, AreAddedToAndSummed) {
  Matrix<double> m = {{1, 2, 3}, {4, 5, 6}}, sum = {{9, 9, 9}};
  add_to_rows({{10, 20, 30}}, m);
  EXPECT_TRUE(m == Matrix<double>({{11, 22, 33}, {14, 25, 36}}));
  sum_rows(m, sum);
  EXPECT_TRUE(sum == Matrix<double>({{25, 47, 69}}));
}

TEST(Rows, SizeWhatTheyWriteAndRefuseWhatDoesNotFit) {
  Matrix<double> m = {{1, 2, 3}, {4, 5, 6}}, sum({2, 7}, 9);
  sum_rows(m, sum);
  EXPECT_TRUE(sum == Matrix<double>({{5, 7, 9}}));
  EXPECT_EQ(message_of([&] { add_to_rows({{1, 2}}, m); }), "add_to_rows: row is 1×2, expected 1×3");
  EXPECT_EQ(message_of([&] {
              add_to_rows({{1, 2, 3}, {4, 5, 6}}, m);
            }),
            "add_to_rows: row is 2×3, expected 1×3");
}

}  // namespace
}  // namespace thinnet
