#include "core/engine/parallel.hpp"

#include <omp.h>

#include "tests/support.hpp"

namespace thinnet {
namespace {

TEST(Parallel, ReachesEveryItemOnceWithAnyNumberOfThreads) {
  const int before = omp_get_max_threads();
  for (const int threads : {1, 2, 3}) {
    omp_set_num_threads(threads);
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{100000}}) {
      std::vector<int> visits(count);
      in_parts(count, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t k = begin; k < end; ++k) ++visits[k];
      });
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
  omp_set_num_threads(before);
}

}  // namespace
}  // namespace thinnet
