#include "core/engine/parallel.hpp"

#include <atomic>
#include <set>
#include <thread>

#include "core/engine/threads.hpp"
#include "tests/support.hpp"

namespace thinnet {
namespace {

TEST(Parallel, ReachesEveryItemOnceWithAnyNumberOfThreads) {
  const testing::SameThreadCountAfter same_after;
  for (const std::size_t threads : {1U, 2U, 3U}) {
    set_thread_count(threads);
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
}

TEST(Parallel, UsesThreadsOnlyWhereThereIsWorkForThem) {
  const testing::SameThreadCountAfter same_after;
  set_thread_count(2);
  std::set<std::thread::id> callers;
  in_parts(100, 100, [&](std::size_t, std::size_t) { callers.insert(std::this_thread::get_id()); });
  EXPECT_EQ(callers, std::set<std::thread::id>{std::this_thread::get_id()});
  std::mutex mutex;
  std::vector<std::size_t> sizes;
  in_parts(1000, 100, [&](std::size_t begin, std::size_t end) {
    const std::lock_guard<std::mutex> lock(mutex);
    sizes.push_back(end - begin);
  });
  EXPECT_EQ(sizes, std::vector<std::size_t>(8, 125));
}

TEST(Parallel, HasSeveralThreadsAtWorkAtATime) {
  if (usable_cores() == 1) GTEST_SKIP() << "this process has one core";
  const testing::SameThreadCountAfter same_after;
  set_thread_count(2);
  testing::Meeting meeting;
  in_parts(2, 100000, [&](std::size_t, std::size_t) {
    EXPECT_TRUE(meeting.wait()) << "one thread made both parts";
  });
}

TEST(Parallel, NobodyWaitsForAThreadThatHasNothingToDo) {
  // Whoever is free takes the next part: one thread alone makes all parts while the other is held
  // up in its first.
  if (usable_cores() == 1) GTEST_SKIP() << "this process has one core";
  const testing::SameThreadCountAfter same_after;
  set_thread_count(2);
  std::mutex mutex;
  std::condition_variable made;
  std::size_t parts = 0;
  bool held = false;
  in_parts(8, 100000, [&](std::size_t, std::size_t) {
    std::unique_lock<std::mutex> lock(mutex);
    const bool first = !held;
    held = true;
    if (first) {
      EXPECT_TRUE(made.wait_for(lock, std::chrono::minutes(5), [&] { return parts == 7; }));
    }
    ++parts;
    made.notify_all();
  });
  EXPECT_EQ(parts, 8U);
}

TEST(Parallel, AnExceptionOfAPartReachesTheCaller) {
  for (const std::size_t threads : {1U, 2U}) {
    const testing::SameThreadCountAfter same_after;
    set_thread_count(threads);
    EXPECT_EQ(testing::message_of<std::runtime_error>([] {
                in_parts(8, 100000, [](std::size_t begin, std::size_t) {
                  if (begin == 0) throw std::runtime_error("of a part");
                });
              }),
              "of a part");
  }
}

TEST(Parallel, SetThreadCountIsForTheCallingThread) {
  const testing::SameThreadCountAfter same_after;
  const std::size_t mine = thread_count() + 3;
  set_thread_count(mine);
  EXPECT_EQ(thread_count(), mine);
  std::size_t of_another = 0;
  std::thread([&] { of_another = thread_count(); }).join();
  EXPECT_NE(of_another, mine);
  set_thread_count(0);
  EXPECT_EQ(thread_count(), 1U);
}

/// Into how many parts in_parts cuts so many items of so many numbers, for two threads.
std::size_t parts_of(std::size_t count, std::size_t numbers) {
  std::atomic<std::size_t> parts{0};
  in_parts(count, numbers, [&](std::size_t, std::size_t) { ++parts; });
  return parts;
}

TEST(Parallel, StartsThreadsFromTwoItemsAndAsManyNumbersAsOutweighTheirStart) {
  const testing::SameThreadCountAfter same_after;
  set_thread_count(2);
  EXPECT_EQ(parts_of(1, 1000000), 1U);
  EXPECT_EQ(parts_of(2, 1000000), 2U);
  EXPECT_EQ(parts_of(2, 16383), 1U);
  EXPECT_EQ(parts_of(7, 4681), 1U);  // 32,767
  EXPECT_EQ(parts_of(2, 16384), 2U);
  EXPECT_EQ(parts_of(32767, 1), 1U);
  EXPECT_EQ(parts_of(32768, 1), 8U);
  set_thread_count(1);
  EXPECT_EQ(parts_of(32768, 100), 1U);
}

}  // namespace
}  // namespace thinnet
