#include "core/parallel.hpp"

#include "tests/support.hpp"

namespace thinnet {
namespace {

TEST(Parallel, ReachesEveryItemOnceWithAnyNumberOfThreads) {
  const int before = omp_get_max_threads();
  for (const int threads : {1, 2, 3}) {
    omp_set_num_threads(threads);
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{100000}}) {
      std::vector<int> visits(count);
      for_each(count, [v = visits.data()](std::size_t k) { ++v[k]; });
      EXPECT_EQ(std::count(visits.begin(), visits.end(), 1), static_cast<std::ptrdiff_t>(count));
    }
    std::vector<int> rows(5);  // few items, each worth much work
    in_parts(rows.size(), 100000, [&](std::size_t begin, std::size_t end) {
      for (std::size_t n = begin; n < end; ++n) ++rows[n];
    });
    EXPECT_EQ(rows, std::vector<int>(5, 1));
  }
  omp_set_num_threads(before);
}

TEST(Parallel, UsesThreadsOnlyWhereThereIsWorkForThem) {
  const int before = omp_get_max_threads();
  omp_set_num_threads(2);
  std::size_t parts = 0;
  in_parts(100, 100, [&](std::size_t, std::size_t) { ++parts; });
  EXPECT_EQ(parts, 1U);
  std::vector<std::size_t> sizes(2);
  in_parts(1000, 100, [&](std::size_t begin, std::size_t end) {
    sizes[static_cast<std::size_t>(omp_get_thread_num())] = end - begin;
  });
  EXPECT_EQ(sizes, (std::vector<std::size_t>{500, 500}));
  omp_set_num_threads(before);
}

/// Into how many parts in_parts cuts so many items of so many numbers, for two threads.
std::size_t parts_of(std::size_t count, std::size_t numbers) {
  std::vector<std::size_t> calls(2);
  in_parts(count, numbers, [&](std::size_t, std::size_t) {
    ++calls[static_cast<std::size_t>(omp_get_thread_num())];
  });
  return calls[0] + calls[1];
}

TEST(Parallel, StartsThreadsFromTwoItemsAndAsManyNumbersAsOutweighTheirStart) {
  const int before = omp_get_max_threads();
  omp_set_num_threads(2);
  EXPECT_EQ(parts_of(1, 1000000), 1U);
  EXPECT_EQ(parts_of(2, 1000000), 2U);
  EXPECT_EQ(parts_of(2, 16383), 1U);
  EXPECT_EQ(parts_of(7, 4681), 1U);  // 32,767
  EXPECT_EQ(parts_of(2, 16384), 2U);
  EXPECT_EQ(parts_of(32767, 1), 1U);
  EXPECT_EQ(parts_of(32768, 1), 2U);
  omp_set_num_threads(1);
  EXPECT_EQ(parts_of(32768, 100), 1U);
  omp_set_num_threads(2);
  // for_each counts an item as one number.
  for (const std::size_t count : {std::size_t{32767}, std::size_t{32768}}) {
    std::vector<int> thread_of(count, -1);
    for_each(count, [t = thread_of.data()](std::size_t k) { t[k] = omp_get_thread_num(); });
    EXPECT_EQ(thread_of.front(), 0);
    EXPECT_EQ(thread_of.back(), count < 32768 ? 0 : 1);
  }
  omp_set_num_threads(before);
}

TEST(Map, AppliesItsFunctionToEveryEntryAndGivesOutTheShape) {
  const Matrix<double> a = {{1, 2, 3}, {4, 5, 6}}, b = {{10, 20, 30}, {40, 50, 60}};
  Matrix<double> out;
  map(a, out, [](double x) { return -x; });
  EXPECT_TRUE(out == Matrix<double>({{-1, -2, -3}, {-4, -5, -6}}));
  map(a, b, out, [](double x, double y) { return y - x; });
  EXPECT_TRUE(out == Matrix<double>({{9, 18, 27}, {36, 45, 54}}));
}

TEST(Rows, AreAddedToAndSummedByTwoThreads) {
  const std::size_t N = 301, H = 203;
  const auto start = testing::normals(N, H, 1), row = testing::normals(1, H, 2);
  Matrix<double> sum({1, H}, 7);
  const int before = omp_get_max_threads();
  omp_set_num_threads(2);
  Matrix<double> m = start;
  add_to_rows(row, m);
  sum_rows(start, sum);
  omp_set_num_threads(before);
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

}  // namespace
}  // namespace thinnet
