#include "core/engine/assign.hpp"

#include "core/engine/threads.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

using testing::message_of;
using testing::normals;

TEST(Assign, WritesTheExpressionAndGivesOutItsShape) {
  const Matrix<double> a = {{1, 2, 3}, {4, 5, 6}}, b = {{10, 20, 30}, {40, 50, 60}};
  Matrix<double> out;
  assign(out, b - 2.0 * a);
  EXPECT_TRUE(out == Matrix<double>({{8, 16, 24}, {32, 40, 48}}));
  const double* memory = out.data();
  assign(out, a * (b > 25.0));
  EXPECT_TRUE(out == Matrix<double>({{0, 0, 3}, {4, 5, 6}}));
  EXPECT_EQ(out.data(), memory);
}

TEST(Assign, MayReadWhatItWrites) {
  Matrix<double> out = {{1, 2}, {3, 4}};
  assign(out, out * out + 1.0);
  EXPECT_TRUE(out == Matrix<double>({{2, 5}, {10, 17}}));
}

TEST(Assign, RefusesMatricesOfDifferentShapes) {
  const auto a = normals(2, 3, 1), row = normals(1, 3, 2), column = normals(2, 1, 3);
  Matrix<double> out;
  const std::string message = "assign: the matrices of the expression differ in shape";
  EXPECT_EQ(message_of([&] { assign(out, a + row); }), message);
  EXPECT_EQ(message_of([&] { assign(out, row + a); }), message);
  EXPECT_EQ(message_of([&] { assign(out, a * column); }), message);
  EXPECT_ANY_THROW(assign(out, a + normals(3, 3, 4)));
  EXPECT_ANY_THROW(assign(out, a + normals(2, 4, 4)));
}

TEST(Assign, GivesTheSameBitsForAnyNumberOfThreads) {
  const auto x = normals<float>(301, 203, 1), mask = normals<float>(301, 203, 2);
  const testing::SameThreadCountAfter same_after;
  Matrix<float> one, other;
  set_thread_count(1);
  assign(one, x * mask / 0.3F);
  for (const std::size_t threads : {2U, 3U}) {
    set_thread_count(threads);
    assign(other, x * mask / 0.3F);
    EXPECT_TRUE(one == other) << threads;
  }
  for (std::size_t k = 0; k < one.size(); ++k)
    ASSERT_EQ(one.flat(k), x.flat(k) * mask.flat(k) / 0.3F) << k;
}

TEST(Entrywise, CallsItsFunctionWithTheEntriesOfEveryPlace) {
  const testing::SameThreadCountAfter same_after;
  for (const std::size_t threads : {1U, 2U}) {
    set_thread_count(threads);
    auto w = normals(301, 203, 1), v = normals(301, 203, 2);
    const auto dw = normals(301, 203, 3), old_w = w, old_v = v;
    entrywise(
        [](double& a, double da, double& b) {
          b = 0.5 * b - da;
          a += b;
        },
        w, dw, v);
    for (std::size_t k = 0; k < w.size(); ++k) {
      ASSERT_EQ(v.flat(k), 0.5 * old_v.flat(k) - dw.flat(k)) << k;
      ASSERT_EQ(w.flat(k), old_w.flat(k) + v.flat(k)) << k;
    }
  }
}

TEST(Entrywise, RefusesMatricesOfDifferentShapes) {
  Matrix<double> a({2, 3}), b({3, 2});
  EXPECT_EQ(message_of([&] { entrywise([](double&, double&) {}, a, b); }),
            "entrywise: a matrix is 3×2, expected 2×3");
}

}  // namespace
}  // namespace thinnet
